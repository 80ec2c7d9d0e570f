/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <bpf/bpf.h>
#include <errno.h>
#include <unistd.h>

#include "bench.h"

void progs_mark(struct progs *p)
{
	uint32_t id = 0;

	*p = (struct progs){ 0 };
	while (!bpf_prog_get_next_id(id, &id))
		p->after = id;
}

static bool prog_info(uint32_t id, struct bpf_prog_info *info)
{
	uint32_t size = sizeof(*info);
	int fd = bpf_prog_get_fd_by_id(id), err;

	if (fd < 0)
		return false;
	*info = (struct bpf_prog_info){ 0 };
	err = bpf_obj_get_info_by_fd(fd, info, &size);
	close(fd);
	return !err;
}

/* Programs of others that run at the same time are told apart by how often they ran. */
static void add_prog(struct progs *p, const struct bpf_prog_info *info, uint64_t calls)
{
	if (info->run_cnt < calls || p->n == sizeof(p->ids) / sizeof(*p->ids))
		return;
	p->ids[p->n++] = info->id;
	p->run_ns += info->run_time_ns;
	p->run_cnt = p->run_cnt > info->run_cnt ? p->run_cnt : info->run_cnt;
	p->insns += info->xlated_prog_len / 8;
	p->jited += info->jited_prog_len;
}

bool progs_measure(struct progs *p, void (*work)(uint64_t calls), uint64_t calls)
{
	struct bpf_prog_info info;
	uint32_t id = p->after;
	int stats = bpf_enable_stats(BPF_STATS_RUN_TIME);

	if (stats < 0)
		return false;
	work(calls);
	close(stats);
	while (!bpf_prog_get_next_id(id, &id))
		if (prog_info(id, &info))
			add_prog(p, &info, calls);
	return p->n > 0;
}

void progs_wait_gone(const struct progs *p)
{
	struct bpf_prog_info info;

	for (int i = 0; i < p->n; i++)
		for (int tries = 0; tries < 2000 && prog_info(p->ids[i], &info); tries++)
			usleep(1000);
}
