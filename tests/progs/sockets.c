/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sockets: connects to itself by TCP over the loopback, then sends itself a datagram of 5 bytes, "hello", by UDP.
 * Tells the cookie of the connecting socket by getpgid(cookie), which fails.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A socket of this type at a free port of 127.0.0.1, and its address. -1: none. */
static int at_loopback(int type, struct sockaddr_in *ret)
{
	socklen_t len = sizeof(*ret);
	int fd = socket(AF_INET, type, 0);

	*ret = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (fd < 0 || bind(fd, (struct sockaddr *)ret, len) || getsockname(fd, (struct sockaddr *)ret, &len))
		return -1;
	return fd;
}

int main(void)
{
	struct sockaddr_in to;
	int server = at_loopback(SOCK_STREAM, &to), client = socket(AF_INET, SOCK_STREAM, 0), udp;
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);

	if (server < 0 || listen(server, 1) || connect(client, (struct sockaddr *)&to, sizeof(to)))
		return 1;
	if (getsockopt(client, SOL_SOCKET, SO_COOKIE, &cookie, &len))
		return 1;
	udp = at_loopback(SOCK_DGRAM, &to);
	if (udp < 0 || sendto(udp, "hello", 5, 0, (struct sockaddr *)&to, sizeof(to)) != 5)
		return 1;
	getpgid((pid_t)cookie);
	return 0;
}
