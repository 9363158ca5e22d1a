/* parser: account_resolve passwd_find_name passwd_find_uid group_find_name group_of_member */
/* Input: spec \n\n passwd \n\n group. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/account.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Exact copies: a read past any end is a heap overflow. */
	const uint8_t *end = data + size;
	char *part[3];
	size_t length[3];
	for (int i = 0; i < 3; i++) {
		const uint8_t *cut = i < 2 ? memmem(data, (size_t)(end - data), "\n\n", 2) : NULL;
		length[i] = (size_t)((cut ? cut : end) - data);
		part[i] = malloc(length[i] + 1); /* + 1: malloc(0) may be NULL */
		if (!part[i])
			abort();
		memcpy(part[i], data, length[i]);
		part[i] = realloc(part[i], length[i] ? length[i] : 1);
		data = cut ? cut + 2 : end;
	}
	struct account_db db = {part[1], length[1], part[2], length[2]};
	struct passwd_entry entry;
	const char *why = NULL;
	uid_t uid = 0;
	gid_t gid = 0;
	gid_t list[4];
	if (account_resolve(&db, part[0], length[0], &uid, &gid, &why)) {
		if (uid == (uid_t)-1 || gid == (gid_t)-1)
			abort(); /* chown would take it for "leave it" */
	} else if (!why) {
		abort();
	}
	(void)passwd_find_uid(part[1], length[1], uid, &entry);
	(void)group_of_member(part[2], length[2], part[0], length[0], list, 4);
	for (int i = 0; i < 3; i++)
		free(part[i]);
	return 0;
}
