/*
 * with-retries [-n N] [-t MS] PROG…: runs a program until it exits 0, at most N times (3), each for at most MS
 * milliseconds (500; 0: no limit); then TERM, and a second later KILL. Exits 0, or 1 when no try succeeded.
 */

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/err.h"
#include "../lib/options.h"
#include "../lib/spawn.h"
#include "../lib/str.h"
#include "../lib/timeline.h"

#define USAGE "with-retries [ -n tries ] [ -t milliseconds ] prog..."

enum { TRIES = 3, LIMIT_MS = 500, KILL_AFTER_MS = 1000 };

/* Waits for the child until the deadline (ns; 0: for ever). SIGCHLD is blocked. True: it has ended. */
static bool ended_by(pid_t pid, uint64_t deadline, int *status)
{
	sigset_t child;
	(void)sigemptyset(&child); /* can't fail with these arguments */
	(void)sigaddset(&child, SIGCHLD);
	if (!deadline)
		return wait_for(pid, status);
	for (;;) {
		pid_t got = waitpid(pid, status, WNOHANG);
		if (got)
			return got == pid;
		uint64_t now = monotonic_ns();
		if (now >= deadline)
			return false;
		struct timespec left = {.tv_sec = (time_t)((deadline - now) / 1000000000u),
		                        .tv_nsec = (long)((deadline - now) % 1000000000u)};
		if (sigtimedwait(&child, NULL, &left) < 0 && errno != EAGAIN && errno != EINTR)
			die(EXIT_SYSTEM, "wait for", "the program");
	}
}

static uint64_t in_ms(uint64_t ms)
{
	return monotonic_ns() + ms * 1000000u;
}

/* One try; returns its exit code. */
static int run_once(char **command, uint64_t limit_ms, const sigset_t *mask)
{
	int status = 0;
	pid_t pid = fork();
	if (pid < 0)
		die(EXIT_SYSTEM, "fork", NULL);
	if (pid == 0) {
		(void)sigprocmask(SIG_SETMASK, mask, NULL); /* can't fail with these arguments */
		exec_or_die(command, environ);
	}
	if (ended_by(pid, limit_ms ? in_ms(limit_ms) : 0, &status))
		return status_code(status);
	(void)kill(pid, SIGTERM); /* our unreaped child: it exists */
	if (!ended_by(pid, in_ms(KILL_AFTER_MS), &status)) {
		(void)kill(pid, SIGKILL);
		if (!wait_for(pid, &status))
			die(EXIT_SYSTEM, "wait for", command[0]);
	}
	return 99; /* too late, whatever it exits with: as s6-maximumtime says it */
}

int applet_with_retries(int argc, char **argv)
{
	uint64_t tries = TRIES;
	uint64_t limit_ms = LIMIT_MS;
	struct options o = {.argv = argv, .next = 1};
	for (int letter; (letter = options_next(&o, "n:t:")) != OPTIONS_END;) {
		uint64_t *number = letter == 'n' ? &tries : &limit_ms;
		if (letter == OPTIONS_BAD || !parse_u64(o.arg, strlen(o.arg), UINT32_MAX, number))
			die_usage(USAGE);
	}
	if (argc < 2 || !argv[o.next])
		die_usage(USAGE);
	sigset_t child;
	sigset_t before;
	(void)sigemptyset(&child); /* these can't fail with these arguments */
	(void)sigaddset(&child, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &child, &before);
	int code = 0;
	for (uint64_t i = 0; i < tries; i++) {
		code = run_once(argv + o.next, limit_ms, &before);
		if (code == 0)
			return 0;
	}
	char count[U64_TEXT];
	char last[U64_TEXT];
	(void)u64_text(count, tries); /* the lengths aren't needed */
	(void)u64_text(last, (uint64_t)code);
	warnx("%s failed %s times, at last with %s", argv[o.next], count, last);
	return 1;
}
