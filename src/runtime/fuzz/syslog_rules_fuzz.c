/* needs: syslogd/rules.c */
/* Input: the text of a rule. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "../syslogd/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct words words;
	static struct words defaults;
	char *text = malloc(size + 1);
	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	words.count = defaults.count = 0;
	words.full = false;
	rule_split(text, &words);
	for (size_t i = 0; i < words.count; i++)
		if (!words.word[i][0] || words.word[i][0] == '#' || strchr(words.word[i], '\n'))
			abort();
	if (words.word[words.count])
		abort();
	rule_defaults(words.word, words.count, &defaults);
	if (defaults.count > words.count)
		abort();
	free(text);
	return 0;
}
