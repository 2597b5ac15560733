// The functions of custom_calls.c, for test programs that it is linked into.
#pragma once

#include "tjit/custom_call.h"

extern "C" const TjitCustomCall* tjit_custom_calls(int32_t version);
