// The floating-point state that results are defined in.
#pragma once

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace tjit {

/// While it lives, subnormal numbers are kept and results round to nearest, whatever the caller's thread has set.
class DefaultFloats {
 public:
#if defined(__x86_64__)
  DefaultFloats() : old_(_mm_getcsr()) {
    if ((old_ & kChanging) != 0) [[unlikely]]
      _mm_setcsr(old_ & ~kChanging);
  }
  ~DefaultFloats() {
    if ((old_ & kChanging) != 0) [[unlikely]]
      _mm_setcsr(old_);
  }
  DefaultFloats(const DefaultFloats&) = delete;
  DefaultFloats& operator=(const DefaultFloats&) = delete;

 private:
  /// Flush to zero, denormals are zero, rounding control.
  static constexpr unsigned kChanging = 0x8000 | 0x0040 | 0x6000;
  unsigned old_;
#endif
};

}  // namespace tjit
