#ifndef S6TS_COPY_H
#define S6TS_COPY_H
/* Bytes from one descriptor to another, through the kernel where it can. */

#include <stdint.h>

enum copied { COPIED, COPY_READ_FAILED, COPY_WRITE_FAILED }; /* errno says why */

/* Until the end of the file, or for at most so many bytes (UINT64_MAX: no limit). Nothing more is read than that. */
enum copied copy_bytes(int from, int to, uint64_t limit);

#endif
