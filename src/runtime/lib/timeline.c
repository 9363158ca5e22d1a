#include "timeline.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

uint64_t monotonic_ns(void)
{
	struct timespec now;
	if (clock_gettime(CLOCK_MONOTONIC, &now) < 0)
		return UINT64_MAX - 1; /* no clock: every deadline has passed, rather than never will */
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void json_text(struct buf *out, const char *s)
{
	static const char hex[] = "0123456789abcdef";
	buf_text(out, "\"");
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		if (c < ' ' || c > '~' || c == '"' || c == '\\') {
			char escape[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
			buf_bytes(out, escape, sizeof escape);
		} else {
			buf_bytes(out, s, 1);
		}
	}
	buf_text(out, "\"");
}

static void json_integer(struct buf *out, const char *key, long long n)
{
	buf_text(out, key);
	if (n < 0)
		buf_text(out, "-");
	buf_number(out, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
}

void timeline_line(struct buf *out, uint64_t ns, const char *stage, const char *event, const char *name, pid_t pid,
                   int code)
{
	buf_text(out, "{\"ns\":");
	buf_number(out, ns);
	buf_text(out, ",\"stage\":");
	json_text(out, stage);
	buf_text(out, ",\"event\":");
	json_text(out, event);
	if (name) {
		buf_text(out, ",\"name\":");
		json_text(out, name);
	}
	if (pid != TIMELINE_NONE)
		json_integer(out, ",\"pid\":", pid);
	if (code != TIMELINE_NONE)
		json_integer(out, ",\"code\":", code);
	buf_text(out, "}\n");
}

void timeline_event(int fd, const char *stage, const char *event, const char *name, pid_t pid, int code)
{
	if (fd < 0)
		return;
	char line[2048]; /* 255 bytes of name as \u00XX, and the keys */
	struct buf b;
	buf_init(&b, line, sizeof line);
	timeline_line(&b, monotonic_ns(), stage, event, name, pid, code);
	if (!b.full)
		(void)write(fd, b.s, b.len); /* a record, not a duty */
}
