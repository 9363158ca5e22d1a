/* needs: syslogd/sockets.c */
/* needs: syslogd/handover.c */
#include "../syslogd/sockets.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../lib/path.h"
#include "harness.h"

static char path[108];

static void add(void *context)
{
	sockets_add_unix(context, path);
}

static bool send_there(void)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	strcpy(sa.sun_path, path);
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	bool good = sendto(fd, "x", 1, 0, (const struct sockaddr *)&sa, sizeof sa) == 1;
	(void)close(fd);
	return good;
}

TEST(a_socket_is_for_all_and_takes_the_place_of_a_dead_one)
{
	struct sockets sockets = {.count = 0};
	struct stat st;
	CHECK(path_join(path, sizeof path, harness_folder(), "log"));
	CHECK_TEXT(harness_stderr(add, &sockets), "");
	CHECK(stat(path, &st) == 0 && S_ISSOCK(st.st_mode) && (st.st_mode & 07777) == 0666);
	CHECK(send_there());
	struct sockets second = {.count = 0};
	CHECK(strstr(harness_stderr(add, &second), "another program listens") != NULL);
	CHECK_NUMBER((long long)second.count, 0);
	(void)close(sockets.fd[0]);
	CHECK(!send_there());
	CHECK_TEXT(harness_stderr(add, &second), "");
	CHECK(send_there());
	(void)close(second.fd[0]);
}

TEST(sockets_are_handed_over_with_what_waits_in_them)
{
	char door[108];
	char byte[2];
	struct sockets mine = {.count = 0};
	struct sockets theirs;
	int fd;
	const char *folder = harness_folder();
	CHECK(path_join(path, sizeof path, folder, "log") && path_join(door, sizeof door, folder, "door"));
	CHECK(!handover_take(door, &theirs));
	sockets_add_unix(&mine, path);
	CHECK(send_there());
	CHECK(handover_open(door, &fd));
	pid_t pid = fork();
	if (!pid) {
		struct stat st;
		bool good = handover_take(door, &theirs) && theirs.count == 1 &&
		            recv(theirs.fd[0], byte, sizeof byte, 0) == 1 && stat(door, &st) == 0 && (st.st_mode & 0077) == 0;
		_exit(good ? 0 : 1);
	}
	int status = -1;
	for (int done = 0; done == 0; done = (int)waitpid(pid, &status, WNOHANG))
		handover_give(fd, &mine);
	CHECK_NUMBER(status, 0);
	CHECK(recv(mine.fd[0], byte, sizeof byte, MSG_DONTWAIT) < 0);
	(void)close(fd);
	(void)close(mine.fd[0]);
	CHECK(!handover_take(door, &theirs)); /* nobody is there any more */
}
