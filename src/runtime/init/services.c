#include "services.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h> /* renameat: POSIX declares it here */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../lib/err.h"
#include "../lib/io.h"
#include "../lib/path.h"
#include "../lib/scan.h"
#include "../lib/stop.h"
#include "../lib/str.h"
#include "../lib/timeline.h"
#include "init.h"
#include "scripts.h"
#include "svscan.h"
#include "workarea.h"

/* Files that s6-supervise executes: checked, and never a mere link when they lack their x bit. */
static bool is_program(const char *name)
{
	return strcmp(name, "run") == 0 || strcmp(name, "finish") == 0;
}

/* One folder being built. */
struct build {
	char label[LABEL_SIZE];    /* "[services.d] NAME" or NAME/log: what messages begin with */
	char source[PATH_MAX];     /* the user's folder */
	int target;                /* ours */
	unsigned int found;        /* bit i: known[i] is in source */
};

/* Files of a service folder that mean something to us. */
static const char known[][16] = {"run", "log", "timeout-kill", "notification-fd", "essential", "down"};
enum { RUN = 1, LOG = 2, TIMEOUT_KILL = 4, NOTIFICATION_FD = 8, ESSENTIAL = 16, DOWN = 32 };

/* Says why a folder is left out, with errno's text, and returns false. */
static bool leave_out(const struct build *b, const char *why)
{
	complain("%s: left out: unable to %s: %m", b->label, why);
	return false;
}

/* source/entry as target/entry. */
static bool add_entry(const struct build *b, const char *entry)
{
	char from[PATH_MAX];
	char hidden[] = ".finish"; /* or .run */
	const char *link = entry;
	bool good = path_join(from, sizeof from, b->source, entry);
	if (good && is_program(entry)) {
		switch (script_ready(b->label, from)) {
		case SCRIPT_UNUSABLE:
			return strcmp(entry, "run") != 0; /* a service is worth starting without its finish script */
		case SCRIPT_BY_INTERPRETER: /* applet_run, applet_finish: our binary starts it, by a hidden link */
			good = symlinkat(BIN "/s6-overlay-init", b->target, entry) == 0;
			memcpy(hidden + 1, entry, strlen(entry) + 1);
			link = hidden;
			break;
		case SCRIPT_AS_IT_IS:
			break;
		}
	}
	return (good && symlinkat(from, b->target, link) == 0) || leave_out(b, "make its links");
}

/* All that source holds; what means something to us is noted. */
static bool add_entries(struct build *b)
{
	struct scan entries;
	bool good = true;
	if (!scan_at(AT_FDCWD, b->source, &entries))
		return leave_out(b, "read its folder");
	for (size_t i = 0; good && i < entries.count; i++) {
		const char *name = entries.name[i];
		/* What s6-supervise makes for itself: links of these names would kill it (S6FACTS.md, "s6-supervise"). */
		if (strcmp(name, "event") == 0 || strcmp(name, "supervise") == 0)
			continue;
		for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
			if (strcmp(name, known[k]) == 0)
				b->found |= 1u << k;
		if (strcmp(name, "log") != 0)
			good = add_entry(b, name);
	}
	scan_free(&entries);
	if (good && !(b->found & RUN)) {
		complain("%s: left out: it has no file run", b->label);
		good = false;
	}
	return good;
}

/* Makes the folder name in dirfd. b->source and b->label are set. */
static bool begin(struct build *b, int dirfd, const char *name)
{
	b->target = -1;
	if (mkdirat(dirfd, name, 0755) == 0)
		b->target = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (b->target >= 0)
		return true;
	(void)leave_out(b, "make its folder");
	(void)unlinkat(dirfd, name, AT_REMOVEDIR); /* made but not opened (EMFILE): the next of this name can be made */
	return false;
}

/* NAME/log: a real folder too. One that can't run is named, and the service goes on without it. */
static void add_log(const struct build *service)
{
	struct build b = {0};
	struct buf label;
	buf_init(&label, b.label, sizeof b.label);
	buf_text(&label, service->label);
	buf_text(&label, "/log");
	if (!path_join(b.source, sizeof b.source, service->source, "log") || !begin(&b, service->target, "log"))
		return;
	bool good = add_entries(&b);
	(void)close(b.target); /* read only */
	if (!good)
		(void)remove_tree(service->target, "log"); /* what is left of it has no run, and that has been said */
}

/* s6-supervise kills what doesn't stop in time; 0 would mean never (RUNTIME.md, "Stage 3"). */
static bool add_timeout_kill(const struct init *s, int target)
{
	char text[U64_TEXT];
	size_t n = u64_text(text, s->knob.services_gracetime ? s->knob.services_gracetime : 1);
	return write_file_at(target, "timeout-kill", 0644, text, n);
}

static bool build(struct init *s, struct build *b, struct service *service)
{
	if (!add_entries(b))
		return false;
	if (b->found & LOG)
		add_log(b);
	if (!(b->found & TIMEOUT_KILL) && !add_timeout_kill(s, b->target))
		return leave_out(b, "write timeout-kill");
	service->notifies = b->found & NOTIFICATION_FD;
	service->essential = b->found & ESSENTIAL;
	service->wait = s->knob.cmd_wait && s->argv[0] && !(b->found & DOWN);
	if ((service->wait || service->essential) && !watch_service(s, b->target, s->service_count))
		return leave_out(b, "subscribe to its events");
	return true;
}

/* s6-svscan may look at any time: until all are built, each has a name that it passes over. */
enum { TEMPORARY_SIZE = 8 + U64_TEXT };
static void temporary_name(char out[TEMPORARY_SIZE], size_t index)
{
	struct buf b;
	buf_init(&b, out, TEMPORARY_SIZE);
	buf_text(&b, ".s6-new");
	buf_number(&b, index);
}

/* Nothing is awaited of a service that is left out; what there is of its folder goes. */
static void abandon(struct init *s, size_t index)
{
	struct service *service = &s->services[index];
	char temporary[TEMPORARY_SIZE];
	temporary_name(temporary, index);
	service->wait = service->essential = false;
	if (service->event_fd >= 0) {
		loop_unwatch(s, service->event_fd);
		(void)close(service->event_fd); /* read only */
		service->event_fd = -1;
	}
	(void)remove_tree(s->scan_fd, temporary); /* else the next service may find its temporary name taken */
}

/* One folder of services.d, under its temporary name. */
static void add_service(struct init *s, const char *dir, const char *name)
{
	struct stat st;
	struct build b = {0};
	size_t index = s->service_count;
	struct service *service = &s->services[index];
	char temporary[TEMPORARY_SIZE];
	temporary_name(temporary, index);
	*service = (struct service){.name = strdup(name), .event_fd = -1};
	script_label(b.label, "services.d", name);
	bool there = service->name && path_join(b.source, sizeof b.source, dir, name) && stat(b.source, &st) == 0;
	if (!there || !S_ISDIR(st.st_mode)) {
		warnx(there ? "%s: skipped: it is no folder" : "%s: skipped: %m", b.label);
		return;
	}
	if (!begin(&b, s->scan_fd, temporary))
		return;
	bool good = build(s, &b, service);
	(void)close(b.target); /* read only */
	if (good)
		s->service_count++;
	else
		abandon(s, index);
}

static void publish(struct init *s, size_t index)
{
	const struct service *service = &s->services[index];
	char temporary[TEMPORARY_SIZE];
	temporary_name(temporary, index);
	if (renameat(s->scan_fd, temporary, s->scan_fd, service->name) == 0) {
		timeline_event(s->timeline_fd, "services", "start", service->name, TIMELINE_NONE, TIMELINE_NONE);
		return;
	}
	complain("[services.d] %s: left out: unable to move its folder into place: %m", service->name);
	abandon(s, index);
}

bool services_start(struct init *s)
{
	char dir[PATH_MAX];
	struct scan names;
	if (!path_join(dir, sizeof dir, s->etc, "services.d"))
		return true; /* cannot be: etc is bounded */
	if (!scan_at(AT_FDCWD, dir, &names)) {
		if (errno == ENOENT)
			return true;
		complain("[services.d] unable to read %s: %m", dir);
		return false;
	}
	s->services = calloc(names.count + 1, sizeof *s->services);
	if (!s->services) {
		complain("[services.d] out of memory");
		return false;
	}
	for (size_t i = 0; i < names.count; i++)
		if (names.name[i][0] != '.')
			add_service(s, dir, names.name[i]);
	scan_free(&names);
	/* Not each when it is built: s6-svscan's first scan would start those there are, and take the CPU that we need. */
	for (size_t i = 0; i < s->service_count; i++)
		publish(s, i);
	if (s->service_count)
		svscan_rescan(s);
	return true;
}
