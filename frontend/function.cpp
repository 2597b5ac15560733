// Captured functions: the cache of programs, one for each signature.
#include "tjit/function.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>

#include "codegen/program.h"
#include "frontend/apply.h"
#include "ir/text.h"
#include "passes/pass.h"
#include "runtime/float_state.h"

namespace tjit {

namespace {

std::atomic<bool>& eager_flag() {
  static std::atomic<bool> on{[] {
    const char* value = std::getenv("TJIT_EAGER");
    return value != nullptr && *value != '\0' && std::string_view(value) != "0";
  }()};
  return on;
}

/// More programs than this in one cache: the one unused for longest goes.
constexpr std::size_t kCacheSize = 256;

bool same(const Scalar& a, const Scalar& b) { return a.kind == b.kind && a.narrow == b.narrow && a.i == b.i; }

}  // namespace

void run_functions_eagerly(bool on) { eager_flag() = on; }
bool executing_eagerly() { return Trace::current() == nullptr; }

namespace detail {

namespace {

/// One captured program and what it was captured for.
struct Entry {
  const void* cxx_types = nullptr;
  std::vector<Type> types;
  std::vector<Scalar> statics;
  Module module;
  std::vector<Type> captures;
  std::once_flag compiled;
  std::unique_ptr<Executable> executable;
};

/// The functions whose bodies are running on this thread for a capture, so that recursion is found.
thread_local std::vector<const void*> capturing;

struct CapturingScope {
  explicit CapturingScope(const void* function) { capturing.push_back(function); }
  ~CapturingScope() { capturing.pop_back(); }
};

std::string signature_text(const Entry& e) {
  std::string text;
  for (const Type& t : e.types) text += (text.empty() ? "" : ", ") + to_string(t);
  for (const Scalar& s : e.statics) text += (text.empty() ? "" : ", ") + to_string(s);
  return "(" + text + ")";
}

/// What changes a tensor argument of one type into one that would not have needed a capture.
std::string cure(const Type& before, const Type& now) {
  if (before.shape == now.shape) return "; cast it before the call to use one program";
  return "; every shape has a program of its own";
}

/// Why a new program was captured: the first argument that differs from the latest one's.
std::string difference(const Entry& before, const Entry& now, const Call& call) {
  const auto argument = [&](std::size_t i, bool is_static) {
    const ArgumentPlace place = call.place(i, is_static);
    return (place.is_length ? "the length of argument " : "argument ") + std::to_string(place.argument);
  };
  if (before.cxx_types != now.cxx_types) return "the C++ types of the arguments changed";
  for (std::size_t i = 0; i < std::min(before.statics.size(), now.statics.size()); ++i)
    if (!same(before.statics[i], now.statics[i]))
      return argument(i, true) + " changed from " + to_string(before.statics[i]) + " to " + to_string(now.statics[i]) +
             (call.place(i, true).is_length ? "" : "; pass it as a Tensor to use one program for all values");
  for (std::size_t i = 0; i < std::min(before.types.size(), now.types.size()); ++i)
    if (before.types[i] != now.types[i])
      return argument(i, false) + " changed from " + to_string(before.types[i]) + " to " + to_string(now.types[i]) +
             cure(before.types[i], now.types[i]);
  return "the program made for these arguments was dropped from the cache";
}

}  // namespace

struct FunctionCore::State {
  FunctionOptions options;
  Location at;
  std::mutex mutex;
  std::vector<std::shared_ptr<Entry>> entries;  ///< latest used first
  std::vector<std::string> history;
  CacheInfo info;

  static bool matches(const Entry& e, const Call& call) {
    return e.cxx_types == call.types && e.types.size() == call.tensors.size() &&
           e.statics.size() == call.statics.size() && std::ranges::equal(e.statics, call.statics, same) &&
           std::ranges::equal(e.types, call.tensors,
                              [](const Type& t, const Tensor& a) { return t == concrete(a)->type; });
  }

  std::shared_ptr<Entry> capture(const Call& call) {
    const auto trace = std::make_shared<Trace>(options.name, at);
    auto entry = std::make_shared<Entry>();
    entry->cxx_types = call.types;
    entry->statics = call.statics;
    Tensors params, results;
    for (const Tensor& a : call.tensors) {
      entry->types.push_back(concrete(a)->type);
      params.push_back(trace->param(entry->types.back()));
    }
    {
      const Trace::Scope tracing(*trace);
      const CapturingScope scope(this);
      call.body(params, results);
      entry->module.functions.push_back(trace->finish(results));
    }
    entry->captures = trace->captures();
    if (history.size() == kCacheSize) history.erase(history.begin());
    history.push_back(signature_text(*entry) + ": " +
                      (entries.empty() ? "first call" : difference(*entries.front(), *entry, call)));
    return entry;
  }

  /// The program for these arguments, captured when there is none. Others wait meanwhile.
  std::shared_ptr<Entry> find(const Call& call) {
    const std::scoped_lock lock(mutex);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (!matches(*entries[i], call)) continue;
      if (i != 0)
        std::rotate(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(i),
                    entries.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      ++info.hits;
      return entries.front();
    }
    ++info.misses;
    std::shared_ptr<Entry> entry = capture(call);
    if (entries.size() == kCacheSize) entries.pop_back();
    entries.insert(entries.begin(), entry);
    return entry;
  }

  const Executable& executable(Entry& entry) const {
    std::call_once(entry.compiled, [&] {
      entry.executable = tjit::compile(entry.module, entry.module.entry(), {.fast_math = options.fast_math});
    });
    return *entry.executable;
  }

  void require_not_capturing() const {
    if (std::ranges::find(capturing, static_cast<const void*>(this)) != capturing.end())
      fail_at(at,
              "'" + options.name + "' calls itself while it is captured; recursion is not captured, use while_loop");
  }

  std::string text(std::string_view stage, const Entry& entry) const {
    const DefaultFloats floats;
    const CompileOptions compile_options{.fast_math = options.fast_math};
    const Function& f = entry.module.entry();
    if (stage == "ir") return tjit::print(f);
    if (stage == "opt") return emit(entry.module, f, Stage::Opt, compile_options);
    if (stage == "kernel") return emit(entry.module, f, Stage::Kernel, compile_options);
    if (stage == "llvm") return emit(entry.module, f, Stage::Llvm, compile_options);
    if (stage == "asm") return emit(entry.module, f, Stage::Asm, compile_options);
    PipelineOptions pipeline{.context = {.module = &entry.module, .fast_math = options.fast_math}};
    for (const std::string_view pass : default_pipeline()) {
      pipeline.passes.push_back(pass);
      if (pass == stage) return tjit::print(run_passes(f, pipeline));
    }
    fail("unknown stage '" + std::string(stage) + "'; known are ir, opt, kernel, llvm, asm and the passes");
  }
};

FunctionCore::FunctionCore(FunctionOptions options, const Location& at)
    : state_(new State{std::move(options), at, {}, {}, {}, {}}) {}

FunctionCore::~FunctionCore() { delete state_; }

void FunctionCore::call(const Call& call, Tensors& results) {
  state_->require_not_capturing();
  if (Trace::current() != nullptr) {
    const CapturingScope scope(state_);
    return call.body(call.tensors, results);
  }
  if (eager_flag().load(std::memory_order_relaxed)) return call.body(call.tensors, results);
  const std::shared_ptr<Entry> entry = state_->find(call);
  const Executable& executable = state_->executable(*entry);
  const std::size_t count = executable.result_types().size();
  const Tensors& args = call.tensors;
  static constexpr std::size_t kInline = 8;
  if (args.size() <= kInline && count <= kInline) {
    Array in[kInline], out[kInline];
    for (std::size_t i = 0; i < args.size(); ++i) in[i] = to_array(args[i]);
    executable.run(std::span(in, args.size()), std::span(out, count));
    for (std::size_t i = 0; i < count; ++i) results.push_back(to_tensor(std::move(out[i])));
    return;
  }
  std::vector<Array> in;
  for (const Tensor& a : args) in.push_back(to_array(a));
  for (Array& a : executable.run(in)) results.push_back(to_tensor(std::move(a)));
}

std::string FunctionCore::text(std::string_view stage, const Call& call) {
  state_->require_not_capturing();
  return state_->text(stage, *state_->find(call));
}

std::string FunctionCore::text(std::string_view stage) const {
  std::shared_ptr<const Entry> latest;
  {
    const std::scoped_lock lock(state_->mutex);
    if (!state_->entries.empty()) latest = state_->entries.front();
  }
  if (latest == nullptr) fail("'" + state_->options.name + "' was not called yet: it has no program to show");
  return state_->text(stage, *latest);
}

std::string FunctionCore::explain() const {
  const std::scoped_lock lock(state_->mutex);
  std::string text = "function '" + state_->options.name + "': " + std::to_string(state_->entries.size()) + " program" +
                     (state_->entries.size() == 1 ? "" : "s") + ", " + std::to_string(state_->info.hits) + " hit" +
                     (state_->info.hits == 1 ? "" : "s") + ", " + std::to_string(state_->info.misses) + " capture" +
                     (state_->info.misses == 1 ? "" : "s") + "\n";
  for (const std::string& line : state_->history) text += "  captured for " + line + "\n";
  for (const auto& e : state_->entries) {
    for (const Type& t : e->captures)
      text += "  " + signature_text(*e) + " binds an outside tensor " + to_string(t) +
              " as it was when captured; pass it as an argument to keep it dynamic\n";
  }
  return text;
}

CacheInfo FunctionCore::cache_info() const {
  const std::scoped_lock lock(state_->mutex);
  CacheInfo info = state_->info;
  info.size = static_cast<std::int64_t>(state_->entries.size());
  return info;
}

void FunctionCore::clear() {
  const std::scoped_lock lock(state_->mutex);
  state_->entries.clear();
  state_->history.clear();
}

}  // namespace detail

}  // namespace tjit
