// Memory for the time of one call.
#pragma once

#include <cstddef>

#include "runtime/allocator.h"

namespace tjit {

/// `bytes` bytes aligned to 64: on the stack when they are few.
class Scratch {
 public:
  explicit Scratch(std::size_t bytes)
      : bytes_(bytes), data_(bytes <= sizeof(local_) ? local_ : static_cast<std::byte*>(allocate_large(bytes))) {}
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    if (data_ != local_) free_large(data_, bytes_);
  }
  std::byte* data() { return data_; }

 private:
  alignas(64) std::byte local_[32768];
  std::size_t bytes_;
  std::byte* data_;
};

}  // namespace tjit
