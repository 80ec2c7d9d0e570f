/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dns CALL NAME ADDRESS PORT: asks a name server of its own, at 127.0.0.53 port 53, for NAME and is told ADDRESS, which it
 * then connects to (nobody needs to listen). CALL is how it reads the reply: read, recvfrom, recvmsg, recvmmsg from a connected
 * socket; unbound (recvmsg) and from (recvfrom) from one that is not connected; none: it does not ask.
 */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct sockaddr_in at53 = { .sin_family = AF_INET, .sin_port = 0x3500, .sin_addr.s_addr = 0x3500007f };

/* NAME as a question; its length. */
static int put_question(unsigned char *out, const char *name, int type)
{
	unsigned char *start = out;

	while (*name) {
		int n = strcspn(name, ".");

		*out++ = n;
		memcpy(out, name, n);
		out += n;
		name += n + (name[n] == '.');
	}
	memcpy(out, (unsigned char[]){ 0, 0, type, 0, 1 }, 5);
	return out + 5 - start;
}

/* A question of this header with a single answer: a pointer to the name, type, class, 60 s, the address. */
static int put_reply(unsigned char *out, const char *name, const char *address)
{
	int six = strchr(address, ':') != NULL, n;

	memcpy(out, (unsigned char[]){ 18, 52, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0 }, 12);
	n = 12 + put_question(out + 12, name, six ? 28 : 1);
	memcpy(out + n, (unsigned char[]){ 0xc0, 12, 0, six ? 28 : 1, 0, 1, 0, 0, 0, 60, 0, six ? 16 : 4 }, 12);
	inet_pton(six ? AF_INET6 : AF_INET, address, out + n + 12);
	return n + 12 + (six ? 16 : 4);
}

static int serve(int server, const char *name, const char *address)
{
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	unsigned char data[512];

	if (recvfrom(server, data, sizeof(data), 0, (struct sockaddr *)&from, &size) < 12)
		return -1;
	return sendto(server, data, put_reply(data, name, address), 0, (struct sockaddr *)&from, size);
}

static int take_reply(int fd, const char *call, unsigned char *data, int size)
{
	struct sockaddr_in from;
	socklen_t from_size = sizeof(from);
	struct iovec iov = { data, size };
	struct mmsghdr m = { .msg_hdr = { &from, from_size, &iov, 1 } };

	if (!strcmp(call, "read"))
		return read(fd, data, size);
	if (!strcmp(call, "recvfrom"))
		return recvfrom(fd, data, size, 0, NULL, NULL);
	if (!strcmp(call, "from"))
		return recvfrom(fd, data, size, 0, (struct sockaddr *)&from, &from_size);
	if (!strcmp(call, "recvmmsg"))
		return recvmmsg(fd, &m, 1, 0, NULL);
	return recvmsg(fd, &m.msg_hdr, 0);
}

static int ask(const char *call, const char *name, const char *address)
{
	int server = socket(AF_INET, SOCK_DGRAM, 0), fd = socket(AF_INET, SOCK_DGRAM, 0), n;
	unsigned char data[512] = { 18, 52, 1, 0, 0, 1 };
	int is_connected = strcmp(call, "unbound") && strcmp(call, "from");

	if (bind(server, (const struct sockaddr *)&at53, sizeof(at53)))
		return 1;
	if (is_connected && connect(fd, (const struct sockaddr *)&at53, sizeof(at53)))
		return 1;
	n = 12 + put_question(data + 12, name, 1);
	if (sendto(fd, data, n, 0, is_connected ? NULL : (const struct sockaddr *)&at53, is_connected ? 0 : sizeof(at53)) != n)
		return 1;
	return serve(server, name, address) < 0 || take_reply(fd, call, data, sizeof(data)) <= 0;
}

static void connect_to(const char *address, int port)
{
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	int is_six = inet_pton(AF_INET6, address, &six.sin6_addr) == 1;
	int fd = socket(is_six ? AF_INET6 : AF_INET, SOCK_STREAM, 0);

	inet_pton(AF_INET, address, &four.sin_addr);
	if (is_six)
		connect(fd, (struct sockaddr *)&six, sizeof(six));
	else
		connect(fd, (struct sockaddr *)&four, sizeof(four));
	close(fd);
}

int main(int argc, char **argv)
{
	int port = 0;

	if (argc != 5)
		return 2;
	if (strcmp(argv[1], "none") && ask(argv[1], argv[2], argv[3]))
		return 1;
	for (const char *p = argv[4]; *p; p++)
		port = port * 10 + *p - '0';
	connect_to(argv[3], port);
	return 0;
}
