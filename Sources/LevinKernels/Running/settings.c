#include "settings.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

const char *lv_setting(const char *name) {
  const char *value = getenv(name);
  return value && value[0] ? value : 0;
}

_Noreturn void lv_end(void) {
  fflush(NULL);
  signal(SIGABRT, SIG_DFL);
  abort();
}

_Noreturn void lv_refuse_setting(const char *name, const char *value, const char *allowed) {
  fprintf(stderr, "error: %s is '%s'; it may be %s\n", name, value, allowed);
  lv_end();
}
