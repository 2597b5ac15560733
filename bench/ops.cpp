// Times single ops, eagerly, for a program at the other end of standard input and output, which runs other libraries'
// in turn: bench/against_numpy.py. A request a line, an answer a line:
//   prepare PROGRAM.tir INPUT.npy...   the number of the op, the program's last, and its operands
//   save NUMBER RESULTS.npz            what it gives, under 0, 1, ...
//   time NUMBER CALLS                  seconds of so many calls
#include <chrono>
#include <iostream>
#include <sstream>

#include "frontend/read_program.h"
#include "runtime/cpu.h"
#include "runtime/execute.h"
#include "runtime/io/npy.h"
#include "runtime/io/npz.h"

namespace tjit::bench {

namespace {

/// The last op of a program, with its operands: parameters or constants.
class PreparedOp {
 public:
  PreparedOp(const std::string& program, std::istream& inputs) : module_(read_program(program)) {
    const Function& f = module_.entry();
    const OpId op{f.op_count() - 1};
    std::vector<Array> values(static_cast<std::size_t>(f.value_count()));
    std::string path;
    for (std::size_t i = 0; inputs >> path; ++i) values.at(i) = load_npy(path);
    for (int i = 0; i < op.index; ++i) {
      const ValueId constant = f.results({i})[0];
      values.at(static_cast<std::size_t>(constant.index)) = Array::of(*f.constant(constant));
    }
    def_ = &f.def(op);
    attrs_ = f.op(op).attrs.get();
    for (const ValueId v : f.operands(op)) operands_.push_back(values.at(static_cast<std::size_t>(v.index)));
    for (const ValueId v : f.results(op)) results_.push_back(f.type(v));
  }

  Arrays run() const { return execute(*def_, attrs_, operands_, results_); }

 private:
  Module module_;
  const OpDef* def_;
  const OpAttrs* attrs_;
  std::vector<Array> operands_;
  std::vector<Type> results_;
};

void save(const PreparedOp& op, const std::string& path) {
  std::vector<NamedArray> named;
  for (Array& x : op.run()) named.emplace_back(std::to_string(named.size()), std::move(x));
  save_npz(path, named);
}

double time(const PreparedOp& op, int calls) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < calls; ++i) op.run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void serve() {
  std::vector<std::unique_ptr<const PreparedOp>> ops;
  std::string line;
  std::cout.precision(17);
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string request, path;
    std::size_t number = 0;
    words >> request;
    if (request == "prepare") {
      words >> path;
      ops.push_back(std::make_unique<const PreparedOp>(path, words));
      std::cout << ops.size() - 1;
    } else if (request == "save") {
      words >> number >> path;
      save(*ops.at(number), path);
      std::cout << "saved";
    } else if (request == "time") {
      int calls = 1;
      words >> number >> calls;
      std::cout << time(*ops.at(number), calls);
    } else {
      throw Error(Error::Kind::User, "unknown request: " + line);
    }
    std::cout << std::endl;
  }
}

}  // namespace

}  // namespace tjit::bench

int main() {
  try {
    tjit::bench::serve();
  } catch (const std::exception& e) {
    std::cerr << "bench_ops: " << e.what() << "\n";
    return 1;
  }
}
