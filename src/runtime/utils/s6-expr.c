/*
 * s6-expr EXPRESSION…: POSIX expr without ":". Exit codes: 0, 1 (the result is null or zero), 2 (not a valid
 * expression), 3 (an integer doesn't fit 64 bits), 100 (no expression at all).
 */

#include <string.h>
#include "../applets.h"
#include "../lib/err.h"
#include "../lib/expr.h"
#include "../lib/output.h"

enum { EXIT_INVALID = 2, EXIT_OVERFLOW = 3 };

int applet_s6_expr(int argc, char **argv)
{
	size_t first = argc > 2 && strcmp(argv[1], "--") == 0 ? 2 : 1;
	if (argc < 2)
		die_usage("s6-expr expression...");
	const char *const *words = (const char *const *)argv + first;
	size_t count = (size_t)argc - first;
	struct expr_value value;
	size_t at = 0;
	char room[EXPR_TEXT];
	enum expr_fault fault = expr_evaluate(words, count, &value, &at);
	if (fault)
		diex(fault == EXPR_TOO_BIG ? EXIT_OVERFLOW : EXIT_INVALID, "%s at %s%s%s", expr_fault_text(fault),
		     at < count ? "\"" : "the end", at < count ? words[at] : "", at < count ? "\"" : "");
	out_text(expr_text(&value, room));
	out_byte('\n');
	out_flush();
	return expr_is_false(&value) ? 1 : 0;
}
