/* with-contenv PROG…: runs a program in the container's environment (RUNTIME.md, "Stage 1", 2). */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/envdir.h"
#include "../lib/err.h"
#include "../lib/spawn.h"

/* "PATH=…" with our programs in front, so that execline's cd or import are found. */
static char *script_path(char *const *env)
{
	static const char key[] = "PATH=";
	const char *path = env_get(env, "PATH");
	if (!path)
		path = DEFAULT_PATH;
	size_t size = sizeof key + strlen(path) + sizeof COMMAND_DIR ":";
	char *entry = malloc(size);
	if (!entry)
		die(EXIT_SYSTEM, "allocate memory for", "PATH");
	memcpy(entry, key, sizeof key);
	if (!path_with_command(entry + sizeof key - 1, size - (sizeof key - 1), path, true))
		diex(EXIT_SYSTEM, "PATH is too long");
	return entry;
}

int applet_with_contenv(int argc, char **argv)
{
	if (argc < 2)
		die_usage("with-contenv prog...");
	/* Without /init, or under S6_KEEP_ENV, there is no folder: the environment is the container's already. */
	char **env = env_is_set(environ, "S6_KEEP_ENV") ? NULL : container_env_load();
	if (env)
		env_put(env, script_path(env));
	exec_or_die(argv + 1, env ? env : environ);
}
