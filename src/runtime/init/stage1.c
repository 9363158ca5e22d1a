/* Stage 1: from exec to a work area, an environment folder, and a running s6-svscan (RUNTIME.md, "Stage 1"). */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../lib/capability.h"
#include "../lib/envdir.h"
#include "../lib/err.h"
#include "../lib/str.h"
#include "../lib/timeline.h"
#include "init.h"
#include "logging.h"
#include "services.h"
#include "svscan.h"
#include "workarea.h"

extern char **environ;

static int open_null(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	int ends[2];
	if (fd >= 0 || pipe2(ends, O_CLOEXEC) < 0)
		return fd;
	(void)close(ends[1]); /* no /dev/null in the image: an empty pipe reads the same */
	return ends[0];
}

/* Descriptors 0 to 2 exist from here on, so that no file of ours is ever taken for one of them. */
static void standard_descriptors(struct init *s)
{
	s->null_fd = -1;
	for (int fd = 0; fd < 3; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		int opened = open_null(); /* takes the lowest number, which is this one */
		if (opened >= 0 && opened != fd) {
			(void)dup2(opened, fd); /* both are open: it can't fail */
			(void)close(opened);    /* the copy stays */
		}
		(void)fcntl(fd, F_SETFD, 0); /* fails only if nothing could be opened */
	}
	s->null_fd = open_null();
	s->out_fd = 1;
	s->err_fd = 2;
}

/* A dropped service may open /dev/stdout (RUNTIME.md, "Stage 1", 5). */
static void open_output_to_all(int fd)
{
	struct stat st;
	if (fstat(fd, &st) < 0 || !(S_ISFIFO(st.st_mode) || (S_ISCHR(st.st_mode) && isatty(fd))))
		return;
	if ((st.st_mode & 0222) != 0222)
		(void)fchmod(fd, (st.st_mode & 0777) | 0222); /* not the owner: then services can't, and nothing is lost */
}

static size_t count_lines(const char *text)
{
	size_t n = text[0] != '\0';
	for (; *text; text++)
		n += *text == '\n' && text[1];
	return n;
}

/* Docker's list of capabilities for "run services as others" is easily one short. */
static void warn_without_kill(void)
{
	uint32_t have = capabilities();
	if ((have & CAPABILITY_BIT(CAP_SETUID)) && !(have & CAPABILITY_BIT(CAP_KILL)))
		warnx("services that run as other users can't be stopped without the capability KILL: --cap-add KILL");
}

/* S6_CMD_ARG0's lines, then our arguments (RUNTIME.md, "Stage 1", 3). */
static void make_command(struct init *s, int argc, char **argv)
{
	size_t lines = count_lines(s->knob.cmd_arg0);
	size_t given = argc > 1 ? (size_t)argc - 1 : 0;
	if (!lines) {
		s->argv = argv + (argc > 0);
		return;
	}
	char **command = calloc(lines + given + 1, sizeof *command);
	char *text = strdup(s->knob.cmd_arg0);
	if (!command || !text)
		die(EXIT_SYSTEM, "allocate memory", NULL);
	for (size_t i = 0; i < lines; i++) {
		command[i] = text;
		text += strcspn(text, "\n");
		if (*text)
			*text++ = '\0';
	}
	for (size_t i = 0; i < given; i++)
		command[lines + i] = argv[i + 1];
	s->argv = command;
}

/* env, and the default PATH where it has none. */
static char *const *with_path(char **env)
{
	static char path[] = "PATH=" DEFAULT_PATH;
	size_t count = 0;
	if (env_get(env, "PATH"))
		return env;
	while (env[count])
		count++;
	char **longer = calloc(count + 2, sizeof *longer);
	if (!longer)
		die(EXIT_SYSTEM, "allocate memory", NULL);
	memcpy(longer, env, count * sizeof *longer);
	longer[count] = path;
	return longer;
}

/* What scripts and services get: PATH alone, or the container's environment under S6_KEEP_ENV. */
static void make_script_env(struct init *s)
{
	const char *container = env_get(s->env, "PATH");
	const char *path = s->knob.global_path[0] ? s->knob.global_path
	                   : s->knob.keep_env     ? container
	                                          : CLEARED_PATH;
	size_t count = 0;
	while (s->env[count])
		count++;
	s->script_env = calloc(s->knob.keep_env ? count + 2 : 2, sizeof *s->script_env);
	if (!s->script_env)
		die(EXIT_SYSTEM, "allocate memory", NULL);
	if (s->knob.keep_env)
		memcpy(s->script_env, s->env, count * sizeof *s->script_env);
	memcpy(s->path_entry, "PATH=", 5);
	if (!path_with_command(s->path_entry + 5, sizeof s->path_entry - 5, path, true)) {
		warnx("PATH is too long for scripts and services: they get the built-in one");
		memcpy(s->path_entry + 5, CLEARED_PATH, sizeof CLEARED_PATH);
	}
	env_put(s->script_env, s->path_entry);
}

static void write_environment(struct init *s)
{
	const char *name = CONTAINER_ENVIRONMENT;
	if (s->knob.keep_env)
		return;
	int fd = openat(s->work_fd, "container_environment", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || !envdir_write(fd, s->env, &name)) {
		/* The name alone: the value may be a secret. */
		char shown[128];
		struct buf b;
		buf_init(&b, shown, sizeof shown);
		buf_bytes(&b, name, strcspn(name, "="));
		die(EXIT_SYSTEM, "write into " CONTAINER_ENVIRONMENT " the variable", shown);
	}
	(void)close(fd); /* read only */
}

/* v1 goes on where there is no such profile, with none of the user's files (golden s2), and takes 0 as unset. */
static void read_profile(struct init *s)
{
	static const char none[] = "S6_RUNTIME_PROFILE=%s: there is no folder %s";
	const char *name = s->knob.profile;
	struct buf b;
	struct stat st;
	s->etc = "/etc";
	if (!name[0] || (name[0] == '0' && !name[1]))
		return;
	buf_init(&b, s->etc_buffer, sizeof s->etc_buffer);
	buf_text(&b, "/etc/cont-profile.d/");
	buf_text(&b, name);
	s->etc = s->etc_buffer;
	if (b.full || strchr(name, '/'))
		diex(EXIT_USAGE, none, name, s->etc);
	if (stat(s->etc, &st) < 0)
		warnx(none, name, s->etc);
}

/* Docker kills 10 s after its TERM: knobs that can't be honoured in that time are named (RUNTIME.md, "Stage 3"). */
static void check_waits(const struct init *s)
{
	const struct knobs *k = &s->knob;
	bool any = k->services_gracetime_set || k->finish_maxtime_set || k->kill_gracetime_set;
	uint64_t sum = (uint64_t)k->services_gracetime + k->kill_gracetime;
	if (k->finish_maxtime_set)
		sum += k->finish_maxtime;
	if (s->argv[0])
		sum += k->services_gracetime;
	if (!any || sum <= 10000)
		return;
	warnx("a stop may take %u s, but Docker kills after 10 unless told otherwise (--stop-timeout):%s%s%s add up to that",
	      (unsigned int)(sum / 1000), k->services_gracetime_set ? " S6_SERVICES_GRACETIME" : "",
	      k->finish_maxtime_set ? " S6_KILL_FINISH_MAXTIME" : "", k->kill_gracetime_set ? " S6_KILL_GRACETIME" : "");
}

static void on_stop_fifo(struct init *s, size_t index, short events)
{
	(void)index;
	(void)events;
	char letters[64];
	while (read(s->stop_fd, letters, sizeof letters) > 0)
		if (!s->stop)
			s->stop = STOP_REQUEST;
}

void stage1(struct init *s, int argc, char **argv)
{
	s->start = monotonic_ns();
	standard_descriptors(s);
	s->old_umask = umask(0); /* our files get exactly the modes that we say */
	s->is_pid1 = getpid() == 1;
	if (!s->is_pid1 && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		warn("become the reaper of orphans", NULL);
	s->env = with_path(environ);
	s->stop_fd = s->timeline_fd = s->log_read_fd = s->ready_fd = -1;
	knobs_read(&s->knob, s->env);
	read_profile(s);
	make_command(s, argc, argv);
	check_waits(s);
	warn_without_kill();
	make_script_env(s);
	loop_init(s);
	workarea_make(s);
	timeline_event(s->timeline_fd, "init", "start", NULL, getpid(), TIMELINE_NONE);
	if (!loop_watch(s, s->stop_fd, POLLIN, on_stop_fifo, 0))
		die(EXIT_SYSTEM, "allocate memory", NULL);
	open_output_to_all(1);
	open_output_to_all(2);
	write_environment(s);
	if (s->knob.logging)
		logging_start(s);
	svscan_start(s);
}
