/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * holder KIND N: holds N programs without maps and types ("bare"), N programs with a map, types and a long name ("typed"),
 * or a hash map of N entries ("map", the id of which it says); until its standard input ends. Says "ready" first.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BATCH 4096

static void check(int r, const char *what)
{
	if (r >= 0)
		return;
	perror(what);
	exit(1);
}

/* Each with types of its own, as programs of different objects have. */
static int make_types(int i)
{
	struct btf *btf = btf__new_empty();
	char name[64];
	const void *data;
	__u32 size;
	int fd;

	snprintf(name, sizeof(name), "a_program_with_a_long_name_%d", i);
	btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	btf__add_func_proto(btf, 1);
	btf__add_func(btf, name, BTF_FUNC_GLOBAL, 2);
	data = btf__raw_data(btf, &size);
	fd = bpf_btf_load(data, size, NULL);
	check(fd, "types");
	btf__free(btf);
	return fd;
}

static void load(const struct bpf_insn *insns, size_t n, const char *name, struct bpf_prog_load_opts *opts)
{
	check(bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, name, "GPL", insns, n, opts), name);
}

static void hold_bare(int n)
{
	static const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K }, { .code = BPF_JMP | BPF_EXIT },
	};

	for (int i = 0; i < n; i++)
		load(insns, 2, "bare", NULL);
}

static void hold_typed(int n)
{
	struct bpf_func_info func = { .type_id = 3 };

	for (int i = 0; i < n; i++) {
		int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "counts", 4, 8, 1, NULL);
		struct bpf_insn insns[] = {
			{ .code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = 1, .src_reg = BPF_PSEUDO_MAP_FD, .imm = map },
			{ 0 },
			{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
			{ .code = BPF_JMP | BPF_EXIT },
		};
		LIBBPF_OPTS(bpf_prog_load_opts, opts, .prog_btf_fd = make_types(i), .func_info = &func, .func_info_cnt = 1,
			    .func_info_rec_size = sizeof(func));

		check(map, "map");
		load(insns, 4, "a_program_with_", &opts);
		close(map);
		close(opts.prog_btf_fd);
	}
}

static void hold_map(int n)
{
	static __u64 keys[BATCH];
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "entries", 8, 8, n, NULL);
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info), count;

	check(fd, "map");
	for (int i = 0; i < n; i += count) {
		for (count = 0; count < BATCH && i + (int)count < n; count++)
			keys[count] = i + count;
		check(bpf_map_update_batch(fd, keys, keys, &count, NULL), "entries");
	}
	check(bpf_obj_get_info_by_fd(fd, &info, &size), "map");
	printf("%u\n", info.id);
}

int main(int argc, char **argv)
{
	int n = argc > 2 ? atoi(argv[2]) : 0;
	char end;

	if (n > 0 && !strcmp(argv[1], "bare"))
		hold_bare(n);
	else if (n > 0 && !strcmp(argv[1], "typed"))
		hold_typed(n);
	else if (n > 0 && !strcmp(argv[1], "map"))
		hold_map(n);
	else
		return 2;
	puts("ready");
	fflush(stdout);
	while (read(0, &end, 1) > 0)
		;
	return 0;
}
