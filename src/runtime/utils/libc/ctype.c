/*
 * What regcomp(3) asks about characters. We run in the C locale, where only ASCII has classes and cases; musl's own
 * tables, for all of Unicode, take 13 KB.
 */

#include <wchar.h>
#include <wctype.h>

static int between(wint_t c, wint_t first, wint_t last)
{
	return c >= first && c <= last;
}

int iswalpha(wint_t c)
{
	return between(c | 32u, 'a', 'z');
}

int iswpunct(wint_t c)
{
	return between(c, '!', '~') && !iswalpha(c) && !between(c, '0', '9');
}

wint_t towlower(wint_t c)
{
	return between(c, 'A', 'Z') ? c + 32 : c;
}

wint_t towupper(wint_t c)
{
	return between(c, 'a', 'z') ? c - 32 : c;
}
