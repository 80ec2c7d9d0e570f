/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <unistd.h>

#include "out/hosts.h"

static void free_hosts(struct hosts **h)
{
	hosts_free(*h);
}

#define HOSTS(h, path) __attribute__((cleanup(free_hosts))) struct hosts *h = hosts_new(path)

static const char *name(struct hosts *h, const char *address, uint64_t *ret_ns)
{
	int family = strchr(address, ':') ? AF_INET6 : AF_INET;
	uint8_t bytes[16];

	inet_pton(family, address, bytes);
	return hosts_name(h, family, bytes, ret_ns);
}

/* example.org: an alias (CNAME), then an A and an AAAA record */
static const uint8_t reply[] = {
	1, 2, 0x81, 0x80, 0, 1, 0, 3, 0, 0, 0, 0,
	7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 3, 'o', 'r', 'g', 0, 0, 1, 0, 1,
	0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 4, 1, 'a', 0xc0, 20,
	1, 'a', 0xc0, 20, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7,
	0xc0, 12, 0, 28, 0, 1, 0, 0, 0, 60, 0, 16, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7,
};

TEST(a_reply_names_its_addresses)
{
	HOSTS(h, "/nonexistent");
	uint64_t ns = 9;

	CHECK_EQ(hosts_learn(h, reply, sizeof(reply), 5), 2);
	CHECK_STR(name(h, "192.0.2.7", &ns), "example.org");
	CHECK_EQ(ns, 5);
	CHECK_STR(name(h, "2001:db8::7", &ns), "example.org");
	CHECK(!name(h, "192.0.2.8", &ns));
	CHECK(!hosts_name(h, 1, "abcd", &ns));
}

TEST(only_replies_without_an_error_are_taken)
{
	HOSTS(h, "/nonexistent");
	uint8_t m[sizeof(reply)];

	memcpy(m, reply, sizeof(m));
	m[2] = 1; /* a query */
	CHECK_EQ(hosts_learn(h, m, sizeof(m), 0), 0);
	memcpy(m, reply, sizeof(m));
	m[3] |= 3; /* there is no such name */
	CHECK_EQ(hosts_learn(h, m, sizeof(m), 0), 0);
	memcpy(m, reply, sizeof(m));
	m[5] = 2; /* two questions */
	CHECK_EQ(hosts_learn(h, m, sizeof(m), 0), 0);
}

TEST(broken_replies_do_no_harm)
{
	HOSTS(h, "/nonexistent");
	uint8_t m[sizeof(reply)];

	for (size_t n = 0; n < sizeof(reply); n++) {
		uint8_t *exact = malloc(n ? n : 1); /* so that a sanitizer sees what is read behind it */

		memcpy(exact, reply, n);
		CHECK(hosts_learn(h, exact, n, 0) < 2);
		free(exact);
	}
	for (size_t i = 0; i < sizeof(reply); i++)
		for (int v = 0; v < 256; v += 17) {
			memcpy(m, reply, sizeof(m));
			m[i] = (uint8_t)v;
			hosts_learn(h, m, sizeof(m), 0);
		}
	memcpy(m, reply, sizeof(m));
	m[12] = 0xc0; /* a question whose name points to itself */
	m[13] = 12;
	CHECK_EQ(hosts_learn(h, m, sizeof(m), 0), 0);
}

TEST(odd_letters_are_numbers)
{
	static const uint8_t m[] = {
		0, 0, 0x80, 0, 0, 1, 0, 1, 0, 0, 0, 0, 5, 'a', '.', 0, 27, '\\', 0, 0, 1, 0, 1,
		0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 1, 2, 3, 4,
	};
	HOSTS(h, "/nonexistent");
	uint64_t ns;

	CHECK_EQ(hosts_learn(h, m, sizeof(m), 0), 1);
	CHECK_STR(name(h, "1.2.3.4", &ns), "a\\.\\000\\027\\\\");
}

TEST(a_file_of_hosts)
{
	char path[] = "/tmp/hosts-XXXXXX";
	int fd = mkstemp(path);
	static const char text[] = "# all\n127.0.0.1\tlocalhost box # this one\n\n10.0.0.1 first\n10.0.0.1 second\n::1 six\nnothing\n";
	uint64_t ns = 9;

	CHECK_EQ(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	close(fd);
	{
		HOSTS(h, path);

		CHECK_STR(name(h, "127.0.0.1", &ns), "localhost");
		CHECK_EQ(ns, 0);
		CHECK_STR(name(h, "10.0.0.1", &ns), "first");
		CHECK_STR(name(h, "::1", &ns), "six");
	}
	unlink(path);
}

TEST(old_ones_make_room)
{
	HOSTS(h, "/nonexistent");
	uint8_t m[sizeof(reply)];
	unsigned known = 0;
	uint64_t ns;

	memcpy(m, reply, sizeof(m));
	for (unsigned i = 0; i < 100000; i++) {
		m[60] = (uint8_t)(i >> 16);
		m[61] = (uint8_t)(i >> 8);
		m[62] = (uint8_t)i;
		hosts_learn(h, m, sizeof(m), i);
	}
	for (unsigned i = 0; i < 100000; i++) {
		uint8_t a[4] = { m[59], (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i };

		known += hosts_name(h, AF_INET, a, &ns) != NULL;
	}
	CHECK(known > 12000 && known <= 16384);
	CHECK_STR(name(h, "2001:db8::7", &ns), "example.org");
}
