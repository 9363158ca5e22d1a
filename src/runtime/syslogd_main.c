/* The syslog add-on's binary, s6-overlay-syslogd: see syslogd/roles.h. Its scripts name it, and the role, in their #! line. */

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "lib/envdir.h"
#include "lib/err.h"
#include "lib/str.h"
#include "syslogd/roles.h"

static const struct {
	const char *name;
	int (*run)(char *const *env);
} roles[] = {{"listen", role_listen}, {"start", role_start}, {"write", role_write}};

static sigset_t ours(void)
{
	sigset_t set;
	(void)sigemptyset(&set); /* fails for a bad number only */
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGCHLD);
	return set;
}

int role_signals(void)
{
	sigset_t set = ours();
	(void)signal(SIGPIPE, SIG_IGN); /* seen where we write */
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		die(EXIT_SYSTEM, "make a signalfd", NULL);
	return fd;
}

void role_restore_signals(void)
{
	sigset_t set = ours();
	(void)signal(SIGPIPE, SIG_DFL);
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
}

int main(int argc, char **argv)
{
	err_prog = "s6-overlay-syslogd";
	for (size_t i = 0; argc > 1 && i < sizeof roles / sizeof roles[0]; i++) {
		if (strcmp(argv[1], roles[i].name) != 0)
			continue;
		char **loaded = env_is_set(environ, "S6_KEEP_ENV") ? NULL : container_env_load();
		char *const *env = loaded ? loaded : environ;
		const char *verbosity = env_get(env, "S6_VERBOSITY");
		uint64_t level;
		if (verbosity && parse_u64(verbosity, strlen(verbosity), 5, &level))
			err_verbosity = (unsigned int)level;
		return roles[i].run(env);
	}
	die_usage("s6-overlay-syslogd listen | start | write");
}
