/* parser: import_translate_block directive_end directive_named */
/* Input: words ended by NUL. All words stay, in order; only an import becomes an importas, with its variable twice. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	char **argv = calloc(size + 2, sizeof *argv);
	size_t n = 0;
	if (!text || !argv)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	for (size_t at = 0; at < size; at += strlen(text + at) + 1)
		argv[n++] = text + at;
	char **out = calloc(2 * n + 1, sizeof *out); /* just what the header asks for */
	if (!out)
		abort();
	size_t count = import_translate_block(argv, out);
	if (out[count] || count < n)
		abort();
	size_t translated = 0;
	size_t i = 0;
	for (size_t at = 0; at < count; at++) {
		if (at && out[at] == out[at - 1])
			translated--; /* the variable's second mention */
		else if (out[at] != argv[i++]) {
			if (strcmp(out[at], " importas") != 0 || strcmp(argv[i - 1], " import") != 0)
				abort();
			translated++;
		}
	}
	if (translated || i != n)
		abort();
	free(out);
	free(argv);
	free(text);
	return 0;
}
