/* Functions written elsewhere, as ops: what a program or a shared library gives tjit. In C, so that any compiler can
   make them. */
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TJIT_CUSTOM_CALL_VERSION 1
#define TJIT_MAX_RANK 8
#define TJIT_MAX_RESULTS 8

/* An operand or a result. */
typedef struct TjitArray {
  const char* dtype; /* element type, as IR text writes it: "f32" */
  int32_t rank;
  int64_t sizes[TJIT_MAX_RANK]; /* -1: not known before the call */
  void* data;                   /* row-major elements; NULL where only types are asked for. Operands are read only. */
} TjitArray;

/* A function and its shape rule. It is a function in the sense of mathematics: equal operands and an equal `config`
   give equal results, and calls do nothing else, since tjit may merge, drop and move them. Several threads may call it
   at once. No C++ exception may leave it. */
typedef struct TjitCustomCall {
  const char* name; /* what the attribute `target` says */

  /* Writes the types of the results, 1 to TJIT_MAX_RESULTS, and how many there are. Gives NULL, or a text that says
     what is wrong with the operands, which is read before the next call. */
  const char* (*infer)(const char* config, int32_t operand_count, const TjitArray* operands, int32_t* result_count,
                       TjitArray* results);

  /* Writes the elements of the results. Gives NULL, or a text that says why it cannot. */
  const char* (*run)(const char* config, int32_t operand_count, const TjitArray* operands, int32_t result_count,
                     const TjitArray* results);
} TjitCustomCall;

/* What a shared library for `tjit --load` exports as `tjit_custom_calls`: its functions, the name of the last one being
   NULL; or NULL when it does not know this version of the interface. */
typedef const TjitCustomCall* (*TjitCustomCalls)(int32_t version);

#ifdef __cplusplus
}
#endif
