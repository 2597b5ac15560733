// Opens libtjit-llvm.
#include "codegen/backend.h"

#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <filesystem>

namespace tjit {

CompiledCode::~CompiledCode() = default;
Backend::~Backend() = default;

namespace {

constexpr const char* kLibrary = "libtjit-llvm.so";

std::string library_path() {
  if (const char* path = std::getenv("TJIT_LLVM_LIBRARY"); path != nullptr && *path != '\0') return path;
  Dl_info own;
  TJIT_CHECK(dladdr(reinterpret_cast<const void*>(&backend), &own) != 0 && own.dli_fname != nullptr);
  const std::filesystem::path beside = std::filesystem::path(own.dli_fname).parent_path();
  std::error_code ignored;
  // In the build tree the library lies in the folder of its sources.
  for (const auto& folder : {beside, beside / "codegen/llvm"})
    if (std::filesystem::exists(folder / kLibrary, ignored)) return folder / kLibrary;
  return kLibrary;
}

const Backend& open_backend() {
  const std::string path = library_path();
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    throw Error(Error::Kind::Io, std::string("the code generator cannot be opened: ") + dlerror() + "; install " +
                                     kLibrary + " beside libtjit, or name it in TJIT_LLVM_LIBRARY");
  const auto* found = static_cast<const BackendExport*>(dlsym(library, "tjit_backend"));
  if (found == nullptr) throw Error(Error::Kind::Io, path + " is not a code generator of tjit");
  if (std::strcmp(found->version, kBackendVersion) != 0)
    throw Error(Error::Kind::Io, path + " is `" + found->version + "`, expected `" + kBackendVersion + "`");
  return *found->open();
}

}  // namespace

const Backend& backend() {
  static const Backend& opened = open_backend();
  return opened;
}

}  // namespace tjit
