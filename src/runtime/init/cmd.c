/* The CMD: a child in a process group of its own, with the terminal, the container's environment and its folder. */

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "../lib/account.h"
#include "../lib/envdir.h"
#include "../lib/err.h"
#include "../lib/script.h"
#include "../lib/signals.h"
#include "../lib/spawn.h"
#include "../lib/str.h"
#include "../lib/timeline.h"
#include "init.h"
#include "stage2.h"

enum { GROUPS_MAX = 256, PATH_ENTRY = 32768 };

/* container_environment as it is now; where no script has run it can only be what we were started with. */
static char **environment(const struct init *s)
{
	const char *what = "";
	size_t count = 0;
	if (s->env_changed && !s->knob.keep_env) {
		int fd = openat(s->work_fd, "container_environment", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		char **env = fd < 0 ? NULL : envdir_read(fd, &what);
		if (env)
			return env;
		complain("unable to read " CONTAINER_ENVIRONMENT "/%s: %m: the CMD gets the original environment", what);
	}
	while (s->env[count])
		count++;
	char **env = calloc(count + 5, sizeof *env);
	if (!env)
		die(EXIT_SYSTEM, "allocate memory", NULL);
	memcpy(env, s->env, count * sizeof *env);
	return env;
}

/* The container's PATH, and /command behind it: the image's own programs win (RUNTIME.md, "Stage 1", 2). */
static void set_path(char **env)
{
	static char entry[PATH_ENTRY]; /* filled here: with an initializer it would take room in the binary */
	const char *path = env_get(env, "PATH");
	memcpy(entry, "PATH=", 6);
	if (path_with_command(entry + 5, sizeof entry - 5, path ? path : DEFAULT_PATH, false))
		env_put(env, entry);
	/* longer than any kernel's argument would be useful for: left as it is */
}

static void take_terminal(void)
{
	if (!isatty(0))
		return;
	/* We are in the background until tcsetpgrp has worked, and would be stopped by it. */
	void (*old)(int) = signal(SIGTTOU, SIG_IGN); /* valid arguments: it can't fail */
	(void)tcsetpgrp(0, getpid()); /* not our session's terminal: then no job control, as without us */
	(void)signal(SIGTTOU, old);
}

/* Is HOME unset, or what a container engine sets by itself: our own account's? Then nobody chose it. */
static bool home_is_default(const struct account_db *db, char *const *env)
{
	struct passwd_entry own;
	const char *home = env_get(env, "HOME");
	if (!home)
		return true;
	if (!passwd_find_uid(db->passwd, db->passwd_len, getuid(), &own))
		return strcmp(home, "/") == 0;
	return text_is(home, strlen(home), "/") || text_is(own.home, own.home_len, home);
}

/* S6_CMD_USER: ids, groups, HOME. A CMD that should be dropped never runs undropped. */
static void become_user(const struct init *s, char **env)
{
	static char home[PATH_MAX];
	const char *spec = s->knob.cmd_user;
	const char *why = NULL;
	struct account_db db;
	struct passwd_entry entry;
	gid_t groups[GROUPS_MAX];
	uid_t uid;
	gid_t gid;
	if (!account_db_load(&db, &why))
		die(EXIT_SYSTEM, "read", why);
	if (!account_resolve(&db, spec, strlen(spec), &uid, &gid, &why))
		diex(EXIT_SYSTEM, "S6_CMD_USER=%s: %s", spec, why);
	size_t count = 1;
	groups[0] = gid;
	if (passwd_find_uid(db.passwd, db.passwd_len, uid, &entry)) {
		count += group_of_member(db.group, db.group_len, entry.name, entry.name_len, groups + 1, GROUPS_MAX - 1);
		if (count > GROUPS_MAX)
			diex(EXIT_SYSTEM, "S6_CMD_USER=%s is in more than 255 groups", spec);
		if (entry.home_len && entry.home_len < sizeof home - 6 && home_is_default(&db, env)) {
			memcpy(home, "HOME=", 6);
			memcpy(home + 5, entry.home, entry.home_len);
			home[5 + entry.home_len] = '\0';
			env_put(env, home);
		}
	}
	if (setgroups(count, groups) == 0 && setgid(gid) == 0 && setuid(uid) == 0)
		return;
	if (errno != EPERM || getuid() != uid)
		die(EXIT_SYSTEM, "become the user of S6_CMD_USER,", spec);
	if (getgid() != gid) /* --user is that user, and nothing more is permitted: it is dropped already */
		warn("join the group of S6_CMD_USER,", spec);
}

_Noreturn static void fail(const char *name, const char *path)
{
	int error = errno;
	int code = exec_failure_code(error);
	char found[PATH_MAX];
	char text[512];
	struct script_report report;
	struct buf b;
	if (!strchr(name, '/') && path_search(name, path, found, sizeof found) < 0 && errno == ENOENT) {
		complain("unable to run the CMD: %s is in no folder of PATH=%s", name[0] ? name : "\"\"", path);
		_exit(EXIT_NOT_FOUND);
	}
	const char *file = strchr(name, '/') ? name : found;
	buf_init(&b, text, sizeof text);
	(void)script_check_at(AT_FDCWD, file, &report); /* what it finds is in the report */
	if (error == EACCES && report.fault != SCRIPT_NOT_FILE)
		report.fault = SCRIPT_NOT_EXECUTABLE;
	script_message(&report, &b);
	if (report.fault == SCRIPT_MISSING || !b.len)
		complain("unable to run the CMD: %s: %s", file, strerror(error));
	else
		complain("unable to run the CMD: %s %s", file, text);
	_exit(report.fault == SCRIPT_NO_INTERPRETER ? EXIT_NOT_FOUND : code);
}

_Noreturn static void run(struct init *s, char **env)
{
	bool logged = s->knob.logging == 2 && s->log_read_fd >= 0 && !s->knob.cmd_use_terminal;
	take_terminal();
	if (!logged)
		child_stdio(-1, s->out_fd, s->err_fd);
	if (s->knob.cmd_user[0])
		become_user(s, env);
	const char *path = env_get(env, "PATH");
	exec_in_path(path ? path : DEFAULT_PATH, s->argv, env);
	fail(s->argv[0], path ? path : DEFAULT_PATH);
}

bool cmd_start(struct init *s)
{
	char **env = environment(s);
	set_path(env);
	s->cmd.pid = child_fork(s, GROUP_OWN);
	if (!s->cmd.pid)
		run(s, env);
	if (s->cmd.pid < 0) {
		complain("unable to fork for the CMD: %m");
		s->cmd.pid = 0;
		return false;
	}
	timeline_event(s->timeline_fd, "cmd", "start", s->argv[0], s->cmd.pid, TIMELINE_NONE);
	free(env);
	return true;
}

void cmd_say_end(struct init *s)
{
	char name[8];
	if (s->cmd.signal)
		say("[cmd] %s exited %d: killed by signal %d (%s)", s->argv[0], s->cmd.code, s->cmd.signal,
		    signal_name(s->cmd.signal, name));
	else
		say("[cmd] %s exited %d", s->argv[0], s->cmd.code);
}
