/* Changing ids: there is one thread, so the plain system calls do, without musl's 1.5 KB that stop all others. */

#include <grp.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The 32-bit architectures' first calls of these names take 16-bit ids. */
#ifdef SYS_setuid32
#define CALL_SETUID SYS_setuid32
#define CALL_SETGID SYS_setgid32
#define CALL_SETGROUPS SYS_setgroups32
#else
#define CALL_SETUID SYS_setuid
#define CALL_SETGID SYS_setgid
#define CALL_SETGROUPS SYS_setgroups
#endif

int setuid(uid_t uid)
{
	return (int)syscall(CALL_SETUID, uid);
}

int setgid(gid_t gid)
{
	return (int)syscall(CALL_SETGID, gid);
}

int setgroups(size_t count, const gid_t *list)
{
	return (int)syscall(CALL_SETGROUPS, count, list);
}
