/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "base/fdutil.h"
#include "inspect/btf.h"
#include "inspect/link.h"
#include "inspect/names.h"
#include "inspect/top.h"

enum { SHOWN_MAX = 3 }; /* places of one program: some are in hundreds */

static const struct top_prog *find(const top_list *list, uint32_t id)
{
	vec_each(*list, i)
		if (list->v[i].id == id)
			return &list->v[i];
	return NULL;
}

static int by_cost(const void *a, const void *b)
{
	const struct top_prog *x = a, *y = b;

	if (x->delta_ns != y->delta_ns)
		return x->delta_ns < y->delta_ns ? 1 : -1;
	return (x->id > y->id) - (x->id < y->id);
}

/* A program that is new has run only since it was loaded, which is all of its time. */
static bool sample_one(struct inspect *in, uint32_t id, const top_list *before, struct top_prog *ret)
{
	struct bpf_prog_info info = { 0 };
	_cleanup_fd_ int fd = object_open(OBJECT_PROG, id);
	const struct top_prog *last = find(before, id);

	if (fd < 0 || object_info(fd, &info, sizeof(info)))
		return false;
	*ret = (struct top_prog){ .id = id, .type = info.type, .ns = info.run_time_ns, .runs = info.run_cnt };
	ret->known = last != NULL;
	/* The sample before goes when the next one is taken, with its names. */
	ret->name = last ? arena_strdup(&in->arena, last->name) : prog_full_name(in, fd, &info);
	ret->delta_ns = ret->ns - (last ? last->ns : 0);
	ret->delta_runs = ret->runs - (last ? last->runs : 0);
	return true;
}

top_list top_sample(struct inspect *in, const top_list *before)
{
	top_list all = { 0 };
	struct top_prog p;
	uint32_t id = 0;

	while (!object_next(OBJECT_PROG, id, &id))
		if (sample_one(in, id, before, &p))
			avec_push(&in->arena, &all, p);
	if (all.n)
		qsort(all.v, all.n, sizeof(*all.v), by_cost);
	return all;
}

static void add(struct strbuf *out, const char *text)
{
	if (out->n)
		sb_adds(out, ",");
	sb_adds(out, text);
}

/* The function, or the attach type where the object is none of the kernel's. */
static void add_tracing(struct inspect *in, const struct link_info *l, struct strbuf *out)
{
	struct btf *btf = inspect_btf(in, l->tracing.target_obj_id);
	const struct btf_type *t = btf ? btf__type_by_id(btf, l->tracing.target_btf_id) : NULL;
	const char *name = t ? btf__name_by_offset(btf, t->name_off) : name_attach_type(l->tracing.attach_type);

	add(out, name ? name : "?");
}

static void add_device(uint32_t ifindex, uint32_t attach_type, struct strbuf *out)
{
	char name[IF_NAMESIZE] = "?";
	const char *type = attach_type ? name_attach_type(attach_type) : "xdp";

	if_indextoname(ifindex, name);
	add(out, name);
	sb_addf(out, " %s", type ? type : "");
}

static void add_probes(const struct link_info *l, struct strbuf *out)
{
	bool uprobes = l->type == LINK_UPROBE_MULTI;

	add(out, uprobes ? link_text(l->uprobe_multi.path) : "functions");
	sb_addf(out, " (%u)", uprobes ? l->uprobe_multi.count : l->kprobe_multi.count);
}

static void add_perf(const struct link_info *l, struct strbuf *out)
{
	if (l->perf.kind == LINK_PERF_EVENT) {
		add(out, "perf event");
		return;
	}
	add(out, link_text(l->perf.name));
	if (l->perf.kind <= LINK_PERF_URETPROBE)
		sb_addf(out, "+0x%x", l->perf.offset);
}

static void add_link(struct inspect *in, const struct link_info *l, struct strbuf *out)
{
	const char *type = name_link_type(l->type), *attach;

	switch (l->type) {
	case BPF_LINK_TYPE_RAW_TRACEPOINT: add(out, link_text(l->raw_tp.name)); return;
	case BPF_LINK_TYPE_TRACING: add_tracing(in, l, out); return;
	case BPF_LINK_TYPE_ITER: add(out, link_text(l->iter.name)); return;
	case BPF_LINK_TYPE_XDP: add_device(l->device.ifindex, 0, out); return;
	case LINK_TCX:
	case LINK_NETKIT: add_device(l->device.ifindex, l->device.attach_type, out); return;
	case BPF_LINK_TYPE_PERF_EVENT: add_perf(l, out); return;
	case BPF_LINK_TYPE_KPROBE_MULTI:
	case LINK_UPROBE_MULTI: add_probes(l, out); return;
	case BPF_LINK_TYPE_CGROUP:
		attach = name_attach_type(l->cgroup.attach_type);
		add(out, attach ? attach : "cgroup");
		return;
	}
	add(out, type ? type : "?");
}

void top_attached(struct inspect *in, const struct top_prog *p, struct strbuf *out)
{
	uint32_t id = 0;
	unsigned n = 0;

	while (!object_next(OBJECT_LINK, id, &id)) {
		_cleanup_fd_ int fd = object_open(OBJECT_LINK, id);
		struct link_info l = { 0 };

		if (fd >= 0 && !link_info_read(in, fd, &l) && l.prog_id == p->id && n++ < SHOWN_MAX)
			add_link(in, &l, out);
	}
	if (n > SHOWN_MAX)
		sb_addf(out, " and %u more", n - SHOWN_MAX);
}
