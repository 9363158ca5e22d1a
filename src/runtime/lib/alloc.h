#ifndef S6TS_ALLOC_H
#define S6TS_ALLOC_H
/* Memory for programs that end when there is none: a message, and exit code 111. Not for PID 1. */

#include <stddef.h>

void *alloc(size_t n);
/* realloc; block may be NULL. */
void *alloc_more(void *block, size_t n);
/* Room for count things of that size; dies where the product overflows, too. */
void *alloc_array(size_t count, size_t size);
/* folder/name, as path_join. */
char *alloc_path(const char *folder, const char *name);

#endif
