/* io, scan, spawn, stop, logdir: the parts that touch the system. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../lib/io.h"
#include "../lib/logdir.h"
#include "../lib/scan.h"
#include "../lib/spawn.h"
#include "../lib/stop.h"
#include "harness.h"

TEST(whole_files)
{
	const char *d = harness_folder();
	char text[6];
	size_t n = 0;
	int fd = open(d, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(write_file_at(fd, "f", 0640, "hello", 5));
	CHECK_NUMBER(read_file_at(fd, "f", text, sizeof text), 5);
	CHECK_TEXT(text, "hello");
	CHECK_NUMBER(read_file_at(fd, "f", text, 5), -1);
	CHECK_NUMBER(errno, EFBIG);
	CHECK(replace_file_at(fd, "f", 0600, "", 0));
	CHECK_NUMBER(read_file_at(fd, "f", text, sizeof text), 0);
	char *loaded = load_file_at(fd, "f", 10, &n);
	CHECK_TEXT(loaded, "");
	free(loaded);
	CHECK(write_file_at(fd, "g", 0600, "0123456789", 10));
	loaded = load_file_at(fd, "g", 10, &n);
	CHECK_TEXT(loaded, "0123456789");
	free(loaded);
	CHECK(load_file_at(fd, "g", 9, &n) == NULL && errno == EFBIG);
	CHECK(load_file_at(fd, "nosuch", 9, &n) == NULL && errno == ENOENT);
	loaded = load_file_at(AT_FDCWD, "/proc/self/status", 1 << 20, &n); /* a file whose size stat doesn't know */
	CHECK(loaded != NULL && n > 100);
	free(loaded);
	struct scan s;
	CHECK(scan_fd(fd, &s));
	CHECK_NUMBER((long long)s.count, 2); /* no temporary name is left */
	scan_free(&s);
	CHECK(symlinkat("f", fd, "link") == 0);
	CHECK(!write_file_at(fd, "link", 0600, "x", 1));
	CHECK(close(fd) == 0);
}

TEST(names_in_byte_order)
{
	const char *d = harness_folder();
	struct scan s;
	const char *names[] = {"b", "B", "a", ".z", "\303\244", "10", "9", "a-b", "a_b"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		(void)harness_file(d, names[i], "", 0600);
	CHECK(scan_at(AT_FDCWD, d, &s));
	char all[100] = "";
	for (size_t i = 0; i < s.count; i++) {
		strcat(all, s.name[i]);
		strcat(all, " ");
	}
	CHECK_TEXT(all, ".z 10 9 B a a-b a_b b \303\244 ");
	scan_free(&s);
	CHECK(!scan_at(AT_FDCWD, "/nosuch", &s) && errno == ENOENT);
	CHECK(scan_at(AT_FDCWD, harness_folder(), &s));
	CHECK_NUMBER((long long)s.count, 0);
	scan_free(&s);
}

TEST(programs_are_found_as_a_shell_finds_them)
{
	char out[4096];
	char path[9000];
	char want[4200];
	const char *first = harness_folder();
	const char *second = harness_folder();
	(void)harness_file(first, "prog", "#!/bin/sh\n", 0644);
	(void)harness_file(first, "only", "#!/bin/sh\n", 0644);
	(void)harness_file(second, "prog", "#!/bin/sh\n", 0755);
	(void)snprintf(path, sizeof path, "/nosuch:%s:%s", first, second);
	(void)snprintf(want, sizeof want, "%s/prog", second);
	CHECK_NUMBER(path_search("prog", path, out, sizeof out), 0);
	CHECK_TEXT(out, want);
	CHECK_NUMBER(path_search("only", path, out, sizeof out), -1);
	CHECK_NUMBER(exec_failure_code(errno), 126);
	CHECK_NUMBER(path_search("nosuch", path, out, sizeof out), -1);
	CHECK_NUMBER(exec_failure_code(errno), 127);
	CHECK_NUMBER(path_search("", path, out, sizeof out), -1);
	CHECK_NUMBER(path_search("/etc", path, out, sizeof out), -1);
	CHECK_NUMBER(exec_failure_code(errno), 126);
	char *argv[] = {(char *)"only", NULL};
	char *env[] = {NULL};
	exec_in_path(path, argv, env);
	CHECK_NUMBER(errno, EACCES);
}

TEST(every_exit_code)
{
	for (int code = 0; code < 256; code++)
		CHECK_NUMBER(status_code(code << 8), code);
	for (int signal = 1; signal < 65; signal++)
		CHECK_NUMBER(status_code(signal), 128 + signal);
	CHECK_NUMBER(status_code(11 | 0x80), 139); /* with a core */
}

TEST(stop_requests)
{
	const char *d = harness_folder();
	char fifo[4200];
	char byte = 0;
	CHECK_NUMBER(stop_request(d, 't'), STOP_NONE);
	(void)snprintf(fifo, sizeof fifo, "%s/.s6-svscan", d);
	CHECK(mkdir(fifo, 0700) == 0);
	(void)snprintf(fifo, sizeof fifo, "%s/%s", d, STOP_FIFO);
	CHECK(mkfifo(fifo, 0600) == 0);
	CHECK_NUMBER(stop_request(d, 't'), STOP_ASKED); /* nobody reads: /init is going */
	int fd = open(fifo, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	CHECK_NUMBER(stop_request(d, 'q'), STOP_ASKED);
	CHECK(read(fd, &byte, 1) == 1 && byte == 'q');
	for (int i = 0; i < 70000; i++)
		if (stop_request(d, 't') != STOP_ASKED)
			CHECK(false); /* full: asked often enough */
	CHECK(close(fd) == 0);
}

TEST(log_folders)
{
	const char *d = harness_folder();
	char path[4200];
	struct stat st;
	(void)snprintf(path, sizeof path, "%s//a/b/log//", d);
	CHECK(logdir_make(path, LOGDIR_MODE, getuid(), getgid(), false));
	CHECK(stat(path, &st) == 0 && (st.st_mode & 07777) == 02700);
	CHECK(logdir_make(path, 0750, getuid(), getgid(), false));
	CHECK(stat(path, &st) == 0 && (st.st_mode & 07777) == 02700);
	CHECK(logdir_make(path, 0750, getuid(), getgid(), true));
	CHECK(stat(path, &st) == 0 && (st.st_mode & 07777) == 0750);
	CHECK(chmod(path, 0) == 0); /* as a call leaves it that is killed in the middle */
	CHECK(logdir_make(path, LOGDIR_MODE, getuid(), getgid(), false));
	CHECK(stat(path, &st) == 0 && (st.st_mode & 07777) == 02700);
	CHECK(!logdir_make(harness_file(d, "f", "", 0600), 0750, getuid(), getgid(), true) && errno == ENOTDIR);
}

TEST(logging_scripts)
{
	char script[] = "  n20 s1000000\tT\n";
	char *word[2];
	CHECK_NUMBER((long long)logging_script_split(script, word, 2), 3);
	CHECK_TEXT(word[0], "n20");
	CHECK_TEXT(word[1], "s1000000");
	char nothing[] = " \n";
	CHECK_NUMBER((long long)logging_script_split(nothing, word, 2), 0);
}
