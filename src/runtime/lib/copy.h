#ifndef S6TS_COPY_H
#define S6TS_COPY_H
/* Bytes from one descriptor to another, through the kernel where it can. */

#include <stddef.h>
#include <stdint.h>

enum copied { COPIED, COPY_READ_FAILED, COPY_WRITE_FAILED }; /* errno says why */

/* Until the end of the file, or for at most so many bytes (UINT64_MAX: no limit). Nothing more is read than that. */
enum copied copy_bytes(int from, int to, uint64_t limit);

/* For programs that end with a message and 111 where it fails; the names are for that message. */
void copy_all(int from, const char *from_name, int to, const char *to_name);
/* One read of at most size bytes; 0 at the end of the file. */
size_t read_block(int fd, char *block, size_t size, const char *name);

#endif
