/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal COMMAND...: runs the command with a socket ./journal in the place of systemd's journal, and prints the fields of each
 * entry that comes there, behind "J ". SIGINT is the command's. Its exit status.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t command;

static void pass_on(int sig)
{
	kill(command, sig);
}

static void show(const char *entry, ssize_t n)
{
	printf("J ");
	for (ssize_t i = 0; i < n; i++)
		printf(entry[i] == '\n' && i + 1 < n ? "\nJ " : "%c", entry[i]);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = "journal" };
	struct timeval soon = { 0, 20000 };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), status;
	char entry[8192];

	if (argc < 2 || bind(fd, (struct sockaddr *)&at, sizeof(at)))
		return 2;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof(soon));
	setenv("SONDE_JOURNAL_SOCKET", at.sun_path, 1);
	command = fork();
	if (!command) {
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	signal(SIGINT, pass_on);
	for (;;) {
		ssize_t n = recv(fd, entry, sizeof(entry), 0);

		if (n > 0)
			show(entry, n);
		else if (waitpid(command, &status, WNOHANG) == command)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	}
}
