// This machine's limits, measured, and what a program has to do at least.
#pragma once

#include "ir/function.h"

namespace tjit {

/// Limits of one thread.
struct Roofline {
  double copy_bytes_per_second;  ///< read plus written, the best of several ways to copy large memory
  double flops_per_second;       ///< f32 multiply-adds on vectors, two operations each
};
Roofline measure_roofline();

/// What one call must do at least. Loops count as one iteration and branches as their larger side.
struct Work {
  double bytes = 0;  ///< parameters read once and results written once
  double flops = 0;  ///< float arithmetic: one an element of an elementwise op or reduction, two a product of a dot
};
Work count_work(const Function& function);

}  // namespace tjit
