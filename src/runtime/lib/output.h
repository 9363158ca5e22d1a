#ifndef S6TS_OUTPUT_H
#define S6TS_OUTPUT_H
/* stdout in blocks. What can't be written ends the program with a message and 111: no output is lost silently. */

#include <stddef.h>
#include <stdint.h>

void out_bytes(const char *s, size_t n);
void out_text(const char *s);
void out_byte(char byte);
void out_number(uint64_t n);
/* To be called before a successful end, and before anything else writes to descriptor 1. */
void out_flush(void);

#endif
