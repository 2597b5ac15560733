// Everything but <tjit/eigen.h>.
#pragma once

#include "tjit/constant.h"
#include "tjit/control_flow.h"
#include "tjit/function.h"
#include "tjit/io.h"
#include "tjit/memory.h"
#include "tjit/ops.h"
#include "tjit/program.h"
#include "tjit/tensor.h"
