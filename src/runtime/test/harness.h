#ifndef S6TS_HARNESS_H
#define S6TS_HARNESS_H
/* A test file is a list of TEST(name) { CHECK(…); }; harness.c runs all and ends with "N passed, N failed". */

#include <stdbool.h>
#include <stddef.h>

void harness_add(const char *file, const char *name, void (*run)(void));
/* A failed check is told with its place, and the test goes on. */
void harness_check(bool good, const char *file, int line, const char *text);
void harness_check_text(const char *got, const char *want, const char *file, int line);
void harness_check_number(long long got, long long want, const char *file, int line, const char *text);

/* A new empty folder, gone at the end of the run. Its path stays valid. */
const char *harness_folder(void);
/* Writes a file below it; returns its path, valid until the next call. */
const char *harness_file(const char *folder, const char *name, const char *text, unsigned int mode);
/* Runs f with stderr caught; returns what was written (valid until the next call). */
const char *harness_stderr(void (*f)(void *), void *argument);

#define TEST(name)                                                                                                     \
	static void name(void);                                                                                        \
	__attribute__((constructor)) static void add_##name(void)                                                     \
	{                                                                                                              \
		harness_add(__FILE__, #name, name);                                                                    \
	}                                                                                                              \
	static void name(void)
#define CHECK(condition) harness_check((condition), __FILE__, __LINE__, #condition)
#define CHECK_TEXT(got, want) harness_check_text((got), (want), __FILE__, __LINE__)
#define CHECK_NUMBER(got, want) harness_check_number((got), (want), __FILE__, __LINE__, #got)

#endif
