#include "fix_attrs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include "account.h"
#include "attrs.h"
#include "err.h"
#include "io.h"
#include "resolve.h"
#include "str.h"

enum { FIX_ATTRS_FILE_MAX = 1 << 20, FAILURES_SHOWN = 5 };

/* One file being applied; both visitors are parts of it. */
struct job {
	struct resolve_visitor visitor;
	struct attrs_failures failures;
	const char *file;
	char line[U64_TEXT];
	struct attrs attrs;
	unsigned int failed;  /* failures of this line */
	bool refusal_is_said; /* what isn't permitted: once a file */
	int code;
};

static struct job *job_of_visitor(struct resolve_visitor *v)
{
	return (struct job *)(void *)((char *)v - offsetof(struct job, visitor));
}

static struct job *job_of_failures(struct attrs_failures *f)
{
	return (struct job *)(void *)((char *)f - offsetof(struct job, failures));
}

static void job_failed(struct job *job, const char *what, const char *path, int error)
{
	if (error == EPERM || error == EACCES || error == EROFS) {
		if (!job->refusal_is_said)
			warnx("%s:%s: unable to %s %s: %s; what this container may not change stays as it is", job->file,
			      job->line, what, path, strerror(error));
		job->refusal_is_said = true;
		return;
	}
	job->code = 1;
	if (++job->failed > FAILURES_SHOWN)
		return;
	if (error)
		err_line(2, "%s:%s: unable to %s %s: %s", job->file, job->line, what, path, strerror(error));
	else
		err_line(2, "%s:%s: %s %s", job->file, job->line, what, path);
}

static void visitor_failed(struct resolve_visitor *self, const char *what, const char *path, int error)
{
	job_failed(job_of_visitor(self), what, path, error);
}

static void tree_failed(struct attrs_failures *self, const char *what, const char *path, int error)
{
	job_failed(job_of_failures(self), what, path, error);
}

static void visitor_found(struct resolve_visitor *self, int dirfd, const char *name, const char *path)
{
	struct job *job = job_of_visitor(self);
	attrs_apply_tree(dirfd, name, path, &job->attrs, &job->failures);
}

static void bad_line(struct job *job, const char *why, const char *word, size_t n)
{
	char shown[256];
	struct buf b;
	buf_init(&b, shown, sizeof shown);
	buf_bytes(&b, word, n);
	err_line(2, "%s:%s: %s%s%s%s", job->file, job->line, why, n ? ": \"" : "", shown, n ? "\"" : "");
	job->code = 1;
}

static void apply_line(struct job *job, const struct account_db *db, const char *line, size_t n)
{
	struct fix_attrs_rule rule;
	struct fix_attrs_fault fault;
	const char *why = NULL;
	switch (fix_attrs_parse(line, n, &rule, &fault)) {
	case FIX_ATTRS_BLANK:
		return;
	case FIX_ATTRS_BAD:
		bad_line(job, fault.why, fault.word.s, fault.word.n);
		return;
	case FIX_ATTRS_RULE:
		break;
	}
	if (!account_resolve(db, rule.account.s, rule.account.n, &job->attrs.uid, &job->attrs.gid, &why)) {
		bad_line(job, why, rule.account.s, rule.account.n);
		return;
	}
	job->attrs.recurse = rule.recurse;
	job->attrs.set_fmode = rule.set_fmode;
	job->attrs.set_dmode = rule.set_dmode;
	job->attrs.fmode = rule.fmode;
	job->attrs.dmode = rule.dmode;
	job->failed = 0;
	resolve(rule.path.s, rule.path.n, &job->visitor);
	if (job->failed > FAILURES_SHOWN) {
		char more[U64_TEXT];
		(void)u64_text(more, job->failed - FAILURES_SHOWN); /* the length isn't needed */
		err_line(2, "%s:%s: and %s more failures", job->file, job->line, more);
	}
}

static int unreadable(const char *shown, const char *what)
{
	err_line(2, "%s: unable to read %s: %m", shown, what);
	return EXIT_SYSTEM;
}

int fix_attrs_text(const char *text, size_t length, const char *shown, const struct fix_attrs_options *options)
{
	struct account_db db;
	struct job job = {
		.visitor = {.found = visitor_found, .failed = visitor_failed},
		.failures = {.failed = tree_failed},
		.file = shown,
		.attrs = {.hidden = options->hidden},
	};
	const char *what = NULL;
	if (!account_db_load(&db, &what))
		return unreadable(shown, what);
	uint64_t number = 0;
	size_t n = 0;
	for (size_t at = 0; at < length; at += n + 1) {
		const char *newline = memchr(text + at, '\n', length - at);
		n = newline ? (size_t)(newline - text) - at : length - at;
		(void)u64_text(job.line, ++number); /* the length isn't needed */
		apply_line(&job, &db, text + at, n);
	}
	account_db_free(&db);
	return job.code;
}

int fix_attrs_file(const char *path, const struct fix_attrs_options *options)
{
	size_t length = 0;
	char *text = load_file_at(AT_FDCWD, path, FIX_ATTRS_FILE_MAX, &length);
	if (!text)
		return unreadable(path, "it");
	int code = fix_attrs_text(text, length, path, options);
	free(text);
	return code;
}
