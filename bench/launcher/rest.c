#define _GNU_SOURCE
#include "rest.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool in_namespace(char const *pid, ino_t wanted)
{
    char path[300];
    struct stat st;
    snprintf(path, sizeof path, "/proc/%s/ns/pid", pid);
    return stat(path, &st) == 0 && st.st_ino == wanted;
}

static bool runs_mark(char const *pid)
{
    char path[300], target[4096];
    snprintf(path, sizeof path, "/proc/%s/exe", pid);
    ssize_t n = readlink(path, target, sizeof target - 1);
    target[n < 0 ? 0 : n] = 0;
    return n >= 5 && strcmp(target + n - 5, "/mark") == 0;
}

static long pss_of(char const *pid)
{
    char path[300], line[200];
    long kb = -1;
    snprintf(path, sizeof path, "/proc/%s/smaps_rollup", pid);
    FILE *file = fopen(path, "r");
    if (!file) return -1;
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "Pss: %ld kB", &kb) == 1) break;
    fclose(file);
    return kb;
}

bool rest_of_namespace(pid_t first, struct rest *out)
{
    char path[300];
    struct stat st;
    snprintf(path, sizeof path, "/proc/%d/ns/pid", first);
    if (stat(path, &st) < 0) return false;
    DIR *proc = opendir("/proc");
    if (!proc) return false;
    *out = (struct rest){0, 0};
    for (struct dirent *entry; (entry = readdir(proc));) {
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
        if (!in_namespace(entry->d_name, st.st_ino) || runs_mark(entry->d_name)) continue;
        long kb = pss_of(entry->d_name);
        if (kb < 0) return false;
        out->pss_kb += kb;
        out->processes++;
    }
    closedir(proc);
    return true;
}
