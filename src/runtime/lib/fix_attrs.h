#ifndef S6TS_FIX_ATTRS_H
#define S6TS_FIX_ATTRS_H
/* fix-attrs.d files: "path recurse account[,uid:gid] fmode dmode" a line. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "account.h"

struct fix_attrs_options {
	bool hidden; /* S6_FIX_ATTRS_HIDDEN=1: entries whose name begins with a dot too */
};

struct fix_attrs_rule {
	const char *path; /* a glob; points into the line */
	size_t path_len;
	bool recurse;
	const char *account; /* account[,uid:gid] as written */
	size_t account_len;
	bool set_fmode;
	bool set_dmode;
	mode_t fmode;
	mode_t dmode;
};

enum fix_attrs_line { FIX_ATTRS_RULE, FIX_ATTRS_BLANK, FIX_ATTRS_BAD };

/* Pure: one line without its newline. BAD sets *why ("mode is not octal") and *column (from 1). */
enum fix_attrs_line fix_attrs_parse(const char *line, size_t n, struct fix_attrs_rule *out, const char **why,
                                    size_t *column);

/* Applies a whole file in this process, saying FILE:LINE: … for what fails. Returns an exit code: 0, 1 or 111. */
int fix_attrs_file(const char *path, const struct fix_attrs_options *options);

#endif
