/* everysignal TIMES: sends each signal from 1 to 64 but those that ask /init for a stop to PID 1, TIMES times each. */
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As Docker counts (RTMIN is 34). */
enum { RTMIN_3 = 37 };

int main(int argc, char **argv)
{
    int times = argc > 1 ? atoi(argv[1]) : 1;
    for (int number = 1; number <= 64; number++) {
        if (number == SIGTERM || number == SIGINT || number == SIGQUIT || number == SIGPWR || number == RTMIN_3) continue;
        for (int i = 0; i < times; i++)
            if (syscall(SYS_kill, 1, number) < 0) return 1;
    }
    return 0;
}
