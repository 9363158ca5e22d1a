/* needs: syslogd/message.c */
#include "../syslogd/message.h"

#include <stdlib.h>
#include <string.h>
#include "harness.h"

static char out[MESSAGE_LINE_MAX + 1];

static const char *line(const char *in, size_t n)
{
	out[message_line(in, n, false, out)] = '\0';
	return out;
}
#define LINE(in) line(in, sizeof(in) - 1)

TEST(message_priorities_are_named)
{
	CHECK_TEXT(LINE("<13>Oct 11 22:14:15 su: hello"), "user.notice: Oct 11 22:14:15 su: hello\n");
	CHECK_TEXT(LINE("<0>x"), "kern.emerg: x\n");
	CHECK_TEXT(LINE("<191>x"), "local7.debug: x\n");
	CHECK_TEXT(LINE("<86>x"), "authpriv.info: x\n");
	CHECK_TEXT(LINE("<20>x"), "mail.warn: x\n");
	CHECK_TEXT(LINE("<123>x"), "clock.err: x\n");
	CHECK_TEXT(LINE("<13>"), "user.notice: \n");
}

TEST(message_without_a_valid_priority_is_user_notice_as_it_came)
{
	CHECK_TEXT(LINE("hello"), "user.notice: hello\n");
	CHECK_TEXT(LINE("<192>x"), "user.notice: <192>x\n");
	CHECK_TEXT(LINE("<0013>x"), "user.notice: <0013>x\n");
	CHECK_TEXT(LINE("<>x"), "user.notice: <>x\n");
	CHECK_TEXT(LINE("<13x"), "user.notice: <13x\n");
	CHECK_TEXT(LINE("<"), "user.notice: <\n");
	CHECK_TEXT(LINE("<-1>x"), "user.notice: <-1>x\n");
}

TEST(message_control_bytes_cannot_forge_a_line)
{
	CHECK_TEXT(LINE("<14>a\nkern.emerg: b"), "user.info: a#012kern.emerg: b\n");
	CHECK_TEXT(LINE("<14>a\0b\n\0\n"), "user.info: a#000b\n");
	CHECK_TEXT(LINE("<14>\ttab \x7f \x1b[1m \xff\xfe \xc3\xa4"), "user.info: \ttab #177 #033[1m \xff\xfe \xc3\xa4\n");
	CHECK_NUMBER((long long)message_line("\n\0\n", 3, false, out), 0);
	CHECK_NUMBER((long long)message_line("", 0, false, out), 0);
}

/* RFC 5424, 6.5: its own examples, and what is "-" left out */
TEST(message_header_of_rfc_5424)
{
	CHECK_TEXT(LINE("<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \xEF\xBB\xBF'su root' failed"),
	           "auth.crit: 2003-10-11T22:14:15.003Z mymachine.example.com su: ID47 'su root' failed\n");
	CHECK_TEXT(LINE("<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time"),
	           "local4.notice: 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc[8710]: %% It's time\n");
	CHECK_TEXT(LINE("<165>1 2003-10-11T22:14:15.003Z h app - ID47 [e@32473 iut=\"3\" s=\"a \\\"]\"][x@1 y=\"\"] m"),
	           "local4.notice: 2003-10-11T22:14:15.003Z h app: ID47 [e@32473 iut=\"3\" s=\"a \\\"]\"][x@1 y=\"\"] m\n");
	CHECK_TEXT(LINE("<13>1 - - - - - -"), "user.notice: \n");
	CHECK_TEXT(LINE("<13>1 - - - 7 - - m"), "user.notice: -[7]: m\n");
}

TEST(message_with_a_broken_header_stays_as_it_came)
{
	CHECK_TEXT(LINE("<13>1 2003 h a p m - x"), "user.notice: 1 2003 h a p m - x\n");
	CHECK_TEXT(LINE("<13>1 - h a p m"), "user.notice: 1 - h a p m\n");
	CHECK_TEXT(LINE("<13>1 - h a p m [x y=\"z\" text"), "user.notice: 1 - h a p m [x y=\"z\" text\n");
	CHECK_TEXT(LINE("<13>1 - h a p m -x"), "user.notice: 1 - h a p m -x\n");
	CHECK_TEXT(LINE("<13>2 - - - - - - x"), "user.notice: 2 - - - - - - x\n");
	CHECK_TEXT(LINE("<13>1 apple a day"), "user.notice: 1 apple a day\n");
}

TEST(message_too_long_is_cut_and_says_so)
{
	char *in = malloc(MESSAGE_MAX);
	CHECK(in != NULL);
	if (!in)
		return;
	memset(in, '\n', MESSAGE_MAX);
	size_t n = message_line(in, MESSAGE_MAX, true, out);
	CHECK(n <= MESSAGE_LINE_MAX);
	CHECK(n > 4 * MESSAGE_MAX && memcmp(out + n - 8, "#012...\n", 8) == 0);
	free(in);
}
