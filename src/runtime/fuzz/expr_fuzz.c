/* parser: expr_evaluate */
/* Input: words, separated by NUL bytes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/expr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	const char **words = malloc((size + 1) * sizeof *words);
	size_t count = 0;
	size_t at = 0;
	struct expr_value value;
	char room[EXPR_TEXT];
	if (!text || !words)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	for (size_t i = 0; i <= size; i += strlen(text + i) + 1)
		words[count++] = text + i;
	enum expr_fault fault = expr_evaluate(words, count, &value, &at);
	if (at > count)
		abort();
	if (!fault) {
		/* the result is a word itself, and evaluates to itself */
		const char *once = expr_text(&value, room);
		bool is_false = expr_is_false(&value);
		const char *alone[1] = {once};
		struct expr_value again;
		if (strcmp(once, "(") != 0 && strcmp(once, ")") != 0 &&
		    (expr_evaluate(alone, 1, &again, &at) || strcmp(expr_text(&again, room), once) != 0 ||
		     expr_is_false(&again) != is_false))
			abort();
	}
	free(words);
	free(text);
	return 0;
}
