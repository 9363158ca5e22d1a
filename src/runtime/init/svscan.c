#include "svscan.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "../lib/err.h"
#include "../lib/path.h"
#include "../lib/scan.h"
#include "../lib/spawn.h"
#include "../lib/stop.h"
#include "../lib/str.h"
#include "../lib/timeline.h"
#include "init.h"

#define PROGRAM BIN "/s6-svscan"
/* SUPERVISORS: as many as s6-svscan takes unless told; it has 350 bytes for each. */
enum { READY_FD = 3, CONSOLE_FD = 4, FREE_FD = 10, END_MS = 1000, SUPERVISORS = 1000, SPARE = 100 };

static void take_ready(struct init *s)
{
	char newline;
	if (s->svscan_ready || s->ready_fd < 0)
		return;
	ssize_t n = read(s->ready_fd, &newline, 1);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	s->svscan_ready = n == 1;
	if (n == 1)
		timeline_event(s->timeline_fd, "svscan", "ready", NULL, s->svscan.pid, TIMELINE_NONE);
	loop_unwatch(s, s->ready_fd);
	(void)close(s->ready_fd); /* read only */
	s->ready_fd = -1;
}

static void on_ready(struct init *s, size_t index, short events)
{
	(void)index;
	(void)events;
	take_ready(s);
}

/* Moves fd out of the way of the numbers that s6-svscan is given, keeping it close-on-exec. */
static int out_of_the_way(int fd)
{
	if (fd >= FREE_FD)
		return fd;
	int moved = fcntl(fd, F_DUPFD_CLOEXEC, FREE_FD);
	if (moved < 0)
		die(EXIT_SYSTEM, "set up the descriptors of", PROGRAM);
	return moved;
}

/* Has a script of s6-log the action `1`, a word of its own? */
static bool writes_stdout(const char *script)
{
	static const char blanks[] = " \t\r\n"; /* and its NUL, for strchr: the end */
	for (const char *at = script; (at = strchr(at, '1')); at++)
		if ((at == script || strchr(blanks, at[-1])) && strchr(blanks, at[1]))
			return true;
	return false;
}

/*
 * How many supervisors s6-svscan has room for. One more, and it starts none of those that it hasn't yet: each service may
 * have a logger, and scripts may add some of their own.
 */
static uint64_t supervisors_max(const struct init *s)
{
	char dir[PATH_MAX];
	struct scan names;
	if (!path_join(dir, sizeof dir, s->etc, "services.d") || !scan_at(AT_FDCWD, dir, &names))
		return SUPERVISORS;
	uint64_t wanted = 2 * names.count + SPARE;
	scan_free(&names);
	return wanted > SUPERVISORS ? wanted : SUPERVISORS;
}

_Noreturn static void exec_svscan(struct init *s, int ready)
{
	/*
	 * -X: what a service named s6-svscan-log gets as its stdout and stderr: one of the container's own. What s6-log
	 * complains of belongs to stderr, unless lines are to go to stdout.
	 */
	static char scan_dir[] = SCAN_DIR; /* by itself: two literals side by side in a list look like a lost comma */
	char max[U64_TEXT + 2] = "-C";
	max[2 + u64_text(max + 2, supervisors_max(s))] = '\0';
	bool logging = s->log_read_fd >= 0;
	int console = logging ? out_of_the_way(writes_stdout(s->knob.logging_script) ? s->out_fd : s->err_fd) : -1;
	ready = out_of_the_way(ready);
	child_stdio(s->null_fd, -1, -1);
	if (dup2(ready, READY_FD) < 0 || (logging && dup2(console, CONSOLE_FD) < 0))
		die(EXIT_SYSTEM, "set up the descriptors of", PROGRAM);
	char *const plain[] = {"s6-svscan", "-d3", max, "--", scan_dir, NULL};
	char *const with_log[] = {"s6-svscan", "-d3", max, "-X4", "--", scan_dir, NULL};
	(void)execve(PROGRAM, logging ? with_log : plain, s->script_env);
	die(exec_failure_code(errno), "execute", PROGRAM);
}

void svscan_start(struct init *s)
{
	int fds[2];
	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		die(EXIT_SYSTEM, "make a pipe", NULL);
	s->svscan.pid = child_fork(s, GROUP_SESSION);
	if (s->svscan.pid < 0)
		die(EXIT_SYSTEM, "fork for", PROGRAM);
	if (!s->svscan.pid)
		exec_svscan(s, fds[1]);
	(void)close(fds[1]); /* nothing was written here */
	s->ready_fd = fds[0];
	timeline_event(s->timeline_fd, "svscan", "start", NULL, s->svscan.pid, TIMELINE_NONE);
	if (!loop_watch(s, s->ready_fd, POLLIN, on_ready, 0))
		die(EXIT_SYSTEM, "allocate memory", NULL);
}

/* One letter to its control fifo. False: it doesn't listen. */
static bool control(struct init *s, char letter)
{
	int fd = openat(s->scan_fd, ".s6-svscan/control", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool good = write(fd, &letter, 1) == 1;
	(void)close(fd); /* one byte to a fifo */
	return good;
}

void svscan_rescan(struct init *s)
{
	take_ready(s);
	if (s->svscan_ready && !control(s, 'a'))
		warn("write to", SCAN_DIR "/.s6-svscan/control");
}

static bool gone(struct init *s)
{
	return s->svscan.ended;
}

void svscan_end(struct init *s)
{
	if (!s->svscan.pid || s->svscan.ended)
		return;
	take_ready(s);
	/* Before it listens ABRT does the same: handled, s6-svscan ends at once; not yet handled, it dies. */
	if (!s->svscan_ready || !control(s, 'b'))
		(void)kill(s->svscan.pid, SIGABRT); /* it may have ended this instant */
	if (loop_until(s, gone, deadline_in(END_MS)))
		return;
	warnx("s6-svscan doesn't end: killed");
	(void)kill(s->svscan.pid, SIGKILL); /* as above */
	(void)loop_until(s, gone, NO_DEADLINE);
}
