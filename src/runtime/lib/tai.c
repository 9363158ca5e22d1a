#include "tai.h"

/*
 * UTC seconds at which the difference to TAI grew by one; it was 10 s before the first (IERS Bulletin C). None since
 * 2017, and from 2035 there are to be none.
 */
static const uint32_t leaps[] = {
	78796800,  94694400,  126230400, 157766400, 189302400,  220924800,  252460800,  283996800,  315532800,
	362793600, 394329600, 425865600, 489024000, 567993600,  631152000,  662688000,  709948800,  741484800,
	773020800, 820454400, 867715200, 915148800, 1136073600, 1230768000, 1341100800, 1435708800, 1483228800,
};
enum { LEAPS = sizeof leaps / sizeof leaps[0], BEFORE = 10 };
static const uint64_t EPOCH = UINT64_C(1) << 62;

static void put_hex(char *out, uint64_t n, int digits)
{
	while (digits--) {
		out[digits] = "0123456789abcdef"[n & 15];
		n >>= 4;
	}
}

void tai_label(char out[TAI_TEXT], int64_t seconds, uint32_t nanoseconds)
{
	uint64_t difference = BEFORE;
	for (int i = 0; i < LEAPS && seconds >= (int64_t)leaps[i]; i++)
		difference++;
	out[0] = '@';
	put_hex(out + 1, EPOCH + difference + (uint64_t)seconds, 16);
	put_hex(out + 17, nanoseconds, 8);
}

static bool get_hex(const char *s, int digits, uint64_t *out)
{
	*out = 0;
	for (int i = 0; i < digits; i++) {
		char c = s[i];
		uint64_t digit = c >= '0' && c <= '9'   ? (uint64_t)(c - '0')
		                 : c >= 'a' && c <= 'f' ? (uint64_t)(c - 'a' + 10)
		                 : c >= 'A' && c <= 'F' ? (uint64_t)(c - 'A' + 10)
		                                        : 16;
		if (digit > 15)
			return false;
		*out = *out << 4 | digit;
	}
	return true;
}

bool tai_parse(const char *s, size_t n, int64_t *seconds, uint32_t *nanoseconds)
{
	uint64_t label = 0;
	uint64_t fraction = 0;
	if (n != TAI_TEXT || s[0] != '@' || !get_hex(s + 1, 16, &label) || !get_hex(s + 17, 8, &fraction))
		return false;
	if (fraction > 999999999 || label >= UINT64_C(1) << 63)
		return false;
	int64_t utc = (int64_t)label - (int64_t)EPOCH - BEFORE;
	int64_t passed = 0;
	while (passed < LEAPS && utc - passed > (int64_t)leaps[passed])
		passed++;
	/* a leap second has no name of its own in UTC seconds: it becomes the one after it */
	*seconds = utc - passed;
	*nanoseconds = (uint32_t)fraction;
	return true;
}
