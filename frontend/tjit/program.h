// Programs in tjit's text form, from a file.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tjit/cache_info.h"
#include "tjit/tensor.h"

namespace tjit {

/// A program read from a .tir file. Sizes that its signature leaves open (`f32[?n,4]`) are taken from the arguments; it
/// is compiled once for each set of argument types, of which the latest used are kept.
class Program {
 public:
  /// Reads and verifies the file; `function` names the one to run (default: @main, or the only one). Data that the text
  /// refers to is read relative to the file. Throws Error with every diagnostic.
  static Program load(const std::string& path, const std::string& function = "",
                      const Location& at = std::source_location::current());

  Program(Program&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  Program& operator=(Program&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~Program();

  /// Results for these arguments, by compiled code; `eager` runs op by op instead, with the same results and errors.
  std::vector<Tensor> operator()(const std::vector<Tensor>& arguments,
                                 const Location& at = std::source_location::current()) const;
  std::vector<Tensor> eager(const std::vector<Tensor>& arguments,
                            const Location& at = std::source_location::current()) const;
  /// Compiles for arguments of these types unless that is done already; the seconds it took when it was done.
  double compile(const std::vector<Tensor>& arguments, const Location& at = std::source_location::current()) const;
  /// The program's text.
  std::string text() const;
  /// For which types it was specialized, and why.
  std::string explain() const;
  CacheInfo cache_info() const;

 private:
  struct State;
  explicit Program(State* state) : state_(state) {}
  /// Throws Error when this was moved from.
  State& state(const Location& at = {}) const;
  State* state_;  // owned
};

}  // namespace tjit
