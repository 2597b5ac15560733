// The programs that a captured function, or a program from a file, was compiled to: one for each signature.
#pragma once

#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "codegen/compile.h"
#include "runtime/tensor_impl.h"
#include "tjit/function_core.h"

namespace tjit {

/// All that decides which program runs.
struct Signature {
  const void* cxx_types = nullptr;  ///< identifies the C++ types of the arguments
  std::span<const TensorImpl* const> tensors = {};
  std::span<const Scalar> statics = {};
};

struct CachedProgram {
  Module module;                    ///< its first function is the entry
  std::vector<Type> captures = {};  ///< outside tensors that it bound
  std::unique_ptr<Executable> executable = nullptr;

  const Function& entry() const { return module.functions.front(); }
};

/// A cache bounded in bytes, least recently used first to go. Programs are made and compiled without a lock: other
/// threads wait for a program that is under way, and go on with others. A program is found by comparing with the one
/// used last, then by hash.
class ProgramCache {
 public:
  /// What a cache keeps at most. Bytes are estimated: those of constants and so many for each op.
  struct Limits {
    std::int64_t bytes = std::int64_t{256} << 20;
    std::size_t programs = 4096;
  };
  struct Words {
    std::string title;        ///< `function 'f'`
    std::string_view making;  ///< what happens for a new signature: `capture`
    std::string_view made;    ///< `captured`
  };
  /// Makes the program for a signature; may run users' code.
  using Make = detail::Callable<CachedProgram()>;
  /// Where tensor or number `i` of a signature stands among the arguments.
  using Place = detail::Callable<detail::ArgumentPlace(std::size_t i, bool is_static)>;
  using Program = std::shared_ptr<const CachedProgram>;

  explicit ProgramCache(Words words, CompileOptions options = {})
      : ProgramCache(std::move(words), std::move(options), Limits()) {}
  ProgramCache(Words words, CompileOptions options, const Limits& limits);
  ~ProgramCache();

  /// The program for a signature, made when there is none.
  Program made(const Signature& signature, Make make, Place place);
  /// The same, compiled.
  Program compiled(const Signature& signature, Make make, Place place);
  /// The program used last, or null.
  Program latest() const;

  const CompileOptions& options() const { return options_; }
  std::string explain() const;
  CacheInfo info() const;
  void clear();

 private:
  struct Entry;
  using EntryPtr = std::shared_ptr<Entry>;
  using Entries = std::list<EntryPtr>;
  using Lock = std::unique_lock<std::mutex>;

  EntryPtr find(const Signature& signature);
  EntryPtr find_by_hash(const Signature& signature);
  EntryPtr obtain(const Signature& signature, Make make, Place place, Lock& lock);
  void insert(const EntryPtr& entry);
  void remove(const EntryPtr& entry);
  /// Drops programs until the limits hold; never the one that was used last.
  void keep_limits();
  void make_entry(const EntryPtr& entry, Make make, std::string line, Lock& lock);
  void compile_entry(Entry& entry, Lock& lock);
  std::int64_t finished() const;
  std::string drops() const;

  const Words words_;
  const CompileOptions options_;
  const Limits limits_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;  ///< some entry's state
  Entries entries_;                  ///< latest used first
  std::unordered_multimap<std::size_t, Entries::iterator> by_hash_;
  std::vector<std::string> history_;
  CacheInfo info_;
  std::int64_t bytes_ = 0;                       ///< of all entries
  std::unordered_set<std::size_t> was_dropped_;  ///< hashes of programs that had to go, the first so many
  std::int64_t dropped_ = 0, made_again_ = 0;
};

}  // namespace tjit
