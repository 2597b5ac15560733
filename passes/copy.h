// Copying functions with parts left out.
#pragma once

#include <vector>

#include "ir/builder.h"

namespace tjit {

/// A builder for a function like `from`: its name, its place, and room for its ops.
Builder builder_for(const Function& from, Builder::Options options = {});

/// Writes a function anew: `each(builder, map, op, visit)` appends what stands for an op. It copies blocks by
/// `map.copy(op, visit)`, by which their ops come to `each` as well.
template <class F>
Function rebuild(const Function& from, F&& each, Builder::Options options = {}) {
  Builder b = builder_for(from, std::move(options));
  Copier map(from, b);
  map.copy_params();
  const Copier::Each visit = [&](OpId id) { each(b, map, id, visit); };
  for (const OpId id : from.body().ops) visit(id);
  return b.finish(map(from.body().yields));
}

/// Copies all of `from`; the builder's hook and sharing do the work of a pass.
Function copy_function(const Function& from, Builder::Options options);

/// Copies an op that owns blocks, without the results that `keep` leaves out, and without their yields. A `while` loses
/// the loop variables with these numbers: what still uses their parameters must be bound before. `each` copies the ops
/// inside.
void copy_results(const Function& from, Builder& to, Copier& map, OpId id, const std::vector<bool>& keep,
                  const Copier::Each& each);

}  // namespace tjit
