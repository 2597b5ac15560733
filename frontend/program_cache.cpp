// Looking programs up, making them, and telling why they were made.
#include "frontend/program_cache.h"

#include <algorithm>

#include "frontend/apply.h"

namespace tjit {

namespace {

/// Lines that are kept of why programs were made, and hashes of those that were dropped.
constexpr std::size_t kHistory = 256, kDropped = 65536;
/// Differences that are told of two signatures.
constexpr std::size_t kDifferences = 3;
/// An estimate of what an op costs in a program that is kept: the IR as captured and as compiled, and machine code.
constexpr std::int64_t kOpBytes = 1024;
constexpr std::int64_t kProgramBytes = 16384;

bool same(const Scalar& a, const Scalar& b) { return a.kind == b.kind && a.narrow == b.narrow && a.i == b.i; }

std::string counted(std::int64_t n, std::string_view word) {
  return std::to_string(n) + " " + std::string(word) + (n == 1 ? "" : "s");
}

/// What changes a tensor argument of one type into one that would not have needed a new program.
std::string cure(const Type& before, const Type& now) {
  if (before.shape == now.shape) return "; cast it before the call to use one program";
  return "; every shape has a program of its own";
}

std::size_t mix(std::size_t hash, std::uint64_t value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
  return hash ^ (hash >> 32);
}

std::size_t hash_of(const Signature& s) {
  std::size_t hash = mix(s.tensors.size(), reinterpret_cast<std::uintptr_t>(s.cxx_types));
  for (const TensorImpl* t : s.tensors) {
    hash = mix(hash, static_cast<std::uint64_t>(t->type.dtype) * 16 + static_cast<std::uint64_t>(t->type.shape.size()));
    for (const std::int64_t d : t->type.shape) hash = mix(hash, static_cast<std::uint64_t>(d));
  }
  for (const Scalar& n : s.statics) hash = mix(hash, static_cast<std::uint64_t>(n.i));
  return hash;
}

std::int64_t bytes_of(const CachedProgram& program) {
  std::int64_t bytes = kProgramBytes;
  for (const Function& f : program.module.functions) {
    bytes += kOpBytes * f.op_count();
    for (std::int32_t i = 0; i < f.op_count(); ++i)
      if (const Literal* literal = f.op({i}).result_count == 1 ? f.constant(f.op({i}).first_result) : nullptr)
        bytes += literal->stored_bytes();
  }
  return bytes;
}

}  // namespace

struct ProgramCache::Entry {
  enum class State : std::uint8_t { Making, Failed, Made, Compiling, Compiled };

  Entry(const Signature& s, std::size_t key)
      : hash(key), cxx_types(s.cxx_types), types(types_of(s.tensors)), statics(s.statics.begin(), s.statics.end()) {}

  [[gnu::always_inline]] bool matches(const Signature& s) const {
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

  /// How it differs from the program used before it, argument by argument.
  std::string difference(const Entry& before, Place place) const {
    if (before.cxx_types != cxx_types) return "the C++ types of the arguments changed";
    std::vector<std::string> found;
    std::string advised;
    const auto add = [&](std::size_t i, bool is_static, const std::string& from, const std::string& to,
                         std::string_view advice) {
      const detail::ArgumentPlace at = place(i, is_static);
      found.push_back((at.is_length ? "the length of argument " : "argument ") + std::to_string(at.argument) +
                      " changed from " + from + " to " + to);
      if (!at.is_length && advice != advised) found.back() += advised = advice;
      return at.is_length;
    };
    // Behind a vector of another length, nothing stands where it stood.
    bool moved = false;
    for (std::size_t i = 0; i < std::min(before.statics.size(), statics.size()) && !moved; ++i)
      if (!same(before.statics[i], statics[i]))
        moved = add(i, true, to_string(before.statics[i]), to_string(statics[i]),
                    "; pass it as a Tensor to use one program for all values");
    for (std::size_t i = 0; i < std::min(before.types.size(), types.size()) && !moved; ++i)
      if (before.types[i] != types[i])
        add(i, false, to_string(before.types[i]), to_string(types[i]), cure(before.types[i], types[i]));
    if (found.empty()) return "the program made for these arguments was dropped from the cache";
    std::string text = found[0];
    for (std::size_t i = 1; i < std::min(found.size(), kDifferences); ++i) text += ". Also " + found[i];
    if (found.size() > kDifferences)
      text += ". Also " + counted(static_cast<std::int64_t>(found.size() - kDifferences), "other") + " changed";
    return text;
  }

  bool is_finished() const { return state >= State::Made; }

  const std::size_t hash;
  const void* cxx_types;
  std::vector<Type> types;
  std::vector<Scalar> statics;
  std::int64_t bytes = 0;        ///< as counted by the cache that holds it
  Entries::iterator position{};  ///< in the cache's list
  bool is_kept = false;          ///< whether it stands there
  State state = State::Making;   ///< guarded by the cache's mutex, as is `program` until it is finished
  CachedProgram program;
};

ProgramCache::ProgramCache(Words words, CompileOptions options, const Limits& limits)
    : words_(std::move(words)), options_(std::move(options)), limits_(limits) {}
ProgramCache::~ProgramCache() = default;

ProgramCache::EntryPtr ProgramCache::find(const Signature& signature) {
  if (entries_.empty()) return nullptr;
  if (entries_.front()->matches(signature)) [[likely]]
    return entries_.front();
  return find_by_hash(signature);
}

ProgramCache::EntryPtr ProgramCache::find_by_hash(const Signature& signature) {
  const auto [first, last] = by_hash_.equal_range(hash_of(signature));
  for (auto it = first; it != last; ++it) {
    if (!(*it->second)->matches(signature)) continue;
    entries_.splice(entries_.begin(), entries_, it->second);
    return entries_.front();
  }
  return nullptr;
}

void ProgramCache::insert(const EntryPtr& entry) {
  entry->position = entries_.insert(entries_.begin(), entry);
  entry->is_kept = true;
  by_hash_.emplace(entry->hash, entry->position);
}

void ProgramCache::remove(const EntryPtr& entry) {
  if (!std::exchange(entry->is_kept, false)) return;
  bytes_ -= entry->bytes;
  const auto [first, last] = by_hash_.equal_range(entry->hash);
  by_hash_.erase(std::find_if(first, last, [&](const auto& pair) { return pair.second == entry->position; }));
  entries_.erase(entry->position);
}

void ProgramCache::keep_limits() {
  while (entries_.size() > 1 && (entries_.size() > limits_.programs || bytes_ > limits_.bytes)) {
    const EntryPtr oldest = entries_.back();
    if (was_dropped_.size() < kDropped) was_dropped_.insert(oldest->hash);
    ++dropped_;
    remove(oldest);
  }
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
    remove(entry);
    end(Entry::State::Failed);
    throw;
  }
  const std::int64_t bytes = bytes_of(entry->program);
  lock.lock();
  if (history_.size() == kHistory) history_.erase(history_.begin());
  history_.push_back(entry->text() + ": " + std::move(reason));
  if (entry->is_kept) bytes_ += entry->bytes = bytes;
  keep_limits();
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
  auto entry = std::make_shared<Entry>(signature, hash_of(signature));
  made_again_ += was_dropped_.contains(entry->hash) ? 1 : 0;
  std::string reason = entries_.empty() ? "first call" : entry->difference(*entries_.front(), place);
  insert(entry);
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
  text += drops();
  for (const EntryPtr& e : entries_) {
    if (!e->is_finished()) continue;
    for (const Type& t : e->program.captures)
      text += "  " + e->text() + " binds an outside tensor " + to_string(t) +
              " as it was when captured; pass it as an argument to keep it dynamic\n";
  }
  return text;
}

/// Whether the limits cost more than memory.
std::string ProgramCache::drops() const {
  if (dropped_ == 0) return "";
  return "  " + counted(dropped_, "program") + " left the cache, which keeps " + std::to_string(limits_.programs) +
         " programs and " + std::to_string(limits_.bytes >> 20) + " MiB" +
         (made_again_ == 0 ? "" : "; " + counted(made_again_, words_.making) + " made one of them again") +
         ": call it with fewer shapes and numbers\n";
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
  while (!entries_.empty()) remove(EntryPtr(entries_.front()));
  history_.clear();
  was_dropped_.clear();
  dropped_ = made_again_ = 0;
}

}  // namespace tjit
