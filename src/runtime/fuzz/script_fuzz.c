/* parser: script_parse script_message */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script_report report = {0};
	char memory[700];
	struct buf b;
	script_parse((const char *)data, size, &report);
	if (strlen(report.interpreter) >= sizeof report.interpreter)
		abort();
	if ((report.fault == SCRIPT_CRLF) && !report.interpreter[0])
		abort();
	buf_init(&b, memory, sizeof memory);
	script_message(&report, &b);
	if ((report.fault == SCRIPT_OK) != (b.len == 0))
		abort();
	return 0;
}
