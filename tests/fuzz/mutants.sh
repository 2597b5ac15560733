#!/usr/bin/env bash
# Whether the fuzzer finds bugs: applies each of the mistakes below to a scratch copy, builds it, runs the fuzzer, and takes the
# mistake back. Every one must be found. mutants.sh [WORK_FOLDER [REGEX]], with a regular expression for some of them; takes
# an hour or more, so the test run only looks whether each of them still changes its file: mutants.sh --check.
set -euo pipefail
cd "$(dirname "$0")/../.."
programs=300

# file | what | sed expression; at least two of each form (ir/ops/form.h), by which the layers treat ops.
mutants=(
  # Map
  "codegen/llvm/op_library.cpp|swapped operands|s/operands_\[from->getArgNo() - 1\]/operands_[operands_.size() - from->getArgNo()]/"
  "codegen/llvm/nest_nodes.cpp|dropped check|s/frame_.failed.set(b_, frame_.number(1));/frame_.failed.set(b_, frame_.number(0));/"
  "codegen/llvm/nest_nodes.cpp|each vector of a block takes what the first has|s/k = static_cast<std::size_t>(by_part(node) ? part : 0);/k = static_cast<std::size_t>(by_part(node) ? 0 * part : 0);/"
  "passes/rules_exact.cpp|a rule without its condition|s/cast(cast(x)), cast(x), kAll, casts_join/cast(cast(x)), cast(x), kAll/"
  "passes/rules_exact.cpp|a rule of integers taken for floats|s/x - x, 0, kInts/x - x, 0, kNumbers/"
  # View
  "codegen/llvm/nest_memory.cpp|wrong lane order|s/return b_.CreateVectorReverse(\(.*\), \"reverse\");/return \1;/"
  "codegen/llvm/nest_memory.cpp|lanes with a stride lie side by side|s/frame_.number(lane \* stride)/frame_.number(lane + 0 * stride)/"
  "ir/index_map.cpp|a view starts where its operand does|s/map.offset(d) = view.offset;/map.offset(d) = 0 * view.offset;/"
  # Reshape
  "codegen/nest_finish.cpp|axes joined that are not contiguous|s/at.strides\[a\] == at.strides\[a + 1\] \* inner.extent/at.strides[a] >= at.strides[a + 1] * inner.extent/"
  "ir/index_map.cpp|sums that carry into the next dimension|s/if (digit + most_\[d\] >= shape_\[d\]) return/if (digit >= shape_[d]) return/"
  "ir/index_map.cpp|the outer part of a split axis steps as the inner|s/(a == axis ? inner : 1)/(a == axis ? inner \/ inner : 1)/"
  # Lookup
  "codegen/llvm/nest_nodes.cpp|index check off by one|s/CreateICmpUGT(x, limit, \"outside\")/CreateICmpUGT(x, b_.CreateAdd(limit, llvm::ConstantInt::get(type, 1)), \"outside\")/"
  "codegen/nest_builder.cpp|the last place of a window that is known|s/std::clamp<std::int64_t>(at, 0, limit)/std::clamp<std::int64_t>(at, 0, std::max<std::int64_t>(limit - 1, 0))/"
  "codegen/llvm/nest_memory.cpp|each vector of a gather reads where the first does|s/CreateMul(vector(term.node, part), factor)/CreateMul(vector(term.node, 0 * part), factor)/"
  # Placing
  "codegen/kernel.cpp|written in place though read elsewhere|s/return sharing.allows(nest);/return sharing.allows(nest) || true;/"
  "codegen/kernel_build.cpp|a piece stands one place too early|s/to.offset(d) += piece.offset\[d\];/to.offset(d) += std::max<std::int64_t>(piece.offset[d] - 1, 0);/"
  "codegen/kernel_build.cpp|the last place of an update is out of range|s/shape\[d\] - size\[d\], may_fail/std::max<std::int64_t>(shape[d] - size[d] - 1, 0), may_fail/"
  # Count
  "codegen/nest_builder.cpp|counts along the first axis|s/const int dim = f_.def(op).counted(/const int dim = 0 * f_.def(op).counted(/"
  "codegen/llvm/nest_nodes.cpp|lanes count by one, whatever the stride|s/static_cast<std::uint64_t>(lane) \* stride/static_cast<std::uint64_t>(lane) + 0 * stride/"
  # Reduction
  "codegen/llvm/nest_reduce.cpp|tail of a reduction off by one|s/first_lanes(b_.getContext(), schedule_.lanes, count), after/first_lanes(b_.getContext(), schedule_.lanes, count - 1), after/"
  "codegen/llvm/nest_reduce.cpp|accumulators fold with their neighbours|s/combine(r, lanes\[k\], lanes\[k + half\])/combine(r, lanes[2 * k], lanes[2 * k + 1])/"
  "codegen/nest_builder.cpp|sums of f16 are rounded at each step|s/dtype = f_.type(x).dtype, joined = accumulator_type(dtype);/dtype = f_.type(x).dtype, joined = dtype;/"
  # Search
  "ir/ops/shapes.cpp|a NaN is no extreme element|s/if (is_float(type.dtype)) hit =/if (is_float(type.dtype) \&\& axis < 0) hit =/"
  "ir/ops/shapes.cpp|places are counted along the first axis|s/Iota{.shape = type.shape, .axis = axis,/Iota{.shape = type.shape, .axis = 0 * axis,/"
  # Product
  "codegen/liveness.cpp|a product may stand where its operands do|s/for (const ValueId v : f_.operands(op)) use(v, block, ticks_.begin(op));/for (const ValueId v : f_.operands(op)) use(v, block, ticks_.begin(op) - (f_.form(op) == Form::Product ? 1 : 0));/"
  "runtime/routines/conv.cpp|images of a view lie as in a tensor of their own|s/image_stride_(args.operands\[0\].window.strides\[0\])/image_stride_(row_major_strides(args.operands[0].window.shape)[0])/"
  # Routine
  "codegen/llvm/program_calls.cpp|a second result is read where the first is|s/places\[static_cast<std::size_t>(i)\]/places[0 * static_cast<std::size_t>(i)]/"
  "runtime/routines.cpp|elements at equal distances are read side by side|s/, &joined) && joined\[0\] == 1)/, \&joined) \&\& joined[0] != 0)/"
  # Control
  "passes/hoist.cpp|hoists what may fail|s/std::vector<bool> pinned = ordered_ops(f);/std::vector<bool> pinned(static_cast<std::size_t>(f.op_count()));/"
  "codegen/llvm/program.cpp|a loop variable is not carried|s/emit_moves(plan_.at_yield\[static_cast<std::size_t>(body.index)\]);//"
  "codegen/llvm/program.cpp|a branch does not give its results|s/emit_moves(plan_.at_yield\[static_cast<std::size_t>(op.blocks\[i\].index)\]);//"
  "codegen/llvm/program.cpp|buffers trade places one after another|s/CreateStore(places\[i\], pointers_/CreateStore(pointer(b_, moves.trades[i].from), pointers_/"
  # Constant
  "passes/fold.cpp|two equal elements make a splat|s/static_cast<std::size_t>(l.stored_bytes()) - size) != 0/size) != 0/"
  "codegen/llvm/op_library.cpp|constants have eight bytes|s/element.as<std::array<std::uint64_t, 2>>()/std::array<std::uint64_t, 1>{element.as<std::uint64_t>()}/"
  # Effect
  "passes/fusion_grouper.cpp|failing ops and effects change places|s/if (ordered_\[at(op)\] \&\& place > next_ordered_) return false;//"
  "codegen/executable.cpp|a print shows its first operand for each|s/std::ranges::find(values, v, &Recorded::value)->array/values.front().array/"
  "passes/facts.cpp|effects in branches and loops are not kept|s/: std::ranges::any_of(op.blocks, contains_ordered));/: f.is_ordered({i}) \&\& std::ranges::any_of(op.blocks, contains_ordered));/"
)

if [ "${1:-}" = --check ]; then
  stale=0
  for mutant in "${mutants[@]}"; do
    IFS='|' read -r file what rest <<<"$mutant"
    sed "${mutant#"$file|$what|"}" "$file" | cmp -s - "$file" || continue
    echo "does not apply: $what ($file)"
    stale=1
  done
  exit $stale
fi

work=${1:-$(mktemp -d)} only=${2:-}
mkdir -p "$work"
work=$(realpath "$work")
git ls-files -co --exclude-standard | tar -cf - -T - | tar -xmf - -C "$work"
cd "$work"
build() { cmake --build build --target tjit_fuzz tjit-llvm >build.log 2>&1 || { tail -20 build.log; exit 1; }; }
cmake -S . -B build -G Ninja -DCMAKE_CXX_COMPILER=clang++-19 -DCMAKE_C_COMPILER=clang-19 -DCMAKE_BUILD_TYPE=Release >/dev/null
build
check_clean() {
  build/tests/tjit_fuzz 1 $programs >clean.log || { echo "the fuzzer complains without a mistake:"; tail -5 clean.log; exit 1; }
}
check_clean

missed=0 tried=0
for mutant in "${mutants[@]}"; do
  IFS='|' read -r file what rest <<<"$mutant"
  [[ $what =~ $only ]] || continue
  tried=$((tried + 1))
  expression=${mutant#"$file|$what|"}
  cp "$file" saved
  sed -i "$expression" "$file"
  build
  code=0
  timeout 120 build/tests/tjit_fuzz 1 $programs >mutant.log 2>&1 || code=$?
  if [ $code -eq 0 ]; then
    echo "MISSED  $what ($file)"
    missed=$((missed + 1))
  else
    how="$(grep -c '^seed' mutant.log || true) of $programs programs"
    [ $code -ne 124 ] || how+=", then a loop that does not end"
    echo "found   $what ($file): $how"
  fi
  mv saved "$file"
  touch "$file"  # its time is older than that of the object with the mistake
done
build
check_clean
echo "$tried mistakes, $missed missed"
exit $((missed != 0))
