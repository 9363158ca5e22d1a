/* mark [wait]: writes the monotonic clock, in ns, as a line to stdout; then ends, or waits for a signal. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct timespec t;
    char line[32];
    clock_gettime(CLOCK_MONOTONIC, &t);
    int n = snprintf(line, sizeof line, "%lld\n", (long long)t.tv_sec * 1000000000 + t.tv_nsec);
    if (write(1, line, (size_t)n) != n) return 1;
    if (argc > 1 && strcmp(argv[1], "wait") == 0) pause();
    return 0;
}
