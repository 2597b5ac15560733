// Calls of compiled programs: arguments, results, memory, errors.
#include "codegen/executable.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstring>
#include <exception>
#include <optional>

#include "codegen/arena.h"
#include "ir/ops/structure.h"
#include "ir/sizes.h"
#include "runtime/allocator.h"
#include "runtime/float_state.h"
#include "runtime/tensor_impl.h"
#include "tjit/short_list.h"

namespace tjit {

Executable::Executable(const Function& program, const CompileTimes& times)
    : param_types_(program.param_types()), result_types_(program.result_types()), times_(times) {}

Executable::~Executable() = default;

std::vector<Array> Executable::run(std::span<const Array> args, const PrintSink& print) const {
  std::vector<Array> results(result_types_.size());
  run(args, results, print);
  return results;
}

namespace {

/// Arenas and lists of pointers up to these sizes lie on the stack.
constexpr std::size_t kStackArena = 8192;
constexpr std::size_t kStackPointers = 16;

class LargeBlock {
 public:
  explicit LargeBlock(std::size_t bytes) : bytes_(bytes), data_(static_cast<std::byte*>(allocate_large(bytes))) {}
  LargeBlock(const LargeBlock&) = delete;
  LargeBlock& operator=(const LargeBlock&) = delete;
  ~LargeBlock() { free_large(data_, bytes_); }
  std::byte* data() { return data_; }

 private:
  std::size_t bytes_;
  std::byte* data_;
};

/// Whether a result may go there: generated code writes whole aligned vectors.
bool takes(const TensorImpl& t, const Type& type) {
  return t.contiguous && reinterpret_cast<std::uintptr_t>(t.data) % kArenaAlignment == 0 && t.writable() &&
         has_type(t, type);
}

View row_major(const Type& type) { return {type.shape, row_major_strides(type.shape), 0}; }

}  // namespace

InterpretedExecutable::InterpretedExecutable(const Module& module, const Function& entry)
    : Executable(entry, {}), module_(module) {
  const auto same = std::ranges::find_if(module.functions, [&](const Function& f) { return &f == &entry; });
  entry_ = static_cast<std::size_t>(same - module.functions.begin());
  if (same == module.functions.end()) module_.functions.push_back(entry);
}

void InterpretedExecutable::run(std::span<const Array> args, std::span<Array> results, const PrintSink& print) const {
  TJIT_CHECK(results.size() == result_types_.size());
  std::ranges::move(interpret(module_, module_.functions[entry_], args, {.print = print}), results.begin());
}

void InterpretedExecutable::run(std::span<const TensorImpl* const> args, std::span<Array> results,
                                const PrintSink& print) const {
  std::vector<Array> arrays;
  for (const TensorImpl* t : args) arrays.push_back(share(t));
  run(arrays, results, print);
}

/// What a call takes beside its arguments.
struct NativeExecutable::Memory {
  Memory(std::size_t args, std::size_t results) : inputs(args), outputs(results) {}

  ShortList<const void*, kStackPointers> inputs;
  std::vector<Array> copies;  ///< of arguments with gaps
  ShortList<void*, kStackPointers> outputs;
  std::optional<LargeBlock> arena;
};

struct NativeExecutable::Call {
  Frame frame{};
  const NativeExecutable* executable;
  const PrintSink* sink;
  std::exception_ptr raised;
};

NativeExecutable::NativeExecutable(std::unique_ptr<InterpretedExecutable>&& source, Lowered program,
                                   std::unique_ptr<CompiledCode> code, CompileTimes times)
    : Executable(program.function, times), program_(std::move(program)), code_(std::move(code)) {
  const Function& f = program_.function;
  for (const OpId id : program_.routines) {
    std::vector<OperandWindow> operands;
    for (const Type& t : f.operand_types(id)) operands.push_back({t.dtype, row_major(t)});
    routines_.push_back(make_routine({f.def(id), f.op(id).attrs.get(), operands, f.types(f.results(id))}));
  }
  for (const ValueId v : program_.plan.constants) {
    constants_.push_back(Array::of(*f.constant(v)).contiguous());
    constant_data_.push_back(constants_.back().data());
  }
  for (std::int32_t i = 0; i < f.op_count(); ++i) {
    if (f.form({i}) == Form::Map || f.is_group({i}) || f.form({i}) == Form::Effect)
      record_size_ = std::max(record_size_, recorded_values(f, {i}).size());
  }
  source_ = std::move(source);
}

void NativeExecutable::fail_arguments(std::span<const TensorImpl* const> args) const {
  for (const TensorImpl* t : args) TJIT_CHECK(t != nullptr);
  (void)bind_sizes(program_.function.name, param_types_, types_of(args), program_.function.loc);
  check_failed("arguments of other types than the parameters were bound to them", __FILE__, __LINE__);
}

void NativeExecutable::run(std::span<const Array> args, std::span<Array> results, const PrintSink& print) const {
  // Results that stand where the arguments do must not replace them before they are read.
  std::vector<Array> kept;
  if (args.data() < results.data() + results.size() && results.data() < args.data() + args.size())
    kept.assign(args.begin(), args.end());
  ShortList<const TensorImpl*, kStackPointers> tensors;
  for (const Array& x : args) tensors.push_back(x.impl());
  run(tensors, results, print);
}

void NativeExecutable::run(std::span<const TensorImpl* const> args, std::span<Array> results,
                           const PrintSink& print) const {
  TJIT_CHECK(results.size() == result_types_.size());
  bool fits = args.size() == param_types_.size();
  for (std::size_t i = 0; fits && i < args.size(); ++i)
    fits = args[i] != nullptr && has_type(*args[i], param_types_[i]);
  if (!fits) [[unlikely]]
    fail_arguments(args);

  alignas(kArenaAlignment) std::byte arena[kStackArena];
  Memory memory(args.size(), results.size());
  try {
    prepare(args, results, memory);
  } catch (const OutOfMemory&) {
    // The program takes its memory at once, where the reference takes it op by op: that one raises after the effects
    // that come first, names the op, and may do with less.
    memory.copies.clear();
    std::ranges::fill(results, Array());
    return source_->run(args, results, print);
  }
  Call call;
  call.executable = this;
  call.sink = &print;
  ShortList<ElementBits, kStackPointers> record(record_size_);
  call.frame = {.inputs = memory.inputs.data(),
                .outputs = memory.outputs.data(),
                .arena = memory.arena ? memory.arena->data() : arena,
                .constants = constant_data_.data(),
                .record = record.data(),
                .services = {run_routine, run_print},
                .call = &call};
  enter(call, record.data());
}

void NativeExecutable::prepare(std::span<const TensorImpl* const> args, std::span<Array> results,
                               Memory& memory) const {
  for (std::size_t i = 0; i < args.size(); ++i) {
    const TensorImpl* t = args[i];
    if (!t->contiguous) [[unlikely]]
      t = memory.copies.emplace_back(packed_copy(*t)).impl();
    memory.inputs[i] = t->data;
  }
  for (std::size_t i = 0; i < results.size(); ++i) {
    TensorImpl* t = results[i].impl();
    // A tensor that only the caller's slot holds is written again.
    if (t == nullptr || !takes(*t, result_types_[i])) {
      results[i] = Array::empty(result_types_[i]);
      t = results[i].impl();
    }
    memory.outputs[i] = t->data;
  }
  const auto bytes = static_cast<std::size_t>(program_.plan.arena_bytes);
  if (bytes > kStackArena) memory.arena.emplace(bytes);
}

void NativeExecutable::enter(Call& call, ElementBits* record) const {
  const std::int32_t status = [&] {
    const DefaultFloats floats;
    return code_->entry(&call.frame);
  }();
  if (status == kDone) [[likely]]
    return;
  std::fflush(stdout);  // what was printed is visible before the error
  if (status == kRaised) std::rethrow_exception(call.raised);
  raise({status - 1}, record);
}

std::vector<NativeExecutable::Recorded> NativeExecutable::recorded(OpId op, const ElementBits* record) const {
  const Function& f = program_.function;
  std::vector<Recorded> values;
  for (const ValueId v : recorded_values(f, op)) {
    const void* data = record;
    if (!f.type(v).is_scalar()) data = record->as<const void*>();
    values.push_back({v, Array::copy(f.type(v), data)});
    ++record;
  }
  return values;
}

void NativeExecutable::raise(OpId op, const ElementBits* record) const {
  const Function& f = program_.function;
  std::vector<Array> values(static_cast<std::size_t>(f.value_count()));
  for (std::int32_t i = 0; i < f.value_count(); ++i)
    if (const Literal* c = f.constant({i})) values[static_cast<std::size_t>(i)] = Array::of(*c);
  for (auto& [v, array] : recorded(op, record)) values[static_cast<std::size_t>(v.index)] = std::move(array);
  interpret_op({}, f, op, values);
  TJIT_CHECK(!"compiled code failed where the interpreter does not");
  __builtin_unreachable();
}

void NativeExecutable::print(OpId op, const ElementBits* record, const PrintSink& sink) const {
  const Function& f = program_.function;
  const std::vector<Recorded> values = recorded(op, record);
  std::vector<Array> operands;
  for (const ValueId v : f.operands(op)) {
    const Literal* c = f.constant(v);
    operands.push_back(c != nullptr ? Array::of(*c) : std::ranges::find(values, v, &Recorded::value)->array);
  }
  write_print(print_text(f.def(op).effect().message(f.op(op).attrs.get()), operands), sink);
}

/// Runs `f` for generated code, which has no unwind tables: an exception may not pass through it.
template <class F>
std::int32_t NativeExecutable::guarded(const Frame* frame, F&& f) {
  Call& call = *static_cast<Call*>(frame->call);
  try {
    f(call);
    return kDone;
  } catch (...) {
    call.raised = std::current_exception();
    return kRaised;
  }
}

std::int32_t NativeExecutable::run_routine(const Frame* frame, std::int32_t number, const void* const* operands,
                                           void* const* results) {
  return guarded(frame, [&](Call& call) {
    const NativeExecutable& self = *call.executable;
    const auto i = static_cast<std::size_t>(number);
    const OpId id = self.program_.routines[i];
    const Function& f = self.program_.function;
    const Op& op = f.op(id);
    tjit::run_routine(*self.routines_[i], f.def(id), op.loc, {operands, static_cast<std::size_t>(op.operand_count)},
                      {results, static_cast<std::size_t>(op.result_count)});
  });
}

std::int32_t NativeExecutable::run_print(const Frame* frame, std::int32_t op) {
  return guarded(frame, [&](Call& call) { call.executable->print({op}, frame->record, *call.sink); });
}

}  // namespace tjit
