#ifndef S6TS_SYSLOGD_RULES_H
#define S6TS_SYSLOGD_RULES_H
/* The folder of rules, /etc/socklog.rules, as a script for s6-log. */

#include <stdbool.h>
#include <stddef.h>

#define RULES_DIR "/etc/socklog.rules"

enum { RULE_WORDS_MAX = 1000, RULE_SIZE_MAX = 65535 };

/* Words of a script; they point into the texts that they were made from. */
struct words {
	char *word[RULE_WORDS_MAX + 1]; /* NULL-terminated */
	size_t count;
	bool full; /* more than fit: the rest is left out */
};

/* Pure: one directive a line, blanks around it trimmed, empty lines and those that begin with # passed over. Cuts text. */
void rule_split(char *text, struct words *out);

/* Pure: the directive writes somewhere (s6-log's action directives). */
bool rule_is_action(const char *word);
/* Pure: it writes to a folder. */
bool rule_is_folder(const char *word);

/*
 * Pure: what S6_LOGGING_SCRIPT says for all rules: its words, but for selections and timestamps after its last action,
 * which would fall to whichever rule comes first.
 */
void rule_defaults(char *const *script, size_t n, struct words *out);

/*
 * Reads all files of dir in byte order. Rules one of whose folders is not usable are left out. Texts are kept for the
 * process's life. Returns how many rules were taken.
 */
size_t rules_read(const char *dir, bool (*usable)(char *folder, void *context), void *context, struct words *out);

#endif
