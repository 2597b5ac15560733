// Special functions that the C library lacks, in the arithmetic of W: oracles of the tests.
#pragma once

#include <cmath>
#include <limits>
#include <numbers>

namespace tjit::test {

/// The inverse of erf, by Newton's method.
template <class W>
W erf_inv(W x) {
  const W size = std::fabs(x), rest = 1 - size, inf = std::numeric_limits<W>::infinity();
  if (!(size < 1)) return size == 1 ? std::copysign(inf, x) : std::numeric_limits<W>::quiet_NaN();
  // Winitzki's approximation to 2e-3; near 0 the first term of the series.
  const W log = std::log(rest * (1 + size)), a = W(4.33) + log / 2;
  W y = size < W(0.1) ? size / (2 * std::numbers::inv_sqrtpi_v<W>) : std::sqrt(std::sqrt(a * a - log / W(0.147)) - a);
  for (int i = 0; i < 5; ++i) {
    const W error = size < W(0.5) ? std::erf(y) - size : rest - std::erfc(y);
    y -= error / (2 * std::numbers::inv_sqrtpi_v<W> * std::exp(-y * y));
  }
  return std::copysign(y, x);
}

/// The derivative of lgamma: by digamma(x) = digamma(x + 1) - 1 / x, reflection, and the asymptotic series.
template <class W>
W digamma(W x) {
  if (x == 0) return -1 / x;
  if (x < 0) {
    const W r = x - std::nearbyint(x), pi = std::numbers::pi_v<W>;
    return r == 0 || std::isinf(x) ? std::numeric_limits<W>::quiet_NaN() : digamma(1 - x) - pi / std::tan(pi * r);
  }
  W sum = 0;
  for (; x < 30; ++x) sum -= 1 / x;
  const W z = 1 / (x * x);
  const W series =
      W(1) / 12 - z * (W(1) / 120 - z * (W(1) / 252 - z * (W(1) / 240 - z * (W(1) / 132 - z * (W(691) / 32760)))));
  return sum + (std::log(x) - 1 / (2 * x) - z * series);
}

/// What digamma may differ from the above by: the error of this around the zeros, where larger terms cancel.
template <class W>
W forgiven_digamma(W x) {
  return x < 0 ? (2 + std::log(1 - x)) * W(0x1p-59) : 16 * std::numeric_limits<W>::epsilon();
}

}  // namespace tjit::test
