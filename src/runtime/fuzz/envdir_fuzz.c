/* parser: envdir_write envdir_read path_with_command */
/*
 * Input: a kind, then variables: the length of the name, that of the value (two bytes each), name, value. An even kind: an
 * environment, which must come back from the folder as it went in. An odd one: whatever may lie in such a folder.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../lib/envdir.h"
#include "../lib/io.h"
#include "../lib/path.h"
#include "../lib/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { VARIABLES = 16 };

static char folder[] = "/dev/shm/envdir_fuzz.XXXXXX";
static int dirfd_of_folder = -1;

static void empty_folder(void)
{
	struct scan files;
	if (!scan_fd(dirfd_of_folder, &files))
		abort();
	for (size_t i = 0; i < files.count; i++)
		if (unlinkat(dirfd_of_folder, files.name[i], 0) < 0 && unlinkat(dirfd_of_folder, files.name[i], AT_REMOVEDIR) < 0)
			abort();
	scan_free(&files);
}

static void remove_folder(void)
{
	empty_folder();
	(void)rmdir(folder);
}

static void make_folder(void)
{
	if (!mkdtemp(folder) || (dirfd_of_folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		abort();
	if (atexit(remove_folder))
		abort();
}

struct variable {
	char *name;
	char *value;
	size_t n; /* the value's length: it may hold NUL bytes */
};

static size_t take_number(const uint8_t **data, size_t *size)
{
	size_t number = *size > 1 ? (size_t)(*data)[0] | (size_t)(*data)[1] << 8 : 0;
	size_t n = *size < 2 ? *size : 2;
	*data += n;
	*size -= n;
	return number;
}

static char *take_text(const uint8_t **data, size_t *size, size_t n)
{
	char *text = malloc(n + 1);
	if (!text)
		abort();
	memcpy(text, *data, n);
	text[n] = '\0';
	*data += n;
	*size -= n;
	return text;
}

static size_t take_variables(const uint8_t *data, size_t size, struct variable *out)
{
	size_t count = 0;
	while (size && count < VARIABLES) {
		struct variable *v = &out[count++];
		size_t name = take_number(&data, &size);
		size_t value = take_number(&data, &size);
		v->name = take_text(&data, &size, name < size ? name : size);
		v->n = value < size ? value : size;
		v->value = take_text(&data, &size, v->n);
	}
	return count;
}

/* What getenv would say: of two with one name the first counts. */
static bool is_first(char *const *env, size_t i)
{
	size_t n = strcspn(env[i], "=") + 1;
	for (size_t k = 0; k < i; k++)
		if (strncmp(env[k], env[i], n) == 0)
			return false;
	return true;
}

static char **read_back(void)
{
	const char *name = NULL;
	char **env = envdir_read(dirfd_of_folder, &name);
	if (!env)
		abort();
	for (size_t i = 0; env[i]; i++)
		if (!strchr(env[i], '='))
			abort();
	return env;
}

static void round_trip(const struct variable *v, size_t count)
{
	char *env[VARIABLES + 1] = {0};
	size_t good = 0;
	const char *failed = NULL;
	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(v[i].name);
		if (!(env[i] = calloc(1, n + v[i].n + 2)))
			abort();
		memcpy(env[i], v[i].name, n);
		env[i][n] = '=';
		memcpy(env[i] + n + 1, v[i].value, v[i].n);
	}
	if (!envdir_write(dirfd_of_folder, env, &failed))
		abort();
	char **back = read_back();
	char *block = back[0]; /* all the texts */
	for (size_t i = 0; i < count; i++) {
		char *equals = strchr(env[i], '=');
		if (!path_is_name(env[i], (size_t)(equals - env[i])) || !is_first(env, i))
			continue;
		good++;
		*equals = '\0';
		const char *value = env_get(back, env[i]);
		if (!value || strcmp(value, equals + 1) != 0)
			abort();
		*equals = '=';
	}
	for (size_t i = 0; back[i]; i++)
		if (i >= good)
			abort(); /* a variable out of nowhere */
	if (good && !back[good - 1])
		abort();
	static char put[] = "NAME=value";
	env_put(back, put);
	if (strcmp(env_get(back, "NAME"), "value") != 0)
		abort();
	free(block);
	free(back);
	for (size_t i = 0; i < count; i++)
		free(env[i]);
}

/* A file with any bytes, a folder, a fifo, a link to nothing, a link to itself, one that leads into this folder. */
static void plant(const struct variable *v, unsigned int kind)
{
	if (!path_is_name(v->name, strlen(v->name)))
		return;
	(void)unlinkat(dirfd_of_folder, v->name, 0); /* a fifo of this name would hold up the writer */
	switch (kind) {
	case 1:
		(void)mkdirat(dirfd_of_folder, v->name, 0755);
		break;
	case 2:
		(void)mkfifoat(dirfd_of_folder, v->name, 0600);
		break;
	case 3: /* not out of the folder: the machine's files are no input */
		(void)symlinkat(path_is_name(v->value, v->n) ? v->value : v->name, dirfd_of_folder, v->name);
		break;
	default:
		(void)write_file_at(dirfd_of_folder, v->name, 0644, v->value, v->n);
	}
}

static void any_folder(const struct variable *v, size_t count, unsigned int kinds)
{
	for (size_t i = 0; i < count; i++)
		plant(&v[i], (kinds >> (2 * (i % 3))) & 3);
	char **env = read_back();
	free(env[0]);
	free(env);
}

static void one_path(const struct variable *v)
{
	char *out = malloc(v->n + 10);
	if (!out)
		abort();
	if (!path_with_command(out, v->n + 10, v->value, v->name[0] & 1) || !strstr(out, COMMAND_DIR))
		abort(); /* ":/command" always fits */
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct variable v[VARIABLES];
	if (dirfd_of_folder < 0)
		make_folder();
	if (!size)
		return 0;
	size_t count = take_variables(data + 1, size - 1, v);
	if (count)
		one_path(&v[0]);
	if (data[0] & 1)
		any_folder(v, count, data[0] >> 1);
	else
		round_trip(v, count);
	empty_folder();
	for (size_t i = 0; i < count; i++) {
		free(v[i].name);
		free(v[i].value);
	}
	return 0;
}
