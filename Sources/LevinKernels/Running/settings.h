// Settings by environment variables.
#ifndef LEVIN_SETTINGS_H
#define LEVIN_SETTINGS_H

/// The value of an environment variable, or null when it is unset or empty.
const char *lv_setting(const char *name);

/// Ends the process over a value that cannot be followed: to go on without a word would measure or
/// test something else than was asked for.
_Noreturn void lv_refuse_setting(const char *name, const char *value, const char *allowed);

/// Ends the process after its last message, without the backtrace that Swift's handler would print below it.
_Noreturn void lv_end(void);

#endif
