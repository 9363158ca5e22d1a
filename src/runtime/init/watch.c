/* Services' events: s6-supervise writes a letter to each fifo in a service's event folder (s6's "fifodir" interface). */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../lib/err.h"
#include "../lib/path.h"
#include "../lib/timeline.h"
#include "init.h"
#include "services.h"

/* The form of a name that s6 writes to: 24 hexadecimal digits of a time, 6 letters. */
#define FIFO "event/ftrig1:@400000000000000000000000:s6init"

bool service_status(const struct init *s, const char *name, struct svstatus *out)
{
	char path[512];
	return path_join(path, sizeof path, name, "supervise/status") && svstatus_read(s->scan_fd, path, out);
}

static void on_down(struct init *s, struct service *service)
{
	struct svstatus status;
	if (!service_status(s, service->name, &status) || status.wanted_up)
		return;
	service->ended = true;
	if (!service->essential || s->stop || s->stopping)
		return;
	say("[services.d] %s: essential, ended for good with %d: the container stops", service->name, status.code);
	s->stop = STOP_ESSENTIAL;
	s->code = status.code;
}

static void on_event(struct init *s, size_t index, short events)
{
	struct service *service = &s->services[index];
	char letters[64];
	ssize_t n;
	bool down = false;
	(void)events;
	while ((n = read(service->event_fd, letters, sizeof letters)) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			if (letters[i] == (service->notifies ? 'U' : 'u') && !service->up) {
				service->up = true;
				timeline_event(s->timeline_fd, "services", service->notifies ? "ready" : "up", service->name,
				               TIMELINE_NONE, TIMELINE_NONE);
			} else if (letters[i] == 'D') {
				down = true;
			}
		}
	}
	if (down) /* once: its status says how things are now, however many letters came */
		on_down(s, service);
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
