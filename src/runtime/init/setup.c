/* What runs before the services: S6_STAGE2_HOOK, fix-attrs.d, cont-init.d, in one forked child. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../lib/err.h"
#include "../lib/fix_attrs.h"
#include "../lib/path.h"
#include "../lib/scan.h"
#include "../lib/spawn.h"
#include "../lib/str.h"
#include "../lib/timeline.h"
#include "init.h"
#include "scripts.h"
#include "stage2.h"

/* The files of etc/KIND in byte order; dot names are left out, a folder that isn't there is empty. */
static bool list(const struct init *s, const char *kind, char dir[PATH_MAX], struct scan *out)
{
	if (!path_join(dir, PATH_MAX, s->etc, kind))
		return false;
	if (!scan_at(AT_FDCWD, dir, out)) {
		if (errno != ENOENT)
			complain("[%s] unable to read %s: %m", kind, dir);
		return errno == ENOENT;
	}
	size_t kept = 0;
	for (size_t i = 0; i < out->count; i++)
		if (out->name[i][0] != '.')
			out->name[kept++] = out->name[i];
	out->count = kept;
	return true;
}

/* Says how one ended. Returns whether stage 2 goes on. */
static bool judge(const struct init *s, const char *kind, const char *name, int code)
{
	say("[%s] %s: exited %d.", kind, name, code);
	if (!code || !s->knob.behaviour)
		return true;
	if (s->knob.behaviour == 1) {
		warnx("!!!!!");
		warnx("!!!!! [%s] %s FAILED with %d; the container goes on", kind, name, code);
		warnx("!!!!!");
		return true;
	}
	complain("[%s] %s failed with %d: the container stops (S6_BEHAVIOUR_IF_STAGE2_FAILS=2)", kind, name, code);
	return false;
}

/* Waits for a script in this child's process group. Returns its code. */
static int finished(struct init *s, const char *kind, const char *name, pid_t pid)
{
	int status;
	if (pid < 0) {
		complain("[%s] %s: unable to fork: %m", kind, name);
		return EXIT_SYSTEM;
	}
	timeline_event(s->timeline_fd, kind, "start", name, pid, TIMELINE_NONE);
	if (!wait_for(pid, &status)) {
		complain("[%s] %s: unable to wait for it: %m", kind, name);
		return EXIT_SYSTEM;
	}
	timeline_event(s->timeline_fd, kind, "end", name, pid, status_code(status));
	return status_code(status);
}

static int run_script(struct init *s, const char *kind, const char *what, const char *name, const char *path)
{
	enum script_use use = script_ready(what, path);
	if (use == SCRIPT_UNUSABLE)
		return EXIT_NOT_EXECUTABLE;
	pid_t pid = child_fork(s, GROUP_SAME);
	if (!pid)
		script_run(what, path, use, s->null_fd, s->script_env);
	int code = finished(s, kind, name, pid);
	script_hint(what, path, code);
	return code;
}

static int one(struct init *s, const char *kind, const char *name, const char *path, bool scripts)
{
	char what[LABEL_SIZE];
	script_label(what, kind, name);
	if (!script_is_file(what, path))
		return -1;
	say("%s%s", what, scripts ? ": executing..." : ": applying...");
	if (scripts)
		return run_script(s, kind, what, name, path);
	const struct fix_attrs_options options = {.hidden = s->knob.fix_attrs_hidden};
	timeline_event(s->timeline_fd, kind, "start", name, TIMELINE_NONE, TIMELINE_NONE);
	int code = fix_attrs_file(path, &options);
	timeline_event(s->timeline_fd, kind, "end", name, TIMELINE_NONE, code);
	return code;
}

/* All of a folder. Returns the code of the failure that ends stage 2, or 0. */
static int each(struct init *s, const char *kind, const char *dir, const struct scan *names, bool scripts)
{
	for (size_t i = 0; i < names->count; i++) {
		char path[PATH_MAX];
		if (!path_join(path, sizeof path, dir, names->name[i]))
			continue; /* cannot be: dir is bounded, names are 255 bytes at most */
		int code = one(s, kind, names->name[i], path, scripts);
		if (code >= 0 && !judge(s, kind, names->name[i], code))
			return code;
	}
	say("[%s] done.", kind);
	return 0;
}

/* S6_STAGE2_HOOK: an excerpt for the shell, as in v3. */
static int hook(struct init *s)
{
	char text[4096];
	char shell[] = "sh";
	char option[] = "-c";
	char *argv[] = {shell, option, text, NULL};
	struct buf b;
	buf_init(&b, text, sizeof text);
	buf_text(&b, s->knob.stage2_hook);
	if (b.full) {
		complain("S6_STAGE2_HOOK is longer than 4095 bytes: not run");
		return EXIT_USAGE;
	}
	pid_t pid = child_fork(s, GROUP_SAME);
	if (!pid) {
		child_stdio(s->null_fd, -1, -1);
		(void)execve("/bin/sh", argv, s->script_env);
		die(exec_failure_code(errno), "run S6_STAGE2_HOOK by", "/bin/sh");
	}
	return finished(s, "init", "S6_STAGE2_HOOK", pid);
}

static bool stage2_gone(struct init *s)
{
	return s->stage2.ended || s->stop;
}

static bool group_gone(struct init *s)
{
	return s->stage2.ended && kill(-s->stage2.pid, 0) < 0 && errno == ESRCH;
}

/* A stop during stage 2 ends it: TERM to the scripts, which have the services' grace time. */
static void interrupt(struct init *s)
{
	say("[init] the container stops before its services start: what runs of stage 2 gets SIGTERM");
	(void)kill(-s->stage2.pid, SIGTERM); /* gone already: then group_gone holds */
	(void)kill(-s->stage2.pid, SIGCONT);
	if (loop_until(s, group_gone, deadline_in(s->knob.services_gracetime)))
		return;
	complain("stage 2 has not ended within S6_SERVICES_GRACETIME (%u ms): SIGKILL", s->knob.services_gracetime);
	(void)kill(-s->stage2.pid, SIGKILL);
	(void)loop_until(s, group_gone, deadline_in(s->knob.services_gracetime));
}

int setup_run(struct init *s)
{
	char fix_dir[PATH_MAX];
	char init_dir[PATH_MAX];
	struct scan fix = {0};
	struct scan scripts = {0};
	bool good = list(s, "fix-attrs.d", fix_dir, &fix);
	good = list(s, "cont-init.d", init_dir, &scripts) && good;
	bool work = fix.count || scripts.count || s->knob.stage2_hook[0];
	pid_t pid = work ? child_fork(s, GROUP_OWN) : 0;
	int code = 0;
	if (pid < 0) {
		complain("unable to fork for stage 2: %m");
		code = judge(s, "init", "stage 2", EXIT_SYSTEM) ? 0 : EXIT_SYSTEM;
	} else if (pid) {
		s->env_changed = true;
		s->stage2.pid = pid;
		(void)loop_until(s, stage2_gone, NO_DEADLINE);
		if (s->stop)
			interrupt(s);
		code = s->stop ? 0 : s->stage2.code;
		if (code && s->stage2.signal && judge(s, "init", "stage 2", code))
			code = 0;
	} else {
		/* By the child, where there is one: what it does comes after this line, however late its parent runs. */
		if (work)
			timeline_event(s->timeline_fd, "stage2", "start", NULL, getpid(), TIMELINE_NONE);
		if (s->knob.stage2_hook[0]) {
			code = hook(s);
			if (!judge(s, "init", "S6_STAGE2_HOOK", code))
				_exit(code);
			/* It may have made some of the files. What the old lists take of memory ends with this process. */
			(void)list(s, "fix-attrs.d", fix_dir, &fix);
			(void)list(s, "cont-init.d", init_dir, &scripts);
		}
		say("[fix-attrs.d] applying owners & permissions fixes...");
		code = each(s, "fix-attrs.d", fix_dir, &fix, false);
		if (!code) {
			say("[cont-init.d] executing container initialization scripts...");
			code = each(s, "cont-init.d", init_dir, &scripts, true);
		}
		if (work)
			_exit(code);
	}
	scan_free(&fix);
	scan_free(&scripts);
	return code ? code : good || s->knob.behaviour < 2 ? 0 : EXIT_SYSTEM;
}
