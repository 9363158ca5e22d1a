/* Services' events: s6-supervise writes a letter to each fifo in a service's event folder (s6's "fifodir" interface). */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../lib/err.h"
#include "../lib/io.h"
#include "../lib/path.h"
#include "../lib/str.h"
#include "../lib/timeline.h"
#include "init.h"
#include "services.h"

/* The form of a name that s6 writes to: 24 hexadecimal digits of a time, 6 letters. */
#define FIFO "event/ftrig1:@400000000000000000000000:s6init"

/* supervise/status: 12 + 12 bytes of times, pid and pgid of 8, then these (s6 2.13, svstatus_pack). */
enum { STATUS_PID = 24, STATUS_WSTAT = 40, STATUS_FLAGS = 42, STATUS_SIZE = 43, FLAG_WANTUP = 4 };

bool service_status(const struct init *s, const char *name, bool *down, bool *wanted, int *code)
{
	char path[512];
	unsigned char status[STATUS_SIZE + 1];
	struct buf b;
	buf_init(&b, path, sizeof path);
	buf_text(&b, name);
	buf_text(&b, "/supervise/status");
	if (b.full || read_file_at(s->scan_fd, path, (char *)status, sizeof status) != STATUS_SIZE)
		return false;
	int wstat = status[STATUS_WSTAT] << 8 | status[STATUS_WSTAT + 1];
	*code = wstat & 127 ? 128 + (wstat & 127) : wstat >> 8;
	*wanted = status[STATUS_FLAGS] & FLAG_WANTUP;
	*down = true;
	for (size_t i = STATUS_PID; i < STATUS_PID + 8; i++)
		if (status[i])
			*down = false;
	return true;
}

static void on_down(struct init *s, struct service *service)
{
	int code;
	bool down;
	bool wanted;
	if (!service_status(s, service->name, &down, &wanted, &code) || wanted)
		return;
	service->ended = true;
	if (!service->essential || s->stop || s->stopping)
		return;
	say("[services.d] %s: essential, ended for good with %d: the container stops", service->name, code);
	s->stop = STOP_ESSENTIAL;
	s->code = code;
}

static void on_event(struct init *s, size_t index, short events)
{
	struct service *service = &s->services[index];
	char letters[64];
	ssize_t n;
	(void)events;
	while ((n = read(service->event_fd, letters, sizeof letters)) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			if (letters[i] == (service->notifies ? 'U' : 'u') && !service->up) {
				service->up = true;
				timeline_event(s->timeline_fd, "services", service->notifies ? "ready" : "up", service->name,
				               TIMELINE_NONE, TIMELINE_NONE);
			} else if (letters[i] == 'D') {
				on_down(s, service);
			}
		}
	}
}

bool watch_service(struct init *s, int service_fd, size_t index)
{
	struct service *service = &s->services[index];
	/* As s6-supervise would make it: anybody may subscribe, nobody may see who else has. */
	if (mkdirat(service_fd, "event", 0700) < 0 || fchmodat(service_fd, "event", 01733, 0) < 0 ||
	    mkfifoat(service_fd, FIFO, 0600) < 0)
		return false;
	/* Read and write: a fifo whose last writer has gone would wake poll for ever. */
	service->event_fd = openat(service_fd, FIFO, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (service->event_fd < 0)
		return false;
	return loop_watch(s, service->event_fd, POLLIN, on_event, index);
}

void watch_done(struct init *s)
{
	for (size_t i = 0; i < s->service_count; i++) {
		struct service *service = &s->services[i];
		char path[512];
		if (service->event_fd < 0 || service->essential)
			continue;
		loop_unwatch(s, service->event_fd);
		if (path_join(path, sizeof path, service->name, FIFO))
			(void)unlinkat(s->scan_fd, path, 0); /* else s6-supervise deletes it, when nobody reads */
		(void)close(service->event_fd); /* read only */
		service->event_fd = -1;
	}
}

static bool all_up(struct init *s)
{
	if (s->stop)
		return true;
	for (size_t i = 0; i < s->service_count; i++)
		if (s->services[i].wait && !s->services[i].up && !s->services[i].ended)
			return false;
	return true;
}

bool services_wait(struct init *s)
{
	uint64_t deadline = s->knob.cmd_wait_maxtime ? deadline_in(s->knob.cmd_wait_maxtime) : NO_DEADLINE;
	bool good = true;
	(void)loop_until(s, all_up, deadline);
	for (size_t i = 0; !s->stop && i < s->service_count; i++) {
		const struct service *service = &s->services[i];
		if (!service->wait || service->up)
			continue;
		good = false;
		if (service->ended)
			warnx("[services.d] %s has ended for good", service->name);
		else
			warnx("[services.d] %s is not %s after %u ms (S6_CMD_WAIT_FOR_SERVICES_MAXTIME)", service->name,
			      service->notifies ? "ready" : "up", s->knob.cmd_wait_maxtime);
	}
	watch_done(s);
	return good;
}
