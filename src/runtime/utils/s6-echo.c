/* s6-echo [-n] [-s SEP] ARGS…: writes its arguments to stdout, in one write. */

#include <stdlib.h>
#include <string.h>
#include "../applets.h"
#include "../lib/err.h"
#include "../lib/io.h"
#include "../lib/options.h"
#include "../lib/str.h"

int applet_s6_echo(int argc, char **argv)
{
	bool newline = true;
	char separator = ' ';
	struct options o = {.argv = argv, .next = 1};
	if (argc < 1)
		return 0;
	for (int letter; (letter = options_next(&o, "ns:")) != OPTIONS_END;) {
		if (letter == 'n')
			newline = false;
		else if (letter == 's')
			separator = o.arg[0];
		else
			die_usage("s6-echo [ -n ] [ -s sep ] args...");
	}
	size_t size = 2;
	for (size_t i = o.next; argv[i]; i++)
		size += strlen(argv[i]) + 1;
	struct buf b;
	char *memory = malloc(size);
	if (!memory)
		die(EXIT_SYSTEM, "allocate memory for", "the arguments");
	buf_init(&b, memory, size);
	for (size_t i = o.next; argv[i]; i++) {
		if (i > o.next)
			buf_bytes(&b, &separator, 1);
		buf_text(&b, argv[i]);
	}
	if (newline)
		buf_text(&b, "\n");
	if (!write_all(1, b.s, b.len))
		die(EXIT_SYSTEM, "write to", "stdout");
	free(memory);
	return 0;
}
