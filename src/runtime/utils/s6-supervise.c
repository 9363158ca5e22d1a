/*
 * s6-supervise SERVICEDIR: s6's own, once no former instance of the service is left. When s6-supervise is killed with -9
 * its service lives on, and the next s6-supervise would start a second one beside it, on the same port, the same files.
 * Others that s6-svscan has forgotten come back then, too (lib/reminder.h).
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/err.h"
#include "../lib/io.h"
#include "../lib/path.h"
#include "../lib/paths.h"
#include "../lib/process_table.h"
#include "../lib/reminder.h"
#include "../lib/signals.h"
#include "../lib/spawn.h"
#include "../lib/str.h"
#include "../lib/supervise_lock.h"
#include "../lib/svstatus.h"
#include "../lib/timeline.h"

#define REAL LIBEXEC "/s6-supervise"

/* FINISH_MS: s6's own where there is no timeout-finish. */
enum { LOOK_NS = 10000000, TEXT_MAX = 64, FINISH_MS = 5000 };

/* s6 2.13 opens what its lock-fd locks without making it: a service that has the file lock-fd would never start. */
static void make_service_lock(int dir)
{
	if (faccessat(dir, "lock-fd", F_OK, 0) < 0)
		return;
	if (mkdirat(dir, "supervise", 0700) < 0 && errno != EEXIST)
		return; /* s6's program needs it as well, and says why there is none */
	int fd = openat(dir, "supervise/service-lock", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0)
		(void)close(fd); /* nothing was written */
}

/* The first line of a file; "" where there is none. Its length. */
static size_t line_of(int dir, const char *file, char text[TEXT_MAX])
{
	if (read_file_at(dir, file, text, TEXT_MAX) < 0)
		text[0] = '\0';
	return strcspn(text, "\n");
}

/* A log service's supervisor has NAME/log for its argument. */
static bool is_logger(const char *name)
{
	return strcmp(path_base(name), "log") == 0 || strcmp(name, CATCH_ALL) == 0;
}

/* Tells it to end, as `s6-svc -d` would. Of loggers s6-log -p hears HUP only; svlogd takes HUP for "reopen your files". */
static bool tell_to_end(int dir, const char *name, pid_t pid)
{
	char text[TEXT_MAX];
	int number = signal_number(text, line_of(dir, "down-signal", text));
	bool told = kill(pid, number ? number : SIGTERM) == 0 || errno == ESRCH; /* it may have ended this instant */
	if (!number && is_logger(name))
		(void)kill(pid, SIGHUP); /* not permitted: neither was the other */
	return told;
}

/* A finish script is let finish. Each is bounded as s6 would bound it; 0: no limit. */
static void end_former(int dir, const char *name, const struct svstatus *former)
{
	static const struct timespec pause = {.tv_nsec = LOOK_NS};
	char text[TEXT_MAX];
	uint64_t limit = former->finishing ? FINISH_MS : 0;
	/* Where there is none, or what it says is no number, limit stays. */
	(void)parse_u64(text, line_of(dir, former->finishing ? "timeout-finish" : "timeout-kill", text), UINT32_MAX, &limit);
	uint64_t start = monotonic_ns();
	warnx("%s: its s6-supervise was killed: process %u ends before the next starts", name, (unsigned int)former->pid);
	if (!former->finishing && !tell_to_end(dir, name, former->pid))
		warnx("%s: unable to stop process %u: %m: waiting for its end", name, (unsigned int)former->pid);
	(void)kill(former->pid, SIGCONT); /* it may have ended this instant */
	while (kill(former->pid, 0) == 0 || errno == EPERM) {
		if (limit && monotonic_ns() - start > limit * 1000000u) {
			(void)kill(former->pid, SIGKILL); /* as above */
			limit = 0;
		}
		(void)nanosleep(&pause, NULL); /* a signal that we survive only makes us look sooner */
	}
}

int applet_s6_supervise(int argc, char **argv)
{
	struct svstatus former;
	if (argc == 2 && strcmp(argv[1], REMINDER) == 0 && svscan_is_parent()) {
		reminder_leave();
		return 0;
	}
	int dir = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (dir >= 0) {
		make_service_lock(dir);
		reminder_ask(dir);
		/*
		 * Without the lock there was no former one, or there is another: s6's program says so, and ends. A service leads its
		 * session: no process that was given its number since does, but by a rare chance.
		 */
		if (supervise_lock_take(dir) && svstatus_read(dir, "supervise/status", &former) && former.pid &&
		    getsid(former.pid) == former.pid)
			end_former(dir, argv[1], &former);
		(void)close(dir); /* read only */
	}
	exec_own(REAL, argv); /* what is wrong with the command line, or with the folder, it says */
}
