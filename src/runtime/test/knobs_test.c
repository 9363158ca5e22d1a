/* needs: init/knobs.c */
#include "../init/knobs.h"

#include <stdio.h>
#include <string.h>
#include "../lib/err.h"
#include "../lib/logdir.h"
#include "harness.h"

static enum knob_answer answer(enum knob_kind kind, const char *value, unsigned int *out)
{
	return knob_number(kind, value, 7, 2, 100, out);
}

TEST(knob_values_and_their_edges)
{
	unsigned int n = 0;
	CHECK(answer(KNOB_TIME, "2", &n) == KNOB_GOOD && n == 2);
	CHECK(answer(KNOB_TIME, "100", &n) == KNOB_GOOD && n == 100);
	CHECK(answer(KNOB_TIME, "0050", &n) == KNOB_GOOD && n == 50);
	CHECK(answer(KNOB_TIME, "", &n) == KNOB_GOOD && n == 7);
	CHECK(answer(KNOB_TIME, "1", &n) == KNOB_BELOW && n == 2);
	CHECK(answer(KNOB_TIME, "-5", &n) == KNOB_BELOW && n == 2);
	CHECK(answer(KNOB_TIME, "101", &n) == KNOB_ABOVE && n == 100);
	CHECK(answer(KNOB_TIME, "99999999999999999999999", &n) == KNOB_ABOVE && n == 100);
	CHECK(answer(KNOB_TIME, "5s", &n) == KNOB_NO_NUMBER && n == 7);
	CHECK(answer(KNOB_TIME, " 5", &n) == KNOB_NO_NUMBER && n == 7);
	CHECK(answer(KNOB_TIME, "0x5", &n) == KNOB_NO_NUMBER && n == 7);
	CHECK(answer(KNOB_TIME, "-", &n) == KNOB_NO_NUMBER && n == 7);
	CHECK(answer(KNOB_SET, "yes", &n) == KNOB_GOOD && n == 1);
	CHECK(answer(KNOB_SET, "0", &n) == KNOB_GOOD && n == 0);
}

TEST(every_number_knob_takes_its_range_and_default)
{
	struct knobs k;
	char entry[100];
	char *env[] = {entry, NULL};
	char *nothing[] = {NULL};
#define NUMBER(field, name, kind, value, min, max, unit, help)                                                         \
	knobs_read(&k, nothing);                                                                                       \
	CHECK_NUMBER(k.field, value);                                                                                  \
	(void)snprintf(entry, sizeof entry, "%s=%lld", name, (long long)(max));                                        \
	knobs_read(&k, env);                                                                                           \
	CHECK_NUMBER(k.field, max);                                                                                    \
	(void)snprintf(entry, sizeof entry, "%s=%lld", name, (long long)(min));                                        \
	knobs_read(&k, env);                                                                                           \
	CHECK_NUMBER(k.field, min);
#define TEXT(field, name, kind, value, unit, help)                                                                     \
	knobs_read(&k, nothing);                                                                                       \
	CHECK_TEXT(k.field, value);
#include "../knobs.def"
#undef NUMBER
#undef TEXT
	err_verbosity = 2;
}

static struct knobs knobs;

static void read_environment(void *env)
{
	knobs_read(&knobs, env);
}

static const char *said(const char *entry)
{
	char copy[200];
	char *env[] = {copy, NULL};
	(void)snprintf(copy, sizeof copy, "%s", entry);
	const char *text = harness_stderr(read_environment, env);
	return text;
}

TEST(odd_knobs_are_named)
{
	CHECK(strstr(said("S6_KILL_GRACETME=5"), "S6_KILL_GRACETIME") != NULL);
	CHECK(strstr(said("S6_LOGING=1"), "S6_LOGGING") != NULL);
	CHECK(strstr(said("S6_KILL_GRACETIME=3s"), "S6_KILL_GRACETIME=3s") != NULL);
	CHECK_NUMBER(knobs.kill_gracetime, 3000);
	CHECK(strstr(said("S6_CMD_STOPSIGNAL=NOSUCH"), "S6_CMD_STOPSIGNAL=NOSUCH") != NULL);
	CHECK_TEXT(said("S6_KILL_GRACETIME=5"), "");
	CHECK_NUMBER(knobs.kill_gracetime, 5);
	CHECK_TEXT(said("HOME=/root"), "");
	CHECK_TEXT(said("S6=1"), "");
}

TEST(the_nearest_knob)
{
	CHECK_TEXT(knob_nearest("S6_VERBOSE", 10), "S6_VERBOSITY");
	CHECK_TEXT(knob_nearest("S6_KEEPENV", 10), "S6_KEEP_ENV");
	CHECK(knob_nearest("S6_SOMETHING_QUITE_ELSE", 23) == NULL);
	char endless[300];
	memset(endless, 'x', sizeof endless);
	CHECK(knob_nearest(endless, sizeof endless) == NULL);
}
