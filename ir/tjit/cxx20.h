// Stops a compiler of an older C++ at one line. An #error alone would be followed by an error for each use of what it
// does not know, so the message is the name of a file that is not there: that ends every compiler at once.
#pragma once

#if (defined(_MSVC_LANG) ? _MSVC_LANG : __cplusplus) < 202002L
#include "tjit needs C++20: compile with -std=c++20 or later"
#endif
