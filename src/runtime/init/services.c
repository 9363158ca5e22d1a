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
#include "../lib/script.h"
#include "../lib/stop.h"
#include "../lib/str.h"
#include "../lib/timeline.h"
#include "init.h"
#include "logging.h"
#include "scripts.h"
#include "svscan.h"
#include "workarea.h"

/* Files that s6-supervise executes: checked, and never a mere link when they lack their x bit. */
static bool is_program(const char *name)
{
	return strcmp(name, "run") == 0 || strcmp(name, "finish") == 0;
}

/* What s6-supervise makes for itself: links of these names would kill it (S6FACTS.md, "s6-supervise"). */
static bool is_supervise_own(const char *name)
{
	return strcmp(name, "event") == 0 || strcmp(name, "supervise") == 0;
}

/* source/entry as target/entry in the new folder. label is the service's name, or NAME/log. */
static bool add_entry(int target, const char *source, const char *entry, const char *label)
{
	char from[PATH_MAX];
	if (!path_join(from, sizeof from, source, entry)) {
		complain("[services.d] %s: left out: the path of %s is too long", label, entry);
		return false;
	}
	enum script_use use = SCRIPT_AS_IT_IS;
	if (is_program(entry)) {
		char what[NAME_MAX + 32] = "[services.d] ";
		struct buf b = {.s = what, .len = strlen(what), .size = sizeof what};
		buf_text(&b, label);
		use = script_ready(what, from, target, entry);
	}
	if (use == SCRIPT_UNUSABLE)
		return false;
	if (use == SCRIPT_AS_IT_IS && symlinkat(from, target, entry) < 0) {
		complain("[services.d] %s: left out: unable to make a link to %s: %m", label, from);
		return false;
	}
	return true;
}

/* Fills the folder target with what source holds; finds the entries that mean something to us. */
static bool add_entries(int target, const char *source, const char *label, struct service *found, bool *timeout_kill,
                        bool *log)
{
	struct scan entries;
	bool run = false;
	bool good = true;
	if (!scan_at(AT_FDCWD, source, &entries)) {
		complain("[services.d] %s: left out: unable to read %s: %m", label, source);
		return false;
	}
	for (size_t i = 0; good && i < entries.count; i++) {
		const char *name = entries.name[i];
		if (is_supervise_own(name))
			continue;
		if (strcmp(name, "log") == 0 && log) {
			*log = true;
			continue;
		}
		run |= strcmp(name, "run") == 0;
		found->notifies |= strcmp(name, "notification-fd") == 0;
		found->essential |= strcmp(name, "essential") == 0;
		found->wait &= strcmp(name, "down") != 0;
		*timeout_kill |= strcmp(name, "timeout-kill") == 0;
		good = add_entry(target, source, name, label);
	}
	scan_free(&entries);
	if (good && !run) {
		complain("[services.d] %s: left out: it has no file run", label);
		return false;
	}
	return good;
}

/* NAME/log: a real folder too. One that can't run is named, and the service goes on without it. */
static void add_log(int target, const char *source, const char *name)
{
	char from[PATH_MAX];
	char label[NAME_MAX + 8];
	struct service ignored = {.wait = true};
	bool timeout_kill = false;
	struct stat st;
	struct buf b;
	buf_init(&b, label, sizeof label);
	buf_text(&b, name);
	buf_text(&b, "/log");
	if (!path_join(from, sizeof from, source, "log") || stat(from, &st) < 0 || !S_ISDIR(st.st_mode)) {
		complain("[services.d] %s: left out: it is no folder", label);
		return;
	}
	int fd = -1;
	if (mkdirat(target, "log", 0755) == 0)
		fd = openat(target, "log", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		complain("[services.d] %s: left out: unable to make its folder: %m", label);
		return;
	}
	bool good = add_entries(fd, from, label, &ignored, &timeout_kill, NULL);
	(void)close(fd); /* read only */
	if (!good && !remove_tree(target, "log"))
		complain("[services.d] %s: unable to delete its folder: %m", label);
}

/* s6-supervise kills what doesn't stop in time; 0 would mean never (RUNTIME.md, "Stage 3"). */
static bool add_timeout_kill(const struct init *s, int target)
{
	char text[U64_TEXT + 1];
	size_t n = u64_text(text, s->knob.services_gracetime ? s->knob.services_gracetime : 1);
	text[n++] = '\n';
	return write_file_at(target, "timeout-kill", 0644, text, n);
}

static bool build(struct init *s, int target, const char *source, const char *name, struct service *service)
{
	bool timeout_kill = false;
	bool log = false;
	if (!add_entries(target, source, name, service, &timeout_kill, &log))
		return false;
	if (log)
		add_log(target, source, name);
	if (!timeout_kill && !add_timeout_kill(s, target)) {
		complain("[services.d] %s: left out: unable to write timeout-kill: %m", name);
		return false;
	}
	service->wait &= s->knob.cmd_wait && s->argv[0];
	if ((service->wait || service->essential) && !watch_service(s, target, s->service_count)) {
		complain("[services.d] %s: left out: unable to subscribe to its events: %m", name);
		return false;
	}
	return true;
}

/* One folder of services.d, built under a dot name and renamed: s6-svscan may look at any time. */
static void add_service(struct init *s, const char *dir, const char *name)
{
	char source[PATH_MAX];
	char temporary[NAME_MAX + 8];
	struct stat st;
	struct buf b;
	buf_init(&b, temporary, sizeof temporary);
	buf_text(&b, ".s6-");
	buf_text(&b, name);
	if (b.full || !path_join(source, sizeof source, dir, name) || stat(source, &st) < 0 || !S_ISDIR(st.st_mode)) {
		warnx("[services.d] %s: skipped: it is no folder", name);
		return;
	}
	if (s->log_read_fd >= 0 && strcmp(name, CATCH_ALL) == 0) {
		warnx("[services.d] %s: skipped: under S6_LOGGING that is the catch-all logger's name", name);
		return;
	}
	struct service *service = &s->services[s->service_count];
	*service = (struct service){.name = strdup(name), .wait = true, .event_fd = -1, .control_fd = -1};
	int target = -1;
	if (service->name && mkdirat(s->scan_fd, temporary, 0755) == 0)
		target = openat(s->scan_fd, temporary, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (target < 0) {
		complain("[services.d] %s: left out: unable to make its folder in " SCAN_DIR ": %m", name);
		return;
	}
	bool good = build(s, target, source, name, service);
	(void)close(target); /* read only */
	if (good && renameat(s->scan_fd, temporary, s->scan_fd, name) < 0) {
		complain("[services.d] %s: left out: unable to rename its folder: %m", name);
		good = false;
	}
	if (!good) {
		if (service->event_fd >= 0) {
			loop_unwatch(s, service->event_fd);
			(void)close(service->event_fd); /* read only */
		}
		(void)remove_tree(s->scan_fd, temporary); /* a dot name: s6-svscan never looks at it */
		return;
	}
	timeline_event(s->timeline_fd, "services", "start", name, TIMELINE_NONE, TIMELINE_NONE);
	s->service_count++;
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
	if (s->service_count)
		svscan_rescan(s);
	return true;
}
