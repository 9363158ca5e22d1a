#ifndef S6TS_SIGNALS_H
#define S6TS_SIGNALS_H
/* Signals by name. Calls no system. */

#include <stdbool.h>
#include <stddef.h>

/* The kernel's first real-time signal as Docker and glibc count (musl's SIGRTMIN is one above). */
enum { RTMIN_DOCKER = 34, SIGNAL_MAX = 64 };

/* "TERM", "SIGTERM", "15", "RTMIN+3", "SIGRTMAX-1", any case; 0 when it is none. */
int signal_number(const char *s, size_t n);
/* "TERM"; "RTMIN+3" is "37", and unknown ones are their number too. out needs 8 bytes. */
const char *signal_name(int number, char out[8]);

#endif
