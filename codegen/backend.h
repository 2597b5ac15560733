// The code generator as libtjit sees it: an interface that libtjit-llvm implements, opened when first needed.
#pragma once

#include <memory>
#include <string>

#include "codegen/compile.h"
#include "codegen/frame.h"
#include "codegen/lower.h"

namespace tjit {

/// Machine code in memory, freed with this object.
class CompiledCode {
 public:
  virtual ~CompiledCode();
  Entry entry = nullptr;
};

class Backend {
 public:
  virtual ~Backend();
  /// Code for the program; adds to `times.llvm`, `codegen` and `link`.
  virtual std::unique_ptr<CompiledCode> compile(const Lowered& program, const CompileOptions& options,
                                                CompileTimes& times) const = 0;
  /// The text or bytes at stage Llvm, Asm or Obj.
  virtual std::string emit(const Lowered& program, Stage stage, const CompileOptions& options) const = 0;
  virtual std::string description() const = 0;
};

/// The backend in the library $TJIT_LLVM_LIBRARY, else in libtjit-llvm.so beside libtjit, while this thread uses it.
/// Null when the process is ending: LLVM's own globals are destroyed then, which waits for those who use it.
class BackendUse {
 public:
  BackendUse();
  ~BackendUse();
  BackendUse(const BackendUse&) = delete;
  BackendUse& operator=(const BackendUse&) = delete;

  explicit operator bool() const { return backend_ != nullptr; }
  const Backend* operator->() const { return backend_; }

 private:
  const Backend* backend_ = nullptr;
};

/// The backend in a library. Throws Error of kind Io that names the file when it cannot be opened, is something
/// else or belongs to another version.
const Backend& open_backend(const std::string& path);

/// What the library exports as `tjit_backend`: its version (kBackendVersion of when it was built) and the backend.
struct BackendExport {
  const char* version;
  const Backend* (*open)();
};
inline constexpr const char* kBackendVersion = "tjit backend 1";

}  // namespace tjit
