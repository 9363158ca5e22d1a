/*
 * s6-ln [-n] [-s] [-f] [-L] [-P] SOURCE… TARGET: POSIX ln. With -f the new link is made under another name and renamed,
 * so that there is no moment without TARGET.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h> /* rename: C declares it here */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../applets.h"
#include "../lib/alloc.h"
#include "../lib/err.h"
#include "../lib/options.h"
#include "../lib/path.h"
#include "../lib/str.h"

#define USAGE "s6-ln [ -n ] [ -s ] [ -f ] [ -L ] [ -P ] source... target"

static bool symbolic;
static bool force;
static int follow; /* linkat's flag: hard links to a link's target */

static bool make(const char *source, const char *target)
{
	return (symbolic ? symlink(source, target) : linkat(AT_FDCWD, source, AT_FDCWD, target, follow)) == 0;
}

/* Makes TARGET.new.PID.N, in memory of size bytes, with the first N that is free. */
static bool make_beside(const char *source, const char *target, char *temporary, size_t size)
{
	for (unsigned int n = 0; n < 1000; n++) {
		struct buf b;
		buf_init(&b, temporary, size);
		buf_text(&b, target);
		buf_text(&b, ".new.");
		buf_number(&b, (uint64_t)getpid());
		buf_text(&b, ".");
		buf_number(&b, n);
		if (make(source, temporary))
			return true;
		if (errno != EEXIST)
			return false;
	}
	return false;
}

static bool replace(const char *source, const char *target)
{
	size_t size = strlen(target) + (size_t)2 * U64_TEXT + 8;
	char *temporary = alloc(size);
	if (!make_beside(source, target, temporary, size))
		return false;
	bool good = rename(temporary, target) == 0;
	int error = errno;
	/* rename of two names of one file leaves both; elsewhere it is gone, or the failure before counts */
	(void)unlink(temporary);
	errno = error;
	return good;
}

static bool link_one(const char *source, const char *target)
{
	if (make(source, target) || (force && errno == EEXIST && replace(source, target)))
		return true;
	warnx("unable to link %s to %s: %m", target, source);
	return false;
}

/* The link's place inside the folder: the source's last component. */
static bool link_into(const char *source, const char *folder)
{
	size_t n = strlen(source);
	while (n > 1 && source[n - 1] == '/')
		n--;
	char *name = alloc(n + 1);
	memcpy(name, source, n);
	name[n] = '\0';
	return link_one(source, alloc_path(folder, path_base(name)));
}

int applet_s6_ln(int argc, char **argv)
{
	bool replace_link = false;
	struct options o = {.argv = argv, .next = 1};
	for (int letter; (letter = options_next(&o, "nsfLP")) != OPTIONS_END;) {
		switch (letter) {
		case 'n': replace_link = true; break;
		case 's': symbolic = true; break;
		case 'f': force = true; break;
		case 'L': follow = AT_SYMLINK_FOLLOW; break;
		case 'P': follow = 0; break;
		default: die_usage(USAGE);
		}
	}
	size_t count = (size_t)argc - o.next;
	if (count < 2)
		die_usage(USAGE);
	const char *target = argv[argc - 1];
	struct stat st;
	bool folder = (replace_link ? lstat(target, &st) : stat(target, &st)) == 0 && S_ISDIR(st.st_mode);
	if (count > 2 && !folder)
		diex(EXIT_USAGE, "several sources need a folder as target, and %s is none", target);
	if (!folder)
		return link_one(argv[o.next], target) ? 0 : EXIT_SYSTEM;
	int code = 0;
	for (size_t i = o.next; i + 1 < (size_t)argc; i++)
		if (!link_into(argv[i], target))
			code = EXIT_SYSTEM;
	return code;
}
