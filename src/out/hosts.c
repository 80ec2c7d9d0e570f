/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "out/hosts.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/fdutil.h"
#include "base/strbuf.h"
#include "base/strmap.h"

#define SETS 4096
#define WAYS 4
#define FILE_MAX (1 << 20)

/* A family of 0: this place is free. */
struct host {
	int family;
	uint8_t address[16]; /* zeros behind an IPv4 address */
	uint64_t ns, used;   /* used: counts up with each that is stored */
	char *name;
};

struct hosts {
	struct host sets[SETS][WAYS];
	uint64_t stored;
};

static size_t address_size(int family)
{
	return family == AF_INET ? 4 : 16;
}

/* Where the address is, else where it may be put: a free place, or that of the oldest. */
static struct host *place_of(struct hosts *h, int family, const void *address, bool *ret_found)
{
	struct host *set = h->sets[hash_bytes(address, address_size(family)) % SETS], *oldest = set;

	*ret_found = true;
	for (int i = 0; i < WAYS; i++) {
		if (set[i].family == family && !memcmp(set[i].address, address, address_size(family)))
			return &set[i];
		if (set[i].used < oldest->used)
			oldest = &set[i];
	}
	*ret_found = false;
	return oldest;
}

static void store(struct hosts *h, int family, const void *address, const char *name, uint64_t ns)
{
	bool found;
	struct host *to = place_of(h, family, address, &found);

	free(to->name);
	*to = (struct host){ .family = family, .ns = ns, .used = ++h->stored, .name = xstrdup(name) };
	memcpy(to->address, address, address_size(family));
}

/* "ADDRESS NAME ALIAS...": the first line with an address names it, as for the C library. */
static void take_line(struct hosts *h, char *line)
{
	char *save, *address = strtok_r(line, " \t", &save), *name = strtok_r(NULL, " \t", &save);
	uint8_t bytes[16];
	bool found;
	int family;

	if (!address || !name)
		return;
	family = strchr(address, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(family, address, bytes) != 1)
		return;
	place_of(h, family, bytes, &found);
	if (!found)
		store(h, family, bytes, name, 0);
}

struct hosts *hosts_new(const char *path)
{
	struct hosts *h = xcalloc(1, sizeof(*h));
	_cleanup_sb_ struct strbuf text = { 0 };
	char *save;

	if (file_read(path, FILE_MAX, &text))
		return h;
	for (char *line = strtok_r((char *)sb_str(&text), "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		line[strcspn(line, "#\r")] = 0;
		take_line(h, line);
	}
	return h;
}

void hosts_free(struct hosts *h)
{
	for (size_t i = 0; h && i < SETS * WAYS; i++)
		free(h->sets[i / WAYS][i % WAYS].name);
	free(h);
}

const char *hosts_name(struct hosts *h, int family, const void *address, uint64_t *ret_ns)
{
	bool found;
	struct host *at;

	if (family != AF_INET && family != AF_INET6)
		return NULL;
	at = place_of(h, family, address, &found);
	*ret_ns = at->ns;
	return found ? at->name : NULL;
}

/* A message, read from its start; bad: something in it does not fit. */
struct message {
	const uint8_t *p;
	size_t n, at;
	bool bad;
};

static unsigned take(struct message *m, unsigned bytes)
{
	unsigned v = 0;

	if (m->bad || m->n - m->at < bytes) {
		m->bad = true;
		return 0;
	}
	while (bytes--)
		v = v << 8 | m->p[m->at++];
	return v;
}

/* As in zone files: what is no plain letter of a name as \DDD (RFC 1035, section 5.1). */
static void add_label(struct strbuf *out, const uint8_t *p, unsigned n)
{
	if (out->n)
		sb_addc(out, '.');
	for (; n--; p++)
		if (*p == '.' || *p == '\\')
			sb_addf(out, "\\%c", *p);
		else if (*p > ' ' && *p < 0x7f)
			sb_addc(out, (char)*p);
		else
			sb_addf(out, "\\%03u", *p);
}

/* A name; out NULL: it is only passed over. A pointer ends it: names of questions have none (nothing is in front of them). */
static void take_name(struct message *m, struct strbuf *out)
{
	unsigned n;

	while ((n = take(m, 1)) && !m->bad) {
		if (n >= 0xc0) {
			take(m, 1);
			m->bad |= out != NULL;
			return;
		}
		if (n > 63 || m->n - m->at < n) {
			m->bad = true;
			return;
		}
		if (out)
			add_label(out, m->p + m->at, n);
		m->at += n;
	}
}

/* One record of an answer: 1 if it is an address, which is stored. */
static unsigned take_record(struct hosts *h, struct message *m, const char *name, uint64_t ns)
{
	unsigned type, class, size;
	const uint8_t *data;

	take_name(m, NULL);
	type = take(m, 2);
	class = take(m, 2);
	take(m, 4); /* how long it is valid */
	size = take(m, 2);
	if (m->bad || m->n - m->at < size) {
		m->bad = true; /* cut: what came before is good */
		return 0;
	}
	data = m->p + m->at;
	m->at += size;
	if (class != 1 || !((type == 1 && size == 4) || (type == 28 && size == 16)))
		return 0;
	store(h, type == 1 ? AF_INET : AF_INET6, data, name, ns);
	return 1;
}

unsigned hosts_learn(struct hosts *h, const void *message, size_t len, uint64_t ns)
{
	struct message m = { message, len, 2, len < 12 };
	_cleanup_sb_ struct strbuf name = { 0 };
	unsigned flags = take(&m, 2), questions = take(&m, 2), answers = take(&m, 2), n = 0;

	/* QR says that it is a reply; one question, the standard kind of query (opcode 0), no error. */
	if (m.bad || !(flags & 0x8000) || (flags & 0x780f) || questions != 1)
		return 0;
	m.at = 12;
	take_name(&m, &name);
	take(&m, 4); /* type and class of the question */
	while (answers-- && !m.bad)
		n += take_record(h, &m, name.n ? sb_str(&name) : ".", ns);
	return n;
}
