/* s6-seq [-w] [-s SEP] [FIRST [INCREMENT]] LAST: unsigned integers, SEP (a newline; "": a NUL) after each. */

#include <string.h>
#include "../applets.h"
#include "../lib/err.h"
#include "../lib/options.h"
#include "../lib/output.h"
#include "../lib/str.h"

#define USAGE "s6-seq [ -w ] [ -s sep ] [ first [ increment ] ] last"

static uint64_t limit_of(const char *text)
{
	uint64_t n = 0;
	if (!parse_u64(text, strlen(text), UINT64_MAX, &n))
		die_usage(USAGE);
	return n;
}

static void print(uint64_t n, size_t width)
{
	char digits[U64_TEXT];
	size_t length = u64_text(digits, n);
	for (; width > length; width--)
		out_byte('0');
	out_bytes(digits, length);
}

int applet_s6_seq(int argc, char **argv)
{
	bool fixed = false;
	const char *separator = "\n";
	char digits[U64_TEXT];
	uint64_t limits[3] = {1, 1, 1}; /* first, increment, last */
	struct options o = {.argv = argv, .next = 1};
	for (int letter; (letter = options_next(&o, "ws:")) != OPTIONS_END;) {
		if (letter == 'w')
			fixed = true;
		else if (letter == 's')
			separator = o.arg;
		else
			die_usage(USAGE);
	}
	size_t count = (size_t)argc - o.next;
	if (count < 1 || count > 3)
		die_usage(USAGE);
	limits[2] = limit_of(argv[argc - 1]);
	if (count > 1)
		limits[0] = limit_of(argv[o.next]);
	if (count > 2)
		limits[1] = limit_of(argv[o.next + 1]);
	if (!limits[1])
		die_usage(USAGE);
	size_t width = fixed ? u64_text(digits, limits[2]) : 0;
	for (uint64_t n = limits[0]; n <= limits[2]; n += limits[1]) {
		print(n, width);
		out_bytes(separator, *separator ? strlen(separator) : 1);
		if (limits[1] > limits[2] - n)
			break; /* the sum might wrap */
	}
	out_flush();
	return 0;
}
