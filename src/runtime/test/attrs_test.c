/* fix-attrs on real trees. Modes always; owners as root does it, and as others are refused it. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../lib/fix_attrs.h"
#include "harness.h"

static struct {
	char text[8192];
	bool hidden;
	int code;
} job;

static void apply(void *unused)
{
	(void)unused;
	const struct fix_attrs_options options = {.hidden = job.hidden};
	job.code = fix_attrs_text(job.text, strlen(job.text), "FILE", &options);
}

static const char *run(bool hidden)
{
	job.hidden = hidden;
	return harness_stderr(apply, NULL);
}

static mode_t mode_of(const char *folder, const char *name)
{
	char path[4096];
	struct stat st;
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	return lstat(path, &st) < 0 ? 0 : st.st_mode & 07777;
}

static void folder_in(const char *folder, const char *name)
{
	char path[4096];
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	CHECK(mkdir(path, 0700) == 0);
}

TEST(modes_of_a_tree)
{
	const char *d = harness_folder();
	folder_in(d, "sub");
	folder_in(d, "sub/deep");
	folder_in(d, ".hid");
	(void)harness_file(d, "f", "x", 0600);
	(void)harness_file(d, "sub/deep/f", "x", 0777);
	(void)harness_file(d, "sub/.h", "x", 0600);
	(void)snprintf(job.text, sizeof job.text, "# first\n\n%s true %u:%u 0640 0750", d, getuid(), getgid());
	CHECK_TEXT(run(false), "");
	CHECK_NUMBER(job.code, 0);
	CHECK_NUMBER(mode_of(d, "."), 0750);
	CHECK_NUMBER(mode_of(d, "sub/deep"), 0750);
	CHECK_NUMBER(mode_of(d, "sub/deep/f"), 0640);
	CHECK_NUMBER(mode_of(d, "f"), 0640);
	CHECK_NUMBER(mode_of(d, "sub/.h"), 0600);
	CHECK_NUMBER(mode_of(d, ".hid"), 0700);
	CHECK_TEXT(run(true), "");
	CHECK_NUMBER(mode_of(d, "sub/.h"), 0640);
	CHECK_NUMBER(mode_of(d, ".hid"), 0750);
}

TEST(what_is_right_is_not_touched)
{
	const char *d = harness_folder();
	struct stat before;
	struct stat after;
	const char *f = harness_file(d, "f", "x", 0644);
	CHECK(stat(f, &before) == 0);
	(void)usleep(20000); /* past the clock tick that ctime is counted in */
	(void)snprintf(job.text, sizeof job.text, "%s/* true %u:%u 0644 0755\n", d, getuid(), getgid());
	CHECK_TEXT(run(false), "");
	CHECK(stat(f, &after) == 0);
	CHECK(before.st_ctim.tv_sec == after.st_ctim.tv_sec && before.st_ctim.tv_nsec == after.st_ctim.tv_nsec);
}

TEST(no_recursion_and_globs)
{
	const char *d = harness_folder();
	folder_in(d, "d1");
	(void)harness_file(d, "d1/inner", "x", 0600);
	(void)harness_file(d, "f1", "x", 0600);
	(void)harness_file(d, ".f1", "x", 0600);
	(void)snprintf(job.text, sizeof job.text, "%s/[df]? false %u:%u 0604 0705\n%s/.f* false %u:%u 0606 -\n", d, getuid(),
	               getgid(), d, getuid(), getgid());
	CHECK_TEXT(run(false), "");
	CHECK_NUMBER(mode_of(d, "d1"), 0705);
	CHECK_NUMBER(mode_of(d, "f1"), 0604);
	CHECK_NUMBER(mode_of(d, "d1/inner"), 0600);
	CHECK_NUMBER(mode_of(d, ".f1"), 0606);
}

TEST(links_in_a_tree_lead_nowhere)
{
	const char *outside = harness_folder();
	const char *d = harness_folder();
	char path[4096];
	(void)harness_file(outside, "secret", "x", 0600);
	(void)snprintf(path, sizeof path, "%s/dir", d);
	CHECK(symlink(outside, path) == 0);
	(void)snprintf(path, sizeof path, "%s/file", d);
	char target[4096];
	(void)snprintf(target, sizeof target, "%s/secret", outside);
	CHECK(symlink(target, path) == 0);
	(void)snprintf(job.text, sizeof job.text, "%s true %u:%u 0666 0777\n%s/* true %u:%u 0666 0777\n", d, getuid(),
	               getgid(), d, getuid(), getgid());
	CHECK_TEXT(run(true), "");
	CHECK_NUMBER(mode_of(outside, "secret"), 0600);
	CHECK_NUMBER(mode_of(outside, "."), 0700);
}

TEST(a_named_link_of_ours_is_followed)
{
	const char *real = harness_folder();
	const char *d = harness_folder();
	char path[4096];
	(void)harness_file(real, "f*", "x", 0600);
	(void)harness_file(real, "fx", "x", 0600);
	(void)snprintf(path, sizeof path, "%s/link", d);
	CHECK(symlink(real, path) == 0);
	(void)snprintf(job.text, sizeof job.text, "%s/link/f\\* true %u:%u 0640 0750\n%s/link true %u:%u - 0751", d, getuid(),
	               getgid(), d, getuid(), getgid());
	CHECK_TEXT(run(false), "");
	CHECK_NUMBER(mode_of(real, "f*"), 0640);
	CHECK_NUMBER(mode_of(real, "fx"), 0600);
	CHECK_NUMBER(mode_of(real, "."), 0751);
}

/* Only root can make a link that belongs to somebody else; for others the link is their own, and followed. */
TEST(a_named_link_of_somebody_else_is_not_followed)
{
	const char *d = harness_folder();
	char link[4096];
	char want[9000] = "";
	const char *secret = harness_file(d, "secret", "x", 0600);
	(void)snprintf(link, sizeof link, "%s/link", d);
	CHECK(symlink(secret, link) == 0);
	bool foreign = lchown(link, 54321, 54321) == 0;
	(void)snprintf(job.text, sizeof job.text, "%s false %u:%u 0666 0777\n", link, getuid(), getgid());
	if (foreign)
		(void)snprintf(want, sizeof want,
		               "FILE:1: not followed, as neither root nor its target's owner owns this link: %s\n", link);
	CHECK_TEXT(run(false), want);
	CHECK_NUMBER(mode_of(d, "secret"), foreign ? 0600 : 0666);
	CHECK_NUMBER(job.code, foreign ? 1 : 0);
}

TEST(link_loops_end)
{
	const char *d = harness_folder();
	char path[4096];
	char want[9000];
	(void)snprintf(path, sizeof path, "%s/loop", d);
	CHECK(symlink("loop", path) == 0);
	(void)snprintf(job.text, sizeof job.text, "%s true 0:0 0640 0750\n", path);
	(void)snprintf(want, sizeof want, "FILE:1: unable to follow %s: Too many levels of symbolic links\n", d);
	CHECK_TEXT(run(false), want);
	CHECK_NUMBER(job.code, 1);
}

TEST(absent_paths_are_passed_over)
{
	(void)snprintf(job.text, sizeof job.text, "/nosuchpath true root 0644 0755\n/nosuch*/x true root 0644 0755\n"
	                                          "/etc/passwd/x true root 0644 0755\n");
	CHECK_TEXT(run(false), "");
	CHECK_NUMBER(job.code, 0);
}

TEST(bad_lines_are_told_and_the_others_applied)
{
	const char *d = harness_folder();
	(void)harness_file(d, "f", "x", 0600);
	(void)snprintf(job.text, sizeof job.text,
	               "/a maybe root 0644 0755\n%s/f true nosuchuser 0604 -\n%s/f false %u:%u 0644 -\n/a true", d, d, getuid(),
	               getgid());
	CHECK_TEXT(run(false), "FILE:1: recurse is neither true nor false: \"maybe\"\n"
	                       "FILE:2: no such user: \"nosuchuser\"\n"
	                       "FILE:4: account, fmode and dmode are missing\n");
	CHECK_NUMBER(job.code, 1);
	CHECK_NUMBER(mode_of(d, "f"), 0644);
}

/* More levels than descriptors: 1,500 with 256 allowed would fail if each level held one. */
TEST(deep_trees_need_few_descriptors)
{
	const char *d = harness_folder();
	int back = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct rlimit old;
	CHECK(getrlimit(RLIMIT_NOFILE, &old) == 0);
	struct rlimit few = {.rlim_cur = 128, .rlim_max = old.rlim_max};
	CHECK(chdir(d) == 0);
	for (int i = 0; i < 1500; i++)
		CHECK(mkdir("d", 0700) == 0 && chdir("d") == 0);
	CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
	(void)snprintf(job.text, sizeof job.text, "%s true %u:%u 0640 0711\n", d, getuid(), getgid());
	CHECK_TEXT(run(false), "");
	CHECK(setrlimit(RLIMIT_NOFILE, &old) == 0);
	struct stat st;
	CHECK(stat(".", &st) == 0 && (st.st_mode & 07777) == 0711); /* the deepest */
	for (int i = 0; i < 1500; i++)
		CHECK(chdir("..") == 0 && rmdir("d") == 0);
	CHECK(fchdir(back) == 0);
	CHECK(close(back) == 0);
	CHECK_NUMBER(mode_of(d, "."), 0711);
}

TEST(setgid_survives_the_chown)
{
	const char *d = harness_folder();
	folder_in(d, "log");
	(void)harness_file(d, "prog", "x", 0600);
	gid_t gid = getuid() == 0 ? 4321 : getgid();
	(void)snprintf(job.text, sizeof job.text, "%s/log false %u:%u 0644 2700\n%s/prog false %u:%u 6755 -\n", d, getuid(), gid,
	               d, getuid(), gid);
	CHECK_TEXT(run(false), "");
	CHECK_NUMBER(mode_of(d, "log"), 02700);
	CHECK_NUMBER(mode_of(d, "prog"), 06755);
}

/* As another uid than the owner: said once, no failure. */
TEST(refusals_are_said_once)
{
	const char *d = harness_folder();
	(void)harness_file(d, "a", "x", 0600);
	(void)harness_file(d, "b", "x", 0600);
	CHECK(chmod(d, 0755) == 0);
	int ends[2];
	CHECK(pipe(ends) == 0);
	pid_t pid = fork();
	if (pid == 0) {
		if (getuid() == 0 && (setgid(54321) < 0 || setuid(54321) < 0))
			_exit(99);
		(void)dup2(ends[1], 2);
		const struct fix_attrs_options options = {0};
		(void)snprintf(job.text, sizeof job.text, "%s true 11:12 0644 0755\n/ false 11:12 - -\n", d);
		_exit(fix_attrs_text(job.text, strlen(job.text), "FILE", &options));
	}
	CHECK(close(ends[1]) == 0);
	char said[4096];
	size_t n = 0;
	ssize_t got;
	while ((got = read(ends[0], said + n, sizeof said - 1 - n)) > 0)
		n += (size_t)got;
	said[n] = '\0';
	CHECK(close(ends[0]) == 0);
	int status = 0;
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_NUMBER(WEXITSTATUS(status), 0);
	char want[8192];
	(void)snprintf(want, sizeof want, "s6-overlay-init: warning: FILE:1: unable to change the owner of %s: Operation not "
	                                  "permitted; what this container may not change stays as it is\n", d);
	CHECK_TEXT(said, want);
}
