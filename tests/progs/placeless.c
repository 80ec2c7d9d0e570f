/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * placeless: a pipe, a socket, an eventfd, and a file that it has removed; of each getpgid(descriptor), which fails, then
 * readlinkat(2) of what /proc/self/fd calls it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static void name(int fd)
{
	char link[64], text[256] = "";

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	getpgid(fd);
	syscall(SYS_readlinkat, AT_FDCWD, link, text, sizeof(text) - 1);
}

int main(void)
{
	int pipes[2], sockets[2], file = open("removed", O_CREAT | O_RDWR, 0600);

	if (file < 0 || unlink("removed") || pipe(pipes) || socketpair(AF_UNIX, SOCK_DGRAM, 0, sockets))
		return 1;
	name(pipes[1]);
	name(sockets[0]);
	name(eventfd(0, 0));
	name(file);
	return 0;
}
