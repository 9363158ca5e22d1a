#ifndef S6TS_SYSLOGD_SCRIPT_H
#define S6TS_SYSLOGD_SCRIPT_H
/* What s6-log is told to do: S6_LOGGING_SCRIPT and the rules, and the folders that these name. */

#include "rules.h"

#define LOG_FOLDER "/var/log/socklog"

/*
 * Makes the folders while it may, becomes the log user, and fills *out with the words for s6-log. Where no folder can be
 * written to, all lines go to stdout. What can't be done is said. env is the container's environment.
 */
void script_prepare(char *const *env, struct words *out);
/* In place of a script that s6-log refuses: everything into one folder, or to stdout. */
void script_simple(struct words *out);

#endif
