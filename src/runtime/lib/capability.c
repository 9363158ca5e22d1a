#include "capability.h"

#include <sys/syscall.h>
#include <unistd.h>

uint32_t capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};
	return syscall(SYS_capget, &header, data) < 0 ? UINT32_MAX : data[0].effective;
}
