#include "../lib/fix_attrs.h"

#include <string.h>
#include "harness.h"

static void bad(const char *line, const char *why, const char *word)
{
	struct fix_attrs_rule rule;
	struct fix_attrs_fault fault = {"", {"", 0}};
	CHECK_NUMBER(fix_attrs_parse(line, strlen(line), &rule, &fault), FIX_ATTRS_BAD);
	CHECK_TEXT(fault.why, why);
	char got[200] = "";
	memcpy(got, fault.word.s, fault.word.n);
	CHECK_TEXT(got, word);
}

static void blank(const char *line)
{
	struct fix_attrs_rule rule;
	struct fix_attrs_fault fault;
	CHECK_NUMBER(fix_attrs_parse(line, strlen(line), &rule, &fault), FIX_ATTRS_BLANK);
}

static struct fix_attrs_rule good(const char *line)
{
	struct fix_attrs_rule rule = {0};
	struct fix_attrs_fault fault;
	CHECK_NUMBER(fix_attrs_parse(line, strlen(line), &rule, &fault), FIX_ATTRS_RULE);
	return rule;
}

TEST(fix_attrs_blank_lines)
{
	blank("");
	blank("   \t ");
	blank("# comment");
	blank("  # /data true root 0644 0755");
	blank("\r");
}

TEST(fix_attrs_rules)
{
	struct fix_attrs_rule r = good("/var/log/mysql true nobody,32768:32768 0644 2700");
	CHECK(r.recurse && r.set_fmode && r.set_dmode);
	CHECK_NUMBER(r.fmode, 0644);
	CHECK_NUMBER(r.dmode, 02700);
	CHECK(r.path.n == 14 && memcmp(r.path.s, "/var/log/mysql", 14) == 0);
	CHECK(r.account.n == 18 && memcmp(r.account.s, "nobody,32768:32768", 18) == 0);
	r = good("\t/a\tfalse  root   -\t-  # why");
	CHECK(!r.recurse && !r.set_fmode && !r.set_dmode);
	r = good("/a#b false root 7777 0");
	CHECK_NUMBER(r.fmode, 07777);
	CHECK_NUMBER(r.dmode, 0);
	CHECK(r.path.n == 4);
}

TEST(fix_attrs_bad_lines)
{
	bad("/a", "recurse, account, fmode and dmode are missing", "");
	bad("/a true", "account, fmode and dmode are missing", "");
	bad("/a true root", "fmode and dmode are missing", "");
	bad("/a true root 0644", "dmode is missing", "");
	bad("/a true root 0644 # 0755", "dmode is missing", "");
	bad("/a yes root 0644 0755", "recurse is neither true nor false", "yes");
	bad("/a true root 0844 0755", "fmode is neither octal nor -", "0844");
	bad("/a true root 0644 rwx", "dmode is neither octal nor -", "rwx");
	bad("/a true root 0644 10000", "dmode is neither octal nor -", "10000");
	bad("/a true root 0644 --", "dmode is neither octal nor -", "--");
	bad("/a true root 0644 0755 more", "more than five fields", "more");
	bad("/a true root 0644 0755\r", "Windows line end (CR LF): convert the file, as with dos2unix", "");
}

TEST(fix_attrs_nul_byte)
{
	struct fix_attrs_rule rule;
	struct fix_attrs_fault fault;
	CHECK_NUMBER(fix_attrs_parse("/a\0b true root - -", 18, &rule, &fault), FIX_ATTRS_BAD);
	CHECK_TEXT(fault.why, "the line holds a NUL byte");
}
