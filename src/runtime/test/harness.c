#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TESTS_MAX = 400, FOLDERS_MAX = 100 };

static struct {
	const char *file;
	const char *name;
	void (*run)(void);
} tests[TESTS_MAX];
static size_t count;
static unsigned int bad_checks;
static char *folders[FOLDERS_MAX];
static size_t folder_count;

static void give_up(const char *what)
{
	fprintf(stderr, "harness: %s: %s\n", what, strerror(errno));
	exit(2);
}

void harness_add(const char *file, const char *name, void (*run)(void))
{
	if (count == TESTS_MAX)
		give_up("more than 400 tests");
	tests[count].file = file;
	tests[count].name = name;
	tests[count].run = run;
	count++;
}

void harness_check(bool good, const char *file, int line, const char *text)
{
	if (good)
		return;
	bad_checks++;
	printf("%s:%d: not true: %s\n", file, line, text);
}

void harness_check_text(const char *got, const char *want, const char *file, int line)
{
	if (got && strcmp(got, want) == 0)
		return;
	bad_checks++;
	printf("%s:%d: got  \"%s\"\n\twant \"%s\"\n", file, line, got ? got : "(NULL)", want);
}

void harness_check_number(long long got, long long want, const char *file, int line, const char *text)
{
	if (got == want)
		return;
	bad_checks++;
	printf("%s:%d: %s is %lld, not %lld\n", file, line, text, got, want);
}

const char *harness_folder(void)
{
	char template[] = "/tmp/s6ts-unit-XXXXXX";
	if (folder_count == FOLDERS_MAX || !mkdtemp(template))
		give_up("no temporary folder");
	char *path = strdup(template);
	if (!path)
		give_up("no memory");
	folders[folder_count++] = path;
	return path;
}

const char *harness_file(const char *folder, const char *name, const char *text, unsigned int mode)
{
	static char path[4096];
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) || fchmod(fd, (mode_t)mode) < 0 || close(fd) < 0)
		give_up(path);
	return path;
}

const char *harness_stderr(void (*f)(void *), void *argument)
{
	static char text[16384];
	FILE *sink = tmpfile();
	int saved = dup(2);
	if (!sink || saved < 0 || dup2(fileno(sink), 2) < 0)
		give_up("can't catch stderr");
	f(argument);
	if (dup2(saved, 2) < 0)
		give_up("can't restore stderr");
	(void)close(saved);
	rewind(sink);
	size_t n = fread(text, 1, sizeof text - 1, sink);
	text[n] = '\0';
	(void)fclose(sink);
	return text;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

int main(void)
{
	unsigned int passed = 0;
	unsigned int failed = 0;
	for (size_t i = 0; i < count; i++) {
		unsigned int before = bad_checks;
		tests[i].run();
		if (bad_checks == before) {
			passed++;
		} else {
			failed++;
			printf("not ok: %s %s\n", tests[i].file, tests[i].name);
		}
	}
	for (size_t i = 0; i < folder_count; i++) {
		(void)nftw(folders[i], remove_one, 32, FTW_DEPTH | FTW_PHYS); /* a leftover in /tmp fails no test */
		free(folders[i]);
	}
	printf("%u passed, %u failed\n", passed, failed);
	return failed || !passed ? 1 : 0;
}
