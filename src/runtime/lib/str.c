#include "str.h"

#include <string.h>

void buf_init(struct buf *b, char *memory, size_t size)
{
	*b = (struct buf){.s = memory, .len = 0, .size = size, .full = false};
	memory[0] = '\0';
}

void buf_bytes(struct buf *b, const char *s, size_t n)
{
	size_t room = b->size - 1 - b->len;
	if (n > room) {
		b->full = true;
		n = room;
	}
	if (n)
		memcpy(b->s + b->len, s, n);
	b->len += n;
	b->s[b->len] = '\0';
}

void buf_text(struct buf *b, const char *s)
{
	buf_bytes(b, s, strlen(s));
}

size_t u64_text(char out[U64_TEXT], uint64_t n)
{
	char digits[U64_TEXT];
	size_t count = 0;
	do {
		digits[count++] = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	for (size_t i = 0; i < count; i++)
		out[i] = digits[count - 1 - i];
	out[count] = '\0';
	return count;
}

void buf_number(struct buf *b, uint64_t n)
{
	char text[U64_TEXT];
	buf_bytes(b, text, u64_text(text, n));
}

void buf_octal(struct buf *b, uint64_t n)
{
	char digits[24];
	size_t at = sizeof digits;
	do {
		digits[--at] = (char)('0' + (n & 7));
		n >>= 3;
	} while (n);
	buf_bytes(b, digits + at, sizeof digits - at);
}

bool parse_u64(const char *s, size_t n, uint64_t max, uint64_t *out)
{
	if (!n)
		return false;
	uint64_t value = 0;
	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		uint64_t digit = (uint64_t)(s[i] - '0');
		if (value > (max - digit) / 10 || digit > max)
			return false;
		value = value * 10 + digit;
	}
	*out = value;
	return true;
}

bool parse_mode(const char *s, size_t n, unsigned int *out)
{
	if (!n || n > 5)
		return false;
	unsigned int value = 0;
	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '7')
			return false;
		value = value * 8 + (unsigned int)(s[i] - '0');
	}
	if (value > 07777)
		return false;
	*out = value;
	return true;
}

bool text_is(const char *s, size_t n, const char *text)
{
	return strlen(text) == n && memcmp(s, text, n) == 0;
}

bool text_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}
