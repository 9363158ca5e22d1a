/* parser: parse_u64 parse_mode signal_number path_is_name timeline_line logging_script_split */
/* Numbers, modes, signals, timeline lines and logging scripts. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/logdir.h"
#include "../lib/path.h"
#include "../lib/signals.h"
#include "../lib/str.h"
#include "../lib/timeline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *)data;
	uint64_t number = 0;
	unsigned int mode = 0;
	char digits[U64_TEXT];
	if (parse_u64(s, size, 1000000, &number) && number > 1000000)
		abort();
	if (parse_u64(s, size, UINT64_MAX, &number) && (size < 2 || s[0] != '0') &&
	    !(u64_text(digits, number) == size && memcmp(digits, s, size) == 0))
		abort();
	if (parse_mode(s, size, &mode) && mode > 07777)
		abort();
	int signal = signal_number(s, size);
	if (signal < 0 || signal > SIGNAL_MAX)
		abort();
	(void)path_is_name(s, size);
	char *text = malloc(size + 1);
	if (!text)
		abort();
	memcpy(text, s, size);
	text[size] = '\0';
	char memory[200];
	struct buf b;
	buf_init(&b, memory, sizeof memory);
	timeline_line(&b, 1, "s", "e", text, 1, 2);
	if (b.len >= sizeof memory || (b.full != (b.s[b.len - 1] != '\n')))
		abort();
	char *word[3];
	(void)logging_script_split(text, word, 3);
	free(text);
	return 0;
}
