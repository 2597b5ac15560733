// The functions that op definitions compute with, on vectors of any width.
//
// A function gives the same bits for every width, on every instruction set, natively and in generated code: it consists
// of IEEE operations, fma, selections and bit operations in a fixed order. Special values are those of C99 Annex F; NaN
// in gives NaN out, except where C99's pow says 1. NaN payloads are unspecified.
//
// Largest errors found, in units in the last place: f32 over all inputs (pow: 60 million pairs), f64 over 6 to 30
// million inputs in the ranges that matter; tests/unit/math_test.cpp holds them on a part of these.
//
//            exp   log   tanh  sigmoid  rsqrt  pow
//     f32   1.04  0.91   2.05     1.97   1.50  0.51
//     f64   1.01  0.86   2.11     1.95   1.50  1.02
//
// Everything else is exact or, where an operation rounds, rounded once.
#pragma once

#include "ir/ops/math_arc.h"
#include "ir/ops/math_basic.h"
#include "ir/ops/math_complex.h"
#include "ir/ops/math_divide.h"
#include "ir/ops/math_exp.h"
#include "ir/ops/math_log.h"
#include "ir/ops/math_pow.h"
#include "ir/ops/math_trig.h"
