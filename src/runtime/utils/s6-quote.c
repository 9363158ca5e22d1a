/* s6-quote [-n] [-u] [-d DELIM] STRING: STRING as execlineb and s6-unquote read it; -u without the delimiters. */

#include <string.h>
#include "../applets.h"
#include "../lib/alloc.h"
#include "../lib/err.h"
#include "../lib/options.h"
#include "../lib/output.h"
#include "../lib/quote.h"

#define USAGE "s6-quote [ -n ] [ -u ] [ -d delim ] string"

int applet_s6_quote(int argc, char **argv)
{
	(void)argc; /* argv is NULL-terminated */
	bool newline = true;
	bool enclose = true;
	char delimiter = '"';
	struct options o = {.argv = argv, .next = 1};
	for (int letter; (letter = options_next(&o, "nud:")) != OPTIONS_END;) {
		if (letter == 'n')
			newline = false;
		else if (letter == 'u')
			enclose = false;
		else if (letter == 'd' && quote_delimiter_good(o.arg[0]))
			delimiter = o.arg[0];
		else
			die_usage(USAGE);
	}
	const char *text = argv[o.next];
	if (!text || argv[o.next + 1])
		die_usage(USAGE);
	char *quoted = alloc_array(strlen(text), QUOTE_ROOM);
	size_t n = quote_text(quoted, text, strlen(text), delimiter);
	if (enclose)
		out_byte(delimiter);
	out_bytes(quoted, n);
	if (enclose)
		out_byte(delimiter);
	if (newline)
		out_byte('\n');
	out_flush();
	return 0;
}
