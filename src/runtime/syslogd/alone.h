#ifndef S6TS_SYSLOGD_ALONE_H
#define S6TS_SYSLOGD_ALONE_H
/* While the container stops: is anybody left who could send a message? */

#include <stdbool.h>

/*
 * True when of /init's descendants only loggers are left, we among them. /init is whose child our supervisor is: s6-svscan
 * has ended by then. Without /proc: true.
 */
bool is_alone(void);

#endif
