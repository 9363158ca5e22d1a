/* needs: init/knobs.c */
/* Input: a kind, a value. Whatever the value, the number is in its range. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "../init/knobs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum knob_kind kinds[] = {KNOB_FLAG, KNOB_SET, KNOB_CHOICE, KNOB_TIME};
	unsigned int number = 0;
	if (!size)
		return 0;
	char *value = malloc(size);
	if (!value)
		abort();
	memcpy(value, data + 1, size - 1);
	value[size - 1] = '\0';
	enum knob_kind kind = kinds[data[0] & 3];
	(void)knob_number(kind, value, 50, 0, 5000, &number);
	if (number > 5000 || (kind == KNOB_SET && number > 1 && value[0]))
		abort();
	(void)knob_nearest((const char *)data, size);
	free(value);
	return 0;
}
