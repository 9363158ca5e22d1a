/* logutil-service [-f FIFO] DIR: s6-log as nobody, by S6_LOGGING_SCRIPT of the container (seed, "Logging"). */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/envdir.h"
#include "../lib/err.h"
#include "../lib/logdir.h"
#include "../lib/options.h"
#include "../lib/paths.h"
#include "../lib/spawn.h"

#define USAGE "logutil-service [ -f fifo ] dir"

enum { WORDS_MAX = 500 };

/* stdin from the fifo: opened without waiting for a writer, read with waiting. */
static void read_from_fifo(const char *fifo)
{
	int fd = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		die(EXIT_SYSTEM, "open", fifo);
	int flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0)
		die(EXIT_SYSTEM, "make blocking", fifo);
	if (dup2(fd, 0) < 0)
		die(EXIT_SYSTEM, "read from", fifo);
}

/* The container's script, or NULL where it says nothing. */
static char *logging_script(void)
{
	char **loaded = env_is_set(environ, "S6_KEEP_ENV") ? NULL : container_env_load();
	char *const *env = loaded ? loaded : environ;
	const char *set = env_get(env, "S6_LOGGING_SCRIPT");
	static char copy[8192];
	if (!set || !set[strspn(set, " \t\r\n")])
		return NULL;
	if (strlen(set) >= sizeof copy)
		diex(EXIT_SYSTEM, "S6_LOGGING_SCRIPT is longer than 8191 bytes");
	memcpy(copy, set, strlen(set) + 1);
	return copy;
}

/* The folder where the log user can write, or NULL: then the lines go to stdout. */
static char *usable_folder(char *dir, const struct log_user *user)
{
	bool made = logdir_make(dir, LOGDIR_MODE, user->uid, user->gid, false);
	int error = errno;
	if (!log_user_become(user)) {
		warnx("not permitted to become the log user (%m): logging to %s as we are", dir);
		if (!made || access(dir, W_OK | X_OK) < 0) { /* given to a user that we can't become: then it is ours */
			made = logdir_make(dir, LOGDIR_MODE, geteuid(), getegid(), true);
			error = errno;
		}
	}
	if (made && access(dir, W_OK | X_OK) == 0)
		return dir;
	errno = made ? errno : error;
	warnx("unable to %s%s: %m: the lines go to stdout", made ? "write into " : "make the folder ", dir);
	return NULL;
}

enum { FIRST_WORD = 3 }; /* of the script, in command */

static char *command[FIRST_WORD + WORDS_MAX + 2]; /* filled later: it would be 4 KB of the binary */
static char *nothing[] = {NULL};

/* Puts script's words and where the lines go into command. */
static void make_command(char *script, char *destination)
{
	static char name[] = "s6-log";
	static char flags[] = "-bp";
	static char dashes[] = "--";
	command[0] = name;
	command[1] = flags;
	command[2] = dashes;
	size_t words = logging_script_split(script, command + FIRST_WORD, WORDS_MAX);
	if (words > WORDS_MAX)
		diex(EXIT_SYSTEM, "S6_LOGGING_SCRIPT has more than 500 words");
	command[FIRST_WORD + words] = destination;
	command[FIRST_WORD + words + 1] = NULL;
}

/* Does s6-log take the command? It is tried on an empty input; what it complains of it says on stderr. */
static bool command_works(void)
{
	int status;
	pid_t pid = fork();
	if (!pid) {
		int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		if (fd < 0 || dup2(fd, 0) < 0)
			_exit(0); /* nothing to try it on */
		(void)execve(S6_LOG, command, nothing);
		_exit(0); /* whoever executes it next says why it can't be */
	}
	return pid < 0 || !wait_for(pid, &status) || !status_code(status);
}

int applet_logutil_service(int argc, char **argv)
{
	static char plain[] = DEFAULT_LOGGING_SCRIPT;
	static char to_stdout[] = "1";
	const char *fifo = NULL;
	struct options o = {.argv = argv, .next = 1};
	for (int letter; (letter = options_next(&o, "f:")) != OPTIONS_END;) {
		if (letter == OPTIONS_BAD)
			die_usage(USAGE);
		fifo = o.arg;
	}
	char *dir = argc > 0 ? argv[o.next] : NULL;
	if (!dir || argv[o.next + 1])
		die_usage(USAGE);
	char *script = logging_script();
	if (fifo)
		read_from_fifo(fifo);
	struct log_user user;
	log_user_find(&user);
	char *destination = usable_folder(dir, &user);
	if (!destination)
		destination = to_stdout;
	make_command(script ? script : plain, destination);
	/* Without a logger the fifo fills up, and then all who write wait. */
	if (script && !command_works()) {
		warnx("%s: s6-log doesn't take S6_LOGGING_SCRIPT: \"" DEFAULT_LOGGING_SCRIPT "\" is used", dir);
		make_command(plain, destination);
	}
	(void)execve(S6_LOG, command, nothing); /* returns only on failure */
	die(exec_failure_code(errno), "execute", S6_LOG);
}
