#include "exitcode.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include "../lib/err.h"
#include "../lib/io.h"
#include "../lib/str.h"
#include "init.h"

static int blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

int exit_code_parse(const char *text, size_t n)
{
	uint64_t code;
	while (n && blank(text[0])) {
		text++;
		n--;
	}
	while (n && blank(text[n - 1]))
		n--;
	return parse_u64(text, n, 255, &code) ? (int)code : -1;
}

/*
 * The code that a script wrote into the file, or -1. We write ours without a newline and remember it, so that
 * `echo 0 >FILE` can be told from our own 0.
 */
static int by_script(const struct init *s, const char *file, const char *ours)
{
	char text[64];
	ssize_t n = read_file_at(s->work_fd, file, text, sizeof text);
	if (n < 0) {
		if (errno != ENOENT)
			warnx("unable to read " WORK "/%s: %m", file);
		return -1;
	}
	if (strcmp(text, ours) == 0)
		return -1;
	int code = exit_code_parse(text, (size_t)n);
	if (code < 0)
		warnx(WORK "/%s holds no exit code (a number from 0 to 255): left out", file);
	return code;
}

static void publish(struct init *s, const char *file, char ours[8], int force)
{
	char text[U64_TEXT];
	size_t n = u64_text(text, (uint64_t)s->code);
	if ((!force && by_script(s, file, ours) >= 0) || n >= 8)
		return;
	if (!write_file_at(s->work_fd, file, 0644, text, n))
		warnx("unable to write " WORK "/%s: %m", file);
	memcpy(ours, text, n + 1);
}

void exit_code_publish(struct init *s, int force)
{
	publish(s, EXIT_CODE_V1, s->code_v1, force);
	publish(s, EXIT_CODE_V3, s->code_v3, force);
}

int exit_code_final(struct init *s)
{
	int code = by_script(s, EXIT_CODE_V1, s->code_v1);
	if (code < 0)
		code = by_script(s, EXIT_CODE_V3, s->code_v3);
	return code < 0 ? s->code : code;
}
