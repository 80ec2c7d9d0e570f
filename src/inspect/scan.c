/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <linux/btf.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "base/vec.h"
#include "inspect/scan_int.h"

#define ENOTSUPP 524 /* of the kernel alone */

/* Newer than the packaged header. */
#define PROG_TYPE_NETFILTER 32
#define ATTACH_NETFILTER 45
#define MAP_TYPE_USER_RINGBUF 31
#define MAP_TYPE_CGRP_STORAGE 32
#define MAP_TYPE_ARENA 33
#define MAP_TYPE_INSN_ARRAY 34
#define MAP_TYPE_RHASH 35

void scan_start(void)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY }, old;

	if (setrlimit(RLIMIT_MEMLOCK, &all) && !getrlimit(RLIMIT_MEMLOCK, &old)) {
		old.rlim_cur = old.rlim_max;
		setrlimit(RLIMIT_MEMLOCK, &old);
	}
}

/* How a type of program is asked for, where that is not "r0 = 0; exit" with nothing else said. */
struct prog_ask {
	uint32_t type, attach_type, flags, btf_id;
	int err;          /* an error that means "yes", if the log contains text */
	const char *text;
};

static const struct prog_ask prog_asks[] = {
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_CONNECT },
	{ BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_GETSOCKOPT },
	{ BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP },
	{ BPF_PROG_TYPE_LIRC_MODE2, BPF_LIRC_MODE2 },
	{ BPF_PROG_TYPE_SYSCALL, 0, BPF_F_SLEEPABLE },
	{ PROG_TYPE_NETFILTER, ATTACH_NETFILTER },
	{ BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, 0, 1, EINVAL, "attach_btf_id 1 is not a function" },
	{ BPF_PROG_TYPE_LSM, BPF_LSM_MAC, 0, 1, EINVAL, "attach_btf_id 1 is not a function" },
	{ BPF_PROG_TYPE_EXT, 0, 0, 1, EINVAL, "Cannot replace kernel functions" },
	{ BPF_PROG_TYPE_STRUCT_OPS, 0, 0, 0, ENOTSUPP, "" },
};

static const struct prog_ask *prog_ask(uint32_t type)
{
	static const struct prog_ask plain;

	for (size_t i = 0; i < ARRAY_SIZE(prog_asks); i++)
		if (prog_asks[i].type == type)
			return &prog_asks[i];
	return &plain;
}

int scan_load(uint32_t type, uint32_t ifindex, const struct bpf_insn *insns, unsigned n, char *log,
	      uint32_t log_level)
{
	const struct prog_ask *ask = prog_ask(type);
	union bpf_attr attr = {
		.prog_type = type,
		.expected_attach_type = ask->attach_type,
		.prog_flags = ask->flags,
		.attach_btf_id = ask->btf_id,
		.prog_ifindex = ifindex,
		.insns = (uintptr_t)insns,
		.insn_cnt = n,
		.license = (uintptr_t)"GPL",
		.log_buf = (uintptr_t)log,
		.log_size = log ? LOG_SIZE : 0,
		.log_level = log ? log_level : 0,
	};

	return sys_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
}

bool scan_prog_type(uint32_t type, uint32_t ifindex)
{
	const struct prog_ask *ask = prog_ask(type);
	/* Firmware that filters packets may refuse to drop all of them. */
	struct bpf_insn insns[] = { MOV_IMM(0, ifindex ? 2 : 0), EXIT };
	char log[LOG_SIZE] = "";
	_cleanup_fd_ int fd = scan_load(type, ifindex, insns, 2, ask->err ? log : NULL, LOG_LINES);

	return fd >= 0 || (ask->err && fd == -ask->err && strstr(log, ask->text));
}

/* struct {int} with an int key: enough for local storage, which wants BTF. fd or -errno. */
static int storage_btf(void)
{
	struct {
		struct btf_header h;
		struct btf_type type;
		uint32_t encoding;
		char strings[8];
	} blob = {
		.h = { .magic = 0xeb9f, .version = 1, .hdr_len = sizeof(struct btf_header),
		       .type_len = sizeof(struct btf_type) + 4,
		       .str_off = sizeof(struct btf_type) + 4, .str_len = sizeof(blob.strings) },
		.type = { .name_off = 1, .info = BTF_KIND_INT << 24, .size = 4 },
		.encoding = BTF_INT_SIGNED << 24 | 32,
		.strings = "\0int",
	};
	union bpf_attr attr = { .btf = (uintptr_t)&blob, .btf_size = sizeof(blob) };

	return sys_bpf(BPF_BTF_LOAD, &attr, sizeof(attr));
}

/* Sizes that differ from "4-byte key, 4-byte value, one entry". */
struct map_ask {
	uint32_t type, key, value, entries, flags;
	bool btf, inner;
};

static const struct map_ask map_asks[] = {
	{ BPF_MAP_TYPE_STACK_TRACE, 4, 8, 1 },
	{ BPF_MAP_TYPE_LPM_TRIE, 8, 8, 1, BPF_F_NO_PREALLOC },
	{ BPF_MAP_TYPE_CGROUP_STORAGE, 16, 8, 0 },
	{ BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, 16, 8, 0 },
	{ BPF_MAP_TYPE_QUEUE, 0, 4, 1 },
	{ BPF_MAP_TYPE_STACK, 0, 4, 1 },
	{ BPF_MAP_TYPE_BLOOM_FILTER, 0, 4, 1 },
	{ BPF_MAP_TYPE_RINGBUF, 0, 0, 0 },
	{ MAP_TYPE_USER_RINGBUF, 0, 0, 0 },
	{ MAP_TYPE_ARENA, 0, 0, 1, BPF_F_MMAPABLE },
	{ MAP_TYPE_INSN_ARRAY, 4, 16, 1 },
	{ MAP_TYPE_RHASH, 4, 4, 1, BPF_F_NO_PREALLOC },
	{ BPF_MAP_TYPE_SK_STORAGE, 4, 4, 0, BPF_F_NO_PREALLOC, .btf = true },
	{ BPF_MAP_TYPE_INODE_STORAGE, 4, 4, 0, BPF_F_NO_PREALLOC, .btf = true },
	{ BPF_MAP_TYPE_TASK_STORAGE, 4, 4, 0, BPF_F_NO_PREALLOC, .btf = true },
	{ MAP_TYPE_CGRP_STORAGE, 4, 4, 0, BPF_F_NO_PREALLOC, .btf = true },
	{ BPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, 1, .inner = true },
	{ BPF_MAP_TYPE_HASH_OF_MAPS, 4, 4, 1, .inner = true },
};

static const struct map_ask *map_ask(uint32_t type)
{
	static const struct map_ask plain = { 0, 4, 4, 1 };

	for (size_t i = 0; i < ARRAY_SIZE(map_asks); i++)
		if (map_asks[i].type == type)
			return &map_asks[i];
	return &plain;
}

bool scan_map_type(uint32_t type, uint32_t ifindex)
{
	const struct map_ask *ask = map_ask(type);
	bool ring = type == BPF_MAP_TYPE_RINGBUF || type == MAP_TYPE_USER_RINGBUF;
	bool ops = type == BPF_MAP_TYPE_STRUCT_OPS;
	_cleanup_fd_ int btf = ask->btf ? storage_btf() : -1;
	_cleanup_fd_ int inner = ask->inner ? sys_map_create(BPF_MAP_TYPE_ARRAY, "", 4, 4, 1, 0) : -1;
	_cleanup_fd_ int fd = -1;
	union bpf_attr attr;

	/* All of it, also what lies behind: the kernel insists on zeros there, a compiler's initialiser need not. */
	memset(&attr, 0, sizeof(attr));
	attr.map_type = type;
	attr.key_size = ask->key;
	attr.value_size = ask->value;
	attr.max_entries = ring ? (uint32_t)sysconf(_SC_PAGESIZE) : ask->entries;
	attr.map_flags = ask->flags;
	attr.map_ifindex = ifindex;
	attr.btf_fd = ask->btf ? (uint32_t)btf : 0;
	attr.btf_key_type_id = ask->btf;
	attr.btf_value_type_id = ask->btf;
	attr.btf_vmlinux_value_type_id = ops;
	attr.inner_map_fd = ask->inner ? (uint32_t)inner : 0;
	fd = sys_bpf(BPF_MAP_CREATE, &attr, sizeof(attr));

	/* The first type of the kernel's BTF is no struct of operations: it says so if it can. */
	return ops ? fd == -ENOTSUPP : fd >= 0;
}

bool scan_syscall(void)
{
	union bpf_attr attr = { 0 };
	_cleanup_fd_ int fd = sys_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));

	return fd != -ENOSYS;
}

static bool loads(const struct bpf_insn *insns, unsigned n, uint32_t ifindex)
{
	_cleanup_fd_ int fd = scan_load(BPF_PROG_TYPE_SOCKET_FILTER, ifindex, insns, n, NULL, 0);

	return fd >= 0;
}

static bool loads_large(uint32_t ifindex)
{
	struct bpf_insn insns[BPF_MAXINSNS + 1];

	for (unsigned i = 0; i < BPF_MAXINSNS; i++)
		insns[i] = MOV_IMM(0, 1);
	insns[BPF_MAXINSNS] = EXIT;
	return loads(insns, BPF_MAXINSNS + 1, ifindex);
}

bool scan_misc(enum scan_misc what, uint32_t ifindex)
{
	static const struct bpf_insn loops[] = {
		MOV_IMM(0, 10), INSN(BPF_ALU64 | BPF_SUB | BPF_K, 0, 0, 0, 1),
		INSN(BPF_JMP | BPF_JNE | BPF_K, 0, 0, -2, 0), EXIT,
	};
	static const struct bpf_insn v2[] = {
		MOV_IMM(0, 0), INSN(BPF_JMP | BPF_JLT | BPF_K, 0, 0, 1, 0), MOV_IMM(0, 1), EXIT,
	};
	static const struct bpf_insn v3[] = {
		MOV_IMM(0, 0), INSN(BPF_JMP32 | BPF_JLT | BPF_K, 0, 0, 1, 0), MOV_IMM(0, 1), EXIT,
	};
	static const struct bpf_insn v4[] = { /* a jump whose distance is in imm */
		MOV_IMM(0, 0), INSN(BPF_JMP32 | BPF_JEQ | BPF_K, 0, 0, 1, 1),
		INSN(BPF_JMP32 | BPF_JA, 0, 0, 0, 1), MOV_IMM(0, 1), EXIT,
	};

	switch (what) {
	case SM_LARGE: return loads_large(ifindex);
	case SM_LOOPS: return loads(loops, ARRAY_SIZE(loops), ifindex);
	case SM_V2: return loads(v2, ARRAY_SIZE(v2), ifindex);
	case SM_V3: return loads(v3, ARRAY_SIZE(v3), ifindex);
	case SM_V4: return loads(v4, ARRAY_SIZE(v4), ifindex);
	case SM_COUNT: break;
	}
	return false;
}
