#ifndef S6TS_SPAWN_H
#define S6TS_SPAWN_H
/* Programs: finding, executing, waiting, and what their ends mean. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The exit code a shell would give: N, or 128 + signal. */
int status_code(int status);
/* 127 where errno says that nothing is there, 126 where it can't be executed. */
int exec_failure_code(int error);
/* waitpid for one child, EINTR-safe. False with errno. */
bool wait_for(pid_t pid, int *status);

/*
 * Where exec_in_path would look for name: 0 and the path in out, or -1 with ENOENT or EACCES (found, not executable).
 * A name with a slash is checked as it is.
 */
int path_search(const char *name, const char *path, char *out, size_t size);
/*
 * Replaces the process by argv[0], searched along path when it holds no slash. Returns only on failure, errno set as
 * a shell would judge it: EACCES when one was found but can't be executed, ENOENT when there's none.
 * A script without "#!" is not handed to a shell.
 */
void exec_in_path(const char *path, char *const *argv, char *const *env);
/* Executes a program of ours by its path, with our environment; says why and exits 126 or 127 where that fails. */
_Noreturn void exec_own(const char *path, char *const *argv);
/* exec_in_path, with env's own PATH (DEFAULT_PATH when unset); says why and exits 126 or 127. */
_Noreturn void exec_or_die(char *const *argv, char *const *env);

#endif
