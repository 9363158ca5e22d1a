#include "spawn.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "envdir.h"
#include "err.h"
#include "str.h"

int status_code(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int exec_failure_code(int error)
{
	return error == ENOENT || error == ENOTDIR ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
}

bool wait_for(pid_t pid, int *status)
{
	for (;;) {
		pid_t got = waitpid(pid, status, 0);
		if (got == pid)
			return true;
		if (got < 0 && errno != EINTR)
			return false;
	}
}

void exec_in_path(const char *path, char *const *argv, char *const *env)
{
	const char *name = argv[0];
	if (!name[0]) {
		errno = ENOENT;
		return;
	}
	if (strchr(name, '/')) {
		(void)execve(name, argv, env); /* returns only on failure */
		return;
	}
	int error = ENOENT;
	for (const char *at = path;; at++) {
		const char *end = strchr(at, ':');
		size_t n = end ? (size_t)(end - at) : strlen(at);
		char full[4096];
		struct buf b;
		buf_init(&b, full, sizeof full);
		buf_bytes(&b, n ? at : ".", n ? n : 1); /* an empty part is the current folder (POSIX, environment) */
		buf_text(&b, "/");
		buf_text(&b, name);
		if (b.full) {
			error = ENAMETOOLONG;
		} else {
			(void)execve(full, argv, env); /* returns only on failure */
			if (errno != ENOENT && errno != ENOTDIR && errno != EACCES) {
				return; /* found, and it is broken: a later namesake would hide that */
			}
			if (errno == EACCES)
				error = EACCES;
		}
		if (!end)
			break;
		at = end;
	}
	errno = error;
}

void exec_or_die(char *const *argv, char *const *env)
{
	const char *path = env_get(env, "PATH");
	exec_in_path(path ? path : DEFAULT_PATH, argv, env);
	die(exec_failure_code(errno), "execute", argv[0]);
}
