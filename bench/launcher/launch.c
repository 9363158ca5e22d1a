/*
 * launch MODE ROOT MARKS PROGRAM [ARGUMENT]...
 *
 * Starts PROGRAM as PID 1 of a new PID and mount namespace in the root file system ROOT, without an engine, and prints
 * one line of JSON with times in nanoseconds (CLOCK_MONOTONIC):
 *   exec   just before the program is executed
 *   marks  what the first MARKS lines on its stdout held: each is a clock reading made by mark.c
 *   term   when SIGTERM was sent, all marks having come and SETTLE_MS after (mode "stop"; 0 in mode "life")
 *   gone   when the program had ended, with all of its namespace
 *   pss, processes   what the namespace holds at rest, all marks having come and REST_MS after (mode "rest"; else 0)
 *   status as waitpid gave it
 * Modes: "life" waits for the program's own end, "stop" tells it to stop, "kill" and "rest" kill it once all is known.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "rest.h"

#define SETTLE_MS 60
#define REST_MS 400
#define MAX_MARKS 1024

static long long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void fail(char const *what)
{
    fprintf(stderr, "launch: cannot %s: %s\n", what, strerror(errno));
    exit(2);
}

static void become(char const *root, char **argv, int out, int started)
{
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) fail("make mounts private");
    if (chroot(root) < 0 || chdir("/") < 0) fail("enter the root");
    if (mount("proc", "/proc", "proc", 0, NULL) < 0) fail("mount /proc");
    int in = open("/dev/null", O_RDONLY);
    if (in < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0) fail("set up descriptors");
    /* The program must not see our descriptors: they would keep the pipe open. */
    if (in > 2) close(in);
    if (out > 2) close(out);
    char *environment[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOSTNAME=bench", NULL};
    long long t = now();
    if (write(started, &t, sizeof t) != sizeof t) fail("report the start");
    close(started);
    execve(argv[0], argv, environment);
    fail("execute the program");
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fputs("usage: launch life|stop|kill|rest ROOT MARKS PROGRAM [ARGUMENT]...\n", stderr);
        return 2;
    }
    char const *mode = argv[1];
    struct rest rest = {0, 0};
    int wanted = atoi(argv[3]);
    int out[2], started[2];
    if (wanted < 0 || wanted > MAX_MARKS) return 2;
    if (pipe(out) < 0 || pipe(started) < 0) fail("make a pipe");
    if (unshare(CLONE_NEWPID | CLONE_NEWNS) < 0) fail("unshare (root is needed)");
    pid_t pid = fork();
    if (pid < 0) fail("fork");
    if (pid == 0) {
        close(out[0]);
        close(started[0]);
        become(argv[2], argv + 4, out[1], started[1]);
    }
    close(out[1]);
    close(started[1]);
    long long begun = 0, term = 0;
    if (read(started[0], &begun, sizeof begun) != sizeof begun) return 2;

    static char line[64];
    static long long marks[MAX_MARKS];
    size_t used = 0;
    int got = 0;
    char byte;
    while (got < wanted && read(out[0], &byte, 1) == 1) {
        if (byte != '\n') {
            if (used < sizeof line - 1) line[used++] = byte;
            continue;
        }
        line[used] = 0;
        used = 0;
        marks[got] = atoll(line);
        if (marks[got++] < begun) {
            fprintf(stderr, "launch: a line that is no clock reading: %s\n", line);
            return 2;
        }
    }
    if (got < wanted) {
        fprintf(stderr, "launch: only %d of %d marks came\n", got, wanted);
        return 2;
    }
    if (strcmp(mode, "stop") == 0) {
        usleep(SETTLE_MS * 1000);
        term = now();
        kill(pid, SIGTERM);
    } else if (strcmp(mode, "rest") == 0) {
        usleep(REST_MS * 1000);
        if (!rest_of_namespace(pid, &rest)) fail("read /proc");
        kill(pid, SIGKILL);
    } else if (strcmp(mode, "kill") == 0) {
        kill(pid, SIGKILL);
    }
    int status = 0;
    if (waitpid(pid, &status, 0) < 0) fail("wait");
    long long gone = now();
    printf("{\"exec\":%lld,\"marks\":[", begun);
    for (int i = 0; i < got; i++) printf("%s%lld", i ? "," : "", marks[i]);
    printf("],\"term\":%lld,\"gone\":%lld,\"pss\":%ld,\"processes\":%ld,\"status\":%d}\n", term, gone, rest.pss_kb,
           rest.processes, status);
    return 0;
}
