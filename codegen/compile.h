// Compiled programs: what the backend produces, and how it is called.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ir/function.h"
#include "ir/text.h"
#include "passes/pass.h"
#include "runtime/array.h"
#include "runtime/execute.h"

namespace tjit {

struct CompileOptions {
  std::string cpu = {};  ///< LLVM's CPU name; empty: this machine
  bool optimize = true;  ///< false: no passes but those that lowering needs (inline, fuse one op at a time)
  bool fast_math = false;
  bool verify_each = kVerifyEach;  ///< after each pass, and the LLVM IR
  /// Called after each pass, for dumps; and where its time is added.
  std::function<void(const Pass&, const Function& before, const Function& after)> after_pass = {};
  std::vector<PassTiming>* pass_timings = nullptr;
};

/// Seconds spent in the stages of one compilation.
struct CompileTimes {
  double load = 0, passes = 0, lower = 0, llvm = 0, codegen = 0, link = 0;
  double total() const { return load + passes + lower + llvm + codegen + link; }
};

/// A program compiled for fixed types. Immutable; `run` may be called by several threads at once.
class Executable {
 public:
  virtual ~Executable();
  std::span<const Type> param_types() const { return param_types_; }
  std::span<const Type> result_types() const { return result_types_; }
  const CompileTimes& times() const { return times_; }

  /// Arguments must have the parameter types (any strides). Throws Error exactly as the interpreter would.
  std::vector<Array> run(std::span<const Array> args, const PrintSink& print = {}) const;
  /// The same into a caller's array of results, which may be that of the arguments.
  virtual void run(std::span<const Array> args, std::span<Array> results, const PrintSink& print = {}) const = 0;
  /// The fast path: arguments that somebody holds until the call is over.
  virtual void run(std::span<const TensorImpl* const> args, std::span<Array> results,
                   const PrintSink& print = {}) const = 0;

 protected:
  Executable(const Function& program, const CompileTimes& times);
  Executable(const Executable&) = default;

  const std::vector<Type> param_types_, result_types_;
  const CompileTimes times_;
};

/// Runs the passes on `entry` (static types; see `specialize`) and compiles the result. Loads the code generator on
/// first use; throws Error(Io) naming the library when it cannot be loaded.
std::unique_ptr<Executable> compile(const Module& module, const Function& entry, const CompileOptions& options = {});

enum class Stage : std::uint8_t { Ir, Opt, Kernel, Llvm, Asm, Obj };
struct StageInfo {
  Stage stage;
  std::string_view name, suffix;  ///< in requests; of files
};
inline constexpr StageInfo kStages[] = {
    {Stage::Ir, "ir", "tir"},    {Stage::Opt, "opt", "opt.tir"}, {Stage::Kernel, "kernel", "kernel"},
    {Stage::Llvm, "llvm", "ll"}, {Stage::Asm, "asm", "s"},       {Stage::Obj, "obj", "o"}};
/// The program's text (or bytes, for Obj) at a stage of the same compilation; `form` is for Ir and Opt, which read
/// back.
std::string emit(const Module& module, const Function& entry, Stage stage, const CompileOptions& options = {},
                 const PrintOptions& form = {});

/// What the code generator says of itself and this machine: LLVM's version, CPU name, vector width.
std::string backend_description();

}  // namespace tjit
