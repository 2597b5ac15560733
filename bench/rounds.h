// Timing candidates in turn, so that what disturbs the machine disturbs them alike.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "tools/time_text.h"

namespace tjit::bench {

/// One thing to time. `calls` repetitions make one sample.
struct Candidate {
  std::string name;
  std::function<void()> call;
  int calls = 1;
};

/// Seconds of one call.
struct Sample {
  double median, low, high;  ///< low and high: quartiles
};

/// Samples of each candidate, taken in turn in `rounds` rounds after one to warm up.
inline std::vector<Sample> race(const std::vector<Candidate>& candidates, int rounds) {
  std::vector<std::vector<double>> seconds(candidates.size());
  for (int round = -1; round < rounds; ++round) {
    for (std::size_t c = 0; c < candidates.size(); ++c) {
      const auto start = std::chrono::steady_clock::now();
      for (int i = 0; i < candidates[c].calls; ++i) candidates[c].call();
      const double s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      if (round >= 0) seconds[c].push_back(s / candidates[c].calls);
    }
  }
  std::vector<Sample> samples;
  for (std::vector<double>& s : seconds) {
    std::ranges::sort(s);
    samples.push_back({s[s.size() / 2], s[s.size() / 4], s[s.size() - 1 - s.size() / 4]});
  }
  return samples;
}

/// A row of a table: what, median, quartiles, remark.
inline void row(const std::string& name, const Sample& s, const std::string& remark = "") {
  std::printf("| %-58s | %10s | %10s .. %-10s | %s |\n", name.c_str(), time_text(s.median).c_str(),
              time_text(s.low).c_str(), time_text(s.high).c_str(), remark.c_str());
}

}  // namespace tjit::bench
