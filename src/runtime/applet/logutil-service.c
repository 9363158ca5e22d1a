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
#include "../lib/spawn.h"

#define USAGE "logutil-service [ -f fifo ] dir"
#define S6_LOG "/usr/lib/s6/bin/s6-log"

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

static char *logging_script(void)
{
	static char script[] = DEFAULT_LOGGING_SCRIPT;
	char **loaded = env_is_set(environ, "S6_KEEP_ENV") ? NULL : container_env_load();
	char *const *env = loaded ? loaded : environ;
	const char *set = env_get(env, "S6_LOGGING_SCRIPT");
	static char copy[8192];
	if (!set || !set[strspn(set, " \t\r\n")])
		return script;
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

int applet_logutil_service(int argc, char **argv)
{
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
	static char name[] = "s6-log";
	static char flags[] = "-bp";
	static char dashes[] = "--";
	static char to_stdout[] = "1";
	static char *command[WORDS_MAX + 5]; /* filled here, not there: it would be 4 KB of the binary */
	static char *nothing[] = {NULL};
	command[0] = name;
	command[1] = flags;
	command[2] = dashes;
	size_t words = logging_script_split(logging_script(), command + 3, WORDS_MAX);
	if (words > WORDS_MAX)
		diex(EXIT_SYSTEM, "S6_LOGGING_SCRIPT has more than 500 words");
	if (fifo)
		read_from_fifo(fifo);
	struct log_user user;
	log_user_find(&user);
	char *folder = usable_folder(dir, &user);
	command[3 + words] = folder ? folder : to_stdout;
	(void)execve(S6_LOG, command, nothing); /* returns only on failure */
	die(exec_failure_code(errno), "execute", S6_LOG);
}
