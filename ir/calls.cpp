// Recursion and long chains of calls.
#include "ir/calls.h"

#include <algorithm>

#include "ir/op.h"

namespace tjit {

namespace {

/// Depth first with a stack of its own, as chains may be as long as the file.
class Search {
 public:
  explicit Search(std::span<const std::vector<std::size_t>> callees) : callees_(callees), depth_(callees.size()) {}

  void visit(std::size_t function) {
    if (depth_[function] == 0) open(function);
    while (!stack_.empty()) {
      const Frame frame = stack_.back();
      if (frame.next == callees_[frame.function].size()) {
        stack_.pop_back();
        depth_[frame.function] = frame.depth;
        if (!stack_.empty()) deepen(frame.depth);
      } else {
        ++stack_.back().next;
        follow(frame.function, frame.next);
      }
    }
  }

  std::vector<WrongCall> wrong;

 private:
  static constexpr int kOpen = -1;
  struct Frame {
    std::size_t function, next;
    int depth;
  };

  void open(std::size_t function) {
    depth_[function] = kOpen;
    stack_.push_back({function, 0, 1});
  }
  void deepen(int below) { stack_.back().depth = std::max(stack_.back().depth, below + 1); }

  void follow(std::size_t caller, std::size_t site) {
    const std::size_t callee = callees_[caller][site];
    const int below = depth_[callee];
    if (below == kOpen || static_cast<int>(stack_.size()) + std::max(below, 1) > kMostCallDepth) {
      wrong.push_back({caller, site, below == kOpen});
    } else if (below == 0) {
      open(callee);
    } else {
      deepen(below);
    }
  }

  std::span<const std::vector<std::size_t>> callees_;
  std::vector<int> depth_;  ///< functions in the longest chain from here; 0: not visited
  std::vector<Frame> stack_;
};

}  // namespace

std::vector<WrongCall> find_wrong_calls(std::span<const std::vector<std::size_t>> callees) {
  Search search(callees);
  for (std::size_t f = 0; f < callees.size(); ++f) search.visit(f);
  return std::move(search.wrong);
}

std::string no_function_text(std::string_view name, std::span<const std::string_view> known) {
  const std::string_view near = nearest(name, known);
  return "there is no function @" + std::string(name) +
         (near.empty() ? "" : "; did you mean @" + std::string(near) + "?");
}

std::string too_deep_text() { return "calls are nested deeper than " + std::to_string(kMostCallDepth); }

std::string wrong_call_text(const WrongCall& call, std::string_view caller, std::string_view callee) {
  const std::string from = "@" + std::string(caller), to = "@" + std::string(callee);
  if (!call.is_cycle) return too_deep_text();
  return (from == to ? from + " calls itself" : from + " and " + to + " call each other") +
         "; recursion has no end, as every call is inlined";
}

}  // namespace tjit
