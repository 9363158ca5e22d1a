/* What a PID namespace holds: the services' own program, /mark, is left out; it is the same for all that supervise it. */
#include <stdbool.h>
#include <sys/types.h>

struct rest {
    long pss_kb;
    long processes;
};

/* Sums over the processes of the namespace that `first` is PID 1 of. Needs the machine's /proc. */
bool rest_of_namespace(pid_t first, struct rest *out);
