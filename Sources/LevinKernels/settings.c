#include "settings.h"

#include <stdio.h>
#include <stdlib.h>

const char *lv_setting(const char *name) {
  const char *value = getenv(name);
  return value && value[0] ? value : 0;
}

_Noreturn void lv_refuse_setting(const char *name, const char *value, const char *allowed) {
  fprintf(stderr, "Fatal error: %s is '%s'; it may be %s\n", name, value, allowed);
  abort();
}
