#include <string.h>
#include "fix_attrs.h"
#include "str.h"

enum { PATH_FIELD, RECURSE_FIELD, ACCOUNT_FIELD, FMODE_FIELD, DMODE_FIELD, FIELDS };

static const char *const missing[FIELDS] = {
	[RECURSE_FIELD] = "recurse, account, fmode and dmode are missing",
	[ACCOUNT_FIELD] = "account, fmode and dmode are missing",
	[FMODE_FIELD] = "fmode and dmode are missing",
	[DMODE_FIELD] = "dmode is missing",
};

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The next word of [*at, end); a word that begins with # is a comment up to the end of the line. */
static bool next_word(const char **at, const char *end, struct fix_attrs_word *word)
{
	while (*at < end && blank(**at))
		(*at)++;
	if (*at == end || **at == '#')
		return false;
	word->s = *at;
	while (*at < end && !blank(**at))
		(*at)++;
	word->n = (size_t)(*at - word->s);
	return true;
}

static enum fix_attrs_line bad(struct fix_attrs_fault *fault, const char *why, struct fix_attrs_word word)
{
	*fault = (struct fix_attrs_fault){why, word};
	return FIX_ATTRS_BAD;
}

static bool mode_field(struct fix_attrs_word word, bool *set, mode_t *mode)
{
	unsigned int bits = 0;
	*set = !text_is(word.s, word.n, "-");
	if (*set && !parse_mode(word.s, word.n, &bits))
		return false;
	*mode = bits;
	return true;
}

enum fix_attrs_line fix_attrs_parse(const char *line, size_t n, struct fix_attrs_rule *rule,
                                    struct fix_attrs_fault *fault)
{
	const struct fix_attrs_word none = {"", 0};
	struct fix_attrs_word word[FIELDS];
	struct fix_attrs_word extra;
	const char *at = line;
	size_t count = 0;
	if (memchr(line, '\0', n))
		return bad(fault, "the line holds a NUL byte", none);
	if (n && line[n - 1] == '\r') {
		n--;
		if (next_word(&at, line + n, &extra))
			return bad(fault, "Windows line end (CR LF): convert the file, as with dos2unix", none);
		return FIX_ATTRS_BLANK;
	}
	while (count < FIELDS && next_word(&at, line + n, &word[count]))
		count++;
	if (!count)
		return FIX_ATTRS_BLANK;
	if (count < FIELDS)
		return bad(fault, missing[count], none);
	if (next_word(&at, line + n, &extra))
		return bad(fault, "more than five fields", extra);
	rule->path = word[PATH_FIELD];
	rule->account = word[ACCOUNT_FIELD];
	rule->recurse = text_is(word[RECURSE_FIELD].s, word[RECURSE_FIELD].n, "true");
	if (!rule->recurse && !text_is(word[RECURSE_FIELD].s, word[RECURSE_FIELD].n, "false"))
		return bad(fault, "recurse is neither true nor false", word[RECURSE_FIELD]);
	if (!mode_field(word[FMODE_FIELD], &rule->set_fmode, &rule->fmode))
		return bad(fault, "fmode is neither octal nor -", word[FMODE_FIELD]);
	if (!mode_field(word[DMODE_FIELD], &rule->set_dmode, &rule->dmode))
		return bad(fault, "dmode is neither octal nor -", word[DMODE_FIELD]);
	return FIX_ATTRS_RULE;
}
