// The differential check.
#include "codegen/compare.h"

#include <cstring>

#include "ir/builder.h"
#include "ir/text.h"
#include "runtime/execute_forms.h"
#include "runtime/format.h"

namespace tjit {

namespace {

/// The program up to and including top-level op number `last`, giving that op's results.
Function prefix(const Function& f, std::size_t last) {
  Builder b(f.name);
  Copier copy(f, b);
  copy.copy_params();
  for (std::size_t i = 0; i <= last; ++i) copy.copy(f.body().ops[i]);
  std::vector<ValueId> yields;
  for (const ValueId r : f.results(f.body().ops[last])) yields.push_back(copy[r]);
  return b.finish(yields);
}

Outcome run_compiled(const Module& module, const Function& f, std::span<const Array> inputs,
                     const CompileOptions& options) {
  return outcome_of([&](const PrintSink& sink) { return compile(module, f, options)->run(inputs, sink); });
}

Outcome run_eager(const Module& module, const Function& f, std::span<const Array> inputs) {
  return outcome_of([&](const PrintSink& sink) {
    InterpretOptions options;
    options.print = sink;
    return interpret(module, f, inputs, options);
  });
}

/// The first top-level op after which the ways differ, as text; fusion changes with the prefix, so there may be none.
std::string first_differing_op(const Module& module, const Function& f, std::span<const Array> inputs,
                               CompileOptions options) {
  options.after_pass = {};
  for (std::size_t i = 0; i < f.body().ops.size(); ++i) {
    const Function part = prefix(f, i);
    const std::string d = difference(run_eager(module, part, inputs), run_compiled(module, part, inputs, options));
    if (!d.empty()) return "first differing op: " + print_op(f, f.body().ops[i]) + "\n" + d;
  }
  return "no single op differs when the program ends after it\n";
}

std::string element_text(const Array& a, std::int64_t index) {
  const Array flat = a.contiguous();
  const auto size = static_cast<std::size_t>(size_of(a.dtype()));
  const auto* data = static_cast<const std::byte*>(flat.data()) + static_cast<std::size_t>(index) * size;
  std::string bits = " (bits 0x";
  for (std::size_t i = size; i-- > 0;) {
    constexpr char kDigits[] = "0123456789abcdef";
    bits += kDigits[std::to_integer<unsigned>(data[i]) >> 4];
    bits += kDigits[std::to_integer<unsigned>(data[i]) & 15];
  }
  return numpy_text(Array::copy({a.dtype(), {}}, data)) + bits + ")";
}

}  // namespace

Outcome outcome_of(const std::function<std::vector<Array>(const PrintSink&)>& run) {
  Outcome o;
  try {
    o.results = run([&](std::string_view text) { o.printed += text; });
  } catch (const Error& e) {
    o.error = e.what();
  }
  return o;
}

std::string difference(const Outcome& expected, const Outcome& found) {
  if (expected.error != found.error)
    return "eager:    " + (expected.error.empty() ? "ends well" : expected.error) +
           "\ncompiled: " + (found.error.empty() ? "ends well" : found.error) + "\n";
  if (expected.printed != found.printed)
    return "the ways print differently\neager:\n" + expected.printed + "compiled:\n" + found.printed;
  if (expected.results.size() != found.results.size()) return "the ways give different numbers of results\n";
  for (std::size_t i = 0; i < expected.results.size(); ++i) {
    const Array &x = expected.results[i], &y = found.results[i];
    std::int64_t where = 0;
    if (identical(x, y, &where)) continue;
    if (x.type() != y.type())
      return "result " + std::to_string(i) + " is " + to_string(x.type()) + " eagerly and " + to_string(y.type()) +
             " compiled\n";
    return "result " + std::to_string(i) + index_text(x.shape(), where) + ":\neager:    " + element_text(x, where) +
           "\ncompiled: " + element_text(y, where) + "\n";
  }
  return {};
}

Comparison compare(const Module& module, const Function& entry, std::span<const Array> inputs,
                   const CompileOptions& options) {
  Comparison c;
  const Outcome eager = run_eager(module, entry, inputs);
  c.failed = !eager.error.empty();
  c.outcome = c.failed ? eager.error
                       : std::to_string(eager.results.size()) + (eager.results.size() == 1 ? " result" : " results");
  for (const CompileOptions& way : {CompileOptions{.cpu = options.cpu, .optimize = false}, options}) {
    const std::string d = difference(eager, run_compiled(module, entry, inputs, way));
    if (d.empty()) continue;
    c.difference = std::string(way.optimize ? "compiled code" : "code compiled without optimisation") +
                   " differs from eager\n" + d + first_differing_op(module, entry, inputs, way);
    break;
  }
  return c;
}

}  // namespace tjit
