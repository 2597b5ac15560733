// Functions written elsewhere: those of a program, and of shared libraries.
#include <dlfcn.h>

#include "frontend/apply.h"
#include "ir/custom_calls.h"
#include "ir/ops/custom.h"
#include "tjit/ops/custom.h"

namespace tjit {

namespace {

/// What `dlsym` gives for a function is its address, as POSIX has it.
TjitCustomCalls exported(void* library) {
  static_assert(sizeof(TjitCustomCalls) == sizeof(void*));
  return reinterpret_cast<TjitCustomCalls>(dlsym(library, "tjit_custom_calls"));
}

}  // namespace

void register_custom_call(const TjitCustomCall& call) { add_custom_call(call); }

void load_custom_calls(const std::string& path) {
  const auto refuse = [&](const std::string& text) {
    throw Error(Error::Kind::Io, "cannot load '" + path + "': " + text);
  };
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) refuse(dlerror());
  const TjitCustomCalls calls = exported(library);
  if (calls == nullptr) refuse("it has no function tjit_custom_calls");
  const TjitCustomCall* call = calls(TJIT_CUSTOM_CALL_VERSION);
  if (call == nullptr)
    refuse("it has no functions for version " + std::to_string(TJIT_CUSTOM_CALL_VERSION) + " of tjit/custom_call.h");
  for (; call->name != nullptr; ++call) add_custom_call(*call);
}

inline namespace ops {

ShortList<Tensor, 2> custom_call(std::string_view target, const std::vector<Tensor>& operands, std::string_view config,
                                 const Location& at) {
  CustomCall op;
  op.target = target;
  op.config = config;
  return apply_all(kOpcode<CustomCall>, attrs_here(op), operands, at);
}

}  // namespace ops

}  // namespace tjit
