/*
 * s6-unquote-filter [-q | -Q | -v | -w] [-d DELIM]: unquotes each line of stdin. One that isn't s6-quote's syntax is
 * passed on as it is: silently (-q), with its number on stderr (-Q, the default), with the place and the line itself
 * too (-v); with -w it ends the program with 100. A last line without \n stays without.
 */

#include <string.h>
#include "../applets.h"
#include "../lib/alloc.h"
#include "../lib/err.h"
#include "../lib/lines.h"
#include "../lib/options.h"
#include "../lib/output.h"
#include "../lib/quote.h"
#include "../lib/str.h"

#define USAGE "s6-unquote-filter [ -q | -Q | -v | -w ] [ -d delim ]"

static void complain(char strictness, uint64_t number, enum unquote_fault fault, size_t at, const char *line)
{
	char digits[U64_TEXT];
	(void)u64_text(digits, number); /* its length */
	const char *why = unquote_fault_text(fault);
	if (strictness == 'Q')
		warnx("line %s: unable to unquote: %s", digits, why);
	if (strictness == 'v')
		warnx("line %s: unable to unquote: %s (character %u): %s", digits, why, (unsigned int)at + 1, line);
	if (strictness != 'w')
		return;
	out_flush();
	diex(EXIT_USAGE, "line %s: unable to unquote: %s (character %u): %s", digits, why, (unsigned int)at + 1, line);
}

int applet_s6_unquote_filter(int argc, char **argv)
{
	(void)argc; /* argv is NULL-terminated */
	char strictness = 'Q';
	const char *delimiters = "\"";
	struct options o = {.argv = argv, .next = 1};
	for (int letter; (letter = options_next(&o, "qQvwd:")) != OPTIONS_END;) {
		if (letter == OPTIONS_BAD || (letter == 'd' && strchr(o.arg, '\\')))
			die_usage(USAGE);
		if (letter == 'd')
			delimiters = o.arg;
		else
			strictness = (char)letter;
	}
	if (argv[o.next])
		die_usage(USAGE);
	struct lines input;
	struct line line;
	char *text = NULL;
	size_t room = 0;
	lines_open(&input, 0, "stdin");
	for (uint64_t number = 1; lines_next(&input, '\n', &line); number++) {
		size_t n = 0;
		size_t at = 0;
		if (line.n > room) {
			room = line.n * 2;
			text = alloc_more(text, room);
		}
		enum unquote_fault fault = unquote_text(text, &n, line.text, line.n, delimiters, &at);
		if (fault)
			complain(strictness, number, fault, at, line.text);
		out_bytes(fault ? line.text : text, fault ? line.n : n);
		if (line.ended)
			out_byte('\n');
	}
	out_flush();
	return 0;
}
