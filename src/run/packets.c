/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of packets, in the format of libpcap with nanoseconds (pcap-savefile(5)): link type 101, packets that begin
 * with their IP header.
 */
#include <errno.h>
#include <string.h>

#include "run/internal.h"

#define PCAP_MAGIC_NS 0xa1b23c4d
#define LINKTYPE_RAW 101
#define SNAPLEN 262144

struct pcap_start {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t zone, accuracy, snaplen, linktype;
};

struct pcap_packet {
	uint32_t seconds, ns, len, whole_len;
};

static FILE *start_file(struct runtime *rt, const char *path)
{
	const struct pcap_start start = { PCAP_MAGIC_NS, 2, 4, 0, 0, SNAPLEN, LINKTYPE_RAW };
	FILE *f = fopen(path, "we");

	if (!f)
		rt_error(rt, "failed to open file '%s' (%s)", path, errname(-errno));
	else
		fwrite(&start, sizeof(start), 1, f);
	return f;
}

static FILE *file_at(struct runtime *rt, const char *path)
{
	struct pcap made = { .path = path };

	vec_each(rt->pcaps, i)
		if (!strcmp(rt->pcaps.v[i].path, path))
			return rt->pcaps.v[i].f;
	made.f = start_file(rt, path);
	vec_push(&rt->pcaps, made);
	return made.f;
}

void rt_packet(struct runtime *rt, const char *path, uint64_t ns, const void *bytes, uint32_t len)
{
	uint64_t real = ns + (uint64_t)rt->out->render->boot_to_real;
	struct pcap_packet head = { (uint32_t)(real / 1000000000), (uint32_t)(real % 1000000000), len, len };
	FILE *f = file_at(rt, path);

	if (!f)
		return;
	fwrite(&head, sizeof(head), 1, f);
	fwrite(bytes, 1, len, f);
}

void run_close_packets(struct runtime *rt)
{
	vec_each(rt->pcaps, i) {
		FILE *f = rt->pcaps.v[i].f;
		bool failed = f && ferror(f);

		if (f && (fclose(f) || failed))
			rt_error(rt, "failed to write file '%s' (%s)", rt->pcaps.v[i].path, errname(-errno));
	}
	vec_done(&rt->pcaps);
}
