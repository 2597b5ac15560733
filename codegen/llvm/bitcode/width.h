// How wide vectors get: what the library of op bodies and the code that uses it agree on.
#pragma once

namespace tjit {

/// No vector is wider, of operands or results.
inline constexpr int kMaxVectorBytes = 64;

}  // namespace tjit
