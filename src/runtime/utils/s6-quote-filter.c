/* s6-quote-filter [-u] [-d DELIM]: quotes each line of stdin as s6-quote does. A last line without \n stays without. */

#include "../applets.h"
#include "../lib/err.h"
#include "../lib/lines.h"
#include "../lib/options.h"
#include "../lib/output.h"
#include "../lib/quote.h"

#define USAGE "s6-quote-filter [ -u ] [ -d delim ]"

enum { PART = 1024 }; /* bytes quoted at a time: a byte's escape depends on none beside it */

static void quote_line(const struct line *line, char delimiter)
{
	char quoted[PART * QUOTE_ROOM];
	for (size_t at = 0; at < line->n; at += PART) {
		size_t n = line->n - at < PART ? line->n - at : PART;
		out_bytes(quoted, quote_text(quoted, line->text + at, n, delimiter));
	}
}

int applet_s6_quote_filter(int argc, char **argv)
{
	(void)argc; /* argv is NULL-terminated */
	bool enclose = true;
	char delimiter = '"';
	struct options o = {.argv = argv, .next = 1};
	for (int letter; (letter = options_next(&o, "ud:")) != OPTIONS_END;) {
		if (letter == 'u')
			enclose = false;
		else if (letter == 'd' && quote_delimiter_good(o.arg[0]))
			delimiter = o.arg[0];
		else
			die_usage(USAGE);
	}
	if (argv[o.next])
		die_usage(USAGE);
	struct lines input;
	struct line line;
	lines_open(&input, 0, "stdin");
	while (lines_next(&input, '\n', &line)) {
		if (enclose)
			out_byte(delimiter);
		quote_line(&line, delimiter);
		if (enclose)
			out_byte(delimiter);
		if (line.ended)
			out_byte('\n');
	}
	out_flush();
	return 0;
}
