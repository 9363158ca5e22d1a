#include "../lib/signals.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include "harness.h"

static int named(const char *s)
{
	return signal_number(s, strlen(s));
}

TEST(every_signal_by_number_and_back)
{
	char text[8];
	char digits[8];
	for (int n = 1; n <= SIGNAL_MAX; n++) {
		(void)snprintf(digits, sizeof digits, "%d", n);
		CHECK_NUMBER(named(digits), n);
		CHECK_NUMBER(named(signal_name(n, text)), n);
	}
}

TEST(signal_names)
{
	CHECK_NUMBER(named("TERM"), SIGTERM);
	CHECK_NUMBER(named("SIGTERM"), SIGTERM);
	CHECK_NUMBER(named("sigquit"), SIGQUIT);
	CHECK_NUMBER(named("SIGRTMIN+3"), 37);
	CHECK_NUMBER(named("RTMIN"), 34);
	CHECK_NUMBER(named("RTMIN+30"), 64);
	CHECK_NUMBER(named("RTMAX-1"), 63);
	CHECK_NUMBER(named("RTMAX"), 64);
	CHECK_NUMBER(named("IOT"), SIGABRT);
}

TEST(no_signals)
{
	CHECK_NUMBER(named(""), 0);
	CHECK_NUMBER(named("SIG"), 0);
	CHECK_NUMBER(named("0"), 0);
	CHECK_NUMBER(named("65"), 0);
	CHECK_NUMBER(named("-9"), 0);
	CHECK_NUMBER(named("RTMIN+31"), 0);
	CHECK_NUMBER(named("RTMIN-1"), 0);
	CHECK_NUMBER(named("RTMAX+1"), 0);
	CHECK_NUMBER(named("RTMIN+"), 0);
	CHECK_NUMBER(named("TERMINATE"), 0);
	CHECK_NUMBER(named("SIGSIGTERM"), 0);
}
