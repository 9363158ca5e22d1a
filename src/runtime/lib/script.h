#ifndef S6TS_SCRIPT_H
#define S6TS_SCRIPT_H
/* Why a script can't run, before the kernel says only "exec format error" or "no such file". */

#include <stddef.h>
#include "str.h"

enum script_fault {
	SCRIPT_OK,
	SCRIPT_MISSING,            /* nothing there, or a dangling link */
	SCRIPT_NOT_FILE,           /* a folder, device, … */
	SCRIPT_NOT_EXECUTABLE,     /* no x bit for us */
	SCRIPT_UNREADABLE,         /* open or read failed: error holds errno */
	SCRIPT_EMPTY,              /* no byte in it */
	SCRIPT_NO_INTERPRETER_LINE, /* neither "#!" nor a binary */
	SCRIPT_BAD_INTERPRETER_LINE, /* "#!" with nothing behind it */
	SCRIPT_CRLF,               /* the "#!" line ends with CR LF */
	SCRIPT_BOM,                /* UTF-8 byte order mark before "#!" */
	SCRIPT_NO_INTERPRETER,     /* the interpreter isn't in the image */
	SCRIPT_INTERPRETER_NOT_EXECUTABLE,
};

struct script_report {
	enum script_fault fault;
	int error;
	char interpreter[256]; /* as written in the "#!" line, cut at 255 */
};

/* Pure: the first bytes of a file. Fills fault (OK, EMPTY, NO_…LINE, BAD_…, CRLF, BOM) and interpreter ("" = binary). */
void script_parse(const char *head, size_t n, struct script_report *report);
/* Opens path (relative to dirfd) and checks all of it, the interpreter included. */
enum script_fault script_check_at(int dirfd, const char *path, struct script_report *report);
/* What is wrong and what to do, without the path: "has no #! line: its first line must name …". "" for OK. */
void script_message(const struct script_report *report, struct buf *out);

#endif
