/* parser: format_next ranges_parse tai_parse */
/* Formats, lists of ranges, TAI64N labels. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/format.h"
#include "../lib/ranges.h"
#include "../lib/tai.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_format(const char *text)
{
	const char *at = text;
	struct format_piece piece;
	for (enum format_step step; (step = format_next(&at, &piece)) != FORMAT_END;)
		if (at <= piece.text || at > text + strlen(text) || piece.argument > 9 || (step == FORMAT_TEXT && !piece.n))
			abort();
}

static void try_ranges(const char *text)
{
	struct ranges r;
	if (!ranges_parse(text, &r))
		return;
	if (!r.count)
		abort();
	for (size_t i = 0; i < r.count; i++)
		if (!r.range[i].first || r.range[i].first > r.range[i].last ||
		    (i && r.range[i - 1].last >= r.range[i].first - 1))
			abort();
	free(r.range);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	int64_t seconds = 0;
	int64_t again = 0;
	uint32_t nanoseconds = 0;
	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	try_format(text);
	try_ranges(text);
	if (tai_parse(text, size, &seconds, &nanoseconds)) {
		char label[TAI_TEXT];
		tai_label(label, seconds, nanoseconds);
		if (!tai_parse(label, TAI_TEXT, &again, &nanoseconds) || again != seconds)
			abort();
	}
	free(text);
	return 0;
}
