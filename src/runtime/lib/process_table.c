#include "process_table.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "io.h"
#include "scan.h"
#include "str.h"

/* s6-supervise's argument is NAME/log for a logger. */
static bool supervises_logger(int dirfd)
{
	char line[512];
	ssize_t n = read_file_at(dirfd, "cmdline", line, sizeof line);
	if (n <= 0 || !strstr(line, "s6-supervise"))
		return false;
	const char *name = line + strlen(line) + 1;
	if (name >= line + n)
		return false;
	size_t length = strlen(name);
	return (length > 4 && strcmp(name + length - 4, "/log") == 0) || strcmp(name, CATCH_ALL) == 0;
}

/* PID (COMM) STATE PPID …; COMM may hold anything, so the last parenthesis counts. */
static bool parse_stat(const char *text, pid_t *parent, bool *zombie)
{
	uint64_t number;
	const char *end = strrchr(text, ')');
	if (!end || end[1] != ' ' || !end[2] || end[3] != ' ')
		return false;
	*zombie = end[2] == 'Z' || end[2] == 'X';
	const char *digits = end + 4;
	if (!parse_u64(digits, strcspn(digits, " "), INT32_MAX, &number))
		return false;
	*parent = (pid_t)number;
	return true;
}

static bool add(struct process_table *t, int proc, const char *name, bool loggers)
{
	char text[1024];
	struct process p = {0};
	uint64_t pid;
	if (!parse_u64(name, strlen(name), INT32_MAX, &pid))
		return true;
	int fd = openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return true; /* gone by now */
	p.pid = (pid_t)pid;
	bool good = read_file_at(fd, "stat", text, sizeof text) > 0 && parse_stat(text, &p.parent, &p.zombie);
	if (good && loggers && !p.zombie)
		p.logger = supervises_logger(fd);
	(void)close(fd); /* read only */
	if (!good)
		return true;
	if (t->count == t->size) {
		size_t size = t->size * 2 + 64;
		struct process *bigger = realloc(t->p, size * sizeof *bigger);
		if (!bigger)
			return false;
		t->p = bigger;
		t->size = size;
	}
	t->p[t->count++] = p;
	return true;
}

static bool fill(struct process_table *t, bool loggers)
{
	struct scan names;
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0)
		return false;
	bool good = scan_fd(proc, &names);
	for (size_t i = 0; good && i < names.count; i++)
		good = add(t, proc, names.name[i], loggers);
	scan_free(&names);
	(void)close(proc); /* read only */
	return good && t->count;
}

/* Descent from us, and from a logger's supervisor, handed down until nothing changes: /proc has no tree's order. */
static void hand_down(struct process_table *t, pid_t self)
{
	for (bool changed = true; changed;) {
		changed = false;
		for (size_t i = 0; i < t->count; i++) {
			struct process *child = &t->p[i];
			if (!child->ours && child->parent == self)
				child->ours = changed = true;
			for (size_t k = 0; k < t->count && !(child->ours && child->logger); k++) {
				const struct process *parent = &t->p[k];
				if (parent->pid != child->parent)
					continue;
				if (parent->ours && !child->ours)
					child->ours = changed = true;
				if (parent->logger && !child->logger)
					child->logger = changed = true;
				break; /* there is one parent */
			}
		}
	}
}

bool process_table_read(struct process_table *t, pid_t self, bool loggers)
{
	if (!fill(t, loggers))
		return false;
	hand_down(t, self);
	return true;
}
