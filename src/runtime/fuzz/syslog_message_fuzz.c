/* needs: syslogd/message.c */
/* Input: a byte whose lowest bit says "cut", then the message. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "../syslogd/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1 || size - 1 > MESSAGE_MAX)
		return 0;
	size_t n = size - 1;
	bool cut = data[0] & 1;
	char *in = malloc(n ? n : 1); /* of just that size: a byte too far is found */
	size_t room = 4 * n + 64; /* what the header promises for this length */
	char *out = malloc(room);
	if (!in || !out)
		abort();
	memcpy(in, data + 1, n);
	size_t length = message_line(in, n, cut, out);
	if (length > room || (length && out[length - 1] != '\n'))
		abort();
	for (size_t i = 0; i + 1 < length; i++)
		if (((unsigned char)out[i] < ' ' && out[i] != '\t') || out[i] == 127)
			abort(); /* one line of text, whatever came */
	const char *dot = length ? memchr(out, '.', length) : NULL;
	const char *colon = dot ? memchr(dot, ':', (size_t)(out + length - dot)) : NULL;
	if (length && (!colon || colon - out > 16))
		abort();
	free(out);
	free(in);
	return 0;
}
