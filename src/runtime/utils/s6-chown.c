/* s6-chown [-U] [-u UID] [-g GID] FILE: numeric ids; -U takes them from the variables UID and GID. */

#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/envdir.h"
#include "../lib/err.h"
#include "../lib/options.h"
#include "../lib/str.h"

#define USAGE "s6-chown [ -U ] [ -u uid ] [ -g gid ] file"

/* The highest id; the one above it means "as it is" to chown(2). */
static const uint64_t ID_MAX = UINT32_MAX - 1;

static bool id_of(const char *text, unsigned int *out)
{
	uint64_t id = 0;
	if (!text || !parse_u64(text, strlen(text), ID_MAX, &id))
		return false;
	*out = (unsigned int)id;
	return true;
}

static void id_from_variable(const char *name, unsigned int *out)
{
	const char *value = env_get(environ, name);
	if (!value)
		diex(EXIT_USAGE, "-U: the environment variable %s isn't set", name);
	if (!id_of(value, out))
		diex(EXIT_USAGE, "-U: the environment variable %s is no id: \"%s\"", name, value);
}

int applet_s6_chown(int argc, char **argv)
{
	(void)argc; /* argv is NULL-terminated */
	unsigned int uid = UINT32_MAX;
	unsigned int gid = UINT32_MAX;
	struct options o = {.argv = argv, .next = 1};
	for (int letter; (letter = options_next(&o, "Uu:g:")) != OPTIONS_END;) {
		if (letter == 'U') {
			id_from_variable("UID", &uid);
			id_from_variable("GID", &gid);
		} else if (letter == OPTIONS_BAD || !id_of(o.arg, letter == 'u' ? &uid : &gid)) {
			die_usage(USAGE);
		}
	}
	const char *path = argv[o.next];
	if (!path || argv[o.next + 1])
		die_usage(USAGE);
	if (chown(path, uid, gid) < 0)
		die(EXIT_SYSTEM, "change the owner of", path);
	return 0;
}
