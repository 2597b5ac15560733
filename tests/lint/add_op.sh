#!/usr/bin/env bash
# Adding an op takes its struct, its entry in the op list and its public line, and nothing else: does so in a copy, builds it,
# and runs the new op eagerly, compiled, in text and in the op table. add_op.sh <build>. Does nothing when no part of the library
# has changed (see changed.sh); the copy stays in the build folder, where what is the same again is not built again.
set -euo pipefail
copy=$(realpath "$1")/add_op
cd "$(dirname "$0")/../.."
changed=$(tests/lint/changed.sh)
grep -qE '^(all$|(ir|runtime|passes|codegen|frontend|cmake)/|CMakeLists\.txt$|tests/lint/add_op\.sh$)' <<<"$changed" ||
  { echo "the library is as it was"; exit; }
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
git ls-files -co --exclude-standard | tar -cf - -T - | tar -xf - -C "$fresh"
cd "$fresh"
git init -q && git add -A && git -c user.name=t -c user.email=t@t commit -qm base

sed -i 's|^struct Sqrt : Elementwise {|struct Cube : Elementwise {\n  static constexpr OpInfo info{.name = "cube", .types = kReals, .ulp = 1, .doc = "x * x * x; integers wrap."};\n  static auto eval(auto x) { return x * x * x; }\n};\n\n&|' ir/ops/arithmetic.h
sed -i 's|struct Square, struct Sqrt,|struct Square, struct Cube, struct Sqrt,|' ir/ops/list.h
sed -i 's|^inline .* square(.*|&\n/// x * x * x.\ninline detail::ResultOf<struct Cube> cube(const Operand\& x) { return detail::unary<Cube>(x); }|' frontend/tjit/ops/math.h
changed=$(git diff --name-only | tr '\n' ' ')
[ "$changed" = "frontend/tjit/ops/math.h ir/ops/arithmetic.h ir/ops/list.h " ] || { echo "touched: $changed"; exit 1; }

cat >cube.cpp <<'END'
#include <tjit/tjit.h>
#include <cstdio>
int main() {
  auto f = tjit::function([](tjit::Tensor x) { return tjit::cube(x) + 1; });
  const tjit::Tensor x = tjit::constant({-2, 0, 3});
  std::printf("%s %s\n", (tjit::cube(x) + 1).numpy_text().c_str(), f(x).numpy_text().c_str());
}
END
echo 'add_executable(cube cube.cpp)
target_link_libraries(cube PRIVATE tjit)' >>CMakeLists.txt
rm -rf .git
# Files that differ, and no others, are new to the build.
mkdir -p "$copy"
(cd "$copy" && find . -type f -not -path './build/*') | while read -r file; do [ -e "$file" ] || rm "$copy/$file"; done
find . -type f | while read -r file; do cmp -s "$file" "$copy/$file" || install -D -m "$(stat -c %a "$file")" "$file" "$copy/$file"; done
cd "$copy"
cmake -S . -B build -G Ninja -DCMAKE_CXX_COMPILER=clang++-19 -DCMAKE_C_COMPILER=clang-19 -DTJIT_TESTS=OFF \
  -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0 >/dev/null  # quick to build
cmake --build build --target cube tjit-llvm tjit-command

[ "$(build/cube)" = "[-7  1 28] [-7  1 28]" ] || { echo "found $(build/cube)"; exit 1; }
build/tools/tjit ops cube | grep -q 'x \* x \* x' || { echo "tjit ops does not know cube"; exit 1; }
printf 'func @main(%%0: f64[3]) -> (f64[3]) {\n  %%1 = cube %%0\n  yield %%1\n}\n' >cube.tir
build/tools/tjit compare cube.tir
