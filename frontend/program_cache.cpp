// Looking programs up, making them, and telling why they were made.
#include "frontend/program_cache.h"

#include <algorithm>

#include "frontend/apply.h"

namespace tjit {

namespace {

/// More programs than this in one cache: the one unused for longest goes.
constexpr std::size_t kCacheSize = 256;

bool same(const Scalar& a, const Scalar& b) { return a.kind == b.kind && a.narrow == b.narrow && a.i == b.i; }

std::string counted(std::int64_t n, std::string_view word) {
  return std::to_string(n) + " " + std::string(word) + (n == 1 ? "" : "s");
}

/// What changes a tensor argument of one type into one that would not have needed a new program.
std::string cure(const Type& before, const Type& now) {
  if (before.shape == now.shape) return "; cast it before the call to use one program";
  return "; every shape has a program of its own";
}

}  // namespace

struct ProgramCache::Entry {
  enum class State : std::uint8_t { Making, Failed, Made, Compiling, Compiled };

  explicit Entry(const Signature& s)
      : cxx_types(s.cxx_types), types(types_of(s.tensors)), statics(s.statics.begin(), s.statics.end()) {}

  bool matches(const Signature& s) const {
    if (cxx_types != s.cxx_types || types.size() != s.tensors.size() || statics.size() != s.statics.size())
      return false;
    for (std::size_t i = 0; i < types.size(); ++i)
      if (!has_type(*s.tensors[i], types[i])) return false;
    return std::ranges::equal(statics, s.statics, same);
  }

  std::string text() const {
    std::string text;
    for (const Type& t : types) text += (text.empty() ? "" : ", ") + to_string(t);
    for (const Scalar& s : statics) text += (text.empty() ? "" : ", ") + to_string(s);
    return "(" + text + ")";
  }

  /// How it differs from the program used before it: the first argument that does.
  std::string difference(const Entry& before, Place place) const {
    const auto argument = [&](std::size_t i, bool is_static) {
      const detail::ArgumentPlace at = place(i, is_static);
      return (at.is_length ? "the length of argument " : "argument ") + std::to_string(at.argument);
    };
    if (before.cxx_types != cxx_types) return "the C++ types of the arguments changed";
    for (std::size_t i = 0; i < std::min(before.statics.size(), statics.size()); ++i)
      if (!same(before.statics[i], statics[i]))
        return argument(i, true) + " changed from " + to_string(before.statics[i]) + " to " + to_string(statics[i]) +
               (place(i, true).is_length ? "" : "; pass it as a Tensor to use one program for all values");
    for (std::size_t i = 0; i < std::min(before.types.size(), types.size()); ++i)
      if (before.types[i] != types[i])
        return argument(i, false) + " changed from " + to_string(before.types[i]) + " to " + to_string(types[i]) +
               cure(before.types[i], types[i]);
    return "the program made for these arguments was dropped from the cache";
  }

  bool is_finished() const { return state >= State::Made; }

  const void* cxx_types;
  std::vector<Type> types;
  std::vector<Scalar> statics;
  State state = State::Making;  ///< guarded by the cache's mutex, as is `program` until it is finished
  CachedProgram program;
};

ProgramCache::ProgramCache(Words words, CompileOptions options)
    : words_(std::move(words)), options_(std::move(options)) {}
ProgramCache::~ProgramCache() = default;

ProgramCache::EntryPtr ProgramCache::find(const Signature& signature) {
  const auto it = std::ranges::find_if(entries_, [&](const EntryPtr& e) { return e->matches(signature); });
  if (it == entries_.end()) return nullptr;
  if (it != entries_.begin()) std::rotate(entries_.begin(), it, it + 1);
  return entries_.front();
}

/// Makes a new entry's program, without the lock while `make` runs.
void ProgramCache::make_entry(const EntryPtr& entry, Make make, std::string reason, Lock& lock) {
  const auto end = [&](Entry::State state) {
    entry->state = state;
    changed_.notify_all();
  };
  lock.unlock();
  try {
    entry->program = make();
  } catch (...) {
    lock.lock();
    std::erase(entries_, entry);
    end(Entry::State::Failed);
    throw;
  }
  lock.lock();
  if (history_.size() == kCacheSize) history_.erase(history_.begin());
  history_.push_back(entry->text() + ": " + std::move(reason));
  end(Entry::State::Made);
}

ProgramCache::EntryPtr ProgramCache::obtain(const Signature& signature, Make make, Place place, Lock& lock) {
  for (;;) {
    EntryPtr entry = find(signature);
    if (entry == nullptr) break;
    changed_.wait(lock, [&] { return entry->state != Entry::State::Making; });
    if (entry->state == Entry::State::Failed) continue;  // the other thread has the error; this one gets its own
    ++info_.hits;
    return entry;
  }
  ++info_.misses;
  auto entry = std::make_shared<Entry>(signature);
  std::string reason = entries_.empty() ? "first call" : entry->difference(*entries_.front(), place);
  if (entries_.size() == kCacheSize) entries_.pop_back();
  entries_.insert(entries_.begin(), entry);
  make_entry(entry, make, std::move(reason), lock);
  return entry;
}

ProgramCache::Program ProgramCache::made(const Signature& signature, Make make, Place place) {
  Lock lock(mutex_);
  const EntryPtr entry = obtain(signature, make, place, lock);
  return {entry, &entry->program};
}

ProgramCache::Program ProgramCache::compiled(const Signature& signature, Make make, Place place) {
  Lock lock(mutex_);
  EntryPtr entry = obtain(signature, make, place, lock);
  if (entry->state != Entry::State::Compiled) [[unlikely]]
    compile_entry(*entry, lock);
  const CachedProgram* program = &entry->program;
  return {std::move(entry), program};
}

void ProgramCache::compile_entry(Entry& entry, Lock& lock) {
  changed_.wait(lock, [&] { return entry.state != Entry::State::Compiling; });
  if (entry.state == Entry::State::Compiled) return;
  entry.state = Entry::State::Compiling;
  lock.unlock();
  const auto end = [&](Entry::State state) {
    lock.lock();
    entry.state = state;
    changed_.notify_all();
  };
  try {
    entry.program.executable = compile(entry.program.module, entry.program.entry(), options_);
  } catch (...) {
    end(Entry::State::Made);
    throw;
  }
  end(Entry::State::Compiled);
}

ProgramCache::Program ProgramCache::latest() const {
  const Lock lock(mutex_);
  const auto it = std::ranges::find_if(entries_, &Entry::is_finished, [](const EntryPtr& e) -> Entry& { return *e; });
  return it == entries_.end() ? nullptr : Program(*it, &(*it)->program);
}

std::string ProgramCache::explain() const {
  const Lock lock(mutex_);
  std::string text = words_.title + ": " + counted(finished(), "program") + ", " + counted(info_.hits, "hit") + ", " +
                     counted(info_.misses, words_.making) + "\n";
  for (const std::string& line : history_) text += "  " + std::string(words_.made) + " for " + line + "\n";
  for (const EntryPtr& e : entries_) {
    if (!e->is_finished()) continue;
    for (const Type& t : e->program.captures)
      text += "  " + e->text() + " binds an outside tensor " + to_string(t) +
              " as it was when captured; pass it as an argument to keep it dynamic\n";
  }
  return text;
}

std::int64_t ProgramCache::finished() const {
  return std::ranges::count_if(entries_, [](const EntryPtr& e) { return e->is_finished(); });
}

CacheInfo ProgramCache::info() const {
  const Lock lock(mutex_);
  CacheInfo info = info_;
  info.size = finished();
  return info;
}

void ProgramCache::clear() {
  const Lock lock(mutex_);
  entries_.clear();
  history_.clear();
}

}  // namespace tjit
