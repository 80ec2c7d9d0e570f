/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the running kernel offers, by trying it or by asking its BTF, never by its version.
 *
 * Helpers are numbered in the order of their introduction (include/uapi/linux/bpf.h), so one
 * load that calls the newest of interest answers for all on a current kernel, in less time than a
 * search in BTF takes.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "run/feature.h"
#include "run/sys.h"
#include "type/btf.h"

#define INSN(c, d, s, o, i)                                                                        \
	((struct bpf_insn){ .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) })
#define MOV_IMM(reg, v) INSN(BPF_ALU64 | BPF_MOV | BPF_K, reg, 0, 0, v)
#define EXIT INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

#define TRACE_FENTRY 24 /* BPF_TRACE_FENTRY */

struct feature {
	struct target target;
	struct btf_file *btf;
	signed char known[TF_COUNT]; /* 0: not asked, 1: yes, -1: no */
	int helper_yes, helper_no;   /* highest known number, lowest unknown one */
};

static struct feature running = { .helper_no = 1 << 30 };

static int try_load(uint32_t type, uint32_t attach_type, uint32_t btf_id,
		    const struct bpf_insn *insns, uint32_t n, char *log, uint32_t log_size)
{
	union bpf_attr attr = {
		.prog_type = type,
		.expected_attach_type = attach_type,
		.attach_btf_id = btf_id,
		.insns = (uintptr_t)insns,
		.insn_cnt = n,
		.license = (uintptr_t)"GPL",
		.log_buf = (uintptr_t)log,
		.log_size = log_size,
		.log_level = log ? 1 : 0,
	};

	return sys_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
}

/*
 * A call without arguments is refused in any case; for a number out of range with "invalid func",
 * for one that this type of program may not use with "unknown func" or "cannot use helper".
 */
static bool probe_helper(int number)
{
	struct bpf_insn insns[] = { INSN(BPF_JMP | BPF_CALL, 0, 0, 0, number), EXIT };
	char log[1024] = "";
	_cleanup_fd_ int fd = try_load(BPF_PROG_TYPE_KPROBE, 0, 0, insns, 2, log, sizeof(log));

	if (fd == -EPERM && !*log)
		return false;
	return !strstr(log, "invalid func") && !strstr(log, "unknown func") &&
	       !strstr(log, "cannot use helper");
}

static bool has_helper(struct feature *f, int number)
{
	enum { NEWEST = 208 }; /* of enum target_feature: ktime_get_tai_ns */
	int64_t end;

	/* The kernel's own list tells without a program being loaded. */
	if (f->btf && btf_file_enumerator(f->btf, "bpf_func_id", "__BPF_FUNC_MAX_ID", &end))
		return number < end;
	if (!f->helper_yes && f->helper_no > NEWEST) {
		if (probe_helper(NEWEST))
			f->helper_yes = NEWEST;
		else
			f->helper_no = NEWEST;
	}
	if (number <= f->helper_yes)
		return true;
	if (number >= f->helper_no)
		return false;
	if (probe_helper(number))
		f->helper_yes = number;
	else
		f->helper_no = number;
	return number <= f->helper_yes;
}

static bool has_sdiv(void)
{
	struct bpf_insn insns[] = {
		MOV_IMM(0, 1), MOV_IMM(1, 1), INSN(BPF_ALU64 | BPF_DIV | BPF_X, 0, 1, 1, 0), EXIT,
	};
	_cleanup_fd_ int fd = try_load(BPF_PROG_TYPE_SOCKET_FILTER, 0, 0, insns, 4, NULL, 0);

	return fd >= 0;
}

/* As old as the split probe_read helpers (5.5), which are cheaper to ask for than a map is to make. */
static bool has_mmap_array(struct feature *f)
{
	if (f->btf)
		return has_helper(f, 113);

	_cleanup_fd_ int fd = sys_map_create(BPF_MAP_TYPE_ARRAY, "try", 4, 8, 1, BPF_F_MMAPABLE);

	return fd >= 0;
}

static bool has_batch(void)
{
	_cleanup_fd_ int fd = sys_map_create(BPF_MAP_TYPE_HASH, "try", 4, 4, 1, 0);
	uint32_t position, key, value, count = 1;
	int r;

	if (fd < 0)
		return false;
	r = sys_map_lookup_batch(fd, true, &position, &key, &value, &count);
	return !r || r == -ENOENT;
}

/*
 * The kernel knows the kind of link if it looks at the symbol (which does not exist). Without
 * CONFIG_FPROBE it answers EOPNOTSUPP, below 5.18 EINVAL.
 */
static bool has_kprobe_multi(void)
{
	const char *const syms[] = { "sonde_no_such_function" };
	struct sys_kprobe_multi m = { .kind = SYS_BPF_TRACE_KPROBE_MULTI, .n = 1, .syms = syms };
	_cleanup_fd_ int fd = sys_prog_load_empty(BPF_PROG_TYPE_KPROBE, SYS_BPF_TRACE_KPROBE_MULTI, 0);
	int r;

	if (fd < 0)
		return false;
	r = sys_link_create_kprobe_multi(fd, &m);
	if (r >= 0)
		close(r);
	return r == -ESRCH || r == -ENOENT || r >= 0;
}

static bool has_kprobe_session(struct feature *f)
{
	return f->btf && btf_file_find(f->btf, BK_FUNC, "bpf_session_is_return") && has_kprobe_multi();
}

/* A directory has no code: EBADF from kernels that got as far as looking at it. */
static bool has_uprobe_multi(void)
{
	uint64_t offset = 0;
	_cleanup_fd_ int fd = sys_prog_load_empty(BPF_PROG_TYPE_KPROBE, SYS_BPF_TRACE_UPROBE_MULTI, 0);
	int r;

	if (fd < 0)
		return false;
	r = sys_link_create_uprobe_multi(fd, "/", &offset, NULL, 1, SYS_UPROBES_ENTRY, 0, NULL);
	if (r >= 0)
		close(r);
	return r == -EBADF;
}

/* Loading is not enough: arm64 below 6.4 loads and then refuses the link with ENOTSUPP. */
static bool has_fentry(struct feature *f)
{
	uint32_t id = f->btf ? btf_file_find(f->btf, BK_FUNC, "bpf_fentry_test1") : 0;
	_cleanup_fd_ int fd = -1;
	_cleanup_fd_ int link = -1;

	if (!id && f->btf)
		id = btf_file_find(f->btf, BK_FUNC, "vfs_read");
	if (!id)
		return false;
	fd = sys_prog_load_empty(BPF_PROG_TYPE_TRACING, TRACE_FENTRY, id);
	if (fd >= 0)
		link = sys_link_create_tracing(fd, TRACE_FENTRY);
	return link >= 0;
}

/* MAX_BPF_STACK was the limit (kernel/bpf/hashtab.c). */
static bool has_long_keys(void)
{
	_cleanup_fd_ int fd = sys_map_create(BPF_MAP_TYPE_HASH, "long", 1024, 8, 1, 0);

	return fd >= 0;
}

static bool has_kprobe(void)
{
	return !access("/sys/bus/event_source/devices/kprobe/type", F_OK) ||
	       !access("/sys/kernel/tracing/kprobe_events", F_OK) ||
	       !access("/sys/kernel/debug/tracing/kprobe_events", F_OK);
}

/*
 * bpf_get_current_comm() (kernel/bpf/helpers.c) used strncpy, which pads, then strscpy, which leaves the
 * bytes after the NUL as they were (seen on 6.1), then strscpy_pad. Kernels before dynptrs (5.19) have the first,
 * those with netfilter programs (6.4) the last; in between nothing is promised.
 */
static bool has_padded_comm(struct feature *f)
{
	int64_t v;

	if (!f->btf)
		return false;
	return btf_file_enumerator(f->btf, "bpf_prog_type", "BPF_PROG_TYPE_NETFILTER", &v) ||
	       !btf_file_enumerator(f->btf, "bpf_func_id", "BPF_FUNC_dynptr_data", &v);
}

static bool ask(struct feature *f, enum target_feature what)
{
	switch (what) {
	case TF_RINGBUF: return has_helper(f, 130);          /* ringbuf_output */
	case TF_PROBE_READ_KERNEL: return has_helper(f, 113);
	case TF_BOOT_NS: return has_helper(f, 125);          /* ktime_get_boot_ns */
	case TF_TASK_BTF: return f->btf && has_helper(f, 158); /* get_current_task_btf */
	case TF_FOR_EACH_MAP: return has_helper(f, 164);     /* for_each_map_elem */
	case TF_ATTACH_COOKIE: return has_helper(f, 174);    /* get_attach_cookie */
	case TF_FUNC_IP: return has_helper(f, 173);          /* get_func_ip */
	case TF_LOOP: return has_helper(f, 181);             /* loop */
	case TF_ITER_NUM: return f->btf && btf_file_find(f->btf, BK_FUNC, "bpf_iter_num_new");
	case TF_COMM_PADDED: return has_padded_comm(f);
	case TF_SDIV: return has_sdiv();
	case TF_BATCH: return has_batch();
	case TF_KPROBE_MULTI: return has_kprobe_multi();
	case TF_KPROBE_SESSION: return has_kprobe_session(f);
	case TF_UPROBE_MULTI: return has_uprobe_multi();
	case TF_FENTRY: return has_fentry(f);
	case TF_KPROBE: return has_kprobe();
	case TF_PERCPU_ELEM: return has_helper(f, 195);      /* map_lookup_percpu_elem */
	case TF_MMAP_ARRAY: return has_mmap_array(f);
	case TF_PERF_LINK: return has_helper(f, 174);        /* came with the cookies of 5.15 */
	case TF_NS_PID: return has_helper(f, 120);           /* get_ns_current_pid_tgid */
	case TF_TAI_NS: return has_helper(f, 208);           /* ktime_get_tai_ns */
	case TF_LONG_KEYS: return has_long_keys();
	case TF_XCHG: return has_helper(f, 195);             /* came before this one did (5.19) */
	case TF_TASK_PT_REGS: return has_helper(f, 175);     /* task_pt_regs */
	case TF_LAZY_HASH: return f->btf && btf_file_find(f->btf, BK_STRUCT, "bpf_mem_alloc");
	case TF_RDONLY_CAST: return f->btf && btf_file_find(f->btf, BK_FUNC, "bpf_rdonly_cast");
	case TF_COUNT: break;
	}
	return false;
}

static bool feature_has(struct target *t, enum target_feature what)
{
	struct feature *f = (struct feature *)t;

	if (what < 0 || what >= TF_COUNT)
		return false;
	if (!f->known[what])
		f->known[what] = ask(f, what) ? 1 : -1;
	return f->known[what] > 0;
}

void feature_deny(enum target_feature what)
{
	running.known[what] = -1;
}

struct target *feature_target(struct btf_file *btf)
{
	running.target.has = feature_has;
	running.target.ncpus = sys_possible_cpus();
	running.btf = btf;
	return &running.target;
}

struct btf_file *feature_btf(struct target *t)
{
	return t == &running.target ? running.btf : NULL;
}

const char *feature_name(enum target_feature f)
{
	static const char *const names[TF_COUNT] = {
		[TF_RINGBUF] = "ring buffer",
		[TF_PROBE_READ_KERNEL] = "probe_read_kernel and probe_read_user",
		[TF_BOOT_NS] = "ktime_get_boot_ns",
		[TF_TASK_BTF] = "current task with BTF",
		[TF_FOR_EACH_MAP] = "loops over maps",
		[TF_ATTACH_COOKIE] = "attach cookies",
		[TF_FUNC_IP] = "get_func_ip",
		[TF_LOOP] = "bpf_loop",
		[TF_ITER_NUM] = "numeric iterators",
		[TF_TAI_NS] = "atomic time",
		[TF_LONG_KEYS] = "long keys",
		[TF_XCHG] = "atomic exchange",
		[TF_COMM_PADDED] = "comm padded with zeros",
		[TF_SDIV] = "signed division",
		[TF_BATCH] = "map batch operations",
		[TF_KPROBE_MULTI] = "kprobe.multi",
		[TF_KPROBE_SESSION] = "kprobe_session",
		[TF_UPROBE_MULTI] = "uprobe.multi",
		[TF_FENTRY] = "fentry and fexit",
		[TF_KPROBE] = "kprobes",
		[TF_PERCPU_ELEM] = "map_lookup_percpu_elem",
		[TF_MMAP_ARRAY] = "mapped arrays",
		[TF_PERF_LINK] = "links of perf events",
		[TF_NS_PID] = "pids of namespaces",
		[TF_TASK_PT_REGS] = "registers of tasks",
		[TF_RDONLY_CAST] = "bpf_rdonly_cast",
		[TF_LAZY_HASH] = "hash tables that grow",
	};

	return f >= 0 && f < TF_COUNT ? names[f] : "";
}
