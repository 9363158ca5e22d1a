/* cont-finish.d (RUNTIME.md, "Stage 3"). */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "../lib/err.h"
#include "../lib/path.h"
#include "../lib/scan.h"
#include "../lib/spawn.h"
#include "../lib/str.h"
#include "../lib/timeline.h"
#include "init.h"
#include "scripts.h"
#include "stopping.h"

#define KIND "cont-finish.d"
enum { CODE_TOO_LONG = 99 }; /* what v1's s6-maximumtime made of it */

static bool script_gone(struct init *s)
{
	return s->script.ended;
}

static int wait_for_script(struct init *s, const char *name)
{
	unsigned int limit = s->knob.finish_maxtime;
	if (loop_until(s, script_gone, limit ? deadline_in(limit) : NO_DEADLINE))
		return s->script.code;
	warnx("[" KIND "] %s: killed after %u ms (S6_KILL_FINISH_MAXTIME)", name, limit);
	(void)kill(-s->script.pid, SIGKILL); /* it and what it started */
	(void)loop_until(s, script_gone, NO_DEADLINE);
	return CODE_TOO_LONG;
}

static int run(struct init *s, const char *what, const char *name, const char *path)
{
	enum script_use use = script_ready(what, path);
	if (use == SCRIPT_UNUSABLE)
		return EXIT_NOT_EXECUTABLE;
	s->script = (struct child){0};
	s->script.pid = child_fork(s, GROUP_OWN);
	if (!s->script.pid)
		script_run(what, path, use, s->null_fd, s->script_env);
	if (s->script.pid < 0) {
		complain("%s: unable to fork: %m", what);
		s->script.pid = 0;
		return EXIT_SYSTEM;
	}
	timeline_event(s->timeline_fd, KIND, "start", name, s->script.pid, TIMELINE_NONE);
	int code = wait_for_script(s, name);
	timeline_event(s->timeline_fd, KIND, "end", name, s->script.pid, code);
	script_hint(what, path, code);
	return code;
}

static void one(struct init *s, const char *dir, const char *name)
{
	char path[PATH_MAX];
	char what[LABEL_SIZE];
	script_label(what, KIND, name);
	if (!path_join(path, sizeof path, dir, name) || !script_is_file(what, path))
		return;
	say("%s: executing...", what);
	say("%s: exited %d.", what, run(s, what, name, path));
}

void finish_scripts(struct init *s)
{
	char dir[PATH_MAX];
	struct scan names = {0};
	say("[" KIND "] executing container finish scripts...");
	if (path_join(dir, sizeof dir, s->etc, KIND) && !scan_at(AT_FDCWD, dir, &names) && errno != ENOENT)
		complain("[" KIND "] unable to read %s: %m", dir);
	for (size_t i = 0; i < names.count; i++)
		if (names.name[i][0] != '.')
			one(s, dir, names.name[i]);
	scan_free(&names);
	say("[" KIND "] done.");
}
