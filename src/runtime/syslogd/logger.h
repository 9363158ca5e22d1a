#ifndef S6TS_SYSLOGD_LOGGER_H
#define S6TS_SYSLOGD_LOGGER_H
/*
 * s6-log, the writer's child, and the pipe to it, which outlives it: what one s6-log has not read is read by the next.
 * Lines wait in memory, up to some; who can't get rid of them any more is told so.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Dies when there is no pipe. Starts s6-log. */
void logger_open(char *const *env);
/* The end of the pipe to poll for writing while lines wait, or -1 while none does. */
int logger_pollable(void);
/* When to call logger_tick at the latest, monotonic ns; UINT64_MAX: never. */
uint64_t logger_deadline(void);
/* After each poll: writes what can be written, starts s6-log anew when it is time. */
void logger_tick(void);
/* After a SIGCHLD. */
void logger_reap(void);

/* Room for the longest line, or NULL: s6-log is slower than the messages come. */
char *logger_room(void);
/* n bytes of what logger_room gave are a line. */
void logger_add(size_t n);
/* There is no room, and nothing has been taken for so long that no program should wait for it any more. */
bool logger_is_stuck(void);
/* A message was thrown away. How many, is said in the log when it goes on. */
void logger_lost(void);

/* Lines wait that s6-log has not taken. */
bool logger_is_behind(void);
/* Writes what waits, lets s6-log end, and waits for that; an s6-log that is stuck is killed. */
void logger_close(void);

#endif
