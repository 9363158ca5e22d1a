#include "output.h"

#include <string.h>
#include "err.h"
#include "io.h"
#include "str.h"

static char block[16384];
static size_t used;

static void put(const char *s, size_t n)
{
	if (!write_all(1, s, n))
		die(EXIT_SYSTEM, "write to", "stdout");
}

void out_flush(void)
{
	put(block, used);
	used = 0;
}

void out_bytes(const char *s, size_t n)
{
	if (n > sizeof block - used)
		out_flush();
	if (n > sizeof block) {
		put(s, n);
		return;
	}
	if (n)
		memcpy(block + used, s, n);
	used += n;
}

void out_text(const char *s)
{
	out_bytes(s, strlen(s));
}

void out_byte(char byte)
{
	out_bytes(&byte, 1);
}

void out_number(uint64_t n)
{
	char text[U64_TEXT];
	out_bytes(text, u64_text(text, n));
}
