/* s6-unquote [-n] [-d DELIM] STRING: the text that STRING quotes. Exit code 100 when it isn't s6-quote's syntax. */

#include <string.h>
#include "../applets.h"
#include "../lib/alloc.h"
#include "../lib/err.h"
#include "../lib/options.h"
#include "../lib/output.h"
#include "../lib/quote.h"

#define USAGE "s6-unquote [ -n ] [ -d delim ] string"

int applet_s6_unquote(int argc, char **argv)
{
	(void)argc; /* argv is NULL-terminated */
	bool newline = true;
	const char *delimiters = "\"";
	struct options o = {.argv = argv, .next = 1};
	for (int letter; (letter = options_next(&o, "nd:")) != OPTIONS_END;) {
		if (letter == 'n')
			newline = false;
		else if (letter == 'd' && !strchr(o.arg, '\\'))
			delimiters = o.arg;
		else
			die_usage(USAGE);
	}
	const char *quoted = argv[o.next];
	if (!quoted || argv[o.next + 1])
		die_usage(USAGE);
	char *text = alloc(strlen(quoted));
	size_t n = 0;
	size_t at = 0;
	enum unquote_fault fault = unquote_text(text, &n, quoted, strlen(quoted), delimiters, &at);
	if (fault)
		diex(EXIT_USAGE, "unable to unquote: %s (character %u): %s", unquote_fault_text(fault), (unsigned int)at + 1,
		     quoted);
	out_bytes(text, n);
	if (newline)
		out_byte('\n');
	out_flush();
	return 0;
}
