/*
 * s6-head [-S] [-1..9 | -n LINES | -c CHARS] [FILE…]: POSIX head. -S leaves what it doesn't print unread, for whoever
 * reads next from the same descriptor. A file that can't be read is told, and the next one is shown.
 */

#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/copy.h"
#include "../lib/err.h"
#include "../lib/options.h"
#include "../lib/output.h"
#include "../lib/str.h"

#define USAGE "s6-head [ -S ] [ -1..9 | -n lines | -c chars ] [ file... ]"

static uint64_t limit = 10;
static bool bytes;
static bool safe;

/* How many bytes of the block belong to the output; takes what it counts off *left. */
static size_t wanted(const char *block, size_t n, uint64_t *left)
{
	size_t at = 0;
	if (bytes) {
		at = n < *left ? n : (size_t)*left;
		*left -= at;
		return at;
	}
	while (*left && at < n) {
		const char *end = memchr(block + at, '\n', n - at);
		if (!end)
			return n;
		at = (size_t)(end - block) + 1;
		--*left;
	}
	return at;
}

static void head(int fd, const char *name)
{
	char block[8192];
	uint64_t left = limit;
	/* What was read too much is put back where the file has positions; a pipe is read byte by byte instead. */
	bool seekable = lseek(fd, 0, SEEK_CUR) >= 0;
	while (left) {
		size_t size = sizeof block;
		if (bytes && left < size)
			size = (size_t)left;
		else if (safe && !seekable && !bytes)
			size = 1;
		size_t n = read_block(fd, block, size, name);
		if (!n)
			break;
		size_t used = wanted(block, n, &left);
		out_bytes(block, used);
		if (safe && used < n && lseek(fd, (off_t)used - (off_t)n, SEEK_CUR) < 0)
			die(EXIT_SYSTEM, "go back in", name);
	}
}

static size_t parse_options(char *const *argv)
{
	size_t word = 0; /* where the last digit stood: -12 is twelve */
	struct options o = {.argv = argv, .next = 1};
	for (;;) {
		size_t here = o.next;
		int letter = options_next(&o, "S0123456789n:c:");
		if (letter == OPTIONS_END)
			return o.next;
		if (letter == 'S') {
			safe = true;
		} else if (letter >= '0' && letter <= '9') {
			uint64_t before = word == here && limit < UINT32_MAX ? limit * 10 : 0;
			limit = before + (uint64_t)(letter - '0');
			word = here;
			bytes = false;
		} else if (letter == OPTIONS_BAD || !parse_u64(o.arg, strlen(o.arg), UINT64_MAX, &limit)) {
			die_usage(USAGE);
		} else {
			bytes = letter == 'c';
		}
	}
}

int applet_s6_head(int argc, char **argv)
{
	(void)argc; /* argv is NULL-terminated */
	int code = 0;
	size_t first = parse_options(argv);
	if (!argv[first])
		head(0, "stdin");
	for (size_t i = first; argv[i]; i++) {
		bool given = strcmp(argv[i], "-") == 0;
		int fd = given ? 0 : open(argv[i], O_RDONLY | O_CLOEXEC);
		if (fd < 0) {
			out_flush();
			warn("open", argv[i]);
			code = EXIT_SYSTEM;
			continue;
		}
		if (argv[first + 1]) {
			out_text(i > first ? "\n==> " : "==> ");
			out_text(given ? "standard input" : argv[i]);
			out_text(" <==\n");
		}
		head(fd, given ? "stdin" : argv[i]);
		if (!given)
			(void)close(fd); /* only read from */
	}
	out_flush();
	return code;
}
