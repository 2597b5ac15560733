// The floating-point state that results are defined in.
#pragma once

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace tjit {

/// While it lives, subnormal numbers are kept and results round to nearest, whatever the caller's thread has set. For
/// calls that are not inlined: the compiler does not know that arithmetic depends on this, and may move what stands
/// beside it across the change.
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

namespace detail {
template <class F>
[[gnu::noinline]] auto out_of_line(F&& f) {
  return f();
}
}  // namespace detail

/// Runs `f`, which may hold arithmetic itself, in that state.
template <class F>
auto with_default_floats(F&& f) {
  const DefaultFloats floats;
  return detail::out_of_line(f);
}

}  // namespace tjit
