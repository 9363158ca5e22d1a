#include "copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>
#include "err.h"
#include "io.h"

enum { BLOCK = 65536 };

/* Pages change hands where an end is a pipe. False: the kernel can't do it for these two; nothing is lost by trying. */
static bool spliced(int from, int to, uint64_t *limit)
{
	while (*limit) {
		ssize_t n = splice(from, NULL, to, NULL, *limit < BLOCK ? (size_t)*limit : BLOCK, SPLICE_F_MOVE);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		*limit -= (uint64_t)n;
	}
	return true;
}

enum copied copy_bytes(int from, int to, uint64_t limit)
{
	static char block[BLOCK];
	if (spliced(from, to, &limit))
		return COPIED;
	/* splice doesn't say which end failed: reading and writing meet the same error again, and do */
	while (limit) {
		ssize_t n = read(from, block, limit < BLOCK ? (size_t)limit : BLOCK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return COPY_READ_FAILED;
		if (n == 0)
			break;
		if (!write_all(to, block, (size_t)n))
			return COPY_WRITE_FAILED;
		limit -= (uint64_t)n;
	}
	return COPIED;
}

void copy_all(int from, const char *from_name, int to, const char *to_name)
{
	enum copied result = copy_bytes(from, to, UINT64_MAX);
	if (result == COPY_READ_FAILED)
		die(EXIT_SYSTEM, "read", from_name);
	if (result == COPY_WRITE_FAILED)
		die(EXIT_SYSTEM, "write to", to_name);
}

size_t read_block(int fd, char *block, size_t size, const char *name)
{
	ssize_t n;
	do
		n = read(fd, block, size);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		die(EXIT_SYSTEM, "read", name);
	return (size_t)n;
}
