/* parser: glob_match glob_unquote */
/* Input: a length, a pattern of that length, a name. Judged by fnmatch where the two agree on the rules. */
#include <fnmatch.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/glob.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size || size > 300)
		return 0;
	size_t n = data[0] % size;
	char *pattern = malloc(n + 1);
	char *name = malloc(size - n);
	char *plain = malloc(n + 1);
	if (!pattern || !name || !plain)
		abort();
	memcpy(pattern, data + 1, n);
	pattern[n] = '\0';
	memcpy(name, data + 1 + n, size - 1 - n);
	name[size - 1 - n] = '\0';
	bool match = glob_match(pattern, n, name);
	(void)glob_is_pattern(pattern, n);
	glob_unquote(pattern, n, plain);
	/* Brackets (classes, odd ranges) and a last backslash are where implementations differ. */
	if (!memchr(pattern, '[', n) && !memchr(pattern, '\0', n) && !(n && pattern[n - 1] == '\\') &&
	    match != (fnmatch(pattern, name, FNM_PERIOD) == 0))
		abort();
	free(pattern);
	free(name);
	free(plain);
	return 0;
}
