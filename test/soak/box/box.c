/*
 * box ROOT LIMIT_MS [STRACE_OPTION...] -- PROGRAM [ARGUMENT]...
 *
 * Runs PROGRAM as PID 1 of a new PID, mount and IPC namespace, in an overlay over ROOT that vanishes with it, with this
 * process's environment. With options strace is attached from the program's first instruction on: it is stopped right
 * after its execve, so that they count and spoil its own calls only. Mount options in S6TS_BOX_RUN put a tmpfs on /run.
 * S6TS_BOX_DENY lists system calls that fail (deny).
 * Writes to descriptor 3 two lines: `pid NUMBER`, the program's outside, and how it ended: `exit CODE`, `signal NUMBER`,
 * or `hung` (it was killed after LIMIT_MS).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_OPTIONS = 64, ATTACH_MS = 10000 };

static void fail(char const *what)
{
    fprintf(stderr, "box: cannot %s: %s\n", what, strerror(errno));
    exit(2);
}

static long long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void nap(void)
{
    struct timespec t = {.tv_nsec = 2000000};
    nanosleep(&t, NULL);
}

/* An overlay over root, both upper folder and mount point on a tmpfs of this namespace. */
static void enter(char const *root)
{
    char options[4096];
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) fail("make mounts private");
    if (mount("tmpfs", "/mnt", "tmpfs", 0, "mode=755") < 0) fail("mount a tmpfs on /mnt");
    if (mkdir("/mnt/upper", 0755) < 0 || mkdir("/mnt/work", 0755) < 0 || mkdir("/mnt/root", 0755) < 0)
        fail("make folders in /mnt");
    snprintf(options, sizeof options, "lowerdir=%s,upperdir=/mnt/upper,workdir=/mnt/work", root);
    if (mount("overlay", "/mnt/root", "overlay", 0, options) < 0) fail("mount the overlay");
    if (chroot("/mnt/root") < 0 || chdir("/") < 0) fail("enter the root");
    if (mount("proc", "/proc", "proc", 0, NULL) < 0) fail("mount /proc");
    if (mount("tmpfs", "/dev/shm", "tmpfs", 0, "mode=1777") < 0) fail("mount /dev/shm");
    char const *run = getenv("S6TS_BOX_RUN");
    if (run && mount("tmpfs", "/run", "tmpfs", 0, run) < 0) fail("mount /run");
    unsetenv("S6TS_BOX_RUN");
}

/* S6TS_BOX_DENY=NUMBER:ERRNO,...: these system calls fail so for everybody in the box, as by an engine's seccomp profile. */
static void deny(char *list)
{
    enum { MAX_RULES = 32 };
    struct sock_filter code[2 * MAX_RULES + 2];
    unsigned short count = 0;
    code[count++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (char *rule = strtok(list, ","); rule && count < 2 * MAX_RULES; rule = strtok(NULL, ",")) {
        unsigned int number = 0;
        unsigned int error = 0;
        if (sscanf(rule, "%u:%u", &number, &error) != 2) fail("read S6TS_BOX_DENY");
        code[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
        code[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error);
    }
    code[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {.len = count, .filter = code};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) fail("set the seccomp filter");
}

static void become(char const *root, char **argv, int stopped)
{
    char *denied = getenv("S6TS_BOX_DENY");
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    enter(root);
    close(3);
    unsetenv("S6TS_BOX_DENY");
    if (denied) deny(denied);
    if (stopped && ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0) fail("be traced");
    execv(argv[0], argv);
    fail("execute the program");
}

static pid_t attach(char **options, pid_t target)
{
    char number[16];
    char *argv[MAX_OPTIONS + 4];
    int count = 0;
    snprintf(number, sizeof number, "%d", target);
    argv[count++] = "strace";
    while (*options && count < MAX_OPTIONS) argv[count++] = *options++;
    argv[count++] = "-p";
    argv[count++] = number;
    argv[count] = NULL;
    pid_t pid = fork();
    if (pid < 0) fail("fork");
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        if (null < 0 || dup2(null, 2) < 0) fail("open /dev/null"); /* "Process N attached" is no word of the program's */
        execvp(argv[0], argv);
        _exit(127);
    }
    return pid;
}

static int is_traced(pid_t pid)
{
    char path[64];
    char text[4096];
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    int fd = open(path, O_RDONLY);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0) close(fd);
    if (n <= 0) return 0;
    text[n] = 0;
    char const *line = strstr(text, "TracerPid:\t");
    return line && line[11] != '0';
}

/* Attaches strace to the program, which its execve has stopped, and lets it go on. */
static pid_t trace(char **options, pid_t pid)
{
    int status = 0;
    if (waitpid(pid, &status, 0) < 0) fail("wait for the execve");
    if (!WIFSTOPPED(status)) exit(2); /* become has said why */
    kill(pid, SIGSTOP);
    if (ptrace(PTRACE_DETACH, pid, NULL, NULL) < 0) fail("let go of the program");
    pid_t tracer = attach(options, pid);
    long long limit = now_ms() + ATTACH_MS;
    while (!is_traced(pid)) {
        if (now_ms() > limit) {
            fputs("box: strace does not attach\n", stderr);
            kill(pid, SIGKILL);
            exit(2);
        }
        nap();
    }
    kill(pid, SIGCONT);
    return tracer;
}

int main(int argc, char **argv)
{
    int status = 0;
    char **program = argv + 3;
    while (argc > 4 && *program && strcmp(*program, "--") != 0) program++;
    if (argc < 5 || !*program || !program[1]) {
        fputs("usage: box ROOT LIMIT_MS [STRACE_OPTION...] -- PROGRAM [ARGUMENT]...\n", stderr);
        return 2;
    }
    *program++ = NULL;
    /* As fork, but only this child lives in the new namespaces: strace must stay outside, where nobody kills it. */
    pid_t pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | SIGCHLD, NULL, NULL, NULL, NULL);
    if (pid < 0) fail("make namespaces (root is needed)");
    if (pid == 0) become(argv[1], program, argv[3] != NULL);
    pid_t tracer = argv[3] ? trace(argv + 3, pid) : 0;
    dprintf(3, "pid %d\n", pid);
    long long limit = now_ms() + atoi(argv[2]);
    int hung = 0;
    while (waitpid(pid, &status, WNOHANG) != pid) {
        if (now_ms() > limit) {
            hung = 1;
            kill(pid, SIGKILL);
            waitpid(pid, &status, 0);
            break;
        }
        nap();
    }
    if (tracer) waitpid(tracer, NULL, 0);
    if (hung) dprintf(3, "hung\n");
    else if (WIFSIGNALED(status)) dprintf(3, "signal %d\n", WTERMSIG(status));
    else dprintf(3, "exit %d\n", WEXITSTATUS(status));
    return 0;
}
