// Captured functions: the cache of programs, one for each signature.
#include "tjit/function.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>

#include "codegen/program.h"
#include "frontend/trace.h"
#include "ir/text.h"
#include "passes/pass.h"

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

bool same(const Scalar& a, const Scalar& b) { return a.kind == b.kind && a.i == b.i; }

}  // namespace

void run_functions_eagerly(bool on) { eager_flag() = on; }
bool executing_eagerly() { return Trace::current() == nullptr; }

namespace detail {

namespace {

/// One captured program and what it was captured for.
struct Entry {
  std::vector<Type> types;
  std::vector<Scalar> statics;
  Module module;
  std::vector<Type> captures;
  std::unique_ptr<Executable> executable;
  std::int64_t calls = 0;
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
  for (const Scalar& s : e.statics)
    text += (text.empty() ? "" : ", ") + (s.kind == Scalar::Kind::Float ? std::to_string(s.f) : std::to_string(s.i));
  return "(" + text + ")";
}

/// Why a new program was captured: the first argument that differs from the latest one's.
std::string difference(const Entry& before, const Entry& now) {
  if (before.types.size() != now.types.size())
    return "the number of tensors changed from " + std::to_string(before.types.size()) + " to " +
           std::to_string(now.types.size());
  for (std::size_t i = 0; i < now.types.size(); ++i)
    if (before.types[i] != now.types[i])
      return "argument " + std::to_string(i) + " changed from " + to_string(before.types[i]) + " to " +
             to_string(now.types[i]);
  return "a host number changed; pass it as a Tensor to keep it dynamic";
}

}  // namespace

struct FunctionCore::State {
  FunctionOptions options;
  Location at;
  std::mutex mutex;
  std::vector<std::shared_ptr<Entry>> entries;  ///< latest used first
  std::vector<std::string> history;
  CacheInfo info;

  bool matches(const Entry& e, const Tensors& args, const std::vector<Scalar>& statics) const {
    return e.types.size() == args.size() && e.statics.size() == statics.size() &&
           std::ranges::equal(e.statics, statics, same) &&
           std::ranges::equal(e.types, args, [](const Type& t, const Tensor& a) { return t == concrete(a)->type; });
  }

  std::shared_ptr<Entry> capture(const Tensors& args, const std::vector<Scalar>& statics, const Body& body) {
    const auto trace = std::make_shared<Trace>(options.name, at);
    auto entry = std::make_shared<Entry>();
    entry->statics = statics;
    Tensors params, results;
    for (const Tensor& a : args) {
      entry->types.push_back(concrete(a)->type);
      params.push_back(trace->param(entry->types.back()));
    }
    {
      const Trace::Scope tracing(*trace);
      const CapturingScope scope(this);
      body(params, results);
      entry->module.functions.push_back(trace->finish(results));
    }
    entry->captures = trace->captures();
    history.push_back(signature_text(*entry) + ": " +
                      (entries.empty() ? "first call" : difference(*entries.front(), *entry)));
    return entry;
  }

  /// The program for these arguments, captured when there is none. Others wait meanwhile.
  std::shared_ptr<Entry> find(const Tensors& args, const std::vector<Scalar>& statics, const Body& body) {
    const std::scoped_lock lock(mutex);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (!matches(*entries[i], args, statics)) continue;
      if (i != 0)
        std::rotate(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(i),
                    entries.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      ++info.hits;
      return entries.front();
    }
    ++info.misses;
    std::shared_ptr<Entry> entry = capture(args, statics, body);
    if (entries.size() == kCacheSize) entries.pop_back();
    entries.insert(entries.begin(), entry);
    return entry;
  }

  void compile(Entry& entry) {
    const std::scoped_lock lock(mutex);
    if (entry.executable == nullptr)
      entry.executable = tjit::compile(entry.module, entry.module.entry(), {.fast_math = options.fast_math});
  }

  void require_not_capturing() const {
    if (std::ranges::find(capturing, static_cast<const void*>(this)) != capturing.end())
      fail_at(at,
              "'" + options.name + "' calls itself while it is captured; recursion is not captured, use while_loop");
  }

  std::string text(std::string_view stage, const Entry& entry) const {
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

void FunctionCore::call(const Tensors& args, const std::vector<Scalar>& statics, Body body, Tensors& results) {
  state_->require_not_capturing();
  if (Trace::current() != nullptr) {
    const CapturingScope scope(state_);
    return body(args, results);
  }
  if (eager_flag().load(std::memory_order_relaxed)) return body(args, results);
  const std::shared_ptr<Entry> entry = state_->find(args, statics, body);
  if (entry->executable == nullptr) state_->compile(*entry);
  const std::size_t count = entry->executable->result_types().size();
  static constexpr std::size_t kInline = 8;
  if (args.size() <= kInline && count <= kInline) {
    Array in[kInline], out[kInline];
    for (std::size_t i = 0; i < args.size(); ++i) in[i] = to_array(args[i]);
    entry->executable->run(std::span(in, args.size()), std::span(out, count));
    for (std::size_t i = 0; i < count; ++i) results.push_back(to_tensor(std::move(out[i])));
    return;
  }
  std::vector<Array> in;
  for (const Tensor& a : args) in.push_back(to_array(a));
  for (Array& a : entry->executable->run(in)) results.push_back(to_tensor(std::move(a)));
}

std::string FunctionCore::text(std::string_view stage, const Tensors& args, const std::vector<Scalar>& statics,
                               Body body) {
  return state_->text(stage, *state_->find(args, statics, body));
}

std::string FunctionCore::text(std::string_view stage) const {
  if (state_->entries.empty()) fail("'" + state_->options.name + "' was not called yet: it has no program to show");
  return state_->text(stage, *state_->entries.front());
}

std::string FunctionCore::explain() const {
  const std::scoped_lock lock(state_->mutex);
  std::string text = "function '" + state_->options.name + "': " + std::to_string(state_->entries.size()) +
                     " programs, " + std::to_string(state_->info.hits) + " hits, " +
                     std::to_string(state_->info.misses) + " captures\n";
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
