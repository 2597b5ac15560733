// Opens libtjit-llvm.
#include "codegen/backend.h"

#include <atomic>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <filesystem>
#include <pthread.h>

namespace tjit {

CompiledCode::~CompiledCode() = default;
Backend::~Backend() = default;

namespace {

constexpr const char* kLibrary = "libtjit-llvm.so";

std::string library_path() {
  if (const char* path = std::getenv("TJIT_LLVM_LIBRARY"); path != nullptr && *path != '\0') return path;
  Dl_info own;
  TJIT_CHECK(dladdr(reinterpret_cast<const void*>(&open_backend), &own) != 0 && own.dli_fname != nullptr);
  const std::filesystem::path beside = std::filesystem::path(own.dli_fname).parent_path();
  std::error_code ignored;
  // In the build tree the library lies in the folder of its sources.
  for (const auto& folder : {beside, beside / "codegen/llvm"})
    if (std::filesystem::exists(folder / kLibrary, ignored)) return folder / kLibrary;
  return kLibrary;
}

/// The threads that use the backend; `kClosed` is added when the process ends.
constinit std::atomic<int> users = 0;
constexpr int kClosed = INT_MIN / 2;

void close() {
  for (int n = users.fetch_add(kClosed) + kClosed; n != kClosed; n = users.load()) users.wait(n);
}

/// What is opened here has registered its destructors: `close` is called before any of them.
const Backend& opened() {
  static const Backend& backend = []() -> const Backend& {
    const Backend& b = open_backend(library_path());
    std::atexit(close);
    pthread_atfork(nullptr, nullptr, [] { users = 0; });  // a child has no other threads
    return b;
  }();
  return backend;
}

}  // namespace

const Backend& open_backend(const std::string& path) {
  const auto refuse = [](std::string text) { throw Error(Error::Kind::Io, std::move(text)); };
  // Lazily: to bind all of LLVM at once takes longer than a small program's compilation.
  void* library = dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr)
    refuse(std::string("the code generator cannot be opened: ") + dlerror() + "; install " + kLibrary +
           " beside libtjit, or name it in TJIT_LLVM_LIBRARY");
  const auto* found = static_cast<const BackendExport*>(dlsym(library, "tjit_backend"));
  if (found == nullptr) refuse(path + " is not a code generator of tjit");
  if (std::strcmp(found->version, kBackendVersion) != 0)
    refuse(path + " is `" + found->version + "`, expected `" + kBackendVersion + "`");
  return *found->open();
}

BackendUse::BackendUse() {
  const Backend& backend = opened();
  int n = users.load();
  while (n >= 0 && !users.compare_exchange_weak(n, n + 1)) {
  }
  if (n >= 0) backend_ = &backend;
}

BackendUse::~BackendUse() {
  if (backend_ != nullptr && users.fetch_sub(1) == kClosed + 1) users.notify_all();
}

}  // namespace tjit
