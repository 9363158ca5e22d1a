/*
 * s6-grep [-E | -F] [-i] [-c] [-n] [-q] [-v] PATTERN: the lines of stdin that match. Exit code 1 when there is none. A
 * line's text behind a NUL byte is seen by -F only: regexec(3) takes C strings.
 */

#include <regex.h>
#include <string.h>
#include "../applets.h"
#include "../lib/err.h"
#include "../lib/lines.h"
#include "../lib/options.h"
#include "../lib/output.h"

#define USAGE "s6-grep [ -E | -F ] [ -i ] [ -c ] [ -n ] [ -q ] [ -v ] pattern"

static struct {
	bool extended, fixed, ignore_case, count, number, quiet, invert;
} options;

static regex_t regex;
static const char *pattern;
static size_t pattern_n;

static char lower(char c)
{
	return options.ignore_case && c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool holds_pattern_at(const char *s)
{
	for (size_t i = 0; i < pattern_n; i++)
		if (lower(s[i]) != lower(pattern[i]))
			return false;
	return true;
}

static bool matches(const struct line *line)
{
	if (!options.fixed) {
		int result = regexec(&regex, line->text, 0, NULL, 0);
		if (result == REG_ESPACE)
			diex(EXIT_SYSTEM, "out of memory while matching a line");
		return result == 0;
	}
	if (!options.ignore_case)
		return memmem(line->text, line->n, pattern, pattern_n) != NULL;
	for (size_t i = 0; i + pattern_n <= line->n; i++)
		if (holds_pattern_at(line->text + i))
			return true;
	return false;
}

/* regerror would bring all of printf into the binary. */
static const char *fault_text(int fault)
{
	switch (fault) {
	case REG_ECOLLATE: return "unknown collating element";
	case REG_ECTYPE: return "unknown character class";
	case REG_EESCAPE: return "nothing follows the last backslash";
	case REG_ESUBREG: return "a back reference to a group that isn't there";
	case REG_EBRACK: return "[ without ]";
	case REG_EPAREN: return "( or ) without the other";
	case REG_EBRACE: return "{ or } without the other";
	case REG_BADBR: return "wrong numbers in { }";
	case REG_ERANGE: return "a range that ends before it begins";
	case REG_BADRPT: return "nothing to repeat";
	case REG_ESPACE: return "out of memory";
	default: return "syntax error";
	}
}

static void compile(void)
{
	pattern_n = strlen(pattern);
	if (options.fixed)
		return;
	int flags = REG_NOSUB | (options.extended ? REG_EXTENDED : 0) | (options.ignore_case ? REG_ICASE : 0);
	int fault = regcomp(&regex, pattern, flags);
	if (fault)
		diex(fault == REG_ESPACE ? EXIT_SYSTEM : EXIT_USAGE, "\"%s\" is no regular expression: %s", pattern,
		     fault_text(fault));
}

static void parse_options(char *const *argv)
{
	struct options o = {.argv = argv, .next = 1};
	for (int letter; (letter = options_next(&o, "EFicnqv")) != OPTIONS_END;) {
		switch (letter) {
		case 'E': options.extended = true; options.fixed = false; break;
		case 'F': options.fixed = true; options.extended = false; break;
		case 'i': options.ignore_case = true; break;
		case 'c': options.count = true; break;
		case 'n': options.number = true; break;
		case 'q': options.quiet = true; break;
		case 'v': options.invert = true; break;
		default: die_usage(USAGE);
		}
	}
	pattern = argv[o.next];
	if (!pattern || argv[o.next + 1])
		die_usage(USAGE);
}

int applet_s6_grep(int argc, char **argv)
{
	(void)argc; /* argv is NULL-terminated */
	struct lines input;
	struct line line;
	uint64_t found = 0;
	parse_options(argv);
	compile();
	lines_open(&input, 0, "stdin");
	for (uint64_t number = 1; lines_next(&input, '\n', &line); number++) {
		if (matches(&line) == options.invert)
			continue;
		found++;
		if (options.quiet)
			return 0; /* nothing that follows can change the answer */
		if (options.count)
			continue;
		if (options.number) {
			out_number(number);
			out_byte(':');
		}
		out_bytes(line.text, line.n);
		out_byte('\n');
	}
	if (options.count && !options.quiet) {
		out_number(found);
		out_byte('\n');
	}
	out_flush();
	return found ? 0 : 1;
}
