#ifndef S6TS_REMINDER_H
#define S6TS_REMINDER_H
/*
 * s6-svscan 2.13.1.0 forgets supervisors. One that has ended is started again a second after its last start at the
 * earliest. s6-svscan looks at the earliest of these times; who is to come later is passed over then, without another
 * look: it waits for the next supervisor that ends, which may be never.
 *
 * So whoever starts as a supervisor looks whether others are gone; if so s6-svscan-reminder sees to it that they come
 * back. It makes s6-svscan look again by a new service directory, which is there for an instant.
 */

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

/* The program, and the service. */
#define REMINDER "s6-svscan-reminder"
/* Below a scan directory, from the first time on that a supervisor is started again. The one reminder at work locks it. */
#define REMINDER_FILE ".s6-svscan/reminder"

/* The s6-svscan that scans the current folder; 0 where none does. */
pid_t svscan_here(void);

/* The services of the current folder that had a supervisor which is gone, their loggers too, one by one. */
struct gone_services {
	int scandir; /* at any offset */
	/* Calls for each; stops when that returns false. */
	bool (*each)(const char *service, void *data);
	void *data;
	const char *except; /* left out, unless NULL */
};
void gone_services(const struct gone_services *how);

/* As s6-svscan's child that becomes a supervisor of name: sees to it that others that are gone don't stay so. */
void reminder_ask(const char *name, bool had_supervisor);
/* s6-svscan looks again: at all that are gone by now. */
void reminder_remind(void);
/* As the child that s6-svscan starts for REMINDER: the service directory goes. */
void reminder_leave(void);

#endif
