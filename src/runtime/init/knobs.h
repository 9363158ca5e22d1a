#ifndef S6TS_KNOBS_H
#define S6TS_KNOBS_H
/* The S6_* variables (knobs.def) as values, with warnings for what isn't understood. */

#include <stdbool.h>
#include <stddef.h>

struct knobs {
#define NUMBER(field, name, kind, value, min, max, unit, help) unsigned int field;
#define TEXT(field, name, kind, value, unit, help) const char *field;
#include "../knobs.def"
#undef NUMBER
#undef TEXT
	/* Set by the user: of such waits alone is he warned where they add up. */
	bool services_gracetime_set;
	bool finish_maxtime_set;
	bool kill_gracetime_set;
};

enum knob_kind { KNOB_FLAG, KNOB_SET, KNOB_CHOICE, KNOB_TIME, KNOB_TEXT, KNOB_LINES, KNOB_SIGNAL };

/* What a value is worth. */
enum knob_answer { KNOB_GOOD, KNOB_NO_NUMBER, KNOB_BELOW, KNOB_ABOVE };

/*
 * Pure: a number knob's value. GOOD: *out is it. BELOW and ABOVE: *out is the nearest bound. NO_NUMBER: *out is
 * fallback. An empty value counts as unset: GOOD, fallback.
 */
enum knob_answer knob_number(enum knob_kind kind, const char *value, unsigned int fallback, unsigned int min,
                             unsigned int max, unsigned int *out);

/* Pure: the knob whose name is nearest to name[0..n) (edit distance at most 4), or NULL. */
const char *knob_nearest(const char *name, size_t n);

/* Defaults, then what env says. Sets err_verbosity first, so that the warnings obey it. Strings point into env. */
void knobs_read(struct knobs *out, char *const *env);

#endif
