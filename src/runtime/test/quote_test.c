#include "../lib/quote.h"

#include <string.h>
#include "harness.h"

static const char *quoted(const char *s, size_t n, char delimiter)
{
	static char out[2000];
	out[quote_text(out, s, n, delimiter)] = '\0';
	return out;
}
#define QUOTED(text, delimiter) quoted((text), sizeof(text) - 1, (delimiter))

static enum unquote_fault fault_of(const char *s, const char *delimiters, size_t *at)
{
	char out[200];
	size_t n = 0;
	return unquote_text(out, &n, s, strlen(s), delimiters, at);
}

static const char *unquoted(const char *s, const char *delimiters)
{
	static char out[200];
	size_t n = 0;
	size_t at = 0;
	CHECK(unquote_text(out, &n, s, strlen(s), delimiters, &at) == UNQUOTE_GOOD);
	out[n] = '\0';
	return out;
}

TEST(quote_escapes)
{
	CHECK_TEXT(QUOTED("plain 'text'", '"'), "plain 'text'");
	CHECK_TEXT(QUOTED("a\"b\\c", '"'), "a\\\"b\\\\c");
	CHECK_TEXT(QUOTED("\a\b\t\n\v\f\r", '"'), "\\a\\b\\t\\n\\v\\f\\r");
	CHECK_TEXT(QUOTED("\0\1\x7f\xff", '"'), "\\0x00\\0x01\\0x7f\\0xff");
	CHECK_TEXT(QUOTED("it's", '\''), "it\\'s");
	CHECK_TEXT(QUOTED("", '"'), "");
}

TEST(quote_never_turns_a_delimiter_into_an_escape_of_another_byte)
{
	CHECK_TEXT(QUOTED("nn0", 'n'), "\\0x6e\\0x6e0");
	CHECK_TEXT(QUOTED("0", '0'), "\\0x30");
	CHECK_TEXT(QUOTED("z", 'z'), "\\z");
}

TEST(quote_delimiters)
{
	CHECK(quote_delimiter_good('"') && quote_delimiter_good('~') && quote_delimiter_good('x'));
	CHECK(!quote_delimiter_good('\\') && !quote_delimiter_good(' ') && !quote_delimiter_good('\0'));
	CHECK(!quote_delimiter_good('\n') && !quote_delimiter_good('\x7f') && !quote_delimiter_good('\xe9'));
}

TEST(unquote_good)
{
	CHECK_TEXT(unquoted("\"\"", "\""), "");
	CHECK_TEXT(unquoted("\"a\\\"b\"", "\""), "a\"b");
	CHECK_TEXT(unquoted("'a\"b'", "\"'"), "a\"b");
	CHECK_TEXT(unquoted("\\0x41\\0x6A\\0x6a\\q\\n", ""), "Ajjq\n");
	CHECK_TEXT(unquoted("", ""), "");
}

TEST(unquote_faults_and_where)
{
	size_t at = 0;
	CHECK(fault_of("", "\"", &at) == UNQUOTE_NO_START && at == 0);
	CHECK(fault_of("abc", "\"", &at) == UNQUOTE_NO_START && at == 0);
	CHECK(fault_of("\"", "\"", &at) == UNQUOTE_NO_END && at == 1);
	CHECK(fault_of("\"abc", "\"", &at) == UNQUOTE_NO_END && at == 4);
	CHECK(fault_of("\"a'", "\"'", &at) == UNQUOTE_NO_END);
	CHECK(fault_of("\"a\" ", "\"", &at) == UNQUOTE_AFTER_END && at == 3);
	CHECK(fault_of("\"a\\", "\"", &at) == UNQUOTE_BACKSLASH && at == 2);
	CHECK(fault_of("a\\0", "", &at) == UNQUOTE_NUMBER && at == 1);
	CHECK(fault_of("\\0x4", "", &at) == UNQUOTE_NUMBER);
	CHECK(fault_of("\\0x4g", "", &at) == UNQUOTE_NUMBER);
	CHECK(fault_of("\\123", "", &at) == UNQUOTE_NUMBER);
	for (int fault = UNQUOTE_NO_START; fault <= UNQUOTE_BACKSLASH; fault++)
		CHECK(strcmp(unquote_fault_text((enum unquote_fault)fault), unquote_fault_text(UNQUOTE_GOOD)) != 0);
}

TEST(every_byte_and_every_delimiter_survive)
{
	char all[256];
	char out[256 * QUOTE_ROOM + 2];
	char back[sizeof out];
	for (size_t i = 0; i < sizeof all; i++)
		all[i] = (char)i;
	for (int c = 0; c < 256; c++) {
		char delimiter[2] = {(char)c, '\0'};
		size_t n = 0;
		size_t at = 0;
		if (!quote_delimiter_good((char)c))
			continue;
		size_t length = quote_text(out + 1, all, sizeof all, (char)c);
		out[0] = out[length + 1] = (char)c;
		CHECK(unquote_text(back, &n, out, length + 2, delimiter, &at) == UNQUOTE_GOOD);
		CHECK(n == sizeof all && memcmp(back, all, n) == 0);
	}
}
