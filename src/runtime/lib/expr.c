#include "expr.h"

#include <string.h>
#include "str.h"

enum { DEEPEST = 500, LEVELS = 5 };

struct parser {
	const char *const *words;
	size_t count;
	size_t at;
	size_t depth;
};

/* Weakest first; those of a level associate to the left. */
static const char *const operators[LEVELS][7] = {
	{"|"}, {"&"}, {"=", ">", ">=", "<", "<=", "!="}, {"+", "-"}, {"*", "/", "%"},
};

static enum expr_fault parse(struct parser *p, size_t level, struct expr_value *out);

static struct expr_value number(int64_t n)
{
	return (struct expr_value){.text = NULL, .number = n};
}

static bool looks_like_integer(const char *s)
{
	s += *s == '-';
	return *s && strspn(s, "0123456789") == strlen(s);
}

static enum expr_fault integer_of(const struct expr_value *v, int64_t *out)
{
	uint64_t size = 0;
	*out = v->number;
	if (!v->text)
		return EXPR_GOOD;
	if (!looks_like_integer(v->text))
		return EXPR_NO_NUMBER;
	bool negative = v->text[0] == '-';
	const char *digits = v->text + negative;
	if (!parse_u64(digits, strlen(digits), (uint64_t)INT64_MAX + negative, &size))
		return EXPR_TOO_BIG;
	*out = negative ? (int64_t)(0 - size) : (int64_t)size;
	return EXPR_GOOD;
}

bool expr_is_false(const struct expr_value *v)
{
	if (!v->text)
		return v->number == 0;
	const char *s = v->text;
	s += *s == '-' && s[1];
	return strspn(s, "0") == strlen(s);
}

const char *expr_text(const struct expr_value *v, char room[EXPR_TEXT])
{
	if (v->text)
		return v->text;
	struct buf b;
	buf_init(&b, room, EXPR_TEXT);
	if (v->number < 0)
		buf_text(&b, "-");
	buf_number(&b, v->number < 0 ? 0 - (uint64_t)v->number : (uint64_t)v->number);
	return room;
}

static enum expr_fault calculate(char operator, int64_t a, int64_t b, int64_t *out)
{
	if (operator == '+')
		return __builtin_add_overflow(a, b, out) ? EXPR_TOO_BIG : EXPR_GOOD;
	if (operator == '-')
		return __builtin_sub_overflow(a, b, out) ? EXPR_TOO_BIG : EXPR_GOOD;
	if (operator == '*')
		return __builtin_mul_overflow(a, b, out) ? EXPR_TOO_BIG : EXPR_GOOD;
	if (!b)
		return EXPR_ZERO_DIVISOR;
	if (a == INT64_MIN && b == -1) { /* the one quotient that doesn't fit */
		*out = 0;
		return operator == '%' ? EXPR_GOOD : EXPR_TOO_BIG;
	}
	*out = operator == '/' ? a / b : a % b;
	return EXPR_GOOD;
}

static bool holds(const char *operator, int order)
{
	switch (operator[0]) {
	case '=': return order == 0;
	case '!': return order != 0;
	case '<': return order < 0 || (operator[1] && order == 0);
	default: return order > 0 || (operator[1] && order == 0);
	}
}

/* As numbers where both are, else byte by byte. */
static enum expr_fault compare(const char *operator, const struct expr_value *a, const struct expr_value *b,
                               struct expr_value *out)
{
	int64_t left = 0;
	int64_t right = 0;
	char room[2][EXPR_TEXT];
	enum expr_fault first = integer_of(a, &left);
	enum expr_fault second = integer_of(b, &right);
	int order = (left > right) - (left < right);
	if (first == EXPR_NO_NUMBER || second == EXPR_NO_NUMBER)
		order = strcmp(expr_text(a, room[0]), expr_text(b, room[1]));
	else if (first || second)
		return EXPR_TOO_BIG;
	*out = number(holds(operator, order));
	return EXPR_GOOD;
}

static enum expr_fault apply(const char *operator, const struct expr_value *a, const struct expr_value *b,
                             struct expr_value *out)
{
	int64_t left = 0;
	int64_t right = 0;
	if (operator[0] == '|') {
		bool empty = b->text && !*b->text;
		*out = !expr_is_false(a) ? *a : empty ? number(0) : *b;
		return EXPR_GOOD;
	}
	if (operator[0] == '&') {
		*out = expr_is_false(a) || expr_is_false(b) ? number(0) : *a;
		return EXPR_GOOD;
	}
	if (strchr("=<>!", operator[0]))
		return compare(operator, a, b, out);
	enum expr_fault fault = integer_of(a, &left);
	if (!fault)
		fault = integer_of(b, &right);
	*out = number(0);
	return fault ? fault : calculate(operator[0], left, right, &out->number);
}

static const char *operator_here(const struct parser *p, size_t level)
{
	for (size_t i = 0; p->at < p->count && operators[level][i]; i++)
		if (strcmp(p->words[p->at], operators[level][i]) == 0)
			return operators[level][i];
	return NULL;
}

static enum expr_fault operand(struct parser *p, struct expr_value *out)
{
	if (p->at == p->count || strcmp(p->words[p->at], ")") == 0)
		return EXPR_SYNTAX;
	const char *word = p->words[p->at++];
	*out = (struct expr_value){.text = word, .number = 0};
	if (strcmp(word, "(") != 0)
		return EXPR_GOOD;
	if (++p->depth > DEEPEST)
		return EXPR_TOO_DEEP;
	enum expr_fault fault = parse(p, 0, out);
	if (fault)
		return fault;
	if (p->at == p->count || strcmp(p->words[p->at], ")") != 0)
		return EXPR_SYNTAX;
	p->at++;
	p->depth--;
	return EXPR_GOOD;
}

static enum expr_fault parse(struct parser *p, size_t level, struct expr_value *out)
{
	if (level == LEVELS)
		return operand(p, out);
	enum expr_fault fault = parse(p, level + 1, out);
	for (const char *operator; !fault && (operator = operator_here(p, level));) {
		struct expr_value left = *out;
		struct expr_value right;
		size_t here = p->at++;
		fault = parse(p, level + 1, &right);
		if (fault)
			break;
		fault = apply(operator, &left, &right, out);
		if (fault)
			p->at = here;
	}
	return fault;
}

enum expr_fault expr_evaluate(const char *const *words, size_t count, struct expr_value *out, size_t *at)
{
	struct parser p = {.words = words, .count = count, .at = 0, .depth = 0};
	enum expr_fault fault = parse(&p, 0, out);
	*at = p.at;
	return fault ? fault : p.at < count ? EXPR_SYNTAX : EXPR_GOOD;
}

const char *expr_fault_text(enum expr_fault fault)
{
	switch (fault) {
	case EXPR_SYNTAX: return "syntax error";
	case EXPR_NO_NUMBER: return "an operand is no integer";
	case EXPR_ZERO_DIVISOR: return "division by zero";
	case EXPR_TOO_BIG: return "an integer doesn't fit 64 bits";
	case EXPR_TOO_DEEP: return "more than 500 parentheses in each other";
	default: return "nothing is wrong";
	}
}
