#include "../lib/timeline.h"

#include <string.h>
#include "harness.h"

TEST(timeline_lines)
{
	char memory[300];
	struct buf b;
	buf_init(&b, memory, sizeof memory);
	timeline_line(&b, 12345678901234567u, "stage2", "exited", "01-x", 42, 0);
	CHECK_TEXT(b.s, "{\"ns\":12345678901234567,\"stage\":\"stage2\",\"event\":\"exited\",\"name\":\"01-x\",\"pid\":42,\"code\":0}\n");
	buf_init(&b, memory, sizeof memory);
	timeline_line(&b, 1, "s", "e", NULL, TIMELINE_NONE, TIMELINE_NONE);
	CHECK_TEXT(b.s, "{\"ns\":1,\"stage\":\"s\",\"event\":\"e\"}\n");
	buf_init(&b, memory, sizeof memory);
	timeline_line(&b, 1, "s", "e", "a\"\\\n\377", TIMELINE_NONE, TIMELINE_NONE);
	CHECK_TEXT(b.s, "{\"ns\":1,\"stage\":\"s\",\"event\":\"e\",\"name\":\"a\\u0022\\u005c\\u000a\\u00ff\"}\n");
}

TEST(the_clock_runs)
{
	uint64_t then = monotonic_ns();
	CHECK(then > 0 && monotonic_ns() >= then);
}
