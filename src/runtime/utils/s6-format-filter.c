/* s6-format-filter FORMAT [ARGS…]: prints FORMAT for each line of stdin, with the line and ARGS in it. */

#include "../applets.h"
#include "../lib/err.h"
#include "../lib/format.h"
#include "../lib/lines.h"
#include "../lib/output.h"

/* All of the format is judged before the first line is read. */
static void check(const char *format, size_t words)
{
	struct format_piece piece;
	for (enum format_step step; (step = format_next(&format, &piece)) != FORMAT_END;) {
		if (step == FORMAT_BAD)
			diex(EXIT_USAGE, "wrong format at \"%s\": only %%%%, %%s and %%0 to %%9 may follow a percent sign",
			     piece.text);
		if (step == FORMAT_ARGUMENT && piece.argument >= words)
			diex(EXIT_USAGE, "the format has %%%u, and there is no such argument", (unsigned int)piece.argument);
	}
}

int applet_s6_format_filter(int argc, char **argv)
{
	if (argc < 2)
		die_usage("s6-format-filter format [ args... ]");
	const char *format = argv[1];
	argv[1] = argv[0]; /* so that %1 is the word behind the format, and %0 the command's name */
	check(format, (size_t)argc - 1);
	struct lines input;
	struct line line;
	lines_open(&input, 0, "stdin");
	while (lines_next(&input, '\n', &line)) {
		struct format_piece piece;
		const char *at = format;
		for (enum format_step step; (step = format_next(&at, &piece)) != FORMAT_END;) {
			if (step == FORMAT_TEXT)
				out_bytes(piece.text, piece.n);
			else if (step == FORMAT_LINE)
				out_bytes(line.text, line.n);
			else
				out_text(argv[piece.argument + 1]);
		}
		out_byte('\n');
	}
	out_flush();
	lines_close(&input);
	return 0;
}
