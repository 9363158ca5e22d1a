#include "knobs.h"

#include <stdint.h>
#include <string.h>
#include "../lib/envdir.h"
#include "../lib/err.h"
#include "../lib/logdir.h"
#include "../lib/signals.h"
#include "../lib/str.h"

/* The kinds as knobs.def calls them. */
#define KIND_flag KNOB_FLAG
#define KIND_set KNOB_SET
#define KIND_choice KNOB_CHOICE
#define KIND_time KNOB_TIME
#define KIND_text KNOB_TEXT
#define KIND_lines KNOB_LINES
#define KIND_signal KNOB_SIGNAL

static const struct knob {
	const char *name;
	const char *text;
	unsigned int value, min, max;
	unsigned short offset; /* small types, in this order: a row takes 32 bytes instead of 48 */
	unsigned char kind;
	bool number;
} table[] = {
#define NUMBER(field, name, kind, value, min, max, unit, help) \
	{name, NULL, value, min, max, offsetof(struct knobs, field), KIND_##kind, true},
#define TEXT(field, name, kind, value, unit, help) \
	{name, value, 0, 0, 0, offsetof(struct knobs, field), KIND_##kind, false},
#include "../knobs.def"
#undef NUMBER
#undef TEXT
};
enum { TABLE_SIZE = sizeof table / sizeof table[0], NAME_MAX_LENGTH = 63, FAR = 4 };

enum knob_answer knob_number(enum knob_kind kind, const char *value, unsigned int fallback, unsigned int min,
                             unsigned int max, unsigned int *out)
{
	*out = fallback;
	if (!value[0])
		return KNOB_GOOD;
	if (kind == KNOB_SET) {
		*out = strcmp(value, "0") != 0;
		return KNOB_GOOD;
	}
	size_t n = strlen(value);
	bool negative = value[0] == '-';
	uint64_t number = 0;
	for (size_t i = negative; i < n; i++)
		if (value[i] < '0' || value[i] > '9')
			return KNOB_NO_NUMBER;
	if (n == negative)
		return KNOB_NO_NUMBER;
	if (negative) {
		*out = min;
		return KNOB_BELOW;
	}
	if (!parse_u64(value, n, max, &number)) {
		*out = max;
		return KNOB_ABOVE;
	}
	*out = number < min ? min : (unsigned int)number;
	return number < min ? KNOB_BELOW : KNOB_GOOD;
}

/* Levenshtein's distance of a[0..n) and b, one row at a time. */
static size_t distance(const char *a, size_t n, const char *b)
{
	size_t row[NAME_MAX_LENGTH + 1];
	size_t m = strlen(b);
	for (size_t j = 0; j <= m; j++)
		row[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);
			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[m];
}

const char *knob_nearest(const char *name, size_t n)
{
	const char *nearest = NULL;
	size_t best = FAR + 1;
	if (n > NAME_MAX_LENGTH)
		return NULL;
	for (size_t i = 0; i < TABLE_SIZE; i++) {
		size_t d = distance(name, n, table[i].name);
		if (d < best) {
			best = d;
			nearest = table[i].name;
		}
	}
	return nearest;
}

static const struct knob *find(const char *name, size_t n)
{
	for (size_t i = 0; i < TABLE_SIZE; i++)
		if (text_is(name, n, table[i].name))
			return &table[i];
	return NULL;
}

static void set_number(struct knobs *out, const struct knob *k, const char *value)
{
	unsigned int number;
	enum knob_answer answer = knob_number(k->kind, value, k->value, k->min, k->max, &number);
	if (answer == KNOB_NO_NUMBER)
		warnx("%s=%s is no number: %u is used", k->name, value, number);
	else if (answer == KNOB_BELOW)
		warnx("%s=%s is too small: %u is used", k->name, value, number);
	else if (answer == KNOB_ABOVE)
		warnx("%s=%s is too big: %u is used", k->name, value, number);
	memcpy((char *)out + k->offset, &number, sizeof number);
}

static void set_text(struct knobs *out, const struct knob *k, const char *value)
{
	if (k->kind == KNOB_SIGNAL && value[0] && !signal_number(value, strlen(value))) {
		warnx("%s=%s is no signal: left out", k->name, value);
		value = "";
	}
	if (!value[0])
		value = k->text;
	memcpy((char *)out + k->offset, &value, sizeof value);
}

static void unknown(const char *name, size_t n)
{
	char shown[NAME_MAX_LENGTH + 1];
	struct buf b;
	/* What images call the version that they install (ENV S6_OVERLAY_VERSION) was never meant for /init. */
	if (text_starts(name, "S6_OVERLAY_"))
		return;
	buf_init(&b, shown, sizeof shown);
	buf_bytes(&b, name, n);
	const char *near = knob_nearest(name, n);
	if (near)
		warnx("%s is no variable of s6-overlay: did you mean %s?", shown, near);
	else
		warnx("%s is no variable of s6-overlay", shown);
}

void knobs_read(struct knobs *out, char *const *env)
{
	memset(out, 0, sizeof *out);
	for (size_t i = 0; i < TABLE_SIZE; i++) {
		if (table[i].number)
			memcpy((char *)out + table[i].offset, &table[i].value, sizeof table[i].value);
		else
			set_text(out, &table[i], table[i].text);
	}
	const char *verbosity = env_get(env, "S6_VERBOSITY");
	unsigned int level;
	if (verbosity && knob_number(KNOB_CHOICE, verbosity, out->verbosity, 0, 5, &level) != KNOB_NO_NUMBER)
		err_verbosity = level;
	for (char *const *at = env; *at; at++) {
		if (!text_starts(*at, "S6_"))
			continue;
		size_t n = strcspn(*at, "=");
		if (!(*at)[n])
			continue;
		const struct knob *k = find(*at, n);
		if (!k)
			unknown(*at, n);
		else if (k->number)
			set_number(out, k, *at + n + 1);
		else
			set_text(out, k, *at + n + 1);
	}
	out->services_gracetime_set = env_get(env, "S6_SERVICES_GRACETIME") != NULL;
	out->finish_maxtime_set = env_get(env, "S6_KILL_FINISH_MAXTIME") != NULL;
	out->kill_gracetime_set = env_get(env, "S6_KILL_GRACETIME") != NULL;
}
