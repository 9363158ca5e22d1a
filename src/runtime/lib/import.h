#ifndef S6TS_IMPORT_H
#define S6TS_IMPORT_H
/* execline's old `import VAR` in terms of today's `importas VAR VAR` (execline dropped it in 2.5). */

#include <stddef.h>

/* The options of import and of importas that stand before the variable. */
#define IMPORT_OPTIONS "NnsCcuid:D:"

/*
 * Pure. argv: what follows the word multisubstitute, NULL-terminated. A block comes as words with a space in front,
 * ended by an empty word; blocks in it have one space more. Copies argv into out with each import directive of the
 * block translated; directives that it doesn't know are left to the real program, with all that follows them.
 * out needs room for 2 * (words of argv) + 1. Returns the number of words in out, NULL not counted.
 */
size_t import_translate_block(char *const *argv, char **out);

#endif
