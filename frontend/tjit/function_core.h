// The part of captured functions that does not depend on their C++ types.
#pragma once

#include <span>
#include <string>

#include "tjit/cache_info.h"
#include "tjit/callable.h"
#include "tjit/short_list.h"
#include "tjit/tensor.h"

namespace tjit {

struct FunctionOptions {
  std::string name = "main";  ///< in dumps and messages
  bool fast_math = false;     ///< give up bit-for-bit equality with eager for speed
};

/// How much of a program's text is shown.
struct TextOptions {
  bool whole = false;  ///< constants of more than 1000 elements as well, which else show as `<f32[1048576]>`: all of a
                       ///< program in the stages `ir` and `opt`, and after a pass, reads back
};

/// Whether captured functions run op by op, for debugging; also set by TJIT_EAGER=1. Results are the same.
void run_functions_eagerly(bool on);
/// False while a function is being captured on this thread.
bool executing_eagerly();

namespace detail {

using Inputs = ShortList<const Tensor*, 8>;
using Statics = ShortList<Scalar, 4>;
using Results = ShortList<Tensor, 4>;

/// Where in a call's arguments a tensor or a number stands.
struct ArgumentPlace {
  int argument = 0;
  bool is_length = false;  ///< the number is the length of a vector
};

/// A call, taken apart. All that decides which program runs is in the first three.
struct Call {
  const void* types;                       ///< identifies the C++ types of the arguments
  std::span<const Tensor* const> tensors;  ///< the inputs
  std::span<const Scalar> statics;         ///< host numbers and lengths of vectors: part of the program
  /// Calls the C++ function with other tensors in the places of `tensors`.
  Callable<void(const Tensor* const* inputs, Results& results)> body;
  Callable<ArgumentPlace(std::size_t i, bool is_static)> place;  ///< of tensor or static i
};

/// A user's callable that a captured function keeps, and how it is destroyed.
struct Kept {
  void* object;
  void (*destroy)(void*);
};

/// A captured function: the callable, and the programs made of it. Copies share both.
class FunctionCore {
 public:
  /// Takes over `kept`, also when it throws.
  FunctionCore(Kept kept, FunctionOptions options, const Location& at);
  FunctionCore(const FunctionCore& other) noexcept;
  FunctionCore(FunctionCore&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  FunctionCore& operator=(FunctionCore other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~FunctionCore();

  /// Runs the function: compiled, or by its body where functions run eagerly or inside another capture. Results go to
  /// `results`.
  void call(const Call& call, Results& results) const;
  /// The program's text for these arguments at a stage, "ir", "opt", "kernel", "llvm", "asm" or "obj", or after a pass.
  std::string text(std::string_view stage, const TextOptions& options, const Call& call) const;
  /// The same for the signature that was used last; throws Error when there is none.
  std::string text(std::string_view stage, const TextOptions& options) const;
  std::string explain() const;
  CacheInfo cache_info() const;
  void clear() const;

 private:
  struct State;
  /// Throws Error when this was moved from.
  State& state() const;
  State* state_;  // counted; not a shared_ptr because <memory> doubles the time to parse this header
};

}  // namespace detail

}  // namespace tjit
