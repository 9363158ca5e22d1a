#ifndef S6TS_SCRIPTS_H
#define S6TS_SCRIPTS_H
/* The user's scripts: making them runnable, naming what is wrong with them. */

#include <stdbool.h>
#include <stddef.h>

enum script_use {
	SCRIPT_AS_IT_IS,
	SCRIPT_COPIED,  /* copy in copy_dir is to be run */
	SCRIPT_UNUSABLE /* said already */
};

/*
 * Checks that the script at path can be executed. One that lacks its x bit is given it, else copied to copy_dir/copy
 * with it. what begins the message ("[cont-init.d] 00-one").
 */
enum script_use script_ready(const char *what, const char *path, int copy_dir, const char *copy);

/* After a script ended with 127: a hint, where it doesn't use with-contenv and so had only the bare PATH. */
void script_hint(const char *what, const char *path, int code);

/* True for a regular file or a link to one; else a warning that it is skipped. */
bool script_is_file(const char *what, const char *path);

#endif
