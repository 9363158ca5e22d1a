/* s6-printenv [-n] [-0 | -d DELIM]: prints the environment; -n leaves the last delimiter out. */

#include <stdbool.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/err.h"
#include "../lib/options.h"
#include "../lib/output.h"

#define USAGE "s6-printenv [ -n ] [ -0 | -d delim ]"

int applet_s6_printenv(int argc, char **argv)
{
	(void)argc; /* argv is NULL-terminated */
	bool last = true;
	char delimiter = '\n';
	struct options o = {.argv = argv, .next = 1};
	for (int letter; (letter = options_next(&o, "n0d:")) != OPTIONS_END;) {
		if (letter == 'n')
			last = false;
		else if (letter == '0')
			delimiter = '\0';
		else if (letter == 'd')
			delimiter = o.arg[0];
		else
			die_usage(USAGE);
	}
	if (argv[o.next])
		die_usage(USAGE);
	for (size_t i = 0; environ[i]; i++) {
		out_text(environ[i]);
		if (last || environ[i + 1])
			out_byte(delimiter);
	}
	out_flush();
	return 0;
}
