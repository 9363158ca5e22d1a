#ifndef S6TS_FORMAT_H
#define S6TS_FORMAT_H
/* s6-format-filter's formats: %% is a percent sign, %0 to %9 are arguments, %s is the line. Calls no system. */

#include <stddef.h>

enum format_step { FORMAT_END, FORMAT_TEXT, FORMAT_ARGUMENT, FORMAT_LINE, FORMAT_BAD };

struct format_piece {
	const char *text; /* TEXT: n bytes as they are; BAD: where the wrong sequence begins */
	size_t n;
	size_t argument; /* ARGUMENT: 0 to 9 */
};

/* The next piece of the format that *at points into; moves *at behind it. */
enum format_step format_next(const char **at, struct format_piece *out);

#endif
