// The functions that op definitions compute with, on vectors of any width.
//
// A function gives the same bits for every width, on every instruction set, natively and in generated code: it consists
// of IEEE operations, fma, selections and bit operations in a fixed order. Special values are those of C99 Annex F; NaN
// in gives NaN out, except where C99's pow says 1. NaN payloads are unspecified.
//
// Largest errors measured (tests/unit/math_test.cpp measures again), in units in the last place (ULP):
//
//             f32    f64
//   exp      1.01   1.00
#pragma once

#include "ir/ops/math_basic.h"
#include "ir/ops/math_divide.h"
#include "ir/ops/math_exp.h"
#include "ir/ops/math_log.h"
#include "ir/ops/math_pow.h"
