#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h> /* renameat: POSIX declares it here */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "str.h"

ssize_t read_all(int fd, char *out, size_t size)
{
	size_t done = 0;
	while (done < size) {
		ssize_t n = read(fd, out + done, size - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

bool write_all(int fd, const char *data, size_t n)
{
	while (n) {
		ssize_t written = write(fd, data, n);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return false;
		data += written;
		n -= (size_t)written;
	}
	return true;
}

/* close() that keeps the errno of what failed before it. On Linux the descriptor is gone even after EINTR. */
static void close_quietly(int fd)
{
	int error = errno;
	(void)close(fd); /* only read from, or already judged by write */
	errno = error;
}

ssize_t read_file_at(int dirfd, const char *path, char *out, size_t size)
{
	int fd = openat(dirfd, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* a fifo in a file's place must not hang us */
	if (fd < 0)
		return -1;
	ssize_t n = read_all(fd, out, size);
	close_quietly(fd);
	if (n < 0)
		return -1;
	if ((size_t)n == size) {
		errno = EFBIG;
		return -1;
	}
	out[n] = '\0';
	return n;
}

char *load_file_at(int dirfd, const char *path, size_t max, size_t *length)
{
	int fd = openat(dirfd, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* a fifo in a file's place must not hang us */
	if (fd < 0)
		return NULL;
	struct stat st;
	size_t size = 4096;
	if (fstat(fd, &st) == 0 && st.st_size > 0 && (uintmax_t)st.st_size < max)
		size = (size_t)st.st_size + 2; /* one for NUL, one so that the end of the file is seen */
	char *text = NULL;
	size_t got = 0;
	for (;;) {
		char *bigger = realloc(text, size);
		if (!bigger)
			break;
		text = bigger;
		ssize_t n = read_all(fd, text + got, size - got);
		if (n < 0)
			break;
		got += (size_t)n;
		if (got > max) {
			errno = EFBIG;
			break;
		}
		if (got < size) {
			close_quietly(fd);
			text[got] = '\0';
			*length = got;
			return text;
		}
		size *= 2;
	}
	close_quietly(fd);
	int error = errno;
	free(text);
	errno = error;
	return NULL;
}

static bool fill_file_at(int dirfd, const char *path, int flags, mode_t mode, const char *data, size_t n)
{
	int fd = openat(dirfd, path, O_WRONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC | flags, mode);
	if (fd < 0)
		return false;
	struct stat st;
	bool good = write_all(fd, data, n) && fstat(fd, &st) == 0 &&
	            ((st.st_mode & 07777) == mode || fchmod(fd, mode) == 0); /* umask, or a file that was there */
	if (!good) {
		close_quietly(fd);
		return false;
	}
	return close(fd) == 0 || errno == EINTR;
}

bool write_file_at(int dirfd, const char *path, mode_t mode, const char *data, size_t n)
{
	return fill_file_at(dirfd, path, O_TRUNC | O_NOFOLLOW, mode, data, n);
}

bool replace_file_at(int dirfd, const char *path, mode_t mode, const char *data, size_t n)
{
	char temporary[4096];
	struct buf b;
	buf_init(&b, temporary, sizeof temporary);
	buf_text(&b, path);
	buf_text(&b, ".new.");
	buf_number(&b, (uint64_t)getpid());
	if (b.full) {
		errno = ENAMETOOLONG;
		return false;
	}
	if (unlinkat(dirfd, temporary, 0) < 0 && errno != ENOENT)
		return false;
	if (fill_file_at(dirfd, temporary, O_EXCL, mode, data, n) && renameat(dirfd, temporary, dirfd, path) == 0)
		return true;
	int error = errno;
	(void)unlinkat(dirfd, temporary, 0); /* the failure before it is what counts */
	errno = error;
	return false;
}
