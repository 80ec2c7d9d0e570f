/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tcp 4|6 PORT [MS]: a connection over the loopback from itself to itself. The client sends 3000 bytes and gets 5000,
 *	then both wait MS milliseconds; the client closes first.
 * tcp refused PORT: connects to a port of 127.0.0.1 that nobody listens at.
 * tcp reset PORT: the client aborts the connection.
 * tcp full PORT: a second connection to a server that takes one; its first packet is dropped, and sent again a second later.
 * tcp bind PORT: binds a socket with SO_REUSEADDR to a port of 127.0.0.1, then another one, which fails.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in6 six;
static struct sockaddr_in four;
static struct sockaddr *addr;
static socklen_t addr_len;

static void address(int family, int port)
{
	four = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	six = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	addr = family == AF_INET ? (struct sockaddr *)&four : (struct sockaddr *)&six;
	addr_len = family == AF_INET ? sizeof(four) : sizeof(six);
}

/* A bound socket that may be bound again at once; -1: it could not be bound. */
static int bound(int family, int reuse)
{
	int fd = socket(family, SOCK_STREAM, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof(reuse));
	return bind(fd, addr, addr_len) ? -1 : fd;
}

static int move(int from, int to, int bytes)
{
	char data[5000] = "";

	if (write(from, data, bytes) != bytes)
		return 1;
	while (bytes > 0) {
		int n = read(to, data, bytes);

		if (n <= 0)
			return 1;
		bytes -= n;
	}
	return 0;
}

static int talk(int family, int ms, int abort)
{
	int server = bound(family, 1), client = socket(family, SOCK_STREAM, 0), peer;
	struct linger now = { 1, 0 };
	char c;

	if (server < 0 || listen(server, 7) || connect(client, addr, addr_len))
		return 1;
	peer = accept(server, NULL, NULL);
	if (peer < 0 || move(client, peer, 3000) || move(peer, client, 5000))
		return 1;
	usleep(ms * 1000);
	if (abort)
		setsockopt(client, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(client);
	if (read(peer, &c, 1) > 0)
		return 1;
	close(peer);
	close(server);
	return 0;
}

static int overflow(void)
{
	int server = bound(AF_INET, 1), one = socket(AF_INET, SOCK_STREAM, 0), two = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (server < 0 || listen(server, 0) || connect(one, addr, addr_len))
		return 1;
	if (!connect(two, addr, addr_len) || errno != EINPROGRESS)
		return 1;
	usleep(1300 * 1000);
	return 0;
}

int main(int argc, char **argv)
{
	int family = argc > 1 && !strcmp(argv[1], "6") ? AF_INET6 : AF_INET;

	if (argc < 3)
		return 2;
	address(family, atoi(argv[2]));
	if (!strcmp(argv[1], "refused"))
		return !connect(socket(family, SOCK_STREAM, 0), addr, addr_len) || errno != ECONNREFUSED;
	if (!strcmp(argv[1], "bind"))
		return bound(family, 1) < 0 || bound(family, 0) >= 0;
	if (!strcmp(argv[1], "full"))
		return overflow();
	return talk(family, argc > 3 ? atoi(argv[3]) : 0, !strcmp(argv[1], "reset"));
}
