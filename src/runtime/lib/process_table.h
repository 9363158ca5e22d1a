#ifndef S6TS_PROCESS_TABLE_H
#define S6TS_PROCESS_TABLE_H
/* The processes that /proc shows, as a tree, and which of them are loggers. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The service that takes what no other logger does (S6_LOGGING). */
#define CATCH_ALL "s6-svscan-log"

struct process {
	pid_t pid;
	pid_t parent;
	bool ours;   /* a descendant of self */
	bool logger; /* supervises a logger, or descends from one that does */
	bool zombie;
};

struct process_table {
	struct process *p;
	size_t count;
	size_t size;
};

/*
 * Reads /proc into *t, which is empty ({0}); loggers are told from others only where that is asked for. False where it
 * can't be read. Either way t->p is the caller's to free.
 */
bool process_table_read(struct process_table *t, pid_t self, bool loggers);

#endif
