/*
 * Role "start": before the other scripts of cont-init.d, so that they find /dev/log. The service is put into the scan
 * directory as /init would: real folders, links to our files, built under a dot name.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h> /* renameat: POSIX declares it here */
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "../lib/err.h"
#include "../lib/stop.h"
#include "../lib/timeline.h"
#include "handover.h"
#include "roles.h"

#define HIDDEN "." SERVICE
enum { READY_MS = 5000, LOOK_NS = 1000000 };

static bool build(int scan)
{
	static const struct {
		const char *target, *name;
	} links[] = {
		{TEMPLATE "/run", "run"},
		{TEMPLATE "/notification-fd", "notification-fd"},
		{TEMPLATE "/timeout-kill", "timeout-kill"},
		{TEMPLATE "/log/run", "log/run"},
	};
	if (mkdirat(scan, HIDDEN, 0755) < 0 || mkdirat(scan, HIDDEN "/log", 0755) < 0)
		return false;
	int dir = openat(scan, HIDDEN, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return false;
	bool good = true;
	for (size_t i = 0; good && i < sizeof links / sizeof links[0]; i++)
		good = symlinkat(links[i].target, dir, links[i].name) == 0;
	(void)close(dir); /* read only */
	return good && renameat(scan, HIDDEN, scan, SERVICE) == 0;
}

/* Nobody reads yet: then s6-svscan's first scan, which is still to come, finds the service. */
static void ask_for_scan(int scan)
{
	int fd = openat(scan, ".s6-svscan/control", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, "a", 1) != 1)
		warn("write to", SCAN_DIR "/.s6-svscan/control");
	(void)close(fd); /* one byte to a fifo */
}

/* Whether somebody who holds sockets answers at `path`, and how many those are. */
static bool answers(const char *path, size_t *count)
{
	struct sockets sockets;
	if (!handover_take(path, &sockets))
		return false;
	for (size_t i = 0; i < sockets.count; i++)
		(void)close(sockets.fd[i]); /* they have them */
	*count = sockets.count;
	return true;
}

/* The writer has the sockets too: until then, what was sent is gone with the listener. Without any it waits for none. */
static bool is_ready(void)
{
	size_t count;
	return answers(SCAN_DIR "/" SERVICE "/" HANDOVER, &count) &&
	       (!count || answers(SCAN_DIR "/" SERVICE "/log/" HANDOVER, &count));
}

int role_start(char *const *env)
{
	(void)env;
	int scan = open(SCAN_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (scan < 0) {
		warn("open", SCAN_DIR);
		return 0; /* a container without a log is better than none */
	}
	if (faccessat(scan, SERVICE, F_OK, 0) == 0)
		return 0;
	if (faccessat(AT_FDCWD, "/etc/services.d/" SERVICE "/run", F_OK, 0) == 0)
		warnx("/etc/services.d/" SERVICE " has a syslog service of its own: this one takes its place");
	if (!build(scan)) {
		warn("make the service", SCAN_DIR "/" SERVICE);
		return 0;
	}
	ask_for_scan(scan);
	uint64_t limit = monotonic_ns() + (uint64_t)READY_MS * 1000000;
	while (!is_ready()) {
		const struct timespec look = {.tv_nsec = LOOK_NS};
		if (monotonic_ns() >= limit) {
			warnx("the service " SERVICE " is not ready after %u ms; the container goes on", (unsigned int)READY_MS);
			return 0;
		}
		(void)nanosleep(&look, NULL); /* woken early it looks early */
	}
	return 0;
}
