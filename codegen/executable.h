// A compiled program: machine code with what is needed to call it.
#pragma once

#include "codegen/backend.h"
#include "codegen/compile.h"
#include "codegen/lower.h"
#include "runtime/routine.h"

namespace tjit {

/// Runs op by op: what no code can be generated or run for.
class InterpretedExecutable final : public Executable {
 public:
  InterpretedExecutable(const Module& module, const Function& entry);

  using Executable::run;
  void run(std::span<const Array> args, std::span<Array> results, const PrintSink& print) const override;
  void run(std::span<const TensorImpl* const> args, std::span<Array> results, const PrintSink& print) const override;

 private:
  Module module_;
  std::size_t entry_;  ///< number in the module
};

class NativeExecutable final : public Executable {
 public:
  /// `source` is the same program as the user wrote it. It is taken once nothing can fail any more: until then the
  /// caller can still run that.
  NativeExecutable(std::unique_ptr<InterpretedExecutable>&& source, Lowered program, std::unique_ptr<CompiledCode> code,
                   CompileTimes times);

  using Executable::run;
  void run(std::span<const Array> args, std::span<Array> results, const PrintSink& print) const override;
  void run(std::span<const TensorImpl* const> args, std::span<Array> results, const PrintSink& print) const override;

 private:
  struct Call;
  struct Memory;

  [[noreturn]] void fail_arguments(std::span<const TensorImpl* const> args) const;
  /// Finds places for everything that a call reads and writes. Throws OutOfMemory.
  void prepare(std::span<const TensorImpl* const> args, std::span<Array> results, Memory& memory) const;
  void enter(Call& call, ElementBits* record) const;
  /// Raises the error of an op that failed, from what it left in the record.
  [[noreturn]] void raise(OpId op, const ElementBits* record) const;
  struct Recorded {
    ValueId value;
    Array array;
  };
  /// The values that `op` left.
  std::vector<Recorded> recorded(OpId op, const ElementBits* record) const;
  void print(OpId op, const ElementBits* record, const PrintSink& sink) const;

  template <class F>
  static std::int32_t guarded(const Frame* frame, F&& f);
  static std::int32_t run_routine(const Frame* frame, std::int32_t number, const void* const* operands,
                                  void* const* results);
  static std::int32_t run_print(const Frame* frame, std::int32_t op);

  std::unique_ptr<InterpretedExecutable> source_;
  Lowered program_;
  std::unique_ptr<CompiledCode> code_;
  std::vector<std::unique_ptr<const Routine>> routines_;
  std::vector<Array> constants_;
  std::vector<const void*> constant_data_;
  std::size_t record_size_ = 0;  ///< entries
};

}  // namespace tjit
