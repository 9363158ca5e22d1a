#ifndef S6TS_ENVDIR_H
#define S6TS_ENVDIR_H
/* The container's environment as a folder: one file a variable, the value byte for byte. */

#include <stdbool.h>
#include <stddef.h>
#include "paths.h"

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define CLEARED_PATH "/command:/usr/bin:/usr/sbin:/bin:/sbin"
#define COMMAND_DIR "/command"

/*
 * Writes each variable of env into the folder (files 0644). Names that can't be file names are skipped with a
 * warning; of two with one name the first counts, as for getenv. False with errno and *name (the variable) set.
 */
bool envdir_write(int dirfd, char *const *env, const char **name);

/*
 * Reads the folder into a new environment, sorted by name: one block of memory for the array, one for the texts, both
 * kept for the process's life. Files that can't be variables are passed over. NULL with errno set, *name what failed.
 */
char **envdir_read(int dirfd, const char **name);

/* The variables of CONTAINER_ENVIRONMENT as envdir_read gives them; NULL where there is no such folder. Else dies. */
char **container_env_load(void);

/* Pure: the value of NAME in env, or NULL. */
const char *env_get(char *const *env, const char *name);
/* Pure: NAME=… of env is pointed at entry ("NAME=value"), or added in env's spare last slot (envdir_read leaves 4). */
void env_put(char **env, char *entry);

/* Pure: is NAME set to anything but "0" or nothing? */
bool env_is_set(char *const *env, const char *name);

/* PATH as RUNTIME.md, "Stage 1", 2: /command in front (scripts) or at the end (the CMD); not twice. False: too long. */
bool path_with_command(char *out, size_t size, const char *path, bool in_front);

#endif
