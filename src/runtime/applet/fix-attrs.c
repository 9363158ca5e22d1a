/* fix-attrs [FILE…]: applies files as those of /etc/fix-attrs.d; without one, the rules on stdin (as v1's did). */

#include <string.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/envdir.h"
#include "../lib/err.h"
#include "../lib/fix_attrs.h"
#include "../lib/io.h"

static int apply_stdin(const struct fix_attrs_options *options)
{
	static char text[1 << 16];
	ssize_t n = read_all(0, text, sizeof text);
	if (n < 0)
		die(EXIT_SYSTEM, "read", "stdin");
	if ((size_t)n == sizeof text)
		diex(EXIT_SYSTEM, "the rules on stdin are 64 KB or more: put them into a file");
	return fix_attrs_text(text, (size_t)n, "stdin", options);
}

int applet_fix_attrs(int argc, char **argv)
{
	/* Called from a script, our environment may be the cleared one. */
	char **loaded = env_get(environ, "S6_FIX_ATTRS_HIDDEN") ? NULL : container_env_load();
	const struct fix_attrs_options options = {
		.hidden = env_is_set(loaded ? loaded : environ, "S6_FIX_ATTRS_HIDDEN"),
	};
	int i = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;
	if (i >= argc)
		return apply_stdin(&options);
	int worst = 0;
	for (; i < argc; i++) {
		int code = fix_attrs_file(argv[i], &options);
		if (code > worst)
			worst = code;
	}
	return worst;
}
