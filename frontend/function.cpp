// Captured functions: how their programs are made, and how they are called.
#include <atomic>
#include <cstdlib>

#include "frontend/apply.h"
#include "frontend/environment.h"
#include "frontend/numbers.h"
#include "frontend/program_cache.h"
#include "ir/text.h"
#include "runtime/float_state.h"
#include "tjit/function_core.h"

namespace tjit {

namespace {

/// Constants of more elements are abridged in text for people, as values are where they print.
constexpr std::int64_t kShownElements = 1000;

std::atomic<bool>& eager_flag() {
  static std::atomic<bool> on{[] {
    const char* value = std::getenv("TJIT_EAGER");
    return value != nullptr && is_switched_on(value);
  }()};
  return on;
}

}  // namespace

void run_functions_eagerly(bool on) { eager_flag() = on; }
bool executing_eagerly() { return Trace::current() == nullptr; }

namespace detail {

namespace {

/// A function whose body runs on this thread, so that recursion is found.
class RunningBody {
 public:
  explicit RunningBody(const void* function) : function_(function), outer_(innermost) { innermost = this; }
  RunningBody(const RunningBody&) = delete;
  RunningBody& operator=(const RunningBody&) = delete;
  ~RunningBody() { innermost = outer_; }

  static bool contains(const void* function) {
    const RunningBody* scope = innermost;
    while (scope != nullptr && scope->function_ != function) scope = scope->outer_;
    return scope != nullptr;
  }

 private:
  static thread_local constinit const RunningBody* innermost;
  const void* function_;
  const RunningBody* outer_;
};

thread_local constinit const RunningBody* RunningBody::innermost = nullptr;

using Arguments = ShortList<const TensorImpl*, 8>;

}  // namespace

struct FunctionCore::State {
  State(FunctionOptions o, const Location& a)
      : options(std::move(o)),
        at(a),
        cache({"function '" + options.name + "'", "capture", "captured"}, {.fast_math = options.fast_math}) {}

  std::atomic<std::uint32_t> count{1};
  std::unique_ptr<void, void (*)(void*)> callable{nullptr, nullptr};
  FunctionOptions options;
  Location at;
  ProgramCache cache;

  CachedProgram capture(const Call& call) const {
    const auto trace = std::make_shared<Trace>(options.name, at);
    std::vector<Tensor> params;
    for (const Tensor* t : call.tensors)
      params.push_back(of_numbers(trace->param(t->impl()->type), t->impl()->numbers()));
    std::vector<const Tensor*> inputs;
    for (const Tensor& p : params) inputs.push_back(&p);
    Results results;
    CachedProgram program;
    {
      const Trace::Scope tracing(*trace);
      const RunningBody scope(this);
      call.body(inputs.data(), results);
      program.module.functions.push_back(trace->finish(std::span(results.data(), results.size())));
    }
    program.captures = trace->captures();
    return program;
  }

  /// Takes the tensors of a call, which must have elements.
  void read(const Call& call, Arguments& args) const {
    for (std::size_t i = 0; i < call.tensors.size(); ++i) {
      TensorImpl* t = call.tensors[i]->impl();
      if (t == nullptr) [[unlikely]]
        fail_undefined(at, "argument " + std::to_string(call.place(i, false).argument) + " of '" + options.name + "'");
      if (is_symbolic(t)) [[unlikely]]
        fail_symbolic(t, {}, kToRead);
      args.push_back(t);
    }
  }

  void require_no_recursion() const {
    if (RunningBody::contains(this))
      fail_at(at, "'" + options.name + "' calls itself; recursion is not captured, use while_loop");
  }

  std::string text(std::string_view stage, const TextOptions& shown, const CachedProgram& program) const {
    const DefaultFloats floats;
    const Function& f = program.entry();
    const PrintOptions form{.most_elements = shown.whole ? PrintOptions::kAll : kShownElements};
    std::string known;
    for (const StageInfo& s : kStages) {
      if (s.name == stage) return emit(program.module, f, s.stage, cache.options(), form);
      known += std::string(s.name) + ", ";
    }
    PipelineOptions pipeline{.context = {.module = &program.module, .fast_math = options.fast_math}};
    for (const std::string_view pass : default_pipeline()) {
      pipeline.passes.push_back(pass);
      if (pass == stage) return tjit::print(run_passes(f, pipeline), form);
    }
    fail("unknown stage '" + std::string(stage) + "'; known are " + known + "and the passes");
  }
};

FunctionCore::FunctionCore(Kept kept, FunctionOptions options, const Location& at) {
  std::unique_ptr<void, void (*)(void*)> callable(kept.object, kept.destroy);
  if (options.name.empty()) fail_at(at, "function: the name is empty");
  state_ = new State(std::move(options), at);
  state_->callable = std::move(callable);
}

FunctionCore::FunctionCore(const FunctionCore& other) noexcept : state_(other.state_) {
  if (state_ != nullptr) state_->count.fetch_add(1, std::memory_order_relaxed);
}

FunctionCore::~FunctionCore() {
  if (state_ != nullptr && state_->count.fetch_sub(1, std::memory_order_acq_rel) == 1) delete state_;
}

FunctionCore::State& FunctionCore::state() const {
  if (state_ == nullptr) fail("the function was moved to another object");
  return *state_;
}

void FunctionCore::call(const Call& call, Results& results) const {
  State& s = state();
  if (Trace::current() != nullptr || eager_flag().load(std::memory_order_relaxed)) {
    s.require_no_recursion();
    const RunningBody scope(&s);
    return call.body(call.tensors.data(), results);
  }
  Arguments args;
  s.read(call, args);
  const auto make = [&] { return s.capture(call); };
  const ProgramCache::Program program = s.cache.compiled({call.types, args, call.statics}, make, call.place);
  const Executable& executable = *program->executable;
  ShortList<Array, 4> out(executable.result_types().size());
  executable.run(args, out);
  for (Array& a : out) results.push_back(to_tensor(std::move(a)));
}

std::string FunctionCore::text(std::string_view stage, const TextOptions& options, const Call& call) const {
  State& s = state();
  s.require_no_recursion();
  Arguments args;
  s.read(call, args);
  const auto make = [&] { return s.capture(call); };
  return s.text(stage, options, *s.cache.made({call.types, args, call.statics}, make, call.place));
}

std::string FunctionCore::text(std::string_view stage, const TextOptions& options) const {
  const State& s = state();
  const ProgramCache::Program latest = s.cache.latest();
  if (latest == nullptr) fail("'" + s.options.name + "' was not called yet: it has no program to show");
  return s.text(stage, options, *latest);
}

std::string FunctionCore::explain() const { return state().cache.explain(); }
CacheInfo FunctionCore::cache_info() const { return state().cache.info(); }
void FunctionCore::clear() const { state().cache.clear(); }

}  // namespace detail

}  // namespace tjit
