#ifndef S6TS_SCRIPTS_H
#define S6TS_SCRIPTS_H
/* The user's scripts: making them runnable, naming what is wrong with them. */

#include <stdbool.h>

enum script_use {
	SCRIPT_AS_IT_IS,
	SCRIPT_BY_INTERPRETER, /* no x bit, and none to be had: script_exec runs it all the same */
	SCRIPT_UNUSABLE,       /* said already */
};

/* "[KIND] NAME", what messages about one of the user's files begin with. */
enum { LABEL_SIZE = 300 };
void script_label(char out[LABEL_SIZE], const char *kind, const char *name);

/*
 * Checks that the script at path can be executed, and gives it the x bit where it lacks one and the root is writable.
 * what begins the message ("[cont-init.d] 00-one").
 */
enum script_use script_ready(const char *what, const char *path);

/* execve for a script without x bit: its #! line is read and its interpreter started, as the kernel would. */
void script_exec(const char *path, char *const *argv, char *const *env);

/* In a forked child: runs a checked script with stdin from `in`; says why and ends with 126 or 127 if it can't. */
_Noreturn void script_run(const char *what, const char *path, enum script_use use, int in, char *const *env);

/* After a script ended with 127: a hint, where it doesn't use with-contenv and so had only the bare PATH. */
void script_hint(const char *what, const char *path, int code);

/* True for a regular file or a link to one; else a warning that it is skipped. */
bool script_is_file(const char *what, const char *path);

#endif
