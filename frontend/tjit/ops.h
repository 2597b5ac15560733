// Operations on tensors, by family. Each runs at once, or is recorded when a function is being captured. Shapes
// broadcast as NumPy's; dtypes must agree (use `cast`); C++ numbers take the dtype of the tensors they meet. Errors are
// tjit::Error.
#pragma once

#include "tjit/ops/custom.h"
#include "tjit/ops/effects.h"
#include "tjit/ops/index.h"
#include "tjit/ops/linalg.h"
#include "tjit/ops/math.h"
#include "tjit/ops/nn.h"
#include "tjit/ops/random.h"
#include "tjit/ops/reduce.h"
#include "tjit/ops/shape.h"
#include "tjit/ops/special.h"
