/*
 * s6-tail [-n [+]LINES | -c [+]CHARS] [FILE]: POSIX tail without -f. From the end, or with + from the beginning (the
 * first is 1). A file with positions is read backwards from its end; of anything else only the tail is kept in memory.
 */

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/alloc.h"
#include "../lib/copy.h"
#include "../lib/err.h"
#include "../lib/options.h"
#include "../lib/output.h"
#include "../lib/str.h"

#define USAGE "s6-tail [ -n lines | -c chars ] [ file ]"

enum { BLOCK = 65536 };

static uint64_t count = 10;
static bool bytes;
static bool from_start;
static const char *name = "stdin";

/* Passes over the first count - 1 lines or bytes. */
static void skip_first(int fd)
{
	static char block[BLOCK];
	uint64_t left = count ? count - 1 : 0;
	while (left) {
		size_t n = read_block(fd, block, sizeof block, name);
		size_t at = 0;
		if (!n)
			return;
		for (; left && at < n; left--) {
			const char *end = bytes ? block + at : memchr(block + at, '\n', n - at);
			if (!end) {
				at = n;
				break;
			}
			at = (size_t)(end - block) + 1;
		}
		out_bytes(block + at, n - at);
	}
	out_flush();
	copy_all(fd, name, 1, "stdout");
}

/*
 * Where the last of the lines begins, looking back from s + n; *left is how many line ends are still to be found. The
 * end of the last line itself was counted by the caller. SIZE_MAX: it begins before s.
 */
static size_t line_start(const char *s, size_t n, uint64_t *left)
{
	for (size_t at = n; at--;)
		if (s[at] == '\n' && (*left)-- == 0)
			return at + 1;
	return SIZE_MAX;
}

/* False: this file has no positions. */
static bool tail_of_file(int fd)
{
	static char block[BLOCK];
	struct stat st;
	off_t begin = lseek(fd, 0, SEEK_CUR);
	if (begin < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || !st.st_size) /* 0: of /proc, perhaps */
		return false;
	off_t at = st.st_size > begin ? st.st_size : begin;
	off_t start = begin;
	uint64_t left = count;
	if (bytes || !count) {
		start = count < (uint64_t)(at - begin) ? at - (off_t)count : begin;
		at = begin;
	}
	for (bool last = true; at > begin; last = false) {
		size_t n = at - begin < BLOCK ? (size_t)(at - begin) : BLOCK;
		at -= (off_t)n;
		ssize_t got = pread(fd, block, n, at);
		if (got < 0)
			die(EXIT_SYSTEM, "read", name);
		/* a line end at the very end begins no line */
		size_t look = last && got && block[got - 1] == '\n' ? (size_t)got - 1 : (size_t)got;
		if (last)
			left--;
		size_t found = line_start(block, look, &left);
		if (found != SIZE_MAX) {
			start = at + (off_t)found;
			break;
		}
	}
	if (lseek(fd, start, SEEK_SET) < 0)
		die(EXIT_SYSTEM, "go back in", name);
	copy_all(fd, name, 1, "stdout");
	return true;
}

/* How many of the first n bytes are not in the tail. */
static size_t surplus(const char *s, size_t n)
{
	if (bytes || !count)
		return count < n ? n - (size_t)count : 0;
	uint64_t left = count - 1;
	size_t start = line_start(s, n && s[n - 1] == '\n' ? n - 1 : n, &left);
	return start == SIZE_MAX ? 0 : start;
}

static void tail_of_stream(int fd)
{
	size_t size = (size_t)2 * BLOCK;
	char *memory = alloc(size);
	size_t used = 0;
	for (size_t n; (n = read_block(fd, memory + used, size - used, name));) {
		used += n;
		if (used < size)
			continue;
		size_t over = surplus(memory, used);
		memmove(memory, memory + over, used - over);
		used -= over;
		if (used > size / 2) {
			size *= 2;
			memory = alloc_more(memory, size);
		}
	}
	size_t over = surplus(memory, used);
	out_bytes(memory + over, used - over);
	out_flush();
}

int applet_s6_tail(int argc, char **argv)
{
	(void)argc; /* argv is NULL-terminated */
	struct options o = {.argv = argv, .next = 1};
	for (int letter; (letter = options_next(&o, "n:c:")) != OPTIONS_END;) {
		if (letter == OPTIONS_BAD)
			die_usage(USAGE);
		bytes = letter == 'c';
		from_start = o.arg[0] == '+';
		const char *digits = o.arg + (o.arg[0] == '+' || o.arg[0] == '-');
		if (!parse_u64(digits, strlen(digits), INT64_MAX, &count))
			die_usage(USAGE);
	}
	int fd = 0;
	if (argv[o.next] && argv[o.next + 1])
		die_usage(USAGE);
	if (argv[o.next] && strcmp(argv[o.next], "-") != 0) {
		name = argv[o.next];
		fd = open(name, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			die(EXIT_SYSTEM, "open", name);
	}
	if (from_start)
		skip_first(fd);
	else if (!tail_of_file(fd))
		tail_of_stream(fd);
	return 0;
}
