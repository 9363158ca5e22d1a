/* /init: PID 1 (or anybody) from exec to exit. RUNTIME.md is its contract. */

#include "init.h"

#include <signal.h>
#include <unistd.h>
#include "../applets.h"

/* With a stdout that nobody reads a stop takes this much longer. */
enum { PATIENCE_MS = 1000 };

static bool stopped(struct init *s)
{
	return s->stop != STOP_NOT;
}

int applet_init(int argc, char **argv)
{
	struct init s = {0};
	sigset_t all;
	/* First of all: a stop that comes from here on waits until the loop takes it. */
	loop_all_signals(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &s.child_mask); /* fails only for a wrong first argument */
	(void)signal(SIGCHLD, SIG_DFL);                      /* inherited as ignored it would reap behind our back */
	err_prog = "s6-overlay-init";
	err_patience_ms = PATIENCE_MS;
	stage1(&s, argc, argv);
	stage2(&s);
	(void)loop_until(&s, stopped, NO_DEADLINE);
	_exit(stage3(&s));
}
