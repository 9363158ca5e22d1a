/* What the small programs parse: formats, lists of ranges, names of several folders, TAI64N labels. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/format.h"
#include "../lib/merge.h"
#include "../lib/ranges.h"
#include "../lib/str.h"
#include "../lib/tai.h"
#include "harness.h"

/* The pieces as text: T(…), A0 to A9, L, BAD(…). */
static const char *pieces(const char *format)
{
	static char out[500];
	struct format_piece piece;
	struct buf b;
	buf_init(&b, out, sizeof out);
	for (enum format_step step; (step = format_next(&format, &piece)) != FORMAT_END;) {
		if (step == FORMAT_ARGUMENT) {
			buf_text(&b, "A");
			buf_number(&b, piece.argument);
		} else if (step == FORMAT_LINE) {
			buf_text(&b, "L");
		} else {
			buf_text(&b, step == FORMAT_BAD ? "BAD(" : "T(");
			buf_bytes(&b, piece.text, step == FORMAT_BAD ? strlen(piece.text) : piece.n);
			buf_text(&b, ")");
		}
		if (step == FORMAT_BAD)
			break;
	}
	return out;
}

TEST(formats)
{
	CHECK_TEXT(pieces(""), "");
	CHECK_TEXT(pieces("a%sb"), "T(a)LT(b)");
	CHECK_TEXT(pieces("%%%0%9%%"), "T(%)A0A9T(%)");
	CHECK_TEXT(pieces("%10"), "A1T(0)");
	CHECK_TEXT(pieces("x%d"), "T(x)BAD(%d)");
	CHECK_TEXT(pieces("100%"), "T(100)BAD(%)");
}

static const char *ranges(const char *list)
{
	static char out[500];
	struct ranges r;
	struct buf b;
	if (!ranges_parse(list, &r))
		return "bad";
	buf_init(&b, out, sizeof out);
	for (size_t i = 0; i < r.count; i++) {
		buf_number(&b, r.range[i].first);
		buf_text(&b, "-");
		if (r.range[i].last != SIZE_MAX)
			buf_number(&b, r.range[i].last);
		buf_text(&b, ";");
	}
	free(r.range);
	return out;
}

TEST(range_lists)
{
	CHECK_TEXT(ranges("1"), "1-1;");
	CHECK_TEXT(ranges("3,1"), "1-1;3-3;");
	CHECK_TEXT(ranges("1,2 3\t4"), "1-4;");
	CHECK_TEXT(ranges("-3"), "1-3;");
	CHECK_TEXT(ranges("3-"), "3-;");
	CHECK_TEXT(ranges("2-4,3-9,1-1,20-"), "1-9;20-;");
	CHECK_TEXT(ranges("5-,1-2,7"), "1-2;5-;");
	CHECK_TEXT(ranges("18446744073709551615"), SIZE_MAX > UINT32_MAX ? "18446744073709551615-;" : "bad");
	for (size_t i = 0; i < 9; i++) {
		static const char *const wrong[] = {"", "0", "-", "a", "3-2", "1,,2", "1,", "1-2-3", "99999999999999999999"};
		CHECK_TEXT(ranges(wrong[i]), "bad");
	}
}

TEST(merged_names)
{
	char *a[] = {"a", "b", "d"};
	char *b[] = {"b", "c", "d"};
	char *d[] = {"d"};
	struct scan folders[4] = {{a, 3}, {NULL, 0}, {b, 3}, {d, 1}};
	size_t next[4] = {0};
	size_t holder[4];
	size_t holders = 0;
	struct merge m = {.folder = folders, .count = 4, .next = next};
	CHECK_TEXT(merge_next(&m, holder, &holders), "a");
	CHECK(holders == 1 && holder[0] == 0);
	CHECK_TEXT(merge_next(&m, holder, &holders), "b");
	CHECK(holders == 2 && holder[0] == 0 && holder[1] == 2);
	CHECK_TEXT(merge_next(&m, holder, &holders), "c");
	CHECK(holders == 1 && holder[0] == 2);
	CHECK_TEXT(merge_next(&m, holder, &holders), "d");
	CHECK(holders == 3 && holder[2] == 3);
	CHECK(!merge_next(&m, holder, &holders) && holders == 0);
}

static const char *label(int64_t seconds, uint32_t nanoseconds)
{
	static char text[TAI_TEXT + 1];
	tai_label(text, seconds, nanoseconds);
	return text;
}

TEST(tai_labels)
{
	/* 1972: 10 s; the first and the last leap second; 2026: 37 s */
	CHECK_TEXT(label(63072000, 0), "@4000000003c2670a00000000");
	CHECK_TEXT(label(78796799, 1), "@4000000004b2580900000001");
	CHECK_TEXT(label(78796800, 0), "@4000000004b2580b00000000");
	CHECK_TEXT(label(1483228800, 999999999), "@40000000586846a53b9ac9ff");
	CHECK_TEXT(label(0, 0), "@400000000000000a00000000");
}

TEST(tai_labels_read_back)
{
	static const int64_t times[] = {0, 1, 78796799, 78796800, 78796801, 1483228799, 1483228800, 1800000000, 4102444800};
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		int64_t seconds = 0;
		uint32_t nanoseconds = 0;
		CHECK(tai_parse(label(times[i], 123), TAI_TEXT, &seconds, &nanoseconds));
		CHECK_NUMBER(seconds, times[i]);
		CHECK_NUMBER(nanoseconds, 123);
	}
	int64_t seconds = 0;
	uint32_t nanoseconds = 0;
	CHECK(tai_parse("@400000000000000A3B9AC9FF", 25, &seconds, &nanoseconds) && nanoseconds == 999999999);
	CHECK(!tai_parse("@400000000000000a3b9aca00", 25, &seconds, &nanoseconds)); /* a whole second */
	CHECK(!tai_parse("@800000000000000a00000000", 25, &seconds, &nanoseconds));
	CHECK(!tai_parse("@400000000000000a0000000", 24, &seconds, &nanoseconds));
	CHECK(!tai_parse("4400000000000000a00000000", 25, &seconds, &nanoseconds));
	CHECK(!tai_parse("@40000000000000zz00000000", 25, &seconds, &nanoseconds));
}
