/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Members of kernel structures under other names: those that the kernel's headers define as macros, which no type
 * information has, and those that were renamed or moved from one release to another. So scripts
 * written for other kernels, older or newer, and with the names of headers work on this one.
 */
#include "sema/internal.h"

struct renamed {
	const char *st, *name; /* as written */
	const char *path;      /* what it is instead: members joined by dots */
	const char *since;     /* the release that changed it; NULL: a macro of a header, worth no word */
};

/* Sources: the releases' own headers, of the folder include/ unless another is named. */
static const struct renamed table[] = {
	/* net/sock.h */
	{ "sock", "sk_family", "__sk_common.skc_family", NULL },
	{ "sock", "sk_state", "__sk_common.skc_state", NULL },
	{ "sock", "sk_reuse", "__sk_common.skc_reuse", NULL },
	{ "sock", "sk_reuseport", "__sk_common.skc_reuseport", NULL },
	{ "sock", "sk_ipv6only", "__sk_common.skc_ipv6only", NULL },
	{ "sock", "sk_bound_dev_if", "__sk_common.skc_bound_dev_if", NULL },
	{ "sock", "sk_hash", "__sk_common.skc_hash", NULL },
	{ "sock", "sk_num", "__sk_common.skc_num", NULL },
	{ "sock", "sk_dport", "__sk_common.skc_dport", NULL },
	{ "sock", "sk_addrpair", "__sk_common.skc_addrpair", NULL },
	{ "sock", "sk_portpair", "__sk_common.skc_portpair", NULL },
	{ "sock", "sk_daddr", "__sk_common.skc_daddr", NULL },
	{ "sock", "sk_rcv_saddr", "__sk_common.skc_rcv_saddr", NULL },
	{ "sock", "sk_v6_daddr", "__sk_common.skc_v6_daddr", NULL },
	{ "sock", "sk_v6_rcv_saddr", "__sk_common.skc_v6_rcv_saddr", NULL },
	{ "sock", "sk_prot", "__sk_common.skc_prot", NULL },
	{ "sock", "sk_net", "__sk_common.skc_net", NULL },
	{ "sock", "sk_cookie", "__sk_common.skc_cookie", NULL },
	{ "sock", "sk_flags", "__sk_common.skc_flags", NULL },
	{ "sock", "sk_refcnt", "__sk_common.skc_refcnt", NULL },
	{ "sock", "sk_rmem_alloc", "sk_backlog.rmem_alloc", NULL },
	/* net/inet_sock.h */
	{ "inet_sock", "inet_daddr", "sk.__sk_common.skc_daddr", NULL },
	{ "inet_sock", "inet_rcv_saddr", "sk.__sk_common.skc_rcv_saddr", NULL },
	{ "inet_sock", "inet_dport", "sk.__sk_common.skc_dport", NULL },
	{ "inet_sock", "inet_num", "sk.__sk_common.skc_num", NULL },
	/* net/inet_timewait_sock.h */
	{ "inet_timewait_sock", "tw_family", "__tw_common.skc_family", NULL },
	{ "inet_timewait_sock", "tw_state", "__tw_common.skc_state", NULL },
	{ "inet_timewait_sock", "tw_num", "__tw_common.skc_num", NULL },
	{ "inet_timewait_sock", "tw_dport", "__tw_common.skc_dport", NULL },
	{ "inet_timewait_sock", "tw_daddr", "__tw_common.skc_daddr", NULL },
	{ "inet_timewait_sock", "tw_rcv_saddr", "__tw_common.skc_rcv_saddr", NULL },
	/* net/request_sock.h, net/inet_sock.h */
	{ "request_sock", "rsk_listener", "__req_common.skc_listener", NULL },
	{ "inet_request_sock", "ir_loc_addr", "req.__req_common.skc_rcv_saddr", NULL },
	{ "inet_request_sock", "ir_rmt_addr", "req.__req_common.skc_daddr", NULL },
	{ "inet_request_sock", "ir_num", "req.__req_common.skc_num", NULL },
	{ "inet_request_sock", "ir_rmt_port", "req.__req_common.skc_dport", NULL },
	/* linux/fs.h: struct file */
	{ "file", "f_dentry", "f_path.dentry", NULL },
	{ "file", "f_vfsmnt", "f_path.mnt", NULL },

	/* linux/sched.h */
	{ "task_struct", "state", "__state", "5.14" },
	{ "task_struct", "__state", "state", "5.14" },
	{ "task_struct", "cpu", "thread_info.cpu", "5.16" },
	{ "task_struct", "real_start_time", "start_boottime", "5.5" },
	{ "task_struct", "start_boottime", "real_start_time", "5.5" },
	/* kernel/sched/sched.h */
	{ "cfs_rq", "nr_running", "nr_queued", "6.14" },
	{ "cfs_rq", "nr_queued", "nr_running", "6.14" },
	{ "cfs_rq", "h_nr_running", "h_nr_queued", "6.14" },
	{ "cfs_rq", "h_nr_queued", "h_nr_running", "6.14" },
	/* linux/blkdev.h, linux/blk-mq.h, linux/blk_types.h */
	{ "request", "rq_disk", "q.disk", "5.17" },
	{ "bio", "bi_disk", "bi_bdev.bd_disk", "5.12" },
	{ "bio", "bi_partno", "bi_bdev.bd_partno", "5.12" },
	{ "bio", "bi_rw", "bi_opf", "4.8" },
	{ "bio", "bi_sector", "bi_iter.bi_sector", "3.14" },
	{ "bio", "bi_size", "bi_iter.bi_size", "3.14" },
	/* linux/fs.h: struct inode */
	{ "inode", "i_ctime", "__i_ctime", "6.6" },
	{ "inode", "i_mtime", "__i_mtime", "6.7" },
	{ "inode", "i_atime", "__i_atime", "6.7" },
	/* net/net_namespace.h, linux/nsproxy.h and their like */
	{ "net", "proc_inum", "ns.inum", "3.19" },
	{ "pid_namespace", "proc_inum", "ns.inum", "3.19" },
	{ "mnt_namespace", "proc_inum", "ns.inum", "3.19" },
	/* linux/tcp.h */
	{ "tcp_sock", "srtt", "srtt_us", "3.15" },
	/* linux/uio.h */
	{ "iov_iter", "type", "iter_type", "5.14" },
};

/* Does the first member of the path exist? */
static bool path_starts(struct check *ck, const struct type *t, const char *path)
{
	struct field f;

	return type_field(ck->types, t, arena_strndup(ck->arena, path, strcspn(path, ".")), &f);
}

static const struct renamed *find(struct check *ck, const struct type *t, const char *name)
{
	const char *st = t->st && t->st->name ? t->st->name : "";

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (!strcmp(table[i].st, st) && !strcmp(table[i].name, name) && path_starts(ck, t, table[i].path))
			return &table[i];
	return NULL;
}

/* Once for each place, also if its block was copied. */
static void tell(struct check *ck, const struct node *n, const struct renamed *r)
{
	struct span at = n->op_span.end ? n->op_span : n->span;
	struct diag *d;

	vec_each(ck->diags->list, i)
		if (ck->diags->list.v[i]->tag == DT_renamed_field && ck->diags->list.v[i]->span.start == at.start)
			return;
	d = diag_warning(ck->diags, at, DT_renamed_field, "struct %s has no '%s' on this kernel: '%s' is read instead", r->st,
			 r->name, r->path);
	if (d)
		diag_hint(ck->diags, d, "Linux %s changed it", r->since);
}

bool use_renamed_field(struct check *ck, struct node *n, const struct type *t)
{
	const struct renamed *r = find(ck, t, n->name);
	const char *path = r ? r->path : NULL, *dot;
	struct node *part;

	if (!r || (ck->exact && r->since))
		return false;
	if (r->since)
		tell(ck, n, r);
	while ((dot = strchr(path, '.'))) {
		part = arena_dup(ck->arena, n, sizeof(*n));
		part->name = arena_strndup(ck->arena, path, (size_t)(dot - path));
		n->a = part;
		n->is_arrow = false;
		path = dot + 1;
	}
	n->name = path;
	return true;
}
