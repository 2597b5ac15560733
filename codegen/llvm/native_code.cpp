// Linking by JITLink alone: programs do not refer to each other, and a session of ORC would print what goes wrong.
#include "codegen/llvm/native_code.h"

#include <dlfcn.h>
#include <llvm/ExecutionEngine/JITLink/JITLink.h>
#include <string>
#include <system_error>

#include "codegen/llvm/code_memory.h"
#include "tjit/error.h"

namespace tjit {

namespace {

namespace jl = llvm::jitlink;
namespace orc = llvm::orc;

/// What came of a link. JITLink calls back on this thread, before it returns.
struct Linked {
  jl::JITLinkMemoryManager::FinalizedAlloc memory;
  llvm::StringMap<void*> functions;
  std::string problem;
  std::error_code cause;
};

class Linking final : public jl::JITLinkContext {
 public:
  explicit Linking(Linked& result) : JITLinkContext(nullptr), result_(result) {}

  jl::JITLinkMemoryManager& getMemoryManager() override { return CodeMemory::instance(); }

  void notifyFailed(llvm::Error error) override {
    llvm::handleAllErrors(std::move(error), [&](const llvm::ErrorInfoBase& e) {
      result_.problem = e.message();
      result_.cause = e.convertToErrorCode();
    });
  }

  void lookup(const LookupMap& names, std::unique_ptr<jl::JITLinkAsyncLookupContinuation> then) override {
    jl::AsyncLookupResult found;
    for (const auto& [name, flags] : names) {
      void* const address = dlsym(RTLD_DEFAULT, name.str().c_str());
      if (address == nullptr && flags != jl::SymbolLookupFlags::WeaklyReferencedSymbol)
        return then->run(
            llvm::make_error<llvm::StringError>("there is no function " + name, llvm::inconvertibleErrorCode()));
      found[name] = {orc::ExecutorAddr::fromPtr(address), llvm::JITSymbolFlags::Exported};
    }
    then->run(std::move(found));
  }

  llvm::Error notifyResolved(jl::LinkGraph& graph) override {
    for (const jl::Symbol* s : graph.defined_symbols())
      if (s->hasName() && s->getScope() == jl::Scope::Default)
        result_.functions[s->getName()] = s->getAddress().toPtr<void*>();
    return llvm::Error::success();
  }

  void notifyFinalized(jl::JITLinkMemoryManager::FinalizedAlloc memory) override { result_.memory = std::move(memory); }

 private:
  Linked& result_;
};

[[noreturn]] void fail(const Linked& result) {
  if (result.cause == std::errc::not_enough_memory) throw Error(Error::Kind::Runtime, result.problem);
  throw Error(Error::Kind::Internal, "linking: " + result.problem);
}

}  // namespace

NativeCode::NativeCode(const llvm::MemoryBuffer& object) {
  Linked result;
  Linking linking(result);
  llvm::Expected<std::unique_ptr<jl::LinkGraph>> graph = jl::createLinkGraphFromObject(object.getMemBufferRef());
  if (!graph) {
    linking.notifyFailed(graph.takeError());
  } else {
    jl::link(std::move(*graph), std::make_unique<Linking>(result));
  }
  if (!result.memory) fail(result);
  memory_ = std::move(result.memory);
  functions_ = std::move(result.functions);
}

NativeCode::~NativeCode() {
  if (memory_) llvm::cantFail(CodeMemory::instance().deallocate(std::move(memory_)));
}

void* NativeCode::find(llvm::StringRef name) const {
  const auto found = functions_.find(name);
  TJIT_CHECK(found != functions_.end());
  return found->second;
}

}  // namespace tjit
