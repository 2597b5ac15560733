// The values that a random program has so far, and new ones of any type.
#pragma once

#include <optional>
#include <vector>

#include "ir/builder.h"
#include "runtime/array.h"
#include "tests/fuzz/random.h"

namespace tjit {

/// Ordinary elements, in half of the arrays with edge values (zeros, infinities, NaN, extremes) among them.
Array edge_array(Random& random, const Type& type);

/// An op on operands of one element type.
struct OpOnType {
  Opcode op;
  DType dtype;
};

class ValuePool {
 public:
  /// `wish`: what is drawn more often.
  explicit ValuePool(std::uint64_t seed, std::optional<OpOnType> wish = {}) : r_(seed), b_("main"), wish_(wish) {
    scopes_.emplace_back();
  }

 protected:
  /// Elements of one value; a few programs go beyond a reduction chunk.
  static constexpr std::int64_t kSmall = 3000, kLarge = 140000;

  void add(ValueId v) { scopes_.back().push_back(v); }
  /// Adds it, too.
  ValueId keep(ValueId v);
  const Type& type(ValueId v) const { return b_.type(v); }

  /// Any visible value; there always is one, as the function has parameters.
  ValueId any();
  /// One of the last few of the current block.
  ValueId latest();
  /// A visible value with at least one dimension.
  ValueId tensor();
  ValueId constant(const Type& type);
  ValueId number(DType dtype, std::int64_t value, const Shape& shape = {});
  /// A value of exactly this type: found, or made from another.
  ValueId make(const Type& wanted);
  ValueId with_dtype(ValueId v, DType dtype);
  /// An index that lies in [0, limit], but for a few that may not.
  ValueId index(std::int64_t limit);

  Shape random_shape();
  DType dtype_in(DTypes set);
  /// Elements, with sizes of 0 taken as 1.
  static std::int64_t count(const Shape& shape);

  Random r_;
  Builder b_;
  std::optional<OpOnType> wish_;
  std::vector<std::vector<ValueId>> scopes_;  ///< visible values, those of the current block last
  std::int64_t limit_ = kSmall;               ///< elements of one value

 private:
  static bool broadcasts(const Shape& from, const Shape& to);
};

}  // namespace tjit
