/* A library whose functions for custom_call are not those that tjit asks for. */
#include <tjit/custom_call.h>

#include <stddef.h>

const TjitCustomCall* tjit_custom_calls(int32_t version) {
  (void)version;
  return NULL;
}
