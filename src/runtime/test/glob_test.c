#include "../lib/glob.h"

#include <string.h>
#include "harness.h"

static bool match(const char *pattern, const char *name)
{
	return glob_match(pattern, strlen(pattern), name);
}

TEST(glob_matches)
{
	CHECK(match("*", "abc"));
	CHECK(match("a*c", "abbbc"));
	CHECK(match("a*b*c", "aXbYbZc"));
	CHECK(match("?b?", "abc"));
	CHECK(match("[a-c]x", "bx"));
	CHECK(match("[!a-c]x", "dx"));
	CHECK(match("[^a-c]x", "dx"));
	CHECK(match("[]a]", "]"));
	CHECK(match("[!]a]", "b"));
	CHECK(match("[a-]", "-"));
	CHECK(match("[\\]]", "]"));
	CHECK(match("\\*", "*"));
	CHECK(match("a[b", "a[b"));
	CHECK(match("**", "x"));
	CHECK(match("*.log", "x.log"));
	CHECK(match("\\", "\\"));
	CHECK(match("[\377]", "\377"));
}

TEST(glob_mismatches)
{
	CHECK(!match("a*c", "abd"));
	CHECK(!match("?", ""));
	CHECK(!match("", "a"));
	CHECK(!match("[!a-c]x", "bx"));
	CHECK(!match("\\*", "x"));
	CHECK(!match("[z-a]", "m"));
	CHECK(!match("abc", "abcd"));
	CHECK(!match("abcd", "abc"));
}

TEST(glob_hidden_names_need_a_dot)
{
	CHECK(!match("*", ".x"));
	CHECK(!match("?x", ".x"));
	CHECK(!match("[.]x", ".x"));
	CHECK(match(".*", ".x"));
	CHECK(match("\\.x", ".x"));
}

TEST(glob_is_not_exponential)
{
	char name[240];
	memset(name, 'a', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	CHECK(!match("a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", name));
}

TEST(glob_patterns_are_told_from_names)
{
	CHECK(glob_is_pattern("a*", 2));
	CHECK(glob_is_pattern("[a]", 3));
	CHECK(!glob_is_pattern("[a", 2));
	CHECK(!glob_is_pattern("\\*\\?", 4));
	char out[8];
	glob_unquote("\\*a\\", 4, out);
	CHECK_TEXT(out, "*a\\");
}
