#!/usr/bin/env bash
# Whether the fuzzer finds bugs: applies each of the mistakes below to a scratch copy, builds it, runs the fuzzer, and takes the
# mistake back. Every one must be found. mutants.sh [WORK_FOLDER [REGEX]], with a regular expression for some of them; takes a
# quarter of an hour, so the test run only looks whether each of them still changes its file: mutants.sh --check.
set -euo pipefail
cd "$(dirname "$0")/../.."
programs=300

# file | what | sed expression
mutants=(
  "codegen/llvm/nest_reduce.cpp|tail of a reduction off by one|s/first_lanes(b_.getContext(), schedule_.lanes, count), after/first_lanes(b_.getContext(), schedule_.lanes, count - 1), after/"
  "codegen/llvm/op_library.cpp|swapped operands|s/operands_\[from->getArgNo() - 1\]/operands_[operands_.size() - from->getArgNo()]/"
  "codegen/llvm/nest_nodes.cpp|dropped check|s/frame_.failed.set(b_, frame_.number(1));/frame_.failed.set(b_, frame_.number(0));/"
  "codegen/llvm/nest_memory.cpp|wrong lane order|s/return b_.CreateVectorReverse(\(.*\), \"reverse\");/return \1;/"
  "passes/rules_exact.cpp|a rule without its condition|s/cast(cast(x)), cast(x), kAll, casts_join/cast(cast(x)), cast(x), kAll/"
  "codegen/kernel.cpp|written in place though read elsewhere|s/return sharing.allows(nest);/return sharing.allows(nest) || true;/"
  "passes/fusion_grouper.cpp|failing ops and effects change places|s/if (ordered_\[at(op)\] \&\& place > next_ordered_) return false;//"
  "passes/hoist.cpp|hoists what may fail|s/std::vector<bool> pinned = ordered_ops(f);/std::vector<bool> pinned(static_cast<std::size_t>(f.op_count()));/"
  "codegen/llvm/nest_nodes.cpp|index check off by one|s/CreateICmpUGT(x, limit, \"outside\")/CreateICmpUGT(x, b_.CreateAdd(limit, llvm::ConstantInt::get(type, 1)), \"outside\")/"
  "codegen/nest_finish.cpp|axes joined that are not contiguous|s/at.strides\[a\] == at.strides\[a + 1\] \* inner.extent/at.strides[a] >= at.strides[a + 1] * inner.extent/"
  "codegen/llvm/program.cpp|a loop variable is not carried|s/emit_moves(plan_.at_yield\[static_cast<std::size_t>(body.index)\]);//"
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
