/* Functions for tests of custom_call: linked into test programs, and a library for `tjit --load`. */
#include <tjit/custom_call.h>

#include <stdlib.h>
#include <string.h>

static int64_t count(const TjitArray* a) {
  int64_t n = 1;
  for (int32_t d = 0; d < a->rank; ++d) n *= a->sizes[d];
  return n;
}

/* The number in a type's name is that of its bits. */
static int64_t element_size(const TjitArray* a) {
  return strcmp(a->dtype, "bool") == 0 ? 1 : atoi(a->dtype + strcspn(a->dtype, "0123456789")) / 8;
}

/* The elements of any array in reverse order, and how many there are. */
static const char* infer_backwards(const char* config, int32_t operand_count, const TjitArray* operands,
                                   int32_t* result_count, TjitArray* results) {
  (void)config;
  if (operand_count != 1) return "takes one operand";
  *result_count = 2;
  results[0] = operands[0];
  results[1].dtype = "i64";
  return NULL;
}

static const char* run_backwards(const char* config, int32_t operand_count, const TjitArray* operands,
                                 int32_t result_count, const TjitArray* results) {
  (void)operand_count, (void)result_count;
  if (strcmp(config, "fail") == 0) return "asked to fail";
  const int64_t n = count(&operands[0]), size = element_size(&operands[0]);
  const char* from = operands[0].data;
  char* to = results[0].data;
  for (int64_t i = 0; i < n; ++i) memcpy(to + i * size, from + (n - 1 - i) * size, (size_t)size);
  *(int64_t*)results[1].data = n;
  return NULL;
}

/* x * factor, which `config` holds. */
static const char* infer_scaled(const char* config, int32_t operand_count, const TjitArray* operands,
                                int32_t* result_count, TjitArray* results) {
  (void)config;
  if (operand_count != 1 || strcmp(operands[0].dtype, "f32") != 0) return "takes one operand of f32";
  *result_count = 1;
  results[0] = operands[0];
  return NULL;
}

static const char* run_scaled(const char* config, int32_t operand_count, const TjitArray* operands,
                              int32_t result_count, const TjitArray* results) {
  (void)operand_count, (void)result_count;
  const float factor = (float)atof(config);
  const float* from = operands[0].data;
  float* to = results[0].data;
  for (int64_t i = 0, n = count(&operands[0]); i < n; ++i) to[i] = factor * from[i];
  return NULL;
}

const TjitCustomCall* tjit_custom_calls(int32_t version) {
  static const TjitCustomCall calls[] = {
      {"backwards", infer_backwards, run_backwards}, {"scaled", infer_scaled, run_scaled}, {NULL, NULL, NULL}};
  return version == TJIT_CUSTOM_CALL_VERSION ? calls : NULL;
}
