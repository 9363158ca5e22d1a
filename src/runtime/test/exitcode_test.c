/* needs: init/exitcode.c */
#include "../init/exitcode.h"

#include <stdio.h>
#include <string.h>
#include "harness.h"

static int parsed(const char *text)
{
	return exit_code_parse(text, strlen(text));
}

TEST(all_256_exit_codes)
{
	char text[16];
	for (int code = 0; code < 256; code++) {
		(void)snprintf(text, sizeof text, "%d", code);
		CHECK_NUMBER(parsed(text), code);
		(void)snprintf(text, sizeof text, "%d\n", code);
		CHECK_NUMBER(parsed(text), code);
		(void)snprintf(text, sizeof text, " %d\r\n\n", code);
		CHECK_NUMBER(parsed(text), code);
	}
}

TEST(no_exit_codes)
{
	CHECK_NUMBER(parsed(""), -1);
	CHECK_NUMBER(parsed("\n"), -1);
	CHECK_NUMBER(parsed("256"), -1);
	CHECK_NUMBER(parsed("-1"), -1);
	CHECK_NUMBER(parsed("abc"), -1);
	CHECK_NUMBER(parsed("1 2"), -1);
	CHECK_NUMBER(parsed("0x1"), -1);
	CHECK_NUMBER(exit_code_parse("1\0", 2), -1);
}
