/*
 * crasher COUNTS CRASHES ORPHANS: a service that makes ORPHANS orphans, each ending in another way, and dies by a signal;
 * once all instances together have died CRASHES times (COUNTS grows by a byte each) it rests. Static, so that it runs in
 * any image, and quick, so that many do.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void orphan(int kind)
{
    pid_t pid = fork();
    if (pid < 0) _exit(1);
    if (pid == 0) {
        if (fork() == 0) {
            switch (kind % 5) {
            case 0: _exit(0);
            case 1: _exit(7);
            case 2: raise(SIGKILL); break;
            case 3: setsid(); _exit(0);
            default: usleep(2000); _exit(0);
            }
        }
        _exit(0); /* its child is an orphan from now on */
    }
    waitpid(pid, NULL, 0);
}

int main(int argc, char **argv)
{
    struct stat st;
    if (argc != 4) return 2;
    int fd = open(argv[1], O_WRONLY | O_APPEND | O_CREAT, 0644);
    if (fd < 0 || fstat(fd, &st) < 0) return 2;
    if (st.st_size >= atoi(argv[2])) pause();
    for (int i = 0; i < atoi(argv[3]); i++) orphan(i);
    if (write(fd, "x", 1) != 1) return 2;
    raise(st.st_size % 2 ? SIGSEGV : SIGKILL);
    return 1;
}
