/* Searching and copying short texts the plain way: musl's versions go word by word and take 3 KB more. */

#include <string.h>

/* C's search functions take the const away. */
static char *found(const char *s)
{
	union {
		const char *in;
		char *out;
	} it = {.in = s};
	return it.out;
}

size_t strlen(const char *s)
{
	size_t n = 0;
	while (s[n])
		n++;
	return n;
}

void *memchr(const void *s, int byte, size_t n)
{
	for (const unsigned char *at = s; n--; at++)
		if (*at == (unsigned char)byte)
			return found((const char *)at);
	return NULL;
}

char *strchr(const char *s, int byte)
{
	return memchr(s, byte, strlen(s) + 1);
}

char *strrchr(const char *s, int byte)
{
	for (size_t n = strlen(s) + 1; n--;)
		if (s[n] == (char)byte)
			return found(s + n);
	return NULL;
}

size_t strcspn(const char *s, const char *set)
{
	size_t n = 0;
	while (s[n] && !strchr(set, s[n]))
		n++;
	return n;
}

size_t strspn(const char *s, const char *set)
{
	size_t n = 0;
	while (s[n] && strchr(set, s[n]))
		n++;
	return n;
}

char *strcpy(char *to, const char *from)
{
	return memcpy(to, from, strlen(from) + 1);
}

char *strstr(const char *s, const char *wanted)
{
	size_t n = strlen(wanted);
	for (; strncmp(s, wanted, n) != 0; s++)
		if (!*s)
			return NULL;
	return found(s);
}
