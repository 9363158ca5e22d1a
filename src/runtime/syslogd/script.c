#include "script.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../lib/envdir.h"
#include "../lib/err.h"
#include "../lib/logdir.h"

/* The classical group access; setgid as for all log folders of ours, which here gives the files their folder's group. */
enum { FOLDER_MODE = 02750, SCRIPT_MAX = 8192, SCRIPT_WORDS = 500 };

#define EVERYTHING LOG_FOLDER "/everything"

/* Names of socklog itself for what the rules of socklog-overlay call otherwise. */
static const char *const links[][2] = {{"secure", LOG_FOLDER "/auth"},
                                       {"kernel", LOG_FOLDER "/kern"},
                                       {"everything", LOG_FOLDER "/main"}};

static bool make(char *folder, void *context)
{
	const struct log_user *user = context;
	(void)logdir_make(folder, FOLDER_MODE, user->uid, user->gid, false); /* judged by is_usable */
	return true;
}

static bool make_ours(char *folder, void *context)
{
	(void)context;
	if (access(folder, W_OK | X_OK) < 0) /* given to a user that we can't become */
		(void)logdir_make(folder, FOLDER_MODE, geteuid(), getegid(), true); /* judged by is_usable */
	return true;
}

static bool is_usable(char *folder, void *context)
{
	bool *said = context;
	if (access(folder, W_OK | X_OK) == 0)
		return true;
	if (errno == ENOENT && access(LOG_FOLDER, F_OK) < 0)
		(void)mkdir(LOG_FOLDER, 0750); /* once more, for the reason: a read-only root, say */
	if (!*said)
		warnx("unable to write into %s: %m", folder);
	*said = true;
	return false;
}

static void make_links(void)
{
	for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
		if (symlink(links[i][0], links[i][1]) < 0 && errno != EEXIST)
			return; /* no folder to put them into: said elsewhere */
}

static void defaults(char *const *env, struct words *out)
{
	static char text[SCRIPT_MAX] = DEFAULT_LOGGING_SCRIPT;
	static char *words[SCRIPT_WORDS];
	const char *set = env_get(env, "S6_LOGGING_SCRIPT");
	if (set && set[strspn(set, " \t\r\n")]) {
		if (strlen(set) < sizeof text)
			memcpy(text, set, strlen(set) + 1);
		else
			warnx("S6_LOGGING_SCRIPT is longer than %u bytes: left out", (unsigned int)SCRIPT_MAX - 1);
	}
	size_t n = logging_script_split(text, words, SCRIPT_WORDS);
	rule_defaults(words, n < SCRIPT_WORDS ? n : SCRIPT_WORDS, out);
}

void script_simple(struct words *out)
{
	static char all[] = "+";
	static char to_stdout[] = "1";
	static char to_folder[] = EVERYTHING;
	static char text[sizeof DEFAULT_LOGGING_SCRIPT];
	bool folder = access(EVERYTHING, W_OK | X_OK) == 0;
	memcpy(text, DEFAULT_LOGGING_SCRIPT, sizeof text); /* anew: the split has cut it the last time */
	out->count = folder ? logging_script_split(text, out->word, RULE_WORDS_MAX) : 0;
	out->word[out->count++] = all;
	out->word[out->count++] = folder ? to_folder : to_stdout;
	out->word[out->count] = NULL;
}

/* Top, everything and what the rules name, as `maker` makes it. What is wrong with a rule is said when it is read for use. */
static void make_folders(bool (*maker)(char *folder, void *context), void *context)
{
	static char top[] = LOG_FOLDER;
	static char everything[] = EVERYTHING;
	static struct words unread;
	unsigned int verbosity = err_verbosity;
	err_verbosity = 0;
	unread.count = 0;
	(void)maker(top, context);
	(void)maker(everything, context);
	(void)rules_read(RULES_DIR, maker, context, &unread);
	err_verbosity = verbosity;
	make_links();
}

void script_prepare(char *const *env, struct words *out)
{
	struct log_user user;
	bool said = false;
	log_user_find(&user);
	make_folders(make, &user);
	if (!log_user_become(&user)) {
		if (!geteuid()) /* nobody expects it of another */
			warnx("not permitted to become the log user (%m): logging as we are");
		make_folders(make_ours, NULL);
	}
	out->count = 0;
	defaults(env, out);
	if (rules_read(RULES_DIR, is_usable, &said, out))
		return;
	script_simple(out);
	if (!rule_is_folder(out->word[out->count - 1]))
		warnx("no folder for the messages: they go to stdout");
	else
		warnx("no rule in " RULES_DIR ": all messages go to " EVERYTHING);
}
