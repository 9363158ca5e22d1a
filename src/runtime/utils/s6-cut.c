/*
 * s6-cut -b LIST | -c LIST | -f LIST [-d DELIM] [-n] [-s] [FILE…]: POSIX cut, in the C locale: a character is a byte,
 * so -c is -b, and -n has nothing to keep together. A file that can't be read is told, and the next one is cut.
 */

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/err.h"
#include "../lib/lines.h"
#include "../lib/options.h"
#include "../lib/output.h"
#include "../lib/ranges.h"

#define USAGE "s6-cut -b list | -c list | -f list [ -d delim ] [ -n ] [ -s ] [ file... ]"

static struct ranges chosen;
static char delimiter = '\t';
static bool fields;
static bool only_delimited;

static void cut_bytes(const struct line *line)
{
	for (size_t i = 0; i < chosen.count && chosen.range[i].first <= line->n; i++) {
		size_t first = chosen.range[i].first;
		size_t last = chosen.range[i].last < line->n ? chosen.range[i].last : line->n;
		out_bytes(line->text + first - 1, last - first + 1);
	}
	out_byte('\n');
}

static void cut_fields(const struct line *line)
{
	const char *at = line->text;
	const char *end = line->text + line->n;
	if (!memchr(at, delimiter, line->n)) {
		if (!only_delimited)
			out_bytes(line->text, line->n);
		if (!only_delimited)
			out_byte('\n');
		return;
	}
	bool first = true;
	for (size_t number = 1, i = 0; i < chosen.count; number++) {
		const char *stop = memchr(at, delimiter, (size_t)(end - at));
		if (!stop)
			stop = end;
		while (i < chosen.count && chosen.range[i].last < number)
			i++;
		if (i < chosen.count && number >= chosen.range[i].first) {
			if (!first)
				out_byte(delimiter);
			first = false;
			out_bytes(at, (size_t)(stop - at));
		}
		if (stop == end)
			break;
		at = stop + 1;
	}
	out_byte('\n');
}

static void cut(int fd, const char *name)
{
	struct lines input;
	struct line line;
	lines_open(&input, fd, name);
	while (lines_next(&input, '\n', &line)) {
		if (fields)
			cut_fields(&line);
		else
			cut_bytes(&line);
	}
	lines_close(&input);
}

/* Returns the index of the first file. */
static size_t parse_options(char *const *argv)
{
	const char *list = NULL;
	bool other = false; /* an option that only goes with -f */
	struct options o = {.argv = argv, .next = 1};
	for (int letter; (letter = options_next(&o, "b:c:f:d:ns")) != OPTIONS_END;) {
		if (letter == 'b' || letter == 'c' || letter == 'f') {
			if (list)
				die_usage(USAGE);
			list = o.arg;
			fields = letter == 'f';
		} else if (letter == 'd' && strlen(o.arg) == 1) {
			delimiter = o.arg[0];
			other = true;
		} else if (letter == 's') {
			only_delimited = other = true;
		} else if (letter != 'n') {
			die_usage(USAGE);
		}
	}
	if (!list || (other && !fields) || !ranges_parse(list, &chosen))
		die_usage(USAGE);
	return o.next;
}

int applet_s6_cut(int argc, char **argv)
{
	(void)argc; /* argv is NULL-terminated */
	int code = 0;
	size_t first = parse_options(argv);
	if (!argv[first])
		cut(0, "stdin");
	for (size_t i = first; argv[i]; i++) {
		bool given = strcmp(argv[i], "-") == 0;
		int fd = given ? 0 : open(argv[i], O_RDONLY | O_CLOEXEC);
		if (fd < 0) {
			warn("open", argv[i]);
			code = EXIT_SYSTEM;
			continue;
		}
		cut(fd, given ? "stdin" : argv[i]);
		if (!given)
			(void)close(fd); /* only read from */
	}
	out_flush();
	return code;
}
