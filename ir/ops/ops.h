// The structs of all ops.
#pragma once

#include "ir/ops/arithmetic.h"
#include "ir/ops/complex.h"
#include "ir/ops/convert.h"
#include "ir/ops/custom.h"
#include "ir/ops/functions.h"
#include "ir/ops/index.h"
#include "ir/ops/list.h"
#include "ir/ops/logic.h"
#include "ir/ops/random.h"
#include "ir/ops/reduce.h"
#include "ir/ops/sort.h"
#include "ir/ops/special.h"
#include "ir/ops/structure.h"
#include "ir/ops/view.h"
#include "ir/ops/window.h"
