// What the named sizes of a signature stand for at one call.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "ir/type.h"

namespace tjit {

/// Sizes bound to the names of a signature, which are few.
class Sizes {
 public:
  /// Binds the names in `param` to the sizes of `arg`. Returns false when the types cannot be the same.
  bool bind(const Type& param, const Type& arg);

  /// Names that are bound are replaced; others stay.
  Dims substitute(const Dims& dims) const;
  Type substitute(const Type& type) const { return {type.dtype, substitute(type.shape)}; }
  std::vector<Type> substitute(std::span<const Type> types) const;

  /// `?n = 3, ?m = 4`.
  std::string text() const;

 private:
  struct Bound {
    std::int64_t name, size;
  };
  const std::int64_t* find(std::int64_t name) const;

  std::vector<Bound> bound_;
};

/// The sizes under which values of types `args` can be passed to a function with these parameters. Throws Error that
/// names the first parameter that differs and what each size is bound to, placed at `at` when that is known.
Sizes bind_sizes(std::string_view function, std::span<const Type> params, std::span<const Type> args,
                 const Location& at = {});

}  // namespace tjit
