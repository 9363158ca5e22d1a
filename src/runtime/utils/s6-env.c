/* s6-env [-i] [NAME=VALUE…] [PROG…]: POSIX env. Without PROG it prints the environment, a variable a line. */

#include <string.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/alloc.h"
#include "../lib/err.h"
#include "../lib/options.h"
#include "../lib/output.h"
#include "../lib/spawn.h"

#define USAGE "s6-env [ -i ] [ name=value... ] [ prog... ]"

static size_t length(char *const *list)
{
	size_t n = 0;
	while (list[n])
		n++;
	return n;
}

/* Puts NAME=VALUE in the place of an entry of that name, else at the end. */
static void assign(char **env, char *entry)
{
	size_t name = (size_t)(strchr(entry, '=') - entry) + 1;
	size_t i = 0;
	while (env[i] && strncmp(env[i], entry, name) != 0)
		i++;
	if (!env[i])
		env[i + 1] = NULL;
	env[i] = entry;
}

int applet_s6_env(int argc, char **argv)
{
	(void)argc; /* argv is NULL-terminated */
	struct options o = {.argv = argv, .next = 1};
	bool inherit = !options_flag(&o, 'i', USAGE);
	if (argv[o.next] && strcmp(argv[o.next], "-") == 0) { /* the old name of -i */
		inherit = false;
		o.next++;
	}
	size_t inherited = inherit ? length(environ) : 0;
	char **env = alloc_array(inherited + length(argv + o.next) + 1, sizeof *env);
	if (inherited)
		memcpy(env, environ, inherited * sizeof *env);
	env[inherited] = NULL;
	for (; argv[o.next] && strchr(argv[o.next], '='); o.next++) {
		if (argv[o.next][0] == '=')
			die_usage(USAGE);
		assign(env, argv[o.next]);
	}
	if (argv[o.next])
		exec_or_die(argv + o.next, env);
	for (size_t i = 0; env[i]; i++) {
		out_text(env[i]);
		out_byte('\n');
	}
	out_flush();
	return 0;
}
