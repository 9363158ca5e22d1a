#ifndef S6TS_EXPR_H
#define S6TS_EXPR_H
/* POSIX expr without its ":" operator: one word a token, 64-bit integers that never wrap. Calls no system. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum expr_fault { EXPR_GOOD, EXPR_SYNTAX, EXPR_NO_NUMBER, EXPR_ZERO_DIVISOR, EXPR_TOO_BIG, EXPR_TOO_DEEP };

struct expr_value {
	const char *text; /* one of the words; NULL: the number counts */
	int64_t number;
};

enum { EXPR_TEXT = 24 };

/* On a fault *at is the index of the word where it was found; count means the end. */
enum expr_fault expr_evaluate(const char *const *words, size_t count, struct expr_value *out, size_t *at);
/* The value as text: itself, or written into room. */
const char *expr_text(const struct expr_value *v, char room[EXPR_TEXT]);
/* Null or zero: what expr exits 1 for. */
bool expr_is_false(const struct expr_value *v);
const char *expr_fault_text(enum expr_fault fault);

#endif
