#ifndef S6TS_INIT_H
#define S6TS_INIT_H
/* The state of /init: one struct, made by init.c, handed to every stage. */

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "../lib/err.h"
#include "../lib/paths.h"
#include "child.h"
#include "knobs.h"
#include "loop.h"

#define EXIT_CODE_V1 "env-stage3/S6_STAGE2_EXITED"
#define EXIT_CODE_V3 "results/exitcode"

/* Why the container stops. */
enum stop_reason {
	STOP_NOT,
	STOP_CMD_ENDED,
	STOP_SIGNAL,
	STOP_REQUEST,   /* s6-svscanctl -t, halt */
	STOP_STAGE2,    /* a failure under S6_BEHAVIOUR_IF_STAGE2_FAILS=2 */
	STOP_ESSENTIAL, /* a service with a file "essential" ended for good */
	STOP_SVSCAN,    /* s6-svscan died */
};

/* A child of ours that somebody waits for. */
struct child {
	pid_t pid; /* 0: none */
	bool ended;
	int code; /* exit code, or 128 + signal */
	int signal; /* that killed it, or 0 */
};

struct service {
	char *name;
	bool wait;      /* S6_CMD_WAIT_FOR_SERVICES waits for it */
	bool notifies;  /* has notification-fd */
	bool essential;
	bool up;        /* as far as waiting is concerned */
	bool ended;     /* for good: its finish script said so, or somebody took it down */
	int event_fd;   /* our fifo in its event folder, or -1 */
};

/* What is used most comes first: offsets below 128 make for shorter code, and there are 64 KB for all. */
struct init {
	enum stop_reason stop;
	int stop_signal;
	int code;        /* the container's exit code, as far as known */
	int work_fd;     /* the work area, whichever it is */
	int scan_fd;     /* services/ in it */
	int timeline_fd; /* or -1 */
	int stop_fd;     /* the fifo that s6-svscanctl -t writes to */
	int out_fd;      /* the container's own stdout and stderr, for the CMD */
	int err_fd;
	int null_fd;     /* /dev/null, or -1 */
	int log_read_fd; /* S6_LOGGING: the catch-all's fifo, or -1 */
	int ready_fd;    /* s6-svscan's -d, or -1 */
	bool is_pid1;
	bool stopping; /* stage 3 has begun */
	bool svscan_ready;
	bool no_children; /* the last reap saw ECHILD */
	bool work_shared; /* the work area is in /dev/shm, which may be a whole pod's */
	bool env_changed; /* scripts ran: container_environment may differ from env */
	char *const *env;  /* the container's environment */
	char *const *argv; /* the command: S6_CMD_ARG0 and our arguments; NULL-terminated, maybe empty */
	char **script_env; /* what scripts and services get */
	const char *etc;   /* "/etc" or "/etc/cont-profile.d/P" */
	struct service *services;
	size_t service_count;
	struct child svscan, stage2, cmd, script;
	struct loop loop;
	struct knobs knob;
	mode_t old_umask;
	uint64_t start; /* monotonic ns */
	sigset_t child_mask;         /* what we were started with */
	char code_v1[8], code_v3[8]; /* what we wrote there last */
	char etc_buffer[300];
	char path_entry[4160]; /* script_env's PATH=… */
};

/* What one stage hands to the next; each returns when done, or when s->stop is set. */
void stage1(struct init *s, int argc, char **argv);
void stage2(struct init *s);
int stage3(struct init *s);

/* A line of what happens, at S6_VERBOSITY >= 2; formats as in lib/err.h. */
void say(const char *format, ...) ERR_FORMAT(1, 2);
/* At S6_VERBOSITY >= 3: what has been reached, and how long after the start of /init. */
void say_time(const struct init *s, const char *what);
/* An error of ours that doesn't end /init: "s6-overlay-init: …", whatever the verbosity. */
void complain(const char *format, ...) ERR_FORMAT(1, 2);

#endif
