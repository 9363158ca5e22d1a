#include "rules.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../lib/err.h"
#include "../lib/io.h"
#include "../lib/scan.h"

static void add(struct words *out, char *word)
{
	if (out->count == RULE_WORDS_MAX) {
		out->full = true;
		return;
	}
	out->word[out->count++] = word;
	out->word[out->count] = NULL;
}

void rule_split(char *text, struct words *out)
{
	static const char blanks[] = " \t\r";
	/* Ends the list even where nothing is added: its memory may have been used before. */
	out->word[out->count] = NULL;
	for (char *next = text; next;) {
		char *line = next;
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		line += strspn(line, blanks);
		size_t n = strlen(line);
		while (n && strchr(blanks, line[n - 1]))
			n--;
		line[n] = '\0';
		if (n && line[0] != '#')
			add(out, line);
	}
}

bool rule_is_folder(const char *word)
{
	return word[0] == '/' || word[0] == '.';
}

bool rule_is_action(const char *word)
{
	return rule_is_folder(word) || word[0] == '=' || ((word[0] == '1' || word[0] == '2') && !word[1]);
}

void rule_defaults(char *const *script, size_t n, struct words *out)
{
	size_t acted = n;
	while (acted && !rule_is_action(script[acted - 1]))
		acted--;
	for (size_t i = 0; i < n; i++)
		if (i < acted || !strchr("+-ftT", script[i][0]))
			add(out, script[i]);
}

size_t rules_read(const char *dir, bool (*usable)(char *folder, void *context), void *context, struct words *out)
{
	struct scan names;
	size_t taken = 0;
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || !scan_fd(fd, &names)) {
		if (errno != ENOENT)
			warn("read", dir);
		if (fd >= 0)
			(void)close(fd); /* read only */
		return 0;
	}
	for (size_t i = 0; i < names.count; i++) {
		size_t length;
		if (names.name[i][0] == '.')
			continue;
		char *text = load_file_at(fd, names.name[i], RULE_SIZE_MAX, &length);
		if (!text) {
			warnx("unable to read %s/%s: %m: that rule is left out", dir, names.name[i]);
			continue;
		}
		static struct words rule;
		rule.count = 0;
		rule.full = false;
		rule_split(text, &rule);
		bool fits = !rule.full && out->count + rule.count <= RULE_WORDS_MAX;
		bool good = fits && rule.count && rule_is_action(rule.word[rule.count - 1]);
		if (!good) {
			warnx("%s/%s: left out: %s", dir, names.name[i],
			      fits ? "its last line must say where to: a folder, 1, 2 or =FILE" : "too many directives");
			free(text);
			continue;
		}
		for (size_t w = 0; good && w < rule.count; w++)
			good = !rule_is_folder(rule.word[w]) || usable(rule.word[w], context);
		if (!good) {
			free(text);
			continue;
		}
		for (size_t w = 0; w < rule.count; w++)
			add(out, rule.word[w]);
		taken++;
	}
	scan_free(&names);
	(void)close(fd); /* read only */
	return taken;
}
