#include "stopping.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../lib/err.h"
#include "../lib/io.h"
#include "../lib/path.h"
#include "../lib/scan.h"
#include "../lib/str.h"
#include "../lib/timeline.h"
#include "init.h"
#include "logging.h"
#include "services.h"

enum { RETRY_MS = 5, STARTING_MS = 100, SLACK_MS = 300, LOOK_MS = 10 };

/* A supervisor that must still be told, or whose end is waited for. */
struct target {
	const char *name;
	const char *control; /* its fifo, in its folder */
	const char *letters;
	int fd; /* open once told; poll says when its reader has gone */
	bool wait;
	bool leaving; /* down, and told that it may go */
	bool done;
};

static struct {
	struct target *list;
	size_t count;
} targets;

static void on_control(struct init *s, size_t index, short events)
{
	struct target *t = &targets.list[index];
	(void)events; /* POLLERR: s6-supervise, its only reader, has ended */
	loop_unwatch(s, t->fd);
	(void)close(t->fd); /* written long ago */
	t->fd = -1;
	t->done = true;
	timeline_event(s->timeline_fd, "services", "end", t->name, TIMELINE_NONE, TIMELINE_NONE);
}

/* False: it doesn't listen, or not yet. */
static bool tell(struct init *s, size_t index)
{
	struct target *t = &targets.list[index];
	char path[PATH_MAX];
	t->fd = -1;
	if (path_join(path, sizeof path, t->name, t->control))
		t->fd = openat(s->scan_fd, path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (t->fd < 0)
		return false;
	size_t n = strlen(t->letters);
	bool told = write(t->fd, t->letters, n) == (ssize_t)n;
	t->leaving = n > 1;
	if (told && t->wait && loop_watch(s, t->fd, 0, on_control, index))
		return true;
	(void)close(t->fd); /* nobody listens, or nobody waits for it */
	t->fd = -1;
	t->done = told && !t->wait;
	return t->done;
}

static void add(const char *name, const char *fifo, const char *letters, bool wait)
{
	targets.list[targets.count++] =
		(struct target){.name = name, .control = fifo, .letters = letters, .fd = -1, .wait = wait};
}

static bool told_or_done(const struct target *t)
{
	return t->done || t->fd >= 0;
}

/*
 * `x` makes s6-supervise close its output, and its finish script's with it: a service that has one is sent it when it
 * is down, its finish script done. Only its status says so, and is looked at from time to time. One that is wanted up is
 * older than our `d`: without a pid its run has started just now, and that is still to be written.
 */
static bool all_gone(struct init *s)
{
	bool all = true;
	for (size_t i = 0; i < targets.count; i++) {
		struct target *t = &targets.list[i];
		struct svstatus status;
		if (!t->wait || t->done)
			continue;
		all = false;
		if (!t->leaving && service_status(s, t->name, &status) && !status.pid && !status.wanted_up)
			t->leaving = write(t->fd, "x", 1) == 1;
	}
	return all;
}

/* Looks each ms at first: most services end at once. */
static bool wait_for_all(struct init *s, uint64_t limit)
{
	for (unsigned int ms = 1;; ms += ms < LOOK_MS) {
		uint64_t next = deadline_in(ms);
		if (loop_until(s, all_gone, next < limit ? next : limit))
			return true;
		if (monotonic_ns() >= limit)
			return false;
	}
}

static bool nothing_left(struct init *s)
{
	return s->no_children;
}

/* Those that s6-svscan had only just started don't listen yet; those that it never started never will. */
static void tell_all(struct init *s)
{
	uint64_t limit = deadline_in(STARTING_MS);
	for (;;) {
		bool missing = false;
		for (size_t i = 0; i < targets.count; i++)
			if (!told_or_done(&targets.list[i]) && !tell(s, i))
				missing = true;
		loop_reap(s);
		if (!missing || s->no_children || monotonic_ns() >= limit)
			break;
		(void)loop_until(s, nothing_left, deadline_in(RETRY_MS));
	}
	for (size_t i = 0; i < targets.count; i++)
		if (!told_or_done(&targets.list[i]))
			targets.list[i].done = true;
}

/* The longest that a service may take: our grace, or what the image says in a timeout-kill. */
static unsigned int longest(const struct init *s)
{
	unsigned int ms = s->knob.services_gracetime;
	for (size_t i = 0; i < targets.count; i++) {
		char path[PATH_MAX];
		char text[32];
		uint64_t value;
		if (!targets.list[i].wait || !path_join(path, sizeof path, targets.list[i].name, "timeout-kill") ||
		    read_file_at(s->scan_fd, path, text, sizeof text) <= 0)
			continue;
		if (parse_u64(text, strcspn(text, "\n"), UINT32_MAX / 2, &value) && value > ms)
			ms = (unsigned int)value;
	}
	return ms;
}

static bool has(const struct init *s, const char *name, const char *file)
{
	char path[PATH_MAX];
	return path_join(path, sizeof path, name, file) && (faccessat(s->scan_fd, path, F_OK, 0) == 0 || errno != ENOENT);
}

void services_stop(struct init *s)
{
	struct scan names;
	if (!scan_fd(s->scan_fd, &names)) {
		warn("read", WORK "/services");
		return;
	}
	targets.list = calloc(names.count * 2 + 1, sizeof *targets.list);
	if (!targets.list) {
		complain("out of memory: the services are not told to stop");
		return;
	}
	for (size_t i = 0; i < names.count; i++) {
		const char *name = names.name[i];
		if (name[0] == '.')
			continue;
		bool catch_all = s->log_read_fd >= 0 && strcmp(name, CATCH_ALL) == 0;
		bool slowly = s->knob.services_gracetime && has(s, name, "finish");
		add(name, "supervise/control", catch_all ? "x" : slowly ? "d" : "dx", !catch_all);
		if (has(s, name, "log"))
			add(name, "log/supervise/control", "x", false);
	}
	tell_all(s);
	if (s->knob.services_gracetime && !wait_for_all(s, deadline_in(longest(s) + SLACK_MS)))
		for (size_t i = 0; i < targets.count; i++)
			if (targets.list[i].wait && !targets.list[i].done)
				warnx("the service %s has not stopped in time", targets.list[i].name);
}
