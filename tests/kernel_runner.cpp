// A driver for kernels: blocks op by op, fusions by their kernels.
#include "tests/kernel_runner.h"

#include <algorithm>
#include <cstring>
#include <doctest/doctest.h>
#include <optional>

#include "codegen/kernel.h"
#include "ir/ops/list.h"

namespace tjit {

namespace {

class Runner {
 public:
  Runner(const Module& module, const Function& f, const InterpretOptions& options)
      : module_(module), f_(f), options_(options), values_(static_cast<std::size_t>(f.value_count())) {}

  std::vector<Array> run(BlockId block, std::span<const Array> args) {
    for (int i = 0; i < f_.params(block).size(); ++i) at(f_.params(block)[i]) = args[static_cast<std::size_t>(i)];
    for (const OpId op : f_.block(block).ops) run(op);
    return all(f_.block(block).yields);
  }

 private:
  Array& at(ValueId v) { return values_[static_cast<std::size_t>(v.index)]; }

  std::vector<Array> all(std::span<const ValueId> ids) {
    std::vector<Array> list;
    for (const ValueId v : ids) list.push_back(at(v));
    return list;
  }

  void run(OpId id) {
    const Op& op = f_.op(id);
    std::vector<Array> results;
    if (op.code == kOpcode<Fusion>) {
      results = run_fusion(id);
    } else if (op.code == kOpcode<Cond>) {
      results = run(op.blocks[at(f_.operand(id, 0)).item<bool>() ? 0 : 1], {});
    } else if (op.code == kOpcode<While>) {
      results = all(f_.operands(id));
      while (run(op.blocks[0], results)[0].item<bool>()) results = run(op.blocks[1], results);
    } else {
      check_outside(id);
      results = interpret_op(module_, f_, id, values_, options_);
    }
    for (int i = 0; i < op.result_count; ++i) at(f_.results(id)[i]) = results[static_cast<std::size_t>(i)];
  }

  /// Only what `fuse` leaves outside of groups.
  void check_outside(OpId id) {
    const Form form = f_.form(id);
    const bool scalar = f_.op(id).result_count == 1 && f_.type(f_.op(id).first_result).is_scalar();
    const bool reshape = form == Form::Reshape && !f_.type(f_.operand(id, 0)).is_scalar();
    CHECK_MESSAGE((form == Form::Constant || has_routine(form) || form == Form::Effect || reshape ||
                   (form == Form::Map && scalar)),
                  "left outside of groups: " << std::string(f_.def(id).info.name));
  }

  /// Runs parts of so many nests. Returns false when a check failed.
  bool run_parts(const Kernel& kernel, std::size_t nests, const std::vector<void*>& buffers) {
    for (const Kernel& part : split(kernel, nests)) {
      std::vector<void*> used;
      std::vector<const void*> scalars;
      for (const KernelBuffer& b : part.buffers) {
        const auto same = std::ranges::find(kernel.buffers, b.value, &KernelBuffer::value);
        used.push_back(buffers[static_cast<std::size_t>(same - kernel.buffers.begin())]);
      }
      for (const ValueId v : part.scalars) scalars.push_back(at(v).data());
      if (!interpret(part, used, scalars)) return false;
    }
    return true;
  }

  /// The outputs, each in memory of its own unless `sharing` (input, output) says otherwise. None when a check failed.
  std::optional<std::vector<Array>> run_kernel(const Kernel& kernel, std::pair<int, int> sharing, std::size_t nests) {
    std::vector<Array> inputs, outputs;
    std::vector<void*> buffers;
    for (const KernelBuffer& b : kernel.buffers) {
      const int number = static_cast<int>(buffers.size());
      if (b.output && number == sharing.second) {
        outputs.push_back(Array());
        buffers.push_back(buffers[static_cast<std::size_t>(sharing.first)]);
        continue;
      }
      // A copy of each input: a kernel must not write it, and shared ones are written.
      Array a = Array::empty(b.type);
      if (!b.output) a = Array::copy(b.type, at(b.value).contiguous().data());
      if (b.output) std::memset(a.mutable_data(), 0x5a, static_cast<std::size_t>(byte_count(b.type)));
      buffers.push_back(a.mutable_data());
      (b.output ? outputs : inputs).push_back(std::move(a));
    }
    if (!run_parts(kernel, nests, buffers)) {
      // The group is run again, op by op, to say what failed: its inputs must still be there.
      for (std::size_t i = 0; i < inputs.size(); ++i) CHECK(identical(inputs[i], at(kernel.buffers[i].value)));
      return std::nullopt;
    }
    for (std::size_t i = 0; i < outputs.size(); ++i)
      if (!outputs[i]) outputs[i] = Array::copy(kernel.buffers[inputs.size() + i].type, buffers[inputs.size() + i]);
    return outputs;
  }

  std::vector<Array> run_fusion(OpId id) {
    const Kernel kernel = build_kernel(f_, id);
    const std::size_t whole = std::max<std::size_t>(kernel.nests.size(), 1);
    const std::optional<std::vector<Array>> results = run_kernel(kernel, {-1, -1}, whole);
    const auto check_same = [&](std::pair<int, int> sharing, std::size_t nests) {
      const std::optional<std::vector<Array>> found = run_kernel(kernel, sharing, nests);
      CHECK(found.has_value() == results.has_value());
      for (std::size_t i = 0; found && results && i < results->size(); ++i)
        CHECK_MESSAGE(identical((*found)[i], (*results)[i]), print(kernel)
                                                                 << "with b" << sharing.first << " in the place of b"
                                                                 << sharing.second << ", by " << nests << " nests");
    };
    if (whole > 1) check_same({-1, -1}, 1);
    const int buffers = static_cast<int>(kernel.buffers.size());
    for (int in = 0; in < buffers; ++in) {
      for (int out = in + 1; out < buffers; ++out) {
        if (!can_share(kernel, in, out)) continue;
        check_same({in, out}, whole);
        check_same({in, out}, 1);
      }
    }
    if (results) return *results;
    std::vector<Array> raised = interpret_op(module_, f_, id, values_, options_);
    FAIL_CHECK("a check failed, but no op does:\n" << print(kernel));
    return raised;
  }

  const Module& module_;
  const Function& f_;
  const InterpretOptions& options_;
  std::vector<Array> values_;
};

}  // namespace

std::vector<Array> run_kernels(const Module& module, const Function& function, std::span<const Array> args,
                               const InterpretOptions& options) {
  return Runner(module, function, options).run(Function::kBody, args);
}

}  // namespace tjit
