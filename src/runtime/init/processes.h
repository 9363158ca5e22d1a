#ifndef S6TS_PROCESSES_H
#define S6TS_PROCESSES_H
/* The processes that are left at the end, from /proc. */

#include <stdbool.h>

struct init;

enum process_choice { ALL_PROCESSES, NOT_LOGGERS };

/*
 * Sends the signal to every process but us: as PID 1 to all of the container, else to our descendants only.
 * NOT_LOGGERS passes over loggers and their supervisors, which end by themselves when their input does.
 * Without /proc: as PID 1 kill(-1), else our children that we know of. Returns how many were signalled.
 */
unsigned int processes_signal(struct init *s, int number, enum process_choice choice);

#endif
