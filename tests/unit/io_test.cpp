// NumPy files and programs in files, as users read and write them.
#include <doctest/doctest.h>

#include "tests/unit/caught.h"
#include "tests/unit/scratch.h"
#include "tjit/tjit.h"

namespace tf = tjit;
using tf::caught, tf::error_here, tf::contains, tf::constant, tf::Tensor;

TEST_CASE("tensors go to .npy files and back") {
  const tf::ScratchFolder folder;
  const std::string path = (folder / "a.npy").string();
  const Tensor m = constant({{1, 2, 3}, {4, 5, 6}});
  for (const Tensor& t :
       {constant(1.5f), constant({true, false}), m, tf::transpose(m), tf::zeros({0, 3}), constant({1, 255}, tf::uint8),
        constant(std::vector{1e300, -0.0}), constant(std::vector<std::int64_t>{INT64_MIN}), tf::ones({3, 4})}) {
    tf::save_npy(path, t);
    CHECK(tf::load_npy(path).repr() == t.repr());
  }
  CHECK(folder.file_count() == 1);
  CHECK(contains(caught([&] { tf::load_npy((folder / "none.npy").string()); }).message(), "none.npy"));
  CHECK(caught([&] { tf::load_npy((folder / "none.npy").string()); }).kind() == tf::Error::Kind::Io);
  CHECK(contains(caught([&] { tf::save_npy(path, Tensor()); }).message(), "the tensor is undefined"));
}

TEST_CASE("errors of files stand at the user's line") {
  const tf::ScratchFolder folder;
  // A file's name is no element type.
  const std::string none = (folder / "f32.npy").string();
  CHECK(error_here([&] { tf::load_npy(none); }).starts_with("load_npy: " + none));
  CHECK(error_here([&] { tf::load_npz(none); }).starts_with("load_npz: " + none));
  CHECK(error_here([&] { tf::load_npz(none, "a"); }).starts_with("load_npz: " + none));
  CHECK(contains(error_here([&] { tf::save_npy("/none/f32.npy", constant(1)); }), "/none/f32.npy"));
  CHECK(contains(error_here([&] { tf::save_npz("/none/f32.npz", {{"a", constant(1)}}); }), "/none/f32.npz"));
  CHECK(contains(error_here([&] { tf::save_npz(none, {{"a", Tensor()}}); }), "the tensor is undefined"));
  CHECK(error_here([&] { tf::Program::load(none); }).starts_with("Program::load: " + none));
  const std::string path = (folder / "p.tir").string();
  tf::write_all(path, "func @main(%x: f32[]) -> (f32[]) {\n  yield %x\n}\n");
  CHECK(contains(error_here([&] { tf::Program::load(path, "mian"); }), "Program::load: "));
  tf::Program program = tf::Program::load(path);
  CHECK(contains(error_here([&] { program({Tensor()}); }), "the tensor is undefined"));
  const tf::Program other = std::move(program);
  CHECK(contains(error_here([&] { program({constant(1.0f)}); }), "the program was moved to another object"));
}

TEST_CASE("tensors go to .npz files and back") {
  const tf::ScratchFolder folder;
  const std::string path = (folder / "a.npz").string();
  const Tensor w = constant({{1.0f, 2.0f}}), b = constant({7});
  tf::save_npz(path, {{"w", w}, {"b", b}});
  const auto all = tf::load_npz(path);
  REQUIRE(all.size() == 2);
  CHECK(all[0].first == "w");
  CHECK(all[0].second.repr() == w.repr());
  CHECK(all[1].first == "b");
  CHECK(tf::load_npz(path, "b").repr() == b.repr());
  CHECK(caught([&] { tf::load_npz(path, "c"); }).kind() == tf::Error::Kind::Io);
}

TEST_CASE("programs with open sizes run for every size") {
  const tf::ScratchFolder folder;
  const std::string path = (folder / "p.tir").string();
  tf::write_all(path, R"(func @main(%x: f32[?n, 2], %s: f32[?n]) -> (f32[2]) {
  %e = reshape %s {shape = [-1, 1]}
  %b = broadcast_to %e {shape = [?n, 2]}
  %p = multiply %x, %b
  %r = reduce_sum %p {axes = [0]}
  yield %r
}

func @quotient(%a: i32[], %b: i32[]) -> (i32[]) {
  %q = floor_div %a, %b
  yield %q
}
)");
  const tf::Program program = tf::Program::load(path);
  for (const std::int64_t n : {1, 3, 1, 50, 0}) {
    const Tensor x = tf::reshape(tf::range(2 * n, tf::float32), {n, 2}), s = tf::range(n, tf::float32) + 1;
    const std::string expected = tf::reduce_sum(x * tf::reshape(s, {n, 1}), 0).repr();
    const std::vector<Tensor> compiled = program({x, s}), eager = program.eager({x, s});
    REQUIRE(compiled.size() == 1);
    CHECK(compiled[0].repr() == expected);
    CHECK(eager[0].repr() == expected);
  }
  CHECK(program.compile({tf::zeros({9, 2}), tf::zeros({9})}) > 0);
  CHECK(contains(program.text(), "func @main(%0: f32[?n,2], %1: f32[?n]) -> (f32[2])"));
  CHECK(contains(caught([&] { program({tf::zeros({3, 2}), tf::zeros({4})}); }).message(), "f32[4]"));
  CHECK(contains(caught([&] { program({tf::zeros({3, 2})}); }).message(), "takes 2 arguments"));
  CHECK(contains(caught([&] { program({tf::zeros({3, 2}), Tensor()}); }).message(), "the tensor is undefined"));

  const tf::Program quotient = tf::Program::load(path, "quotient");
  CHECK(quotient({constant(7), constant(2)})[0].item<int>() == 3);
  const tf::Error compiled = caught([&] { quotient({constant(7), constant(0)}); });
  const tf::Error eager = caught([&] { quotient.eager({constant(7), constant(0)}); });
  CHECK(std::string_view(compiled.what()) == eager.what());
  CHECK(compiled.location().line == 10);
  CHECK(contains(caught([&] { tf::Program::load(path, "quotent"); }).message(), "did you mean @quotient?"));
  CHECK(caught([&] { tf::Program::load((folder / "none.tir").string()); }).kind() == tf::Error::Kind::Io);
  tf::write_all(path, "func @main(%x: f32[2]) -> (f32[2]) {\n  %y = addd %x, %x\n  yield %y\n}\n");
  CHECK(contains(caught([&] { tf::Program::load(path); }).what(), "p.tir:2:"));
}

TEST_CASE("a program keeps the sizes that were used last") {
  const tf::ScratchFolder folder;
  const std::string path = (folder / "p.tir").string();
  tf::write_all(path, "func @main(%x: f32[?n], %y: f32[?n]) -> (f32[?n]) {\n  %z = add %x, %y\n  yield %z\n}\n");
  const tf::Program program = tf::Program::load(path);
  CHECK(program.explain() == "@main of " + path + ": 0 programs, 0 hits, 0 specializations\n");
  const auto run = [&](std::int64_t n) { return program({tf::ones({n}), tf::ones({n})})[0].size(); };
  CHECK(run(2) == 2);
  CHECK(run(2) == 2);
  CHECK(run(3) == 3);
  CHECK(program.explain() == "@main of " + path +
                                 ": 2 programs, 1 hit, 2 specializations\n"
                                 "  specialized for (f32[2], f32[2]): first call\n"
                                 "  specialized for (f32[3], f32[3]): argument 0 changed from f32[2] to f32[3]; every "
                                 "shape has a program of its own. Also argument 1 changed from f32[2] to f32[3]\n");
  CHECK(caught([&] { program({tf::ones({2}), tf::ones({3})}); }).kind() == tf::Error::Kind::User);
  CHECK(program.cache_info().size == 2);
  for (std::int64_t n = 0; n < 300; ++n)
    CHECK(program.eager({tf::zeros({n}), tf::ones({n})})[0].to_vector<float>() ==
          std::vector(static_cast<std::size_t>(n), 1.0f));
  CHECK(program.cache_info().size == 300);
  CHECK(run(2) == 2);
  CHECK(program.compile({tf::ones({2}), tf::ones({2})}) > 0);
}
