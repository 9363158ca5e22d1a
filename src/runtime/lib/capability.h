#ifndef S6TS_CAPABILITY_H
#define S6TS_CAPABILITY_H
/* What a process may do beyond its user (capabilities(7)). */

#include <linux/capability.h>
#include <stdint.h>

#define CAPABILITY_BIT(number) (UINT32_C(1) << (number))

/* Our effective capabilities 0 to 31, a bit each (capget(2)); all of them where the kernel doesn't say. */
uint32_t capabilities(void);

#endif
