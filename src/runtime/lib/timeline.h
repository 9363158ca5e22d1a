#ifndef S6TS_TIMELINE_H
#define S6TS_TIMELINE_H
/* /run/s6/timeline: one JSON object a line, for `s6ts boot-chart`. */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "str.h"

enum { TIMELINE_NONE = -1 };

/* CLOCK_MONOTONIC in nanoseconds (0 where the clock can't be read). */
uint64_t monotonic_ns(void);
/*
 * Pure: {"ns":N,"stage":"…","event":"…","name":"…","pid":N,"code":N}\n, keys pid and code left out when TIMELINE_NONE,
 * name when NULL. Bytes that aren't printable ASCII become \u00XX.
 */
void timeline_line(struct buf *out, uint64_t ns, const char *stage, const char *event, const char *name, pid_t pid,
                   int code);
/* Appends that line to fd with one write; fd -1: nothing. Failures don't matter: it is a record, not a duty. */
void timeline_event(int fd, const char *stage, const char *event, const char *name, pid_t pid, int code);

#endif
