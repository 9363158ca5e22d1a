#ifndef S6TS_IO_H
#define S6TS_IO_H
/* Whole reads and writes. EINTR is handled here; failures return -1 or false with errno set and say nothing. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Reads until end of file or size bytes. Returns how many were read, -1 on error. */
ssize_t read_all(int fd, char *out, size_t size);
bool write_all(int fd, const char *data, size_t n);

/* A whole file into out, NUL-terminated. Returns its length; -1 with EFBIG when it doesn't fit size - 1 bytes. */
ssize_t read_file_at(int dirfd, const char *path, char *out, size_t size);
/* A whole file of at most max bytes into new memory, NUL-terminated; NULL on error (EFBIG, ENOMEM, …). */
char *load_file_at(int dirfd, const char *path, size_t max, size_t *length);

/* Creates or truncates path and writes n bytes; exact mode whatever the umask. Not atomic. */
bool write_file_at(int dirfd, const char *path, mode_t mode, const char *data, size_t n);
/* The same through a temporary name beside it and a rename: readers see the old bytes or the new ones. */
bool replace_file_at(int dirfd, const char *path, mode_t mode, const char *data, size_t n);

#endif
