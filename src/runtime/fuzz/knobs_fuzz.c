/* needs: init/knobs.c */
/* parser: knob_number knob_nearest knobs_read set_number set_text unknown distance */
/* Input: a kind, then strings ended by NUL: the first is a value of that kind, all are an environment. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "../init/knobs.h"
#include "../lib/signals.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever the value, the number is in its range. */
static void one_value(enum knob_kind kind, const char *value)
{
	unsigned int number = 0;
	(void)knob_number(kind, value, 50, 0, 5000, &number);
	if (number > 5000 || (kind == KNOB_SET && number > 1 && value[0]))
		abort();
}

static void in_range(unsigned int number, unsigned int min, unsigned int max)
{
	if (number < min || number > max)
		abort();
}

static void whole_environment(char *const *env)
{
	struct knobs k;
	knobs_read(&k, env);
#define NUMBER(field, name, kind, value, min, max, unit, help) in_range(k.field, min, max);
#define TEXT(field, name, kind, value, unit, help) \
	if (!k.field || (strcmp(#kind, "signal") == 0 && k.field[0] && !signal_number(k.field, strlen(k.field)))) \
		abort();
#include "../knobs.def"
#undef NUMBER
#undef TEXT
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum knob_kind kinds[] = {KNOB_FLAG, KNOB_SET, KNOB_CHOICE, KNOB_TIME};
	if (!size)
		return 0;
	char *text = malloc(size);
	char **env = calloc(size + 1, sizeof *env);
	size_t count = 0;
	if (!text || !env)
		abort();
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	one_value(kinds[data[0] & 3], text);
	for (size_t at = 0; at < size; at += strlen(text + at) + 1)
		env[count++] = text + at;
	(void)knob_nearest(text, size - 1);
	whole_environment(env);
	free(env);
	free(text);
	return 0;
}
