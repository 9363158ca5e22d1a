#include "spawn.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
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

/* The part of path at *at, joined with name, into out; *at moves on, to NULL after the last. */
static bool next_candidate(const char **at, const char *name, char *out, size_t size)
{
	size_t n = strcspn(*at, ":");
	struct buf b;
	buf_init(&b, out, size);
	buf_bytes(&b, n ? *at : ".", n ? n : 1); /* an empty part is the current folder (POSIX, "PATH") */
	buf_text(&b, "/");
	buf_text(&b, name);
	*at = (*at)[n] ? *at + n + 1 : NULL;
	return !b.full;
}

static bool executable_file(const char *path)
{
	struct stat st;
	if (stat(path, &st) < 0)
		return false;
	if (!S_ISREG(st.st_mode)) {
		errno = EACCES; /* what execve says of a folder */
		return false;
	}
	/* Real ids, which are ours: AT_EACCESS would be faccessat2, to which old seccomp profiles answer EPERM. */
	return access(path, X_OK) == 0;
}

int path_search(const char *name, const char *path, char *out, size_t size)
{
	if (strchr(name, '/')) {
		struct buf b;
		buf_init(&b, out, size);
		buf_text(&b, name);
		if (b.full)
			errno = ENAMETOOLONG;
		return !b.full && executable_file(out) ? 0 : -1;
	}
	int error = ENOENT;
	for (const char *at = name[0] ? path : NULL; at;) {
		if (!next_candidate(&at, name, out, size))
			continue; /* longer than any file name can be */
		if (executable_file(out))
			return 0;
		if (errno == EACCES)
			error = EACCES;
	}
	errno = error;
	return -1;
}

void exec_in_path(const char *path, char *const *argv, char *const *env)
{
	const char *name = argv[0];
	if (strchr(name, '/')) {
		(void)execve(name, argv, env); /* returns only on failure */
		return;
	}
	int error = ENOENT;
	for (const char *at = name[0] ? path : NULL; at;) {
		char full[PATH_MAX];
		if (!next_candidate(&at, name, full, sizeof full))
			continue; /* longer than any file name can be */
		(void)execve(full, argv, env); /* returns only on failure */
		if (errno == EACCES)
			error = EACCES;
		else if (errno != ENOENT && errno != ENOTDIR)
			return; /* found, and broken: a later namesake would hide that */
	}
	errno = error;
}

void exec_or_die(char *const *argv, char *const *env)
{
	const char *path = env_get(env, "PATH");
	exec_in_path(path ? path : DEFAULT_PATH, argv, env);
	die(exec_failure_code(errno), "execute", argv[0]);
}

void exec_own(const char *path, char *const *argv)
{
	(void)execve(path, argv, environ); /* returns only on failure */
	die(exec_failure_code(errno), "execute", path);
}
