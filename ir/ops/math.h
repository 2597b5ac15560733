// The functions that op definitions compute with, on vectors of any width.
//
// A function gives the same bits for every width, on every instruction set, natively and in generated code: it consists
// of IEEE operations, fma, selections and bit operations in a fixed order. Special values are those of C99 Annex F; NaN
// in gives NaN out, except where C99's pow says 1, and hypot inf. NaN payloads are unspecified.
//
// Largest errors found, in units in the last place: f32 over all inputs (* every 251st to 1009th, pairs 20 million;
// pow: 500 million, hypot: 3 million; second table: all in the ranges that matter, every
// 37th of the others), f64 over 1 to 30 million inputs in the ranges that matter. tests/math/sweep.cpp finds them. Ops
// state them rounded up to a half (`OpInfo::ulp`), which the unit tests hold on a part of these inputs. f16 and bf16
// round results of f32: over all inputs of one operand to the nearest, but where f32's error hides which that is.
//
//              f32   f64                f32   f64                f32   f64
//     exp     1.04  1.01     sin       0.93  0.93     sinh      1.09  1.43
//     expm1   1.06  1.23     cos      *0.85  0.97     cosh      1.08  1.08
//     log     0.91  0.86     tan       2.49  1.23     tanh      1.93  2.16
//     log1p   0.98  0.81     asin      1.20  1.11     asinh     1.61  1.05
//     sigmoid 1.97  1.95     acos      1.17  1.09     acosh     1.82  1.82
//     rsqrt   1.50  1.50     atan      1.30  1.43     atanh     1.67  1.00
//     pow     2.16  1.02     atan2    *1.52  1.55
//
//            erf   erfc  erf_inv  cbrt  hypot  lgamma  digamma
//     f32   1.66   1.83     2.21  0.74   0.99    1.99     2.13
//     f64   1.25   1.99     2.02  0.51   0.95    1.82     2.32
//
// Of complex numbers, the errors of each part; those of pow in 1 + |y log x| times the larger part, as its parts may
// cancel. A part of a quotient that is 2^-1000 of the other or less may vanish. On 3 million numbers of all sizes and
// around the unit circle (tests/math/sweep_complex.cpp finds them):
//
//            divide  1/x  sqrt  exp  log  sin  cos tanh  pow
//     c64      0.50 0.50  0.50 0.50 0.50 0.50 0.50 0.50 0.50
//     c128     3.53 2.41  2.31 2.47 1.49 2.71 2.55 5.66 2.26
//
// Everything else is exact or, where an operation rounds, rounded once.
#pragma once

#include "ir/ops/math_arc.h"
#include "ir/ops/math_basic.h"
#include "ir/ops/math_bits.h"
#include "ir/ops/math_complex.h"
#include "ir/ops/math_divide.h"
#include "ir/ops/math_erf.h"
#include "ir/ops/math_exp.h"
#include "ir/ops/math_gamma.h"
#include "ir/ops/math_gamma_float.h"
#include "ir/ops/math_log.h"
#include "ir/ops/math_pow.h"
#include "ir/ops/math_root.h"
#include "ir/ops/math_trig.h"
