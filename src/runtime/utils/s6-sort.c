/*
 * s6-sort [-b] [-c] [-f] [-r] [-u] [-0]: the lines of stdin in byte order, sorted in memory. Lines that -b or -f make
 * equal are in byte order among themselves, as POSIX sort's; with -u the first of them stays.
 */

#include <stdbool.h>
#include <string.h>
#include "../applets.h"
#include "../lib/alloc.h"
#include "../lib/err.h"
#include "../lib/io.h"
#include "../lib/options.h"
#include "../lib/output.h"

#define USAGE "s6-sort [ -b ] [ -c ] [ -f ] [ -r ] [ -u ] [ -0 ]"

struct text {
	const char *s;
	size_t n;
};

static bool skip_blanks, check_only, ignore_case, reverse, unique;
static char delimiter = '\n';

static unsigned char folded(char c)
{
	return (unsigned char)(ignore_case && c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

static int by_bytes(struct text a, struct text b)
{
	int order = memcmp(a.s, b.s, a.n < b.n ? a.n : b.n);
	return order ? order : (a.n > b.n) - (a.n < b.n);
}

static struct text key_of(struct text t)
{
	while (skip_blanks && t.n && (*t.s == ' ' || *t.s == '\t')) {
		t.s++;
		t.n--;
	}
	return t;
}

static int by_key(struct text a, struct text b)
{
	a = key_of(a);
	b = key_of(b);
	if (!ignore_case)
		return by_bytes(a, b);
	for (size_t i = 0; i < a.n && i < b.n; i++)
		if (folded(a.s[i]) != folded(b.s[i]))
			return folded(a.s[i]) < folded(b.s[i]) ? -1 : 1;
	return (a.n > b.n) - (a.n < b.n);
}

static int compare(struct text a, struct text b)
{
	int order = by_key(a, b);
	if (!order && !unique)
		order = by_bytes(a, b);
	return reverse ? -order : order;
}

/* Merge sort, in runs that double: equal lines stay in the order of the input. Returns line or spare. */
static struct text *sort(struct text *line, struct text *spare, size_t count)
{
	for (size_t run = 1; run < count; run *= 2) {
		for (size_t start = 0; start < count; start += 2 * run) {
			size_t middle = count - start < run ? count : start + run;
			size_t end = count - start < 2 * run ? count : start + 2 * run;
			size_t a = start;
			size_t b = middle;
			for (size_t to = start; to < end; to++)
				spare[to] = a < middle && (b == end || compare(line[a], line[b]) <= 0) ? line[a++] : line[b++];
		}
		struct text *sorted = spare;
		spare = line;
		line = sorted;
	}
	return line;
}

/* All of stdin. */
static struct text load(void)
{
	size_t size = 65536;
	char *memory = alloc(size);
	size_t used = 0;
	for (;;) {
		ssize_t n = read_all(0, memory + used, size - used);
		if (n < 0)
			die(EXIT_SYSTEM, "read", "stdin");
		used += (size_t)n;
		if (used < size)
			return (struct text){memory, used};
		size *= 2;
		memory = alloc_more(memory, size);
	}
}

static struct text *split(struct text all, size_t *count)
{
	size_t lines = all.n && all.s[all.n - 1] != delimiter;
	for (size_t i = 0; i < all.n; i++)
		lines += all.s[i] == delimiter;
	struct text *line = alloc_array(lines, sizeof *line);
	const char *at = all.s;
	const char *end = all.s + all.n;
	for (size_t i = 0; i < lines; i++) {
		const char *stop = memchr(at, delimiter, (size_t)(end - at));
		line[i] = (struct text){at, (size_t)((stop ? stop : end) - at)};
		at += line[i].n + 1;
	}
	*count = lines;
	return line;
}

/* Would the output be the input? */
static bool is_sorted(const struct text *line, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (compare(line[i - 1], line[i]) > 0 || (unique && by_key(line[i - 1], line[i]) == 0))
			return false;
	return true;
}

int applet_s6_sort(int argc, char **argv)
{
	(void)argc; /* argv is NULL-terminated */
	struct options o = {.argv = argv, .next = 1};
	for (int letter; (letter = options_next(&o, "bcfru0")) != OPTIONS_END;) {
		switch (letter) {
		case 'b': skip_blanks = true; break;
		case 'c': check_only = true; break;
		case 'f': ignore_case = true; break;
		case 'r': reverse = true; break;
		case 'u': unique = true; break;
		case '0': delimiter = '\0'; break;
		default: die_usage(USAGE);
		}
	}
	if (argv[o.next])
		die_usage(USAGE);
	size_t count = 0;
	struct text *line = split(load(), &count);
	if (check_only)
		return is_sorted(line, count) ? 0 : 1;
	line = sort(line, alloc_array(count, sizeof *line), count);
	for (size_t i = 0; i < count; i++) {
		if (unique && i && by_key(line[i - 1], line[i]) == 0)
			continue;
		out_bytes(line[i].s, line[i].n);
		out_byte(delimiter);
	}
	out_flush();
	return 0;
}
