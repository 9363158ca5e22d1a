#include "../lib/expr.h"

#include <stdlib.h>
#include <string.h>
#include "harness.h"

static size_t fault_at;
static bool is_false;

/* The words of text, split at blanks; "_" stands for an empty word. */
static const char *value_of(const char *text, enum expr_fault *fault)
{
	static char copy[4000];
	static char room[EXPR_TEXT];
	const char *words[1200];
	size_t count = 0;
	struct expr_value value = {0};
	CHECK(strlen(text) < sizeof copy);
	strcpy(copy, text);
	char *at = copy;
	for (char *word; (word = strsep(&at, " "));)
		words[count++] = strcmp(word, "_") == 0 ? "" : word;
	*fault = expr_evaluate(words, count, &value, &fault_at);
	is_false = !*fault && expr_is_false(&value);
	return *fault ? expr_fault_text(*fault) : expr_text(&value, room);
}

static void is(const char *text, const char *want, bool wanted_false)
{
	enum expr_fault fault = EXPR_GOOD;
	CHECK_TEXT(value_of(text, &fault), want);
	CHECK(fault == EXPR_GOOD);
	CHECK(is_false == wanted_false);
}

static void fails(const char *text, enum expr_fault wanted, size_t at)
{
	enum expr_fault fault = EXPR_GOOD;
	(void)value_of(text, &fault); /* the fault's text */
	CHECK_NUMBER(fault, wanted);
	CHECK_NUMBER((long long)fault_at, (long long)at);
}

TEST(expr_arithmetic)
{
	is("1 + 2 * 3", "7", false);
	is("( 1 + 2 ) * 3", "9", false);
	is("10 - 4 - 3", "3", false);
	is("7 / 2", "3", false);
	is("-7 / 2", "-3", false);
	is("-7 % 3", "-1", false);
	is("3 - 3", "0", true);
	is("9223372036854775806 + 1", "9223372036854775807", false);
	is("-9223372036854775808 % -1", "0", true);
	is("0 - 9223372036854775807 - 1", "-9223372036854775808", false);
}

TEST(expr_comparisons)
{
	is("10 > 9", "1", false);
	is("a10 > a9", "0", true);
	is("010 = 10", "1", false);
	is("abc = abc", "1", false);
	is("abc != abc", "0", true);
	is("2 <= 2", "1", false);
	is("2 >= 3", "0", true);
	is("b < a", "0", true);
	is("1 + 1 = 2", "1", false);
	is("1 + 1 < b", "1", false);
}

TEST(expr_or_and)
{
	is("a | b", "a", false);
	is("0 | b", "b", false);
	is("_ | _", "0", true);
	is("00 | -0", "-0", true);
	is("a & b", "a", false);
	is("a & 0", "0", true);
	is("_ & b", "0", true);
	is("0 | 1 & 0 | x", "x", false);
}

TEST(expr_single_words)
{
	is("abc", "abc", false);
	is("_", "", true);
	is("0", "0", true);
	is("-0", "-0", true);
	is("-", "-", false);
	is("007", "007", false);
	is("+", "+", false);
}

TEST(expr_faults)
{
	fails("1 +", EXPR_SYNTAX, 2);
	fails("1 2", EXPR_SYNTAX, 1);
	fails("( 1", EXPR_SYNTAX, 2);
	fails(")", EXPR_SYNTAX, 0);
	fails("1 : 1", EXPR_SYNTAX, 1);
	fails("a + 1", EXPR_NO_NUMBER, 1);
	fails("1 + _", EXPR_NO_NUMBER, 1);
	fails("1.5 * 2", EXPR_NO_NUMBER, 1);
	fails("1 / 0", EXPR_ZERO_DIVISOR, 1);
	fails("1 % 0", EXPR_ZERO_DIVISOR, 1);
	fails("9223372036854775807 + 1", EXPR_TOO_BIG, 1);
	fails("-9223372036854775808 / -1", EXPR_TOO_BIG, 1);
	fails("-9223372036854775808 - 1", EXPR_TOO_BIG, 1);
	fails("4611686018427387904 * 2", EXPR_TOO_BIG, 1);
	fails("99999999999999999999 > 1", EXPR_TOO_BIG, 1);
}

TEST(expr_depth_is_limited)
{
	const char *words[1200];
	struct expr_value value = {0};
	size_t at = 0;
	for (size_t depth = 499; depth <= 501; depth++) {
		for (size_t i = 0; i < depth; i++) {
			words[i] = "(";
			words[depth + 1 + i] = ")";
		}
		words[depth] = "5";
		CHECK_NUMBER(expr_evaluate(words, 2 * depth + 1, &value, &at), depth > 500 ? EXPR_TOO_DEEP : EXPR_GOOD);
	}
	CHECK(expr_evaluate(words, 0, &value, &at) == EXPR_SYNTAX);
}
