// SPDX-License-Identifier: GPL-2.0-or-later
// kinds PIN KIND [WORD]: a link (or a program) of that kind by raw bpf(2), pinned at PIN, with known cookies. Prints what the two
// places of uprobes and the semaphore are in its file. Ends with 2 where the kernel does not have the kind, or no
// devices or counters for it.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PTR(p) ((uint64_t)(uintptr_t)(p))

/* Attach types, a program type and a command's part that are younger than the packaged header. */
enum {
	KPROBE_MULTI = 42, NETFILTER_HOOK = 45, TCX_INGRESS, TCX_EGRESS, UPROBE_MULTI, NETKIT_PRIMARY = 54,
	KPROBE_SESSION = 56, UPROBE_SESSION, PROG_NETFILTER = 32,
};

#define BPF_JCOND 0xe0 /* of Linux 6.9 */

struct link_attr {
	uint32_t prog, target, type, flags;
	union {
		uint64_t cookie; /* perf_event */
		struct {
			uint32_t target_btf_id, pad;
			uint64_t cookie;
		} tracing;
		struct {
			uint32_t pf, hook;
			int32_t priority;
			uint32_t flags;
		} netfilter;
		struct {
			uint64_t path, offsets, ref_ctrs, cookies;
			uint32_t count, flags, pid;
		} uprobe;
		struct {
			uint32_t flags, count;
			uint64_t syms, addrs, cookies;
		} kprobe;
		struct {
			uint64_t info;
			uint32_t info_len;
		} iter;
		uint64_t room[14];
	};
};

/* Where the uprobes are; a semaphore lies beside them. */
__attribute__((noinline)) void first_place(void) { __asm__ volatile("nop"); }
__attribute__((noinline)) void second_place(void) { __asm__ volatile("nop; nop"); }
unsigned short semaphore = 1;

static int bpf(int cmd, void *attr, unsigned size)
{
	return (int)syscall(SYS_bpf, cmd, attr, size);
}

static void fail(const char *what)
{
	int code = errno;

	fprintf(stderr, "%s: %s\n", what, strerror(code));
	exit(code == EPERM || code == EBUSY ? 1 : 2);
}

static int made(const char *what, int fd)
{
	if (fd < 0)
		fail(what);
	return fd;
}

static int load(uint32_t type, uint32_t attach, const struct bpf_insn *code, uint32_t n)
{
	union bpf_attr attr = { .prog_type = type, .expected_attach_type = attach, .insns = PTR(code), .insn_cnt = n,
				.license = PTR("GPL"), .prog_name = "kind" };

	return made("load", bpf(BPF_PROG_LOAD, &attr, sizeof(attr)));
}

/* A program that returns this. */
static int program(uint32_t type, uint32_t attach, int result)
{
	struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = result }, { .code = BPF_JMP | BPF_EXIT },
	};

	return load(type, attach, code, 2);
}

/* A program that loops until the kernel ends it: may_goto jumps once the time is up. */
static int endless(const char *word)
{
	struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 0 },
		{ .code = BPF_JMP | BPF_JCOND, .off = 1 },
		{ .code = BPF_JMP | BPF_JA, .off = -2 },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return load(BPF_PROG_TYPE_XDP, 0, code, 4);
}

static int pinned(const char *path)
{
	union bpf_attr attr = { .pathname = PTR(path) };

	return made("pinned program", bpf(BPF_OBJ_GET, &attr, sizeof(attr)));
}

static int make_link(int prog, int target, uint32_t type, struct link_attr *a)
{
	a->prog = (uint32_t)prog;
	a->target = (uint32_t)target;
	a->type = type;
	return made("link", bpf(BPF_LINK_CREATE, a, sizeof(*a)));
}

static int on_raw_tracepoint(const char *word)
{
	struct {
		uint64_t name;
		uint32_t prog, pad;
		uint64_t cookie;
	} attr = { PTR("sched_switch"), (uint32_t)program(BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0), 0, 77 };

	return made("raw tracepoint", bpf(BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr)));
}

static uint32_t number_in(const char *path)
{
	FILE *f = fopen(path, "r");
	unsigned n = 0;

	if (!f || fscanf(f, "%u", &n) != 1)
		fail(path);
	fclose(f);
	return n;
}

static int on_event(struct perf_event_attr *event, uint32_t prog_type)
{
	struct link_attr a = { .cookie = 78 };
	int fd;

	event->size = sizeof(*event);
	fd = made("perf event", (int)syscall(SYS_perf_event_open, event, -1, 0, -1, PERF_FLAG_FD_CLOEXEC));
	return make_link(program(prog_type, 0, 0), fd, BPF_PERF_EVENT, &a);
}

static int on_tracepoint(const char *word)
{
	struct perf_event_attr event = { .type = PERF_TYPE_TRACEPOINT, .sample_period = 1 };

	event.config = number_in("/sys/kernel/tracing/events/sched/sched_switch/id");
	return on_event(&event, BPF_PROG_TYPE_TRACEPOINT);
}

/* TYPE:CONFIG */
static int on_counter(const char *word)
{
	struct perf_event_attr event = { .sample_period = 1u << 30 };
	char *end;

	event.type = (uint32_t)strtoul(word, &end, 0);
	event.config = strtoull(end + 1, NULL, 0);
	return on_event(&event, BPF_PROG_TYPE_PERF_EVENT);
}

struct place {
	uintptr_t addr;
	uint64_t offset; /* in the file */
};

static int find_place(struct dl_phdr_info *info, size_t size, void *data)
{
	struct place *p = data;

	for (int i = 0; i < info->dlpi_phnum; i++) {
		uintptr_t from = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;

		if (info->dlpi_phdr[i].p_type != PT_LOAD || p->addr < from || p->addr - from >= info->dlpi_phdr[i].p_filesz)
			continue;
		p->offset = p->addr - from + info->dlpi_phdr[i].p_offset;
		return 1;
	}
	return 0;
}

static uint64_t offset_of(const void *what)
{
	struct place p = { .addr = (uintptr_t)what };

	dl_iterate_phdr(find_place, &p);
	return p.offset;
}

static const char *self(void)
{
	static char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	path[n > 0 ? n : 0] = '\0';
	return path;
}

/* WORD: 0, 1 at the return, s with the semaphore. */
static int on_uprobe(const char *word)
{
	struct perf_event_attr event = { .type = number_in("/sys/bus/event_source/devices/uprobe/type") };

	event.config = *word == '1';
	event.uprobe_path = PTR(self());
	event.probe_offset = offset_of(*word == 's' ? second_place : first_place);
	if (*word == 's')
		event.config = offset_of(&semaphore) << 32;
	return on_event(&event, BPF_PROG_TYPE_KPROBE);
}

static int on_kprobe(const char *word)
{
	struct perf_event_attr event = { .type = number_in("/sys/bus/event_source/devices/kprobe/type") };

	event.config = *word == '1';
	event.kprobe_func = PTR("do_nanosleep");
	return on_event(&event, BPF_PROG_TYPE_KPROBE);
}

/* WORD: 0, 1 at the returns, s for both with a session. */
static int on_uprobes(const char *word)
{
	uint64_t offsets[] = { offset_of(first_place), offset_of(second_place) };
	uint64_t ref_ctrs[] = { 0, offset_of(&semaphore) }, cookies[] = { 81, 82 };
	uint32_t type = *word == 's' ? UPROBE_SESSION : UPROBE_MULTI;
	struct link_attr a = { .uprobe = { PTR(self()), PTR(offsets), PTR(ref_ctrs), PTR(cookies), 2, *word == '1', (uint32_t)getppid() } };

	return make_link(program(BPF_PROG_TYPE_KPROBE, type, 0), 0, type, &a);
}

static int on_kprobes(const char *word)
{
	const char *syms[] = { "do_nanosleep", "hrtimer_nanosleep" };
	uint64_t cookies[] = { 91, 92 };
	uint32_t type = *word == 's' ? KPROBE_SESSION : KPROBE_MULTI;
	struct link_attr a = { .kprobe = { *word == '1', 2, PTR(syms), 0, PTR(cookies) } };

	return make_link(program(BPF_PROG_TYPE_KPROBE, type, 0), 0, type, &a);
}

static int device(const char *name)
{
	return made(name, (int)if_nametoindex(name) ?: -1);
}

static int on_xdp(const char *word)
{
	struct link_attr a = { 0 };

	return make_link(program(BPF_PROG_TYPE_XDP, BPF_XDP, 2), device(word), BPF_XDP, &a);
}

static int on_tcx(const char *word)
{
	struct link_attr a = { 0 };

	return make_link(program(BPF_PROG_TYPE_SCHED_CLS, TCX_EGRESS, 0), device(word), TCX_EGRESS, &a);
}

static int on_netkit(const char *word)
{
	struct link_attr a = { 0 };

	return make_link(program(BPF_PROG_TYPE_SCHED_CLS, NETKIT_PRIMARY, 0), device(word), NETKIT_PRIMARY, &a);
}

/* WORD: PF:HOOK */
static int on_netfilter(const char *word)
{
	struct link_attr a = { .netfilter = { .priority = -5 } };
	char *end;

	a.netfilter.pf = (uint32_t)strtoul(word, &end, 10);
	a.netfilter.hook = (uint32_t)strtoul(end + 1, NULL, 10);
	return make_link(program(PROG_NETFILTER, NETFILTER_HOOK, 1), 0, NETFILTER_HOOK, &a);
}

/* WORD: the map's pin */
static int on_sockmap(const char *word)
{
	struct link_attr a = { 0 };

	return make_link(program(BPF_PROG_TYPE_SK_SKB, BPF_SK_SKB_VERDICT, 1), pinned(word), BPF_SK_SKB_VERDICT, &a);
}

static int on_cgroup(const char *word)
{
	struct link_attr a = { 0 };
	int prog = program(BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_EGRESS, 1);

	return make_link(prog, made(word, open(word, O_RDONLY)), BPF_CGROUP_INET_EGRESS, &a);
}

static int on_netns(const char *word)
{
	struct link_attr a = { 0 };
	int prog = program(BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP, 1);

	return make_link(prog, made("netns", open("/proc/self/ns/net", O_RDONLY)), BPF_SK_LOOKUP, &a);
}

/* WORD: the program's pin */
static int on_function(const char *word)
{
	struct link_attr a = { .tracing.cookie = 79 };

	return make_link(pinned(word), 0, BPF_TRACE_FENTRY, &a);
}

static int over_task(const char *word)
{
	struct {
		uint32_t tid, pid, pidfd, pad;
	} info = { .tid = 1 };
	struct link_attr a = { .iter = { PTR(&info), sizeof(info) } };

	return make_link(pinned(word), 0, BPF_TRACE_ITER, &a);
}

/* WORD: the program's pin, a colon, the group */
static int over_cgroup(const char *word)
{
	const char *group = strchrnul(word, ':');
	struct {
		uint32_t order, fd;
		uint64_t id;
	} info = { .order = 2, .fd = (uint32_t)made("cgroup", open(group + (*group == ':'), O_RDONLY)) };
	struct link_attr a = { .iter = { PTR(&info), sizeof(info) } };

	return make_link(pinned(strndup(word, (size_t)(group - word))), 0, BPF_TRACE_ITER, &a);
}

static const struct {
	const char *name;
	int (*make)(const char *word);
} kinds[] = {
	{ "raw_tracepoint", on_raw_tracepoint }, { "tracepoint", on_tracepoint }, { "counter", on_counter },
	{ "uprobe", on_uprobe }, { "kprobe", on_kprobe }, { "uprobes", on_uprobes }, { "kprobes", on_kprobes },
	{ "xdp", on_xdp }, { "tcx", on_tcx }, { "netkit", on_netkit }, { "netfilter", on_netfilter },
	{ "sockmap", on_sockmap }, { "cgroup", on_cgroup }, { "netns", on_netns }, { "function", on_function },
	{ "task", over_task }, { "cgroup_iter", over_cgroup }, { "endless", endless },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 2 && i < sizeof(kinds) / sizeof(*kinds); i++) {
		union bpf_attr attr = { .pathname = PTR(argv[1]) };

		if (strcmp(kinds[i].name, argv[2]))
			continue;
		attr.bpf_fd = (uint32_t)kinds[i].make(argc > 3 ? argv[3] : "");
		made("pin", bpf(BPF_OBJ_PIN, &attr, sizeof(attr)));
		printf("%ju %ju %ju\n", offset_of(first_place), offset_of(second_place), offset_of(&semaphore));
		return 0;
	}
	fprintf(stderr, "usage: kinds PIN KIND [WORD]\n");
	return 1;
}
