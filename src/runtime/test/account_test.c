#include "../lib/account.h"

#include <string.h>
#include "harness.h"

static char passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
                       "daemon:x:2:2:daemon:/sbin:/bin/false\n"
                       "# comment\n"
                       "broken:x:12\n"
                       "big:x:4294967295:1::/:/bin/sh\n"
                       "nogroup:x:7:77:::\n"
                       "last:x:9:99:gecos:/home/last:/bin/ash";
static char group[] = "root:x:0:\n"
                      "daemon:x:2:\n"
                      "adm:x:4:daemon,last\n"
                      "lastly:x:5:lastx,xlast\n"
                      "video:x:6:last\n";

static struct account_db db(void)
{
	return (struct account_db){passwd, strlen(passwd), group, strlen(group)};
}

static void check(const char *spec, long long uid, long long gid)
{
	struct account_db accounts = db();
	uid_t u = 12345;
	gid_t g = 12345;
	const char *why = NULL;
	CHECK(account_resolve(&accounts, spec, strlen(spec), &u, &g, &why));
	CHECK_TEXT(spec, spec);
	CHECK_NUMBER(u, uid);
	CHECK_NUMBER(g, gid);
}

static void refused(const char *spec, const char *reason)
{
	struct account_db accounts = db();
	uid_t u;
	gid_t g;
	const char *why = NULL;
	CHECK(!account_resolve(&accounts, spec, strlen(spec), &u, &g, &why));
	CHECK_TEXT(why, reason);
}

/* The nine rows of the seed, 4 and 5 as RUNTIME.md corrects them. */
TEST(account_table_row_1) { check("daemon", 2, 2); }
TEST(account_table_row_2) { check("daemon,3:4", 2, 2); }
TEST(account_table_row_3) { check("2:2,3:4", 2, 2); }
TEST(account_table_row_4) { check("daemon:11111,3:4", 2, 11111); }
TEST(account_table_row_5) { check("11111:daemon,3:4", 11111, 2); }
TEST(account_table_row_6) { check("daemon:daemon,3:4", 2, 2); }
TEST(account_table_row_7) { check("daemon:unexisting,3:4", 2, 4); }
TEST(account_table_row_8) { check("unexisting:daemon,3:4", 3, 2); }
TEST(account_table_row_9) { check("11111:11111,3:4", 11111, 11111); }

TEST(account_fallbacks)
{
	check("nosuch,1234:1235", 1234, 1235);
	check("nosuch:nosuch,1234:1235", 1234, 1235);
	check("nobody,32768:32768", 32768, 32768);
}

TEST(account_numbers)
{
	check("2", 2, 2);       /* an account that is there: its group */
	check("7", 7, 77);
	check("1000", 1000, 1000);
	check("4294967294", 4294967294, 4294967294);
	check("0:0", 0, 0);
	check("daemon:adm", 2, 4);
	check("daemon:nogroup", 2, 77); /* no such group, but an account */
}

TEST(account_refusals)
{
	refused("nosuch", "no such user");
	refused("daemon:nosuch", "no such group");
	refused("", "account is empty");
	refused(",3:4", "account is empty");
	refused(":daemon", "account lacks its user or its group");
	refused("daemon:", "account lacks its user or its group");
	refused("daemon,", "fall-back of the account is not UID:GID in numbers");
	refused("daemon,3", "fall-back of the account is not UID:GID in numbers");
	refused("daemon,3:", "fall-back of the account is not UID:GID in numbers");
	refused("daemon,a:b", "fall-back of the account is not UID:GID in numbers");
	refused("daemon,3:4:5", "fall-back of the account is not UID:GID in numbers");
	refused("4294967295", "no such user"); /* chown would take it for "leave it" */
	refused("-1", "no such user");
	refused("broken", "no such user");
	refused("big", "no such user");
	refused("1:2:3", "no such group");
}

TEST(account_with_empty_files)
{
	static char nothing[] = "";
	struct account_db accounts = {nothing, 0, nothing, 0};
	uid_t u = 0;
	gid_t g = 0;
	const char *why = NULL;
	CHECK(account_resolve(&accounts, "nobody,32768:32768", 18, &u, &g, &why));
	CHECK_NUMBER(u, 32768);
	CHECK_NUMBER(g, 32768);
	CHECK(!account_resolve(&accounts, "root", 4, &u, &g, &why));
}

TEST(passwd_entries)
{
	struct passwd_entry e;
	CHECK(passwd_find_name(passwd, strlen(passwd), "last", 4, &e));
	CHECK_NUMBER(e.gid, 99);
	CHECK(e.home_len == 10 && memcmp(e.home, "/home/last", 10) == 0);
	CHECK(e.shell_len == 8 && memcmp(e.shell, "/bin/ash", 8) == 0);
	CHECK(passwd_find_uid(passwd, strlen(passwd), 7, &e));
	CHECK(e.name_len == 7 && e.home_len == 0);
	CHECK(!passwd_find_name(passwd, strlen(passwd), "las", 3, &e));
	CHECK(!passwd_find_name(passwd, strlen(passwd), "", 0, &e));
	CHECK(!passwd_find_uid(passwd, strlen(passwd), 1, &e));
}

TEST(supplementary_groups)
{
	gid_t list[1] = {0};
	CHECK_NUMBER((long long)group_of_member(group, strlen(group), "last", 4, list, 1), 2);
	CHECK_NUMBER(list[0], 4);
	CHECK_NUMBER((long long)group_of_member(group, strlen(group), "root", 4, list, 1), 0);
	CHECK_NUMBER((long long)group_of_member(group, strlen(group), "", 0, list, 1), 0);
}
