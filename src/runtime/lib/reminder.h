#ifndef S6TS_REMINDER_H
#define S6TS_REMINDER_H
/*
 * s6-svscan 2.13.1.0 forgets supervisors. One that has ended is started again a second after its last start at the
 * earliest. s6-svscan looks at the earliest of these times; who is to come later is passed over then, without another
 * look: it waits for the next supervisor that ends, which may be never.
 *
 * So whoever is started again as a supervisor asks for a look a second later, by s6-svscan-reminder: are all there? It
 * makes s6-svscan look again as long as one isn't, by a new service directory, which is there for an instant.
 */

#include <stdbool.h>
#include <sys/types.h>

/* The program, and the service. */
#define REMINDER "s6-svscan-reminder"
/* Below a scan directory, from the first time on that a supervisor is started again. The one reminder at work locks it. */
#define REMINDER_FILE ".s6-svscan/reminder"

/* The s6-svscan that scans the current folder; 0 where none does. */
pid_t svscan_here(void);
/* Are we its child? */
bool svscan_is_parent(void);

/*
 * In a service directory that s6-svscan has started a supervisor in: a link to the directory's inode number. That of a
 * copy is another's.
 */
#define STARTED_LINK "supervise/s6-svscan-started"
/* Has this s6-svscan, or one before it, started a supervisor of the service directory at path? */
bool svscan_started(const char *path);

/* As s6-svscan's child that becomes a supervisor in dir: if it isn't the first one, the reminder looks a second later. */
void reminder_ask(int dir);
/* s6-svscan looks again: at all that are gone by now. */
void reminder_remind(void);
/* As the child that s6-svscan starts for REMINDER: the service directory goes. */
void reminder_leave(void);

#endif
