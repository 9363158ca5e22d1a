#ifndef S6TS_FIX_ATTRS_H
#define S6TS_FIX_ATTRS_H
/* fix-attrs.d files: "path recurse account[,uid:gid] fmode dmode" a line (RUNTIME.md, "fix-attrs.d"). */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct fix_attrs_options {
	bool hidden; /* S6_FIX_ATTRS_HIDDEN=1: entries whose name begins with a dot too */
};

/* A piece of the line. */
struct fix_attrs_word {
	const char *s;
	size_t n;
};

struct fix_attrs_rule {
	struct fix_attrs_word path;    /* may be a glob */
	struct fix_attrs_word account; /* account[,uid:gid], for account_resolve */
	bool recurse;
	bool set_fmode; /* false: "-", leave it */
	bool set_dmode;
	mode_t fmode;
	mode_t dmode;
};

struct fix_attrs_fault {
	const char *why;            /* "mode is not octal" */
	struct fix_attrs_word word; /* the word that is wrong; n 0: none is */
};

enum fix_attrs_line { FIX_ATTRS_RULE, FIX_ATTRS_BLANK, FIX_ATTRS_BAD };

/* Pure: one line without its newline. Fills rule for RULE, fault for BAD. */
enum fix_attrs_line fix_attrs_parse(const char *line, size_t n, struct fix_attrs_rule *rule,
                                    struct fix_attrs_fault *fault);

/*
 * Applies a whole file in this process. Says "FILE:LINE: what is wrong" for each line that can't be applied, and goes
 * on with the others. Returns an exit code: 0, 1 where anything failed, 111 where the file can't be read.
 * What isn't permitted (EPERM, EACCES) is said once and no failure: containers without privileges must go on.
 */
int fix_attrs_file(const char *path, const struct fix_attrs_options *options);
/* The same with the rules' text in memory; shown is its name in messages. */
int fix_attrs_text(const char *text, size_t length, const char *shown, const struct fix_attrs_options *options);

#endif
