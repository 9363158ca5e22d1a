#include "message.h"

#include <string.h>

static const char facilities[][9] = {"kern",  "user",   "mail",   "daemon", "auth",   "syslog", "lpr",    "news",
                                     "uucp",  "cron",   "authpriv", "ftp",  "ntp",    "audit",  "alert",  "clock",
                                     "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"};
static const char levels[][7] = {"emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"};
enum { LEVELS = 8, PRI_MAX = 191, USER_NOTICE = 1 * LEVELS + 5 };

/* What is left of the message, and where the line has got to. */
struct text {
	const char *at;
	const char *end;
	char *out;
};

static void put(struct text *t, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		if ((c < ' ' && c != '\t') || c == 127) {
			*t->out++ = '#';
			*t->out++ = (char)('0' + (c >> 6));
			*t->out++ = (char)('0' + (c >> 3 & 7));
			*t->out++ = (char)('0' + (c & 7));
		} else {
			*t->out++ = (char)c;
		}
	}
}

static void put_text(struct text *t, const char *s)
{
	put(t, s, strlen(s));
}

/* "<13>" → 13, and past it. -1: no valid one. */
static int take_priority(struct text *t)
{
	int value = 0;
	const char *at = t->at;
	if (at == t->end || *at++ != '<')
		return -1;
	const char *digits = at;
	for (; at < t->end && *at >= '0' && *at <= '9' && at - digits < 3; at++)
		value = value * 10 + (*at - '0');
	if (at == digits || at == t->end || *at != '>' || value > PRI_MAX)
		return -1;
	t->at = at + 1;
	return value;
}

/* A field of a header: [s, s + n). */
struct field {
	const char *s;
	size_t n;
};

/* Printable ASCII up to the next blank, 1 to max bytes; *at is past the blank then. */
static bool take_word(const char **at, const char *end, size_t max, struct field *out)
{
	const char *s = *at;
	const char *p = s;
	while (p < end && *p > ' ' && *p < 127)
		p++;
	*out = (struct field){s, (size_t)(p - s)};
	if (p == s || out->n > max || p == end || *p != ' ')
		return false;
	*at = p + 1;
	return true;
}

/* STRUCTURED-DATA (RFC 5424, 6.3): "-", or elements [ID NAME="VALUE" …] one after the other; a blank or the end follows. */
static bool take_data(const char **at, const char *end, struct field *out)
{
	const char *p = *at;
	if (p < end && *p == '-') {
		p++;
	} else {
		bool quoted = false;
		bool open = false;
		if (p == end || *p != '[')
			return false;
		for (; p < end && (open || *p == '['); p++) {
			if (quoted && *p == '\\' && p + 1 < end)
				p++;
			else if (*p == '"')
				quoted = !quoted;
			else if (!quoted && *p == ']')
				open = false;
			else
				open = true;
		}
		if (open)
			return false;
	}
	*out = (struct field){*at, (size_t)(p - *at)};
	if (p < end && *p != ' ')
		return false;
	*at = p < end ? p + 1 : p;
	return true;
}

static bool is_nil(const struct field *f)
{
	return f->n == 1 && f->s[0] == '-';
}

static void put_field(struct text *t, const struct field *f)
{
	if (is_nil(f))
		return;
	put(t, f->s, f->n);
	*t->out++ = ' ';
}

/* The header of RFC 5424, if it is one, and past it. */
static void take_header(struct text *t)
{
	enum { TIME, HOST, APP, PROCID, MSGID, WORDS };
	static const size_t max[WORDS] = {40, 255, 48, 128, 32};
	struct field f[WORDS];
	struct field data;
	const char *at = t->at;
	if (t->end - at < 2 || at[0] != '1' || at[1] != ' ')
		return;
	at += 2;
	for (size_t i = 0; i < WORDS; i++)
		if (!take_word(&at, t->end, max[i], &f[i]))
			return;
	if (!is_nil(&f[TIME]) && (f[TIME].n < 20 || f[TIME].s[4] != '-' || f[TIME].s[10] != 'T'))
		return;
	if (!take_data(&at, t->end, &data))
		return;
	put_field(t, &f[TIME]);
	put_field(t, &f[HOST]);
	if (!is_nil(&f[APP]) || !is_nil(&f[PROCID])) {
		put(t, f[APP].s, f[APP].n);
		if (!is_nil(&f[PROCID])) {
			put_text(t, "[");
			put(t, f[PROCID].s, f[PROCID].n);
			put_text(t, "]");
		}
		put_text(t, ": ");
	}
	put_field(t, &f[MSGID]);
	put_field(t, &data);
	if (t->end - at >= 3 && memcmp(at, "\xEF\xBB\xBF", 3) == 0)
		at += 3;
	t->at = at;
}

size_t message_line(const char *in, size_t n, bool cut, char *out)
{
	while (!cut && n && (in[n - 1] == '\0' || in[n - 1] == '\n'))
		n--;
	if (!n)
		return 0;
	struct text t = {.at = in, .end = in + n, .out = out};
	int priority = take_priority(&t);
	bool given = priority >= 0;
	if (!given)
		priority = USER_NOTICE;
	put_text(&t, facilities[priority / LEVELS]);
	put_text(&t, ".");
	put_text(&t, levels[priority % LEVELS]);
	put_text(&t, ": ");
	if (given)
		take_header(&t);
	put(&t, t.at, (size_t)(t.end - t.at));
	if (cut)
		put_text(&t, "...");
	*t.out++ = '\n';
	return (size_t)(t.out - out);
}
