/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program run by the kernel for every program (iter/bpf_prog). It copies stretches of the kernel's structures as they
 * are, by helper, and leaves it to us to pick the members out: each pointer or member that the verifier has to follow
 * takes it longer than the helper takes for dozens of programs.
 *
 * A program's statistics have a part for each CPU, at an offset that no symbol gives away everywhere. A per-CPU array
 * of our own does: the kernel tells the address of its element on each CPU, and the array holds the one without offset.
 */
#include "inspect/prog_all.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "inspect/kernel_iter.h"
#include "inspect/objects.h"
#include "run/sys.h"

#define CPUS_MAX 512 /* the verifier walks the loop over them */
#define SPAN_MAX 256 /* bytes */
#define NAME_SIZE 128
#define FUNC_LOOKUP_PERCPU_ELEM 195 /* bpf_map_lookup_percpu_elem(), 5.19 */

/* Stretches of structures, in the order in which they are written; those up to RECORD once for each program. */
enum span { S_PROG, S_AUX, S_MORE_AUX, S_USER, S_BTF, RECORD, S_STATS = RECORD, S_MAP, SPANS };

/* Members that are of interest. */
enum member {
	PROG_PAGES, PROG_GPL, PROG_TYPE, PROG_LEN, PROG_JITED, PROG_TAG, PROG_STATS, PROG_AUX,
	AUX_ID, AUX_NMAPS, AUX_FUNCTIONS,
	AUX_MAPS, AUX_USER, AUX_LOAD_TIME, AUX_NAME, AUX_OFFLOAD, AUX_BTF, AUX_FUNC_INFO,
	USER_UID, BTF_ID, BTF_TYPES, BTF_STRINGS,
	STATS_CNT, STATS_NSECS, STATS_MISSES,
	MAP_ID, MAP_NAME,
	MEMBERS
};

static const struct {
	const char *name;
	uint32_t size; /* bytes; 0: one bit */
	enum span span;
} members[] = {
	[PROG_PAGES] = { "pages", 2, S_PROG },
	[PROG_GPL] = { "gpl_compatible", 0, S_PROG },
	[PROG_TYPE] = { "type", 4, S_PROG },
	[PROG_LEN] = { "len", 4, S_PROG },
	[PROG_JITED] = { "jited_len", 4, S_PROG },
	[PROG_TAG] = { "tag", BPF_TAG_SIZE, S_PROG },
	[PROG_STATS] = { "stats", 8, S_PROG },
	[PROG_AUX] = { "aux", 8, S_PROG },
	[AUX_ID] = { "id", 4, S_AUX },
	[AUX_NMAPS] = { "used_map_cnt", 4, S_AUX },
	[AUX_FUNCTIONS] = { "func_cnt", 4, S_AUX },
	[AUX_MAPS] = { "used_maps", 8, S_MORE_AUX },
	[AUX_USER] = { "user", 8, S_MORE_AUX },
	[AUX_LOAD_TIME] = { "load_time", 8, S_MORE_AUX },
	[AUX_NAME] = { "name", BPF_OBJ_NAME_LEN, S_MORE_AUX },
	[AUX_OFFLOAD] = { "offload", 8, S_MORE_AUX },
	[AUX_BTF] = { "btf", 8, S_MORE_AUX },
	[AUX_FUNC_INFO] = { "func_info", 8, S_MORE_AUX },
	[USER_UID] = { "uid", 4, S_USER },
	[BTF_ID] = { "id", 4, S_BTF },
	[BTF_TYPES] = { "types", 8, S_BTF },
	[BTF_STRINGS] = { "strings", 8, S_BTF },
	[STATS_CNT] = { "cnt", 8, S_STATS },
	[STATS_NSECS] = { "nsecs", 8, S_STATS },
	[STATS_MISSES] = { "misses", 8, S_STATS },
	[MAP_ID] = { "id", 4, S_MAP },
	[MAP_NAME] = { "name", BPF_OBJ_NAME_LEN, S_MAP },
};

/* The pointers that lead to the structures. */
static const enum member ways[] = {
	[S_AUX] = PROG_AUX, [S_MORE_AUX] = PROG_AUX, [S_USER] = AUX_USER, [S_BTF] = AUX_BTF, [S_STATS] = PROG_STATS,
	[S_MAP] = AUX_MAPS,
};

struct layout {
	struct {
		uint32_t from, size; /* in the structure */
		uint32_t at;         /* in what is written */
	} spans[SPANS];
	uint32_t at[MEMBERS]; /* in the structure; see member_at() */
	uint32_t gpl_bit, pptrs, type_id;
	uint32_t size; /* of what is written once for each program */
	uint32_t ncpus;
};

/* From the start of a program's record; of a CPU's statistics or a map from theirs. */
static uint32_t member_at(const struct layout *l, enum member m)
{
	enum span s = members[m].span;

	return l->at[m] - l->spans[s].from + (s < RECORD ? l->spans[s].at : 0);
}

/* ---- the program; r6: the file, r7: a buffer, r8: a loop's number, r9: the structure in hand ---- */

#define AT (-8)   /* on the stack: a pointer in hand */
#define KEY (-16)

static void load(struct code *c, int dst, const struct layout *l, enum member m)
{
	int size = members[m].size == 8 ? BPF_DW : BPF_W;

	code_add(c, BPF_LDX | BPF_MEM | size, dst, 7, (int)member_at(l, m), 0);
}

static void add_reg(struct code *c, int dst, int src)
{
	code_add(c, BPF_ALU64 | BPF_ADD | BPF_X, dst, src, 0, 0);
}

/* Copies the stretch of the structure at r3 into the buffer. */
static void copy_span(struct code *c, const struct layout *l, enum span s)
{
	uint32_t at = s < RECORD ? l->spans[s].at : l->size;

	code_mov_add(c, 3, 3, (int)l->spans[s].from);
	code_mov_add(c, 1, 7, (int)at);
	code_mov_imm(c, 2, (int)l->spans[s].size);
	code_call(c, BPF_FUNC_probe_read_kernel);
}

/* Writes out what is at the buffer's `at`. */
static void write_out(struct code *c, uint32_t at, uint32_t size)
{
	code_mov_add(c, 1, 6, 0);
	code_mov_add(c, 2, 7, (int)at);
	code_mov_imm(c, 3, (int)size);
	code_call(c, BPF_FUNC_seq_write);
}

/* A jump that land() sends to the next instruction. */
static uint32_t jump_if(struct code *c, int op, int reg, int imm)
{
	code_add(c, BPF_JMP | op | BPF_K, reg, 0, 0, imm);
	return c->n - 1;
}

static void land(struct code *c, uint32_t jump)
{
	c->insns[jump].off = (int16_t)(c->n - jump - 1);
}

/* A loop's end: r8 += 1, and back to `top` while that is below a bound. */
static void loop_below(struct code *c, uint32_t top, uint32_t bound)
{
	code_add(c, BPF_ALU64 | BPF_ADD | BPF_K, 8, 0, 0, 1);
	code_add(c, BPF_JMP | BPF_JLT | BPF_K, 8, 0, (int)top - (int)c->n - 1, (int)bound);
}

/* r9 = where the statistics are, less where the per-CPU array's elements are, both without any CPU's offset. */
static void find_stats(struct code *c, const struct layout *l, int percpu)
{
	/* The array's address as a number: the verifier would let nobody reckon with it. */
	code_load_map(c, 1, percpu);
	code_to_stack(c, BPF_DW, AT, 1);
	code_read_kernel(c, AT, 10, (uint32_t)AT, 8);
	code_from_stack(c, BPF_DW, 9, AT);
	code_read_kernel(c, AT, 9, l->pptrs, 8);
	load(c, 9, l, PROG_STATS);
	code_from_stack(c, BPF_DW, 1, AT);
	code_add(c, BPF_ALU64 | BPF_SUB | BPF_X, 9, 1, 0, 0);
}

/* Those of each CPU. */
static void write_stats(struct code *c, const struct layout *l, int percpu)
{
	uint32_t top, there;

	find_stats(c, l, percpu);
	code_add(c, BPF_ST | BPF_MEM | BPF_W, 10, 0, KEY, 0);
	code_mov_imm(c, 8, 0);
	top = c->n;
	code_load_map(c, 1, percpu);
	code_mov_add(c, 2, 10, KEY);
	code_mov_add(c, 3, 8, 0);
	code_call(c, FUNC_LOOKUP_PERCPU_ELEM);
	there = jump_if(c, BPF_JNE, 0, 0);
	code_leave(c);
	land(c, there);
	code_to_stack(c, BPF_DW, AT, 0);
	code_read_kernel(c, AT, 10, (uint32_t)AT, 8);
	code_from_stack(c, BPF_DW, 3, AT);
	add_reg(c, 3, 9);
	copy_span(c, l, S_STATS);
	write_out(c, l->size, l->spans[S_STATS].size);
	loop_below(c, top, l->ncpus);
}

static void write_maps(struct code *c, const struct layout *l)
{
	uint32_t top, none;

	load(c, 9, l, AUX_MAPS);
	code_mov_imm(c, 8, 0);
	top = c->n;
	load(c, 1, l, AUX_NMAPS);
	none = c->n;
	code_add(c, BPF_JMP | BPF_JGE | BPF_X, 8, 1, 0, 0);
	code_read_kernel(c, AT, 9, 0, 8);
	code_from_stack(c, BPF_DW, 3, AT);
	copy_span(c, l, S_MAP);
	write_out(c, l->size, l->spans[S_MAP].size);
	code_add(c, BPF_ALU64 | BPF_ADD | BPF_K, 9, 0, 0, 8);
	loop_below(c, top, PROG_TOLD_MAPS);
	land(c, none);
}

/* The name of the program's function: strings + types[type_id]->name_off, which is the first member. */
static void write_name(struct code *c, const struct layout *l)
{
	load(c, 9, l, AUX_FUNC_INFO);
	code_read_kernel(c, AT, 9, l->type_id, 4);
	code_from_stack(c, BPF_W, 1, AT);
	code_add(c, BPF_ALU64 | BPF_LSH | BPF_K, 1, 0, 0, 3);
	load(c, 9, l, BTF_TYPES);
	add_reg(c, 9, 1);
	code_read_kernel(c, AT, 9, 0, 8);
	code_from_stack(c, BPF_DW, 9, AT);
	code_read_kernel(c, AT, 9, 0, 4);
	code_from_stack(c, BPF_W, 1, AT);
	load(c, 3, l, BTF_STRINGS);
	add_reg(c, 3, 1);
	code_mov_add(c, 1, 7, (int)l->size);
	code_mov_imm(c, 2, NAME_SIZE);
	code_call(c, BPF_FUNC_probe_read_kernel_str);
	write_out(c, l->size, NAME_SIZE);
}

/* The context (struct bpf_iter__bpf_prog): meta, prog; meta begins with the file that is read. */
static void begin(struct code *c, int buffer)
{
	code_add(c, BPF_LDX | BPF_MEM | BPF_DW, 9, 1, 8, 0);
	code_leave_if_null(c, 9);
	code_add(c, BPF_LDX | BPF_MEM | BPF_DW, 6, 1, 0, 0);
	code_add(c, BPF_LDX | BPF_MEM | BPF_DW, 6, 6, 0, 0);
	code_add(c, BPF_ST | BPF_MEM | BPF_W, 10, 0, KEY, 0);
	code_load_map(c, 1, buffer);
	code_mov_add(c, 2, 10, KEY);
	code_call(c, BPF_FUNC_map_lookup_elem);
	code_leave_if_null(c, 0);
	code_mov_add(c, 7, 0, 0);
}

static void write_code(struct code *c, const struct layout *l, int buffer, int percpu)
{
	begin(c, buffer);
	code_mov_add(c, 3, 9, 0);
	copy_span(c, l, S_PROG);
	for (enum span s = S_PROG + 1; s < RECORD; s++) {
		load(c, 3, l, ways[s]);
		copy_span(c, l, s);
	}
	write_out(c, 0, l->size);
	write_stats(c, l, percpu);
	write_maps(c, l);
	/* A name that fills its place may have been cut. */
	code_add(c, BPF_LDX | BPF_MEM | BPF_B, 1, 7, (int)member_at(l, AUX_NAME) + BPF_OBJ_NAME_LEN - 2, 0);
	code_leave_if_null(c, 1);
	write_name(c, l);
	code_leave(c);
}

/* ---- where things are ---- */

static bool find_member(struct kernel_types *k, const struct type *t, enum member m, struct layout *l)
{
	if (!members[m].size)
		return kernel_bit(k, t, members[m].name, &l->at[m], &l->gpl_bit);
	return kernel_place(k, t, members[m].name, &l->at[m]);
}

/* Makes its span cover a member; spans are whole words. */
static void cover(struct layout *l, enum member m)
{
	enum span s = members[m].span;
	uint32_t from = l->at[m] & ~7u, to = (l->at[m] + (members[m].size ? members[m].size : 1) + 7) & ~7u;
	uint32_t end = l->spans[s].from + l->spans[s].size;

	if (!l->spans[s].size || from < l->spans[s].from)
		l->spans[s].from = from;
	if (!l->spans[s].size || to > end)
		end = to;
	l->spans[s].size = end - l->spans[s].from;
}

static bool find_members(struct kernel_types *k, struct layout *l, const struct type **types)
{
	for (enum member m = 0; m < MEMBERS; m++) {
		enum span s = members[m].span;

		if (!types[s])
			types[s] = kernel_target(k, types[members[ways[s]].span], members[ways[s]].name);
		if (!find_member(k, types[s], m, l))
			return false;
		cover(l, m);
	}
	return true;
}

static bool find_layout(struct kernel_types *k, struct layout *l)
{
	const struct type *types[SPANS] = { [S_PROG] = kernel_type(k, "struct bpf_prog") };

	*l = (struct layout){ .ncpus = sys_possible_cpus() };
	if (!types[S_PROG] || !find_members(k, l, types))
		return false;
	for (enum span s = 0; s < SPANS; s++) {
		if (l->spans[s].size > SPAN_MAX)
			return false;
		l->spans[s].at = l->size;
		l->size += s < RECORD ? l->spans[s].size : 0;
	}
	return kernel_place(k, kernel_type(k, "struct bpf_array"), "pptrs", &l->pptrs) &&
	       kernel_place(k, kernel_target(k, types[S_MORE_AUX], "func_info"), "type_id", &l->type_id);
}

/* fd or -errno */
static int load_iterator(struct kernel_types *k, const struct layout *l)
{
	_cleanup_fd_ int buffer = -1, percpu = -1;
	struct code c = { .n = 0 };

	/* With gaps between them, an offset would be that of no CPU. */
	if (l->ncpus > CPUS_MAX || libbpf_num_possible_cpus() != (int)l->ncpus)
		return -ENOTSUP;
	buffer = sys_map_create(BPF_MAP_TYPE_ARRAY, "buffer", sizeof(uint32_t), SPANS * SPAN_MAX, 1, 0);
	percpu = sys_map_create(BPF_MAP_TYPE_PERCPU_ARRAY, "offsets", sizeof(uint32_t), sizeof(uint64_t), 1, 0);
	if (buffer < 0 || percpu < 0)
		return buffer < 0 ? buffer : percpu;
	write_code(&c, l, buffer, percpu);
	return kernel_iter_load(k, ITER_BPF_PROG, &c);
}

/* ---- what it wrote ---- */

static uint64_t number(const struct layout *l, const char *at, enum member m)
{
	uint64_t v = 0;

	memcpy(&v, at + member_at(l, m), members[m].size ? members[m].size : 1);
	return members[m].size ? v : v >> l->gpl_bit & 1;
}

static uint32_t number32(const struct layout *l, const char *at, enum member m)
{
	return (uint32_t)number(l, at, m);
}

static void take_record(const struct layout *l, const char *at, struct prog_told *ret)
{
	struct bpf_prog_info *info = &ret->info;

	info->id = number32(l, at, AUX_ID);
	info->type = number32(l, at, PROG_TYPE);
	memcpy(info->tag, at + member_at(l, PROG_TAG), sizeof(info->tag));
	memcpy(info->name, at + member_at(l, AUX_NAME), sizeof(info->name));
	info->xlated_prog_len = number32(l, at, PROG_LEN) * (uint32_t)sizeof(struct bpf_insn);
	info->jited_prog_len = number32(l, at, PROG_JITED);
	info->load_time = number(l, at, AUX_LOAD_TIME);
	info->created_by_uid = number32(l, at, USER_UID);
	info->gpl_compatible = number32(l, at, PROG_GPL) != 0;
	info->btf_id = number(l, at, AUX_BTF) ? number32(l, at, BTF_ID) : 0;
	info->nr_map_ids = number32(l, at, AUX_NMAPS);
	ret->memlock = number(l, at, PROG_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
	ret->nmaps = info->nr_map_ids < PROG_TOLD_MAPS ? info->nr_map_ids : PROG_TOLD_MAPS;
	ret->in_part = info->nr_map_ids > PROG_TOLD_MAPS || number(l, at, AUX_FUNCTIONS) || number(l, at, AUX_OFFLOAD);
}

static void take_stats(const struct layout *l, const char *at, struct bpf_prog_info *info)
{
	for (uint32_t i = 0; i < l->ncpus; i++, at += l->spans[S_STATS].size) {
		info->run_cnt += number(l, at, STATS_CNT);
		info->run_time_ns += number(l, at, STATS_NSECS);
		info->recursion_misses += number(l, at, STATS_MISSES);
	}
}

static void take_maps(const struct layout *l, const char *at, struct prog_told *ret)
{
	for (uint32_t i = 0; i < ret->nmaps; i++, at += l->spans[S_MAP].size) {
		ret->maps[i] = number32(l, at, MAP_ID);
		if (memmem(at + member_at(l, MAP_NAME), BPF_OBJ_NAME_LEN, ".rodata", strlen(".rodata")))
			ret->data[ret->ndata++] = ret->maps[i];
	}
}

/* The program at `at`, of which n bytes are there. Bytes that it takes, 0 if it is not whole. */
static size_t take(const struct layout *l, const char *at, size_t n, struct prog_told *ret)
{
	size_t stats = l->size, maps = stats + l->ncpus * l->spans[S_STATS].size, name;
	bool longer;

	if (n < maps)
		return 0;
	*ret = (struct prog_told){ 0 };
	take_record(l, at, ret);
	longer = ret->info.name[BPF_OBJ_NAME_LEN - 2];
	name = maps + ret->nmaps * l->spans[S_MAP].size;
	if (n < name + (longer ? NAME_SIZE : 0))
		return 0;
	take_stats(l, at + stats, &ret->info);
	take_maps(l, at + maps, ret);
	ret->name = longer && ret->info.btf_id && at[name] ? at + name : ret->info.name;
	return name + (longer ? NAME_SIZE : 0);
}

struct telling {
	struct inspect *in;
	const struct layout *layout;
	uint32_t own; /* the iterator's id */
	int (*f)(struct inspect *in, const struct prog_told *told);
};

static int tell(void *arg, const char *text, size_t n)
{
	const struct telling *t = arg;
	struct prog_told told;
	int r = 0;

	for (size_t size; !r && (size = take(t->layout, text, n, &told)); text += size, n -= size)
		if (told.info.id != t->own)
			r = t->f(t->in, &told);
	return r;
}

static uint32_t id_of(int fd)
{
	struct bpf_prog_info info = { 0 };

	return object_info(fd, &info, sizeof(info)) ? 0 : info.id;
}

int prog_all(struct inspect *in, int (*f)(struct inspect *in, const struct prog_told *told))
{
	struct kernel_types *k = kernel_types(in);
	struct kernel_iter it = { -1, -1, -1 };
	struct layout l;
	struct telling t = { in, &l, 0, f };
	int r;

	if (!k || !find_layout(k, &l))
		return -ENOTSUP;
	it.prog = load_iterator(k, &l);
	t.own = it.prog < 0 ? 0 : id_of(it.prog);
	r = !t.own || kernel_iter_start(&it) ? -ENOTSUP : kernel_iter_read(&it, tell, &t);
	kernel_iter_done(&it);
	return r;
}
