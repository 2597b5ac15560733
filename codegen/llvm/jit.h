// From LLVM IR to machine code.
#pragma once

#include <llvm/IR/Module.h>
#include <llvm/Support/MemoryBuffer.h>
#include <memory>
#include <string>

#include "codegen/llvm/target.h"

namespace tjit {

/// Throws Error(Internal) when emitted code breaks LLVM's rules.
void require_valid(const llvm::Module& module);

/// What emitted code still needs: variables to registers, common subexpressions, simplification, loop rotation. LLVM's
/// own vectorisers, unrolling and inlining stay off: vectors are explicit, and op bodies were inlined as they were
/// emitted.
void optimize(llvm::Module& module, const Target& target);

/// The module's functions as a relocatable object, or as assembly text. Both change the module.
std::unique_ptr<llvm::MemoryBuffer> emit_object(llvm::Module& module, const Target& target);
std::string emit_assembly(llvm::Module& module, const Target& target);

}  // namespace tjit
