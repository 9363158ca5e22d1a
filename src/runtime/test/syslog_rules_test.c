/* needs: syslogd/rules.c */
#include "../syslogd/rules.h"

#include <string.h>
#include "harness.h"

static struct words words;
static char joined[2000];

static const char *join(void)
{
	joined[0] = '\0';
	for (size_t i = 0; i < words.count; i++) {
		strcat(joined, words.word[i]);
		strcat(joined, "|");
	}
	return joined;
}

static const char *split(const char *text)
{
	static char copy[1000];
	strcpy(copy, text);
	words.count = 0;
	rule_split(copy, &words);
	return join();
}

TEST(a_rule_is_one_directive_a_line)
{
	CHECK_TEXT(split("-\n+^local0\\.err: a b\r\n\n # why\nT  \n/var/log/x"), "-|+^local0\\.err: a b|T|/var/log/x|");
	CHECK_TEXT(split(""), "");
	CHECK_TEXT(split("\n \t\n#"), "");
}

TEST(a_rule_of_nothing_ends_where_it_begins)
{
	split("/var/log/x");
	split("\n\n");
	CHECK(words.word[0] == NULL);
}

TEST(defaults_leave_no_timestamp_or_selection_to_the_first_rule)
{
	char *script[] = {"n20", "s1000000", "T"};
	words.count = 0;
	rule_defaults(script, 3, &words);
	CHECK_TEXT(join(), "n20|s1000000|");
	char *console[] = {"-", "+x", "t", "1", "n5", "T", "+"};
	words.count = 0;
	rule_defaults(console, 7, &words);
	CHECK_TEXT(join(), "-|+x|t|1|n5|");
}

static bool not_b(char *folder, void *context)
{
	(void)context;
	return strcmp(folder, "/b") != 0;
}

static const char *folder;

static void read_them(void *context)
{
	words.count = 0;
	*(size_t *)context = rules_read(folder, not_b, NULL, &words);
}

TEST(rules_are_read_in_byte_order_and_those_without_their_folder_left_out)
{
	size_t taken = 0;
	folder = harness_folder();
	(void)harness_file(folder, "~-z", "+\n/z\n", 0644);
	(void)harness_file(folder, "own", "-\n+x\n/a\n", 0644);
	(void)harness_file(folder, "two", "-\n+y\n/a2\nf\n/b\n", 0644);
	(void)harness_file(folder, ".hidden", "/h\n", 0644);
	(void)harness_file(folder, "endless", "+x\n", 0644);
	const char *said = harness_stderr(read_them, &taken);
	CHECK(strstr(said, "endless: left out") != NULL);
	CHECK_TEXT(join(), "-|+x|/a|+|/z|");
	CHECK_NUMBER((long long)taken, 2);
}
