// A list that needs no memory of its own while it is short.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <new>
#include <utility>

#include "tjit/cxx20.h"

namespace tjit {

/// Up to `kFew` elements lie in the list itself. Elements of types like pointers are not initialised. Users' programs
/// and the library share such lists, so that they hold no standard container: its layout differs under _GLIBCXX_DEBUG.
/// Elements that are pushed or taken over are moved by construction, not by assignment: for tensors the latter is an
/// assignment of the user's.
template <class T, std::size_t kFew>
class ShortList {
 public:
  ShortList() {}
  explicit ShortList(std::size_t size) : size_(size) {
    if (size <= kFew) return;
    data_ = new T[size];
    room_ = size;
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
    clear();
    if (data_ != few_) delete[] data_;
    take(other);
    return *this;
  }
  ~ShortList() {
    if (data_ != few_) delete[] data_;
  }

  void push_back(T element) {
    if (size_ == room_) grow();
    put(data_[size_++], element);
  }
  /// Takes the last element away.
  T pop_back() { return std::exchange(data_[--size_], T()); }
  void clear() {
    while (size_ != 0) (void)pop_back();
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
  static void put(T& place, T& element) noexcept {
    place.~T();
    new (static_cast<void*>(&place)) T(std::move(element));
  }
  /// Takes over the elements, for a list without any.
  void take(ShortList& other) noexcept {
    const bool is_short = other.data_ == other.few_;
    for (std::size_t i = 0; is_short && i < other.size_; ++i) put(few_[i], other.few_[i]);
    data_ = is_short ? few_ : std::exchange(other.data_, other.few_);
    room_ = std::exchange(other.room_, kFew);
    size_ = std::exchange(other.size_, 0);
  }
  void grow() {
    T* more = new T[2 * room_];
    for (std::size_t i = 0; i < size_; ++i) put(more[i], data_[i]);
    if (data_ != few_) delete[] data_;
    data_ = more;
    room_ *= 2;
  }

  T few_[kFew];
  T* data_ = few_;
  std::size_t size_ = 0, room_ = kFew;
};

}  // namespace tjit
