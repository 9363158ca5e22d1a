#include "../lib/str.h"

#include <string.h>
#include "../lib/path.h"
#include "harness.h"

static bool number(const char *s, uint64_t max, uint64_t *out)
{
	return parse_u64(s, strlen(s), max, out);
}

TEST(numbers_in)
{
	uint64_t n = 0;
	CHECK(number("0", 10, &n) && n == 0);
	CHECK(number("007", 10, &n) && n == 7);
	CHECK(number("18446744073709551615", UINT64_MAX, &n) && n == UINT64_MAX);
	CHECK(!number("18446744073709551616", UINT64_MAX, &n));
	CHECK(!number("99999999999999999999999", UINT64_MAX, &n));
	CHECK(number("10", 10, &n));
	CHECK(!number("11", 10, &n));
	CHECK(!number("5", 3, &n));
	CHECK(!number("", 10, &n));
	CHECK(!number("+1", 10, &n));
	CHECK(!number("-1", 10, &n));
	CHECK(!number(" 1", 10, &n));
	CHECK(!number("1 ", 10, &n));
	CHECK(!number("0x1", 10, &n));
}

TEST(modes_in)
{
	unsigned int m = 0;
	CHECK(parse_mode("0644", 4, &m) && m == 0644);
	CHECK(parse_mode("02700", 5, &m) && m == 02700);
	CHECK(parse_mode("7", 1, &m) && m == 7);
	CHECK(!parse_mode("", 0, &m));
	CHECK(!parse_mode("10000", 5, &m));
	CHECK(!parse_mode("000644", 6, &m));
	CHECK(!parse_mode("0648", 4, &m));
}

TEST(numbers_out)
{
	char text[U64_TEXT];
	CHECK_NUMBER((long long)u64_text(text, 0), 1);
	CHECK_TEXT(text, "0");
	CHECK_NUMBER((long long)u64_text(text, UINT64_MAX), 20);
	CHECK_TEXT(text, "18446744073709551615");
}

TEST(buffers_never_overflow)
{
	char memory[8];
	struct buf b;
	buf_init(&b, memory, sizeof memory);
	buf_text(&b, "abc");
	buf_octal(&b, 0755);
	CHECK_TEXT(b.s, "abc755");
	CHECK(!b.full);
	buf_number(&b, 1);
	CHECK(!b.full);
	buf_text(&b, "more");
	CHECK(b.full);
	CHECK_TEXT(b.s, "abc7551");
	buf_init(&b, memory, 1);
	buf_text(&b, "x");
	CHECK(b.full);
	CHECK_TEXT(b.s, "");
}

TEST(paths)
{
	char out[8];
	CHECK(path_join(out, sizeof out, "/a", "b"));
	CHECK_TEXT(out, "/a/b");
	CHECK(path_join(out, sizeof out, "/", "b"));
	CHECK_TEXT(out, "/b");
	CHECK(path_join(out, sizeof out, "", "b"));
	CHECK_TEXT(out, "b");
	CHECK(!path_join(out, sizeof out, "/abc", "defg"));
	CHECK_TEXT(path_base("/a/b"), "b");
	CHECK_TEXT(path_base("b"), "b");
	CHECK_TEXT(path_base("a/"), "");
	CHECK(path_is_name("...", 3));
	CHECK(!path_is_name("..", 2));
	CHECK(!path_is_name(".", 1));
	CHECK(!path_is_name("", 0));
	CHECK(!path_is_name("a/b", 3));
	CHECK(!path_is_name("a\0b", 3));
	char longest[256];
	memset(longest, 'x', sizeof longest);
	CHECK(path_is_name(longest, 255));
	CHECK(!path_is_name(longest, 256));
}
