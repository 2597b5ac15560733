// A list that needs no memory of its own while it is short.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <utility>
#include <vector>

namespace tjit {

/// Up to `kFew` elements lie in the list itself. Elements of types like pointers are not initialised.
template <class T, std::size_t kFew>
class ShortList {
 public:
  ShortList() {}
  explicit ShortList(std::size_t size) : size_(size) {
    if (size <= kFew) return;
    many_.resize(size);
    data_ = many_.data();
  }
  ShortList(std::initializer_list<T> elements) : ShortList(elements.size()) {
    T* next = data_;
    for (const T& e : elements) *next++ = e;
  }
  ShortList(const ShortList& other) : ShortList(other.size_) {
    for (std::size_t i = 0; i < size_; ++i) data_[i] = other.data_[i];
  }
  ShortList(ShortList&& other) noexcept { take(other); }
  ShortList& operator=(ShortList other) noexcept {
    take(other);
    return *this;
  }

  void push_back(T element) {
    if (size_ == (data_ == few_ ? kFew : many_.size())) grow();
    data_[size_++] = std::move(element);
  }

  T* data() { return data_; }
  const T* data() const { return data_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T& front() { return data_[0]; }
  const T& front() const { return data_[0]; }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }

 private:
  void take(ShortList& other) {
    many_ = std::move(other.many_);
    size_ = std::exchange(other.size_, 0);
    data_ = many_.empty() ? few_ : many_.data();
    for (std::size_t i = 0; many_.empty() && i < size_; ++i) few_[i] = std::move(other.few_[i]);
    other.many_.clear();
    other.data_ = other.few_;
  }
  void grow() {
    std::vector<T> more(2 * size_);
    for (std::size_t i = 0; i < size_; ++i) more[i] = std::move(data_[i]);
    many_ = std::move(more);
    data_ = many_.data();
  }

  T few_[kFew];
  std::vector<T> many_;  ///< all of them, once they are more; its size is what there is room for
  T* data_ = few_;
  std::size_t size_ = 0;
};

}  // namespace tjit
