/* Stage 3: the orderly end. Every wait ends when nothing is left to wait for (RUNTIME.md, "Stage 3"). */

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "../lib/err.h"
#include "../lib/signals.h"
#include "../lib/timeline.h"
#include "exitcode.h"
#include "init.h"
#include "logging.h"
#include "processes.h"
#include "stage2.h"
#include "stopping.h"
#include "svscan.h"
#include "workarea.h"

/* How long KILL may take to empty the container: only a process stuck in the kernel outlives it. */
enum { KILL_MS = 2000, TRIES = 20 };

static bool cmd_gone(struct init *s)
{
	return s->cmd.ended;
}

static bool nothing_left(struct init *s)
{
	return s->no_children;
}

/* The signal that the CMD gets: S6_CMD_STOPSIGNAL, else the operator's own INT or QUIT, else TERM. */
static int cmd_signal(const struct init *s)
{
	const char *name = s->knob.cmd_stopsignal;
	if (name[0])
		return signal_number(name, strlen(name));
	return s->stop_signal == SIGINT || s->stop_signal == SIGQUIT ? s->stop_signal : SIGTERM;
}

static void stop_cmd(struct init *s)
{
	if (!s->cmd.pid)
		return;
	if (!s->cmd.ended) {
		(void)kill(s->cmd.pid, cmd_signal(s)); /* it may have ended this instant */
		(void)kill(s->cmd.pid, SIGCONT);
		if (!loop_until(s, cmd_gone, deadline_in(s->knob.services_gracetime)) && s->knob.services_gracetime)
			warnx("the CMD has not stopped in time");
	}
	if (s->cmd.ended)
		cmd_say_end(s);
}

/* What the container's code is so far, from why it stops. */
static int code_so_far(const struct init *s)
{
	switch (s->stop) {
	case STOP_SVSCAN:
		return EXIT_SYSTEM;
	case STOP_STAGE2:
	case STOP_ESSENTIAL:
		break; /* set by whoever stopped it */
	case STOP_NOT:
	case STOP_CMD_ENDED:
	case STOP_SIGNAL:
	case STOP_REQUEST:
		return s->cmd.ended ? s->cmd.code : 0;
	}
	return s->code;
}

/* TERM, the grace time, KILL, for whatever is left: orphans, daemons, a deaf CMD; then the loggers' end. */
static void sweep(struct init *s)
{
	loop_reap(s);
	if (s->no_children && !s->is_pid1)
		return;
	/* As PID 1 even without children: what the engine has put beside us (docker exec) may hear of the end too. */
	(void)processes_signal(s, SIGTERM, NOT_LOGGERS);
	(void)processes_signal(s, SIGCONT, NOT_LOGGERS);
	if (loop_until(s, nothing_left, deadline_in(s->knob.kill_gracetime)))
		return;
	for (int i = 0; i < TRIES; i++) {
		if (!processes_signal(s, SIGKILL, ALL_PROCESSES))
			break;
		if (loop_until(s, nothing_left, deadline_in(KILL_MS / TRIES)))
			return;
	}
}

int stage3(struct init *s)
{
	s->stopping = true;
	say_time(s, "stopping");
	timeline_event(s->timeline_fd, "stage3", "start", NULL, TIMELINE_NONE, TIMELINE_NONE);
	stop_cmd(s);
	bool late = s->cmd.pid && !s->cmd.ended; /* whoever waits next may see its end */
	if (s->stop == STOP_SVSCAN)
		complain("fatal: s6-svscan has ended by itself (%d): the container stops", s->svscan.code);
	s->code = code_so_far(s);
	exit_code_publish(s, s->stop == STOP_CMD_ENDED);
	logging_await(s);
	svscan_end(s);
	services_stop(s);
	finish_scripts(s);
	timeline_event(s->timeline_fd, "stage3", "sweep", NULL, TIMELINE_NONE, TIMELINE_NONE);
	say_time(s, "ending what is left");
	logging_end(s);
	sweep(s);
	if (late && s->cmd.ended) {
		s->code = code_so_far(s);
		cmd_say_end(s);
	}
	if (s->knob.sync_disks)
		sync();
	s->code = exit_code_final(s);
	timeline_event(s->timeline_fd, "init", "end", NULL, TIMELINE_NONE, s->code);
	workarea_end(s);
	return s->code;
}
