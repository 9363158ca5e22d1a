#include "signals.h"

#include <signal.h>
#include <string.h>
#include "str.h"

static const struct {
	char name[7]; /* not a pointer: that would cost a relocation each */
	unsigned char number;
} table[] = {
#define SIGNAL(name, number) {name, number},
#include "../signals.def"
#undef SIGNAL
};
enum { TABLE_SIZE = sizeof table / sizeof table[0] };

static bool same_letters(const char *s, size_t n, const char *name)
{
	if (strlen(name) != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = s[i];
		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (c != name[i])
			return false;
	}
	return true;
}

/* "" → 0, "+3" → 3 with sign '+'; -1: not an offset */
static int offset(const char *s, size_t n, char sign)
{
	uint64_t value = 0;
	if (!n)
		return 0;
	if (s[0] != sign || !parse_u64(s + 1, n - 1, SIGNAL_MAX - RTMIN_DOCKER, &value))
		return -1;
	return (int)value;
}

int signal_number(const char *s, size_t n)
{
	uint64_t number = 0;
	if (parse_u64(s, n, SIGNAL_MAX, &number))
		return (int)number;
	if (n > 3 && same_letters(s, 3, "SIG")) {
		s += 3;
		n -= 3;
	}
	if (n >= 5 && same_letters(s, 5, "RTMIN")) {
		int add = offset(s + 5, n - 5, '+');
		return add < 0 ? 0 : RTMIN_DOCKER + add;
	}
	if (n >= 5 && same_letters(s, 5, "RTMAX")) {
		int less = offset(s + 5, n - 5, '-');
		return less < 0 ? 0 : SIGNAL_MAX - less;
	}
	for (size_t i = 0; i < TABLE_SIZE; i++)
		if (same_letters(s, n, table[i].name))
			return table[i].number;
	return 0;
}

const char *signal_name(int number, char out[8])
{
	for (size_t i = 0; i < TABLE_SIZE; i++)
		if (table[i].number == number)
			return table[i].name;
	struct buf b;
	buf_init(&b, out, 8);
	buf_number(&b, number < 0 ? 0 : (uint64_t)number);
	return out;
}
