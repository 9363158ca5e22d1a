#include "path.h"

#include <string.h>
#include "str.h"

bool path_join(char *out, size_t size, const char *dir, const char *name)
{
	struct buf b;
	buf_init(&b, out, size);
	buf_text(&b, dir);
	if (b.len && b.s[b.len - 1] != '/')
		buf_text(&b, "/");
	buf_text(&b, name);
	return !b.full;
}

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

bool path_is_name(const char *s, size_t n)
{
	if (!n || n > 255 || memchr(s, '/', n) || memchr(s, '\0', n))
		return false;
	return !text_is(s, n, ".") && !text_is(s, n, "..");
}
