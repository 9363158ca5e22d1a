/* printcontenv [NAME]: the value of a variable of the container's environment, or all of them. Exits 1: there is none. */

#include <string.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/envdir.h"
#include "../lib/err.h"
#include "../lib/io.h"

static void print_line(const char *text)
{
	if (!write_all(1, text, strlen(text)) || !write_all(1, "\n", 1))
		die(EXIT_SYSTEM, "write to", "stdout");
}

int applet_printcontenv(int argc, char **argv)
{
	if (argc > 2)
		die_usage("printcontenv [ name ]");
	char **loaded = env_is_set(environ, "S6_KEEP_ENV") ? NULL : container_env_load();
	char *const *env = loaded ? loaded : environ;
	if (argc < 2) {
		for (; *env; env++)
			print_line(*env);
		return 0;
	}
	const char *value = env_get(env, argv[1]);
	if (!value)
		return 1;
	print_line(value);
	return 0;
}
