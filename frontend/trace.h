// Capturing a function: while a Trace is current on a thread, ops are recorded in it instead of executed.
#pragma once

#include <memory>
#include <unordered_map>

#include "ir/builder.h"
#include "runtime/array.h"
#include "runtime/tensor_impl.h"
#include "tjit/tensor.h"

namespace tjit {

/// A function being captured, or captured already.
class Trace : public std::enable_shared_from_this<Trace> {
 public:
  Trace(std::string name, const Location& at) : builder_(std::move(name)), at_(at) {}

  /// The capture under way on this thread, or null.
  static Trace* current() { return current_; }

  Builder& builder() { return builder_; }
  const Builder& builder() const { return builder_; }
  const std::string& name() const { return builder_.function().name; }
  const Location& at() const { return at_; }

  Tensor param(const Type& type) { return wrap(builder_.param(type)); }
  /// The symbolic tensor for a value of this trace.
  Tensor wrap(ValueId value);
  /// The value that a tensor is here; a concrete one becomes a constant. Throws Error, placed at `at`, for undefined
  /// tensors and for those of another trace or a closed block.
  ValueId value_of(const Tensor& tensor, const Location& at);

  /// Marks a concrete tensor as made by the function itself: a constant, not an outside tensor that it binds.
  void own(const Tensor& tensor);

  /// Whether a branch or body is being traced on this thread.
  static bool in_block() { return current_ != nullptr && current_->builder_.current_block() != Function::kBody; }
  /// What a handle that was copied or assigned in a branch or body gets instead of `impl`, taking over its count: the
  /// same value in a block of its own, so that it shows whether somebody holds it when the branch or body has ended.
  TensorImpl* watch(TensorImpl* impl);
  std::size_t watched_count() const { return watched_.size(); }
  /// Forgets what is watched from the place `first` on. What one of it is when a handle still holds it, else nothing.
  std::string end_watch(std::size_t first);
  /// `%7 (f32[], `reduce_sum` at prog.cc:12:12)`, with the number that the program's text shows.
  std::string describe(ValueId value) const;
  /// `'f' (prog.cc:8:3)`.
  std::string title() const;
  bool ended() const { return ended_; }

  /// Opens a block inside the current one, for a function called at `at`; throws Error when it is nested too deep.
  BlockId begin_block(std::span<const Type> params, const Location& at);
  void end_block(std::span<const ValueId> yields);

  /// Types of the outside tensors that were bound as constants.
  const std::vector<Type>& captures() const { return captures_; }
  Function finish(std::span<const Tensor> results);

  /// Makes a trace current for a scope.
  class Scope {
   public:
    explicit Scope(Trace& trace) : previous_(current_) { current_ = &trace; }
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Trace* previous_;
  };

 private:
  static constinit thread_local Trace* current_ [[gnu::tls_model("initial-exec")]];

  struct Constant {
    Array elements;  ///< kept, so that the address stays its own
    ValueId value;   ///< invalid when there is none yet
  };
  struct Watched {
    Array tensor;  ///< counted once here
    Array origin;  ///< the concrete tensor that it stands for
  };

  TensorImpl* symbol(ValueId value);
  /// The concrete tensor whose constant stands for this one too.
  TensorImpl* origin(TensorImpl* impl) const;

  Builder builder_;
  Location at_;
  bool ended_ = false;
  int nested_ = 0;                                       ///< open blocks
  std::unordered_map<TensorImpl*, Constant> constants_;  ///< made for concrete tensors
  std::vector<Watched> watched_;
  std::unordered_map<TensorImpl*, TensorImpl*> origins_;  ///< of concrete tensors that are watched
  std::vector<Type> captures_;
};

/// A tensor that stands for a value of a trace.
struct SymbolicTensor : TensorImpl {
  std::shared_ptr<Trace> trace;
  ValueId value;
};

inline bool is_symbolic(const TensorImpl* t) { return t->kind == TensorImpl::Kind::Other; }
/// Throws Error for a tensor without a value, placed at `at` and naming the op when there is one.
[[noreturn]] void fail_undefined(const Location& at, std::string_view op = {});
/// What to do instead of asking a symbolic tensor for its value, by why it was asked.
inline constexpr std::string_view kToBranch = "use cond/while_loop";
inline constexpr std::string_view kToRead = "return it from the function to have its elements, or show it with print()";
/// Throws the error that says why a symbolic tensor has no elements yet, and the cure: at the place that asks for them,
/// or that of the op when it is unknown.
[[noreturn]] void fail_symbolic(const TensorImpl* t, const Location& at, std::string_view cure);
/// The implementation of a tensor that must have elements; throws Error for undefined and symbolic ones.
TensorImpl* concrete(const Tensor& t, const Location& at, std::string_view cure);
/// Returns a new tensor that the function being captured, if there is one, makes itself.
Tensor own(Tensor t);

/// A Tensor's elements as the runtime's Array, and back; both share the counted block.
Array to_array(const Tensor& t, const Location& at = {});
std::vector<Array> to_arrays(std::span<const Tensor> tensors);
inline Tensor to_tensor(Array a) { return Tensor::adopt(a.release()); }

}  // namespace tjit
