/* s6-mkdir [-p] [-v] [-m MODE] [DIR…]: POSIX mkdir, MODE in octal; -v tells on stderr what it makes. */

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include "../applets.h"
#include "../lib/err.h"
#include "../lib/options.h"
#include "../lib/str.h"

#define USAGE "s6-mkdir [ -p ] [ -v ] [ -m mode ] [ dir... ]"

static bool verbose;

static bool make(const char *path, mode_t mode)
{
	if (mkdir(path, mode) < 0)
		return false;
	if (verbose)
		err_line(2, "%s: made the folder %s", err_prog, path);
	return true;
}

static bool is_folder(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The folders above path, writable and searchable for us whatever the umask (POSIX). Changes path, and puts it back. */
static bool make_parents(char *path, mode_t mask)
{
	for (char *slash = path + strspn(path, "/"); (slash = strchr(slash, '/'));) {
		char *next = slash + strspn(slash, "/");
		if (!*next)
			break;
		*slash = '\0';
		bool good = is_folder(path);
		if (!good && make(path, 0777)) {
			good = (mask & 0300) == 0 || chmod(path, (0777 & ~mask) | 0300) == 0;
		} else if (!good && errno == EEXIST) {
			good = is_folder(path); /* somebody was quicker */
			if (!good)
				errno = ENOTDIR;
		}
		if (!good) {
			warn("make the folder", path);
			*slash = '/';
			return false;
		}
		*slash = '/';
		slash = next;
	}
	return true;
}

int applet_s6_mkdir(int argc, char **argv)
{
	(void)argc; /* argv is NULL-terminated */
	bool parents = false;
	bool exact = false;
	unsigned int mode = 0777;
	int code = 0;
	struct options o = {.argv = argv, .next = 1};
	for (int letter; (letter = options_next(&o, "pvm:")) != OPTIONS_END;) {
		if (letter == 'p')
			parents = true;
		else if (letter == 'v')
			verbose = true;
		else if (letter == 'm' && parse_mode(o.arg, strlen(o.arg), &mode))
			exact = true;
		else
			die_usage(USAGE);
	}
	mode_t mask = umask(0);
	(void)umask(mask); /* it can't fail */
	for (size_t i = o.next; argv[i]; i++) {
		if (parents && !make_parents(argv[i], mask)) {
			code = EXIT_SYSTEM;
		} else if (make(argv[i], mode)) {
			if (exact && chmod(argv[i], mode) < 0)
				die(EXIT_SYSTEM, "change the mode of", argv[i]);
		} else if (!(parents && errno == EEXIST && is_folder(argv[i]))) {
			warn("make the folder", argv[i]);
			code = EXIT_SYSTEM;
		}
	}
	return code;
}
