/* parser: quote_text unquote_text */
/* Input: a delimiter, then bytes. Quoting them and unquoting that gives them back; unquoting the bytes stays in bounds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/quote.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	char delimiters[2] = {(char)data[0], '\0'};
	const char *s = (const char *)data + 1;
	size_t n = size - 1;
	char *out = malloc(n + 1);
	char *quoted = malloc(n * QUOTE_ROOM + 2);
	char *back = malloc(n * QUOTE_ROOM + 2);
	size_t length = 0;
	size_t at = 0;
	if (!out || !quoted || !back)
		abort();
	enum unquote_fault fault = unquote_text(out, &length, s, n, delimiters, &at);
	if (at > n || (!fault && length > n))
		abort();
	if (quote_delimiter_good(delimiters[0])) {
		size_t end = 1 + quote_text(quoted + 1, s, n, delimiters[0]);
		quoted[0] = quoted[end] = delimiters[0];
		for (size_t i = 0; i <= end; i++)
			if (quoted[i] < ' ' || quoted[i] > '~')
				abort();
		if (unquote_text(back, &length, quoted, end + 1, delimiters, &at) || length != n || memcmp(back, s, n) != 0)
			abort();
		/* in place, as the documentation of unquote_text allows */
		if (unquote_text(quoted, &length, quoted, end + 1, delimiters, &at) || length != n)
			abort();
	}
	free(out);
	free(quoted);
	free(back);
	return 0;
}
