// Pages for programs, and the protection of what stands there.
#include "codegen/llvm/code_memory.h"

#include <cerrno>
#include <cstring>
#include <llvm/ExecutionEngine/JITLink/JITLink.h>
#include <llvm/Support/MathExtras.h>
#include <llvm/Support/Memory.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tjit/error.h"

namespace tjit {

namespace {

namespace jl = llvm::jitlink;
namespace orc = llvm::orc;

constexpr std::size_t kSlabBytes = std::size_t{4} << 20;
constexpr int kWrite = PROT_READ | PROT_WRITE, kExecute = PROT_READ | PROT_EXEC;

std::size_t page_bytes() { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

llvm::Error no_memory(std::size_t bytes) {
  return llvm::make_error<llvm::StringError>("out of memory for machine code: cannot map " + llvm::Twine(bytes) +
                                                 " bytes; no memory, address space or mapping is left",
                                             std::make_error_code(std::errc::not_enough_memory));
}

using namespace llvm::BitmaskEnumDetail;  // operators of MemProt

bool is_writable(orc::AllocGroup group) { return (group.getMemProt() & orc::MemProt::Write) != orc::MemProt::None; }

/// Gives the segments of one kind places from `at` on; returns the end.
std::size_t place(jl::BasicLayout& layout, bool writable, std::byte* start, std::size_t at) {
  for (auto& [group, segment] : layout.segments()) {
    if (is_writable(group) != writable) continue;
    at = llvm::alignTo(at, segment.Alignment.value());
    segment.WorkingMem = reinterpret_cast<char*>(start + at);
    segment.Addr = orc::ExecutorAddr::fromPtr(segment.WorkingMem);
    at += segment.ContentSize + segment.ZeroFillSize;
  }
  return at;
}

}  // namespace

/// A program between its placing and its linking, which writes to the program's own pages.
class CodeMemory::InFlight final : public InFlightAlloc {
 public:
  InFlight(CodeMemory& memory, MemoryRange pages, std::size_t code_bytes)
      : memory_(memory), pages_(pages), code_bytes_(code_bytes) {}

  void finalize(OnFinalizedFunction then) override {
    if (mprotect(pages_.start, code_bytes_, kExecute) != 0) {
      memory_.give_back(pages_);
      return then(no_memory(code_bytes_));
    }
    llvm::sys::Memory::InvalidateInstructionCache(pages_.start, code_bytes_);
    then(FinalizedAlloc(orc::ExecutorAddr::fromPtr(new MemoryRange(pages_))));
  }

  void abandon(OnAbandonedFunction then) override {
    memory_.give_back(pages_);
    then(llvm::Error::success());
  }

 private:
  CodeMemory& memory_;
  MemoryRange pages_;
  std::size_t code_bytes_;  ///< of pages that are not written any more; those of variables follow
};

CodeMemory& CodeMemory::instance() {
  static CodeMemory& memory = *new CodeMemory;
  return memory;
}

void CodeMemory::allocate(const jl::JITLinkDylib*, jl::LinkGraph& graph, OnAllocatedFunction then) {
  jl::BasicLayout layout(graph);
  TJIT_CHECK(layout.graphAllocActions().empty());  // they come with plugins
  const std::size_t code_bytes = llvm::alignTo(place(layout, false, nullptr, 0), page_bytes());
  const std::size_t bytes = llvm::alignTo(place(layout, true, nullptr, code_bytes), page_bytes());
  llvm::Expected<MemoryRange> pages = take(bytes);
  if (!pages) return then(pages.takeError());
  place(layout, false, pages->start, 0);
  place(layout, true, pages->start, code_bytes);
  for (auto& [group, segment] : layout.segments())
    std::memset(segment.WorkingMem + segment.ContentSize, 0, segment.ZeroFillSize);
  if (llvm::Error failed = layout.apply()) {
    give_back(*pages);
    return then(std::move(failed));
  }
  then(std::make_unique<InFlight>(*this, *pages, code_bytes));
}

void CodeMemory::deallocate(std::vector<FinalizedAlloc> programs, OnDeallocatedFunction then) {
  for (FinalizedAlloc& program : programs) {
    const std::unique_ptr<MemoryRange> pages(program.release().toPtr<MemoryRange*>());
    give_back(*pages);
  }
  then(llvm::Error::success());
}

llvm::Expected<MemoryRange> CodeMemory::take(std::size_t bytes) {
  const std::scoped_lock lock(mutex_);
  std::byte* start = free_.take(bytes);
  if (start == nullptr) {
    const std::size_t slab_bytes = llvm::alignTo(bytes, kSlabBytes);
    void* slab = mmap(nullptr, slab_bytes, kExecute, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (slab == MAP_FAILED) return no_memory(slab_bytes);
    free_.add({static_cast<std::byte*>(slab), slab_bytes});
    start = free_.take(bytes);
  }
  if (mprotect(start, bytes, kWrite) != 0) {
    free_.add({start, bytes});
    return no_memory(bytes);
  }
  return MemoryRange{start, bytes};
}

void CodeMemory::give_back(MemoryRange pages) {
  // The pages' memory goes back to the system. Protected as their neighbours, they are no mapping of their own.
  madvise(pages.start, pages.bytes, MADV_DONTNEED);
  (void)mprotect(pages.start, pages.bytes, kExecute);
  const std::scoped_lock lock(mutex_);
  free_.add(pages);
}

}  // namespace tjit
