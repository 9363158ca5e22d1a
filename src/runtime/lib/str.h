#ifndef S6TS_STR_H
#define S6TS_STR_H
/* Text in fixed memory: a buffer that never overflows, numbers in and out. Calls no system. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A NUL-terminated text growing in memory that the caller owns. What does not fit sets `full` and is cut. */
struct buf {
	char *s;
	size_t len;
	size_t size;
	bool full;
};

/* Enough for any uint64_t in decimal and its NUL. */
enum { U64_TEXT = 21 };

void buf_init(struct buf *b, char *memory, size_t size); /* size >= 1 */
void buf_bytes(struct buf *b, const char *s, size_t n);
void buf_text(struct buf *b, const char *s);
void buf_number(struct buf *b, uint64_t n);
void buf_octal(struct buf *b, uint64_t n);

/* n in decimal, NUL-terminated; returns the text's length. */
size_t u64_text(char out[U64_TEXT], uint64_t n);

/* Decimal digits only: no sign, no blank, no empty text, no overflow, at most max. */
bool parse_u64(const char *s, size_t n, uint64_t max, uint64_t *out);
/* A file mode: 1 to 5 octal digits, at most 07777. */
bool parse_mode(const char *s, size_t n, unsigned int *out);

/* s[0..n) is exactly the text. */
bool text_is(const char *s, size_t n, const char *text);
bool text_starts(const char *s, const char *prefix);

#endif
