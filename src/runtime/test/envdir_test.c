#include "../lib/envdir.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "harness.h"

static int open_folder(void)
{
	return open(harness_folder(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void release(char **env)
{
	free(env[0]); /* the block of the texts begins with the first */
	free(env);
}

static int written;
static char *odd[] = {(char *)"A/B=1", (char *)"..=2", (char *)"=3", (char *)"nothing", (char *)"OK=4", NULL};

static void write_odd(void *fd)
{
	const char *name = NULL;
	written = envdir_write(*(int *)fd, odd, &name);
}

TEST(values_survive_byte_for_byte)
{
	char *env[] = {(char *)"MULTI=l1\nl2", (char *)"NLEND=x\n", (char *)"EMPTY=", (char *)"SP=  lead trail  ",
	               (char *)"EQ=a=b", (char *)".dot=1", (char *)"BIN=\1\377", (char *)"BASH_FUNC_f%%=() { :; }",
	               (char *)"MULTI=second", NULL};
	const char *name = NULL;
	int fd = open_folder();
	mode_t old = umask(077);
	CHECK(envdir_write(fd, env, &name));
	(void)umask(old);
	struct stat st;
	CHECK(fstatat(fd, "EMPTY", &st, 0) == 0 && st.st_size == 0 && (st.st_mode & 07777) == 0644);
	char **got = envdir_read(fd, &name);
	CHECK(got != NULL);
	CHECK_TEXT(got[0], ".dot=1");
	CHECK_TEXT(env_get(got, "MULTI"), "l1\nl2");
	CHECK_TEXT(env_get(got, "NLEND"), "x\n");
	CHECK_TEXT(env_get(got, "EMPTY"), "");
	CHECK_TEXT(env_get(got, "SP"), "  lead trail  ");
	CHECK_TEXT(env_get(got, "EQ"), "a=b");
	CHECK_TEXT(env_get(got, "BIN"), "\1\377");
	CHECK_TEXT(env_get(got, "BASH_FUNC_f%%"), "() { :; }");
	size_t n = 0;
	while (got[n])
		n++;
	CHECK_NUMBER((long long)n, 8);
	release(got);
	CHECK(close(fd) == 0);
}

TEST(big_values)
{
	enum { SIZE = 200000 };
	int fd = open_folder();
	char *entry = malloc(SIZE + 5);
	memcpy(entry, "BIG=", 4);
	memset(entry + 4, 'x', SIZE);
	entry[4 + SIZE] = '\0';
	char *env[] = {(char *)"A=1", entry, (char *)"Z=2", NULL};
	const char *name = NULL;
	CHECK(envdir_write(fd, env, &name));
	char **got = envdir_read(fd, &name);
	CHECK_TEXT(env_get(got, "BIG"), entry + 4);
	CHECK_TEXT(env_get(got, "Z"), "2");
	release(got);
	free(entry);
	CHECK(close(fd) == 0);
}

/* Found by envdir_fuzz: the end of no texts was reckoned from a null pointer. */
TEST(an_empty_folder_is_an_empty_environment)
{
	const char *name = NULL;
	int fd = open_folder();
	char **got = envdir_read(fd, &name);
	CHECK(got && !got[0]);
	release(got);
	CHECK(close(fd) == 0);
}

TEST(names_that_cannot_be_files)
{
	int fd = open_folder();
	CHECK_TEXT(harness_stderr(write_odd, &fd),
	           "s6-overlay-init: warning: the variable \"\" can't be a file name: left out of container_environment\n"
	           "s6-overlay-init: warning: the variable \"..\" can't be a file name: left out of container_environment\n"
	           "s6-overlay-init: warning: the variable \"A/B\" can't be a file name: left out of container_environment\n");
	CHECK(written);
	const char *name = NULL;
	char **got = envdir_read(fd, &name);
	CHECK_TEXT(got[0], "OK=4");
	CHECK(got[1] == NULL);
	release(got);
	CHECK(close(fd) == 0);
}

TEST(what_is_no_variable_is_passed_over)
{
	int fd = open_folder();
	const char *name = NULL;
	CHECK(mkdirat(fd, "folder", 0755) == 0);
	CHECK(mkfifoat(fd, "fifo", 0644) == 0); /* and doesn't hang */
	CHECK(symlinkat("nowhere", fd, "dangling") == 0);
	int f = openat(fd, "a=b", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	CHECK(close(f) == 0);
	f = openat(fd, "NUL", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	CHECK(write(f, "a\0b", 3) == 3);
	CHECK(close(f) == 0);
	char **got = envdir_read(fd, &name);
	CHECK_TEXT(got[0], "NUL=a\nb");
	CHECK(got[1] == NULL);
	static char entry[] = "NEW=1";
	static char other[] = "NUL=2";
	char *block = got[0];
	env_put(got, entry);
	env_put(got, other);
	CHECK_TEXT(env_get(got, "NEW"), "1");
	CHECK_TEXT(env_get(got, "NUL"), "2");
	CHECK(got[2] == NULL);
	free(block);
	free(got);
	CHECK(close(fd) == 0);
}

TEST(command_in_path)
{
	char out[40];
	CHECK(path_with_command(out, sizeof out, "/usr/bin:/bin", true));
	CHECK_TEXT(out, "/command:/usr/bin:/bin");
	CHECK(path_with_command(out, sizeof out, "/usr/bin:/bin", false));
	CHECK_TEXT(out, "/usr/bin:/bin:/command");
	CHECK(path_with_command(out, sizeof out, "/a:/command", true));
	CHECK_TEXT(out, "/a:/command");
	CHECK(path_with_command(out, sizeof out, "/commander", true));
	CHECK_TEXT(out, "/command:/commander");
	CHECK(path_with_command(out, sizeof out, "", true));
	CHECK_TEXT(out, "/command");
	CHECK(!path_with_command(out, 10, "/usr/bin", false));
}

TEST(set_means_neither_empty_nor_0)
{
	char *env[] = {(char *)"A=0", (char *)"B=", (char *)"C=1", (char *)"D=no", (char *)"E=00", NULL};
	CHECK(!env_is_set(env, "A"));
	CHECK(!env_is_set(env, "B"));
	CHECK(env_is_set(env, "C"));
	CHECK(env_is_set(env, "D"));
	CHECK(env_is_set(env, "E"));
	CHECK(!env_is_set(env, "F"));
}
