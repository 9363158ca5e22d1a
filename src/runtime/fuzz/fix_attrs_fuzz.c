/* parser: fix_attrs_parse */
#include <stdint.h>
#include <stdlib.h>
#include "../lib/fix_attrs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void inside(struct fix_attrs_word word, const char *line, size_t size)
{
	if (word.n && (word.s < line || word.s + word.n > line + size))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *line = (const char *)data;
	struct fix_attrs_rule rule = {0};
	struct fix_attrs_fault fault = {0};
	switch (fix_attrs_parse(line, size, &rule, &fault)) {
	case FIX_ATTRS_RULE:
		inside(rule.path, line, size);
		inside(rule.account, line, size);
		if (!rule.path.n || !rule.account.n || rule.fmode > 07777 || rule.dmode > 07777)
			abort();
		break;
	case FIX_ATTRS_BAD:
		inside(fault.word, line, size);
		if (!fault.why)
			abort();
		break;
	case FIX_ATTRS_BLANK:
		break;
	}
	return 0;
}
