/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The walk over a user stack (docs/unwinding.md). A frame a round: the mapping of the program counter is searched in the
 * tables of the process, the row in that of the object, both without branches, so that the verifier has few ways to
 * follow. What a round leaves to the next is in memory of the program, of which the verifier knows nothing: so the state at
 * the loop's head repeats.
 */
#include "fn/unwind.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stddef.h>

#include "fn/internal.h"
#include "unwind/layout.h"

/* What lies in memory: words by their offset, then the frames. */
enum {
	S_PC = 0, S_SP = 8, S_BP = 16,
	S_BACK = 24,   /* 1: pc is a return address, so what counts is the byte before it */
	S_N = 32,      /* frames */
	S_HASH = 40,
	S_START = 48, S_END = 56, S_BIAS = 64, S_SHARD = 72, S_FIRST = 80, S_NROWS = 88, /* mapping of the last frame */
	S_CFA = 96,
	S_FRAMES = 104,
};

#define BP_FAR (8 << 20)       /* a frame pointer further up is none */
#define HASH_MUL 0x9e3779b97f4a7c15ull
#define GOLDEN_SHIFT 29

/* Offsets in struct pt_regs of x86-64 (arch/x86/include/uapi/asm/ptrace.h) */
enum { REG_BP = 32, REG_IP = 128, REG_CS = 136, REG_SP = 152 };
#define CS_32BIT 0x23          /* __USER32_CS */

/* The registers in a signal's frame: struct ucontext at sp, its gregs behind flags, link and stack (asm/ucontext.h). */
enum { SIG_BP = 40 + 8 * 10, SIG_SP = 40 + 8 * 15, SIG_IP = 40 + 8 * 16 };

struct walker {
	struct lower *lw;
	struct ir_builder *b;
	unsigned depth;
	struct ir_val *mem;      /* the S_ words */
	struct ir_val *proc;     /* struct unwind_proc */
	struct ir_block *head, *done;
	struct ir_val *iter;     /* NULL: the verifier walks all rounds */
	struct ir_val *round;    /* phi of the head then */
};

static struct ir_val *num(struct walker *w, int64_t v)
{
	return ir_iconst(w->b, v);
}

static struct ir_val *op(struct walker *w, enum ir_op o, struct ir_val *x, struct ir_val *y)
{
	return ir_bin(w->b, o, x, y);
}

static struct ir_val *get(struct walker *w, int off)
{
	return ir_load(w->b, w->mem, off, 8, false);
}

static void put(struct walker *w, int off, struct ir_val *v)
{
	ir_store(w->b, w->mem, off, v, 8);
}

/* The walk ends here if cond. */
static void end_if(struct walker *w, struct ir_val *cond)
{
	struct ir_block *on = ir_block_new(w->b);

	ir_br(w->b, cond, w->done, on);
	lower_seal(w->lw, on);
}

static void end_unless(struct walker *w, struct ir_val *cond)
{
	struct ir_block *on = ir_block_new(w->b);

	ir_br(w->b, cond, on, w->done);
	lower_seal(w->lw, on);
}

/* size bytes of the task's memory; the walk ends if they are not there. */
static struct ir_val *read_user(struct walker *w, struct ir_val *addr, uint32_t size)
{
	struct ir_val *v = ir_fill(w->b, IRH_probe_read_user, size, 1, addr);

	v->imm = 1; /* no loss: that is how walks end that have lost their way */
	end_if(w, ir_filllen(w->b, v));
	return v;
}

static struct ir_val *read_word(struct walker *w, struct ir_val *addr)
{
	return ir_load(w->b, read_user(w, addr, 8), 0, 8, false);
}

/* All ones if x < y as signed numbers, else 0. */
static struct ir_val *mask_less(struct walker *w, struct ir_val *x, struct ir_val *y)
{
	return op(w, IR_sar, op(w, IR_sub, x, y), num(w, 63));
}

/* Maps */

static struct ir_map *map_of(struct walker *w, enum ir_map_role role, const char *name, uint32_t type, uint32_t value_size, uint32_t n)
{
	struct ir_module *m = w->b->module;

	vec_each(m->maps, i)
		if (m->maps.v[i]->role == role && m->maps.v[i]->value_size == value_size)
			return m->maps.v[i];
	return ir_map_new(m, name, role, type, role == IM_FRAMES ? 8 : 4, value_size, n, 0);
}

static struct ir_val *key_of(struct walker *w, struct ir_val *v, uint32_t size)
{
	struct ir_layout *l = ir_layout_new(w->b->module->arena, 1);

	l->size = size;
	l->part[0] = (struct ir_part){ IP_SCALAR, 0, size };
	return ir_key(w->b, l, &v);
}

/* The value of a key in a map (or what holds one); the walk ends if there is none. */
static struct ir_val *look_up(struct walker *w, struct ir_val *map, struct ir_val *key)
{
	struct ir_val *p = ir_call(w->b, IRH_map_lookup_elem, 2, map, key_of(w, key, 4));

	end_unless(w, p);
	return ir_nonnull(w->b, p);
}

static void find_process(struct walker *w)
{
	struct ir_map *pids = map_of(w, IM_UNWIND_PIDS, "unwind_pids", BPF_MAP_TYPE_HASH, 4, UNWIND_PROCS);
	struct ir_map *procs = map_of(w, IM_UNWIND_PROCS, "unwind_procs", BPF_MAP_TYPE_ARRAY, sizeof(struct unwind_proc),
				      UNWIND_PROCS);
	struct ir_block *found = ir_block_new(w->b), *none = ir_block_new(w->b);
	struct ir_val *p = ir_call(w->b, IRH_map_lookup_elem, 2, ir_mapaddr(w->b, pids), key_of(w, fn_lower_pid(w->lw), 4));

	none->cold = true;
	ir_br(w->b, p, found, none);
	lower_seal(w->lw, none);
	ir_loss(w->b, LOSS_UNWIND);
	ir_jmp(w->b, w->done);
	lower_seal(w->lw, found);
	p = ir_load(w->b, ir_nonnull(w->b, p), 0, 4, false);
	w->proc = look_up(w, ir_mapaddr(w->b, procs), p);
}

/* Registers at the start */

static bool has_user_regs(const struct probe *p)
{
	return p->provider->flags & PF_USER && p->provider->flags & PF_REGS;
}

/* A return probe runs where the function has returned to. */
static void start_here(struct walker *w)
{
	const struct probe *p = lower_probe(w->lw);
	struct ir_val *ctx = lower_ctx(w->lw);

	put(w, S_PC, ir_load(w->b, ctx, REG_IP, 8, false));
	put(w, S_SP, ir_load(w->b, ctx, REG_SP, 8, false));
	put(w, S_BP, ir_load(w->b, ctx, REG_BP, 8, false));
	put(w, S_BACK, num(w, p->provider->flags & PF_RETVAL ? 1 : 0));
}

/* What the task had when it entered the kernel; threads of the kernel and 32-bit programs have no stack for us. */
static void start_in_user(struct walker *w)
{
	struct ir_val *task = ir_call(w->b, IRH_get_current_task_btf, 0);
	struct ir_val *regs = ir_call(w->b, IRH_task_pt_regs, 1, task), *cs = ir_kread(w->b, regs, REG_CS, 8, false);

	end_unless(w, op(w, IR_eq, op(w, IR_and, cs, num(w, 3)), num(w, 3)));
	end_if(w, op(w, IR_eq, cs, num(w, CS_32BIT)));
	put(w, S_PC, ir_kread(w->b, regs, REG_IP, 8, false));
	put(w, S_SP, ir_kread(w->b, regs, REG_SP, 8, false));
	put(w, S_BP, ir_kread(w->b, regs, REG_BP, 8, false));
	put(w, S_BACK, num(w, 0));
}

/* Keeps the program counter as a frame. */
static void push(struct walker *w)
{
	struct ir_val *n = get(w, S_N), *pc = get(w, S_PC), *h = op(w, IR_xor, get(w, S_HASH), pc);
	struct ir_val *at = op(w, IR_shl, ir_umin(w->b, n, w->depth - 1), num(w, 3));

	h = op(w, IR_mul, h, num(w, (int64_t)HASH_MUL));
	put(w, S_HASH, op(w, IR_xor, h, op(w, IR_shr, h, num(w, GOLDEN_SHIFT))));
	ir_store(w->b, op(w, IR_add, w->mem, at), S_FRAMES, pc, 8);
	put(w, S_N, ir_addi(w->b, n, 1));
}

/* The mapping of an address */

static struct ir_val *of_range(struct walker *w, struct ir_val *i, size_t array, unsigned shift)
{
	return ir_load(w->b, op(w, IR_add, w->proc, op(w, IR_shl, i, num(w, shift))), (int64_t)array, 1u << shift, false);
}

static struct ir_val *search_range(struct walker *w, struct ir_val *addr)
{
	struct ir_val *i = num(w, 0);

	for (unsigned half = UNWIND_RANGES / 2; half; half /= 2) {
		struct ir_val *mid = op(w, IR_and, ir_addi(w->b, i, half), num(w, UNWIND_RANGES - 1));
		struct ir_val *less = mask_less(w, addr, of_range(w, mid, offsetof(struct unwind_proc, start), 3));

		i = op(w, IR_add, i, op(w, IR_and, op(w, IR_xor, less, num(w, -1)), num(w, half)));
	}
	return op(w, IR_and, i, num(w, UNWIND_RANGES - 1));
}

static struct ir_val *is_within(struct walker *w, struct ir_val *addr, struct ir_val *start, struct ir_val *end)
{
	return op(w, IR_ult, op(w, IR_sub, addr, start), op(w, IR_sub, end, start));
}

static void find_range(struct walker *w, struct ir_val *addr)
{
	struct ir_val *i = search_range(w, addr);
	struct ir_val *start = of_range(w, i, offsetof(struct unwind_proc, start), 3);
	struct ir_val *end = of_range(w, i, offsetof(struct unwind_proc, end), 3);

	end_unless(w, is_within(w, addr, start, end));
	put(w, S_START, start);
	put(w, S_END, end);
	put(w, S_BIAS, of_range(w, i, offsetof(struct unwind_proc, bias), 3));
	put(w, S_SHARD, of_range(w, i, offsetof(struct unwind_proc, shard), 2));
	put(w, S_FIRST, of_range(w, i, offsetof(struct unwind_proc, first), 2));
	put(w, S_NROWS, of_range(w, i, offsetof(struct unwind_proc, nrows), 2));
}

/* Most frames are in the mapping of the one before. */
static void locate(struct walker *w, struct ir_val *addr)
{
	struct lower_if other;

	other = lower_if_begin(w->lw, op(w, IR_eq, is_within(w, addr, get(w, S_START), get(w, S_END)), num(w, 0)));
	find_range(w, addr);
	lower_if_end(w->lw, &other);
}

/* The row of an address */

static struct ir_val *row_at(struct walker *w, struct ir_val *rows, struct ir_val *i, unsigned size)
{
	i = op(w, IR_and, i, num(w, UNWIND_SHARD - 1));
	return ir_load(w->b, op(w, IR_add, rows, op(w, IR_shl, i, num(w, 3))), 0, size, false);
}

/* All of struct unwind_row as a number. */
static struct ir_val *find_row(struct walker *w, struct ir_val *pc)
{
	struct ir_map *shards = map_of(w, IM_UNWIND_ROWS, "unwind_shards", BPF_MAP_TYPE_ARRAY_OF_MAPS, 4, UNWIND_SHARDS);
	struct ir_val *rows = look_up(w, look_up(w, ir_mapaddr(w->b, shards), get(w, S_SHARD)), num(w, 0));
	struct ir_val *i = get(w, S_FIRST), *n = get(w, S_NROWS);

	for (unsigned k = 0; k <= UNWIND_SHARD_BITS; k++) {
		struct ir_val *half = op(w, IR_shr, n, num(w, 1));
		struct ir_val *less = mask_less(w, pc, row_at(w, rows, op(w, IR_add, i, half), 4));

		i = op(w, IR_add, i, op(w, IR_and, op(w, IR_xor, less, num(w, -1)), half));
		n = op(w, IR_sub, n, half);
	}
	return row_at(w, rows, i, 8);
}

/* Steps */

static void step_to(struct walker *w, struct ir_val *pc, struct ir_val *sp, struct ir_val *bp, int back)
{
	end_unless(w, pc);
	put(w, S_PC, pc);
	put(w, S_SP, sp);
	put(w, S_BP, bp);
	put(w, S_BACK, num(w, back));
}

/* By frame pointers: the caller's bp is at bp, the return address above it. */
static void step_by_bp(struct walker *w)
{
	struct ir_val *bp = get(w, S_BP), *pair;

	end_unless(w, op(w, IR_ult, op(w, IR_sub, bp, get(w, S_SP)), num(w, BP_FAR)));
	pair = read_user(w, bp, 16);
	step_to(w, ir_load(w->b, pair, 8, 8, false), ir_addi(w->b, bp, 16), ir_load(w->b, pair, 0, 8, false), 1);
}

static void step_signal(struct walker *w)
{
	struct ir_val *sp = get(w, S_SP);
	struct ir_val *pc = read_word(w, ir_addi(w->b, sp, SIG_IP)), *bp = read_word(w, ir_addi(w->b, sp, SIG_BP));

	step_to(w, pc, read_word(w, ir_addi(w->b, sp, SIG_SP)), bp, 0);
}

/* sp or bp by the lowest bit of the kind, plus an offset; or what is there. */
static void plain_cfa(struct walker *w, struct ir_val *kind, struct ir_val *offset)
{
	struct ir_val *sp = get(w, S_SP), *use_bp = ir_op(w->b, IR_neg, 1, op(w, IR_and, kind, num(w, 1)));
	struct ir_val *cfa = op(w, IR_add, sp, op(w, IR_and, op(w, IR_sub, get(w, S_BP), sp), use_bp));
	struct lower_if deref;

	cfa = op(w, IR_add, cfa, offset);
	put(w, S_CFA, cfa);
	deref = lower_if_begin(w->lw, op(w, IR_and, kind, num(w, 2)));
	put(w, S_CFA, read_word(w, cfa));
	lower_if_end(w->lw, &deref);
}

static void plt_cfa(struct walker *w, struct ir_val *pc, struct ir_val *from)
{
	struct ir_val *before = mask_less(w, op(w, IR_and, pc, num(w, 15)), from);

	put(w, S_CFA, op(w, IR_add, ir_addi(w->b, get(w, S_SP), 16), op(w, IR_and, before, num(w, -8))));
}

/* The caller's bp, into memory. */
static void restore_bp(struct walker *w, struct ir_val *cfa, struct ir_val *rule)
{
	struct lower_if saved, below;

	saved = lower_if_begin(w->lw, op(w, IR_and, op(w, IR_ne, rule, num(w, UW_BP_SAME)),
					 op(w, IR_ne, rule, num(w, UW_BP_UNDEFINED))));
	below = lower_if_begin(w->lw, op(w, IR_slt, rule, num(w, 0)));
	put(w, S_BP, read_word(w, op(w, IR_add, cfa, op(w, IR_shl, rule, num(w, 3)))));
	lower_if_else(w->lw, &below);
	put(w, S_BP, read_word(w, get(w, S_BP)));
	lower_if_end(w->lw, &below);
	lower_if_end(w->lw, &saved);
}

static void step_by_rule(struct walker *w, struct ir_val *pc, struct ir_val *kind, struct ir_val *row)
{
	struct ir_val *offset = op(w, IR_sar, row, num(w, 48)), *cfa, *back;
	struct ir_val *rule = op(w, IR_sar, op(w, IR_shl, row, num(w, 16)), num(w, 56));
	struct lower_if plt;

	plt = lower_if_begin(w->lw, op(w, IR_eq, kind, num(w, UW_PLT)));
	plt_cfa(w, pc, offset);
	lower_if_else(w->lw, &plt);
	plain_cfa(w, kind, offset);
	lower_if_end(w->lw, &plt);
	cfa = get(w, S_CFA);
	back = read_word(w, ir_addi(w->b, cfa, -8));
	restore_bp(w, cfa, rule);
	step_to(w, back, cfa, get(w, S_BP), 1);
}

/* Code in an object with a table: the row says how. Between the functions it knows frame pointers may help. */
static void step_by_table(struct walker *w, struct ir_val *addr)
{
	struct ir_val *pc = op(w, IR_sub, addr, get(w, S_BIAS)), *row = find_row(w, pc);
	struct ir_val *first = op(w, IR_and, row, num(w, 0xffffffff)), *kind = op(w, IR_and, op(w, IR_shr, row, num(w, 32)), num(w, 0xff));
	struct lower_if known, special, signal;

	known = lower_if_begin(w->lw, op(w, IR_and, op(w, IR_ule, first, pc), op(w, IR_ne, kind, num(w, UW_END))));
	special = lower_if_begin(w->lw, op(w, IR_ult, num(w, UW_PLT), kind));
	signal = lower_if_begin(w->lw, op(w, IR_eq, kind, num(w, UW_SIGNAL)));
	step_signal(w);
	lower_if_else(w->lw, &signal);
	end_if(w, num(w, 1));
	lower_if_end(w->lw, &signal);
	lower_if_else(w->lw, &special);
	step_by_rule(w, pc, kind, row);
	lower_if_end(w->lw, &special);
	lower_if_else(w->lw, &known);
	step_by_bp(w);
	lower_if_end(w->lw, &known);
}

static void step(struct walker *w)
{
	struct ir_val *addr = op(w, IR_sub, get(w, S_PC), get(w, S_BACK));
	struct lower_if table;

	locate(w, addr);
	table = lower_if_begin(w->lw, get(w, S_NROWS));
	step_by_table(w, addr);
	lower_if_else(w->lw, &table);
	step_by_bp(w);
	lower_if_end(w->lw, &table);
}

/* The loop */

static void loop_begin(struct walker *w)
{
	struct ir_block *body = ir_block_new(w->b);
	struct ir_val *more;

	w->head = ir_block_new(w->b);
	if (target_has(lower_target(w->lw), TF_ITER_NUM)) {
		w->iter = ir_slot(w->b, 8, 8);
		ir_kcall(w->b, "bpf_iter_num_new", 3, w->iter, num(w, 0), num(w, w->depth - 1));
		w->done = ir_block_new(w->b);
	}
	ir_jmp(w->b, w->head);
	ir_at(w->b, w->head);
	if (w->iter) {
		more = ir_kcall(w->b, "bpf_iter_num_next", 1, w->iter);
		more->ptr = PK_MAPVAL0;
		more = op(w, IR_ne, more, num(w, 0));
	} else {
		w->round = ir_phi(w->b, w->head);
		ir_phi_add(w->b, w->round, num(w, 0));
		more = op(w, IR_ult, w->round, num(w, w->depth - 1));
	}
	ir_br(w->b, more, body, w->done);
	lower_seal(w->lw, body);
}

static void loop_end(struct walker *w)
{
	if (w->round)
		ir_phi_add(w->b, w->round, ir_addi(w->b, w->round, 1));
	ir_jmp(w->b, w->head);
	lower_seal(w->lw, w->head);
}

static void walk_frames(struct walker *w)
{
	struct ir_block *all = w->done;

	loop_begin(w);
	step(w);
	push(w);
	loop_end(w);
	if (w->done == all)
		return;
	lower_seal(w->lw, w->done); /* the iterator has to be given back on every way out of the loop */
	ir_kcall(w->b, "bpf_iter_num_destroy", 1, w->iter);
	w->done = all;
	ir_jmp(w->b, all);
}

/* Frames that are not there yet are stored under their hash; gives the id. */
static struct ir_val *store_frames(struct walker *w)
{
	struct ir_map *m = map_of(w, IM_FRAMES, "frames", BPF_MAP_TYPE_HASH, w->depth * 8, UNWIND_STACKS);
	struct ir_val *id = op(w, IR_shr, get(w, S_HASH), num(w, 1)), *key = key_of(w, id, 8), *failed;
	struct lower_if fresh, lost;

	fresh = lower_if_begin(w->lw, op(w, IR_eq, ir_mapptr(w->b, m, key), num(w, 0)));
	failed = ir_call(w->b, IRH_map_update_elem, 4, ir_mapaddr(w->b, m), key, ir_addi(w->b, w->mem, S_FRAMES),
			 num(w, BPF_ANY));
	lost = lower_if_begin(w->lw, failed);
	lost.yes->cold = true;
	ir_loss(w->b, LOSS_STACK);
	lower_if_end(w->lw, &lost);
	lower_if_end(w->lw, &fresh);
	return id;
}

struct ir_val *unwind_lower(struct lower *lw, unsigned depth, struct ir_val **ret_n)
{
	struct walker w = { .lw = lw, .b = lower_b(lw), .depth = depth };
	struct lower_if some;
	struct ir_val *id, *none;

	w.mem = ir_slot(w.b, S_FRAMES + 8 * depth, 8);
	w.mem->op = IR_scratch;
	w.done = ir_block_new(w.b);
	ir_zero(w.b, w.mem, 0, S_FRAMES + 8 * depth);
	find_process(&w);
	if (has_user_regs(lower_probe(lw)))
		start_here(&w);
	else
		start_in_user(&w);
	push(&w);
	if (depth > 1)
		walk_frames(&w);
	else
		ir_jmp(w.b, w.done);
	lower_seal(lw, w.done);
	*ret_n = get(&w, S_N);
	none = num(&w, -EFAULT);
	some = lower_if_begin(lw, *ret_n);
	id = store_frames(&w);
	lower_if_else(lw, &some);
	lower_if_end(lw, &some);
	return lower_if_value(lw, &some, id, none);
}

bool unwind_check(struct check *ck, const struct node *n)
{
	struct target *t = check_target(ck);

#ifndef __x86_64__
	return check_error(ck, n->span, DT_kernel_lacks, "dw_ustack() knows x86-64 only");
#endif
	if (t->is_portable)
		return check_error(ck, n->span, DT_kernel_lacks, "dw_ustack() cannot be in a script that is built to be run elsewhere");
	if (!has_user_regs(check_probe(ck)) && !target_has(t, TF_TASK_PT_REGS))
		return check_error(ck, n->span, DT_kernel_lacks, "dw_ustack() needs Linux 5.15 in this kind of probe (uprobes and USDT probes can do without)");
	if (!target_has(t, TF_MMAP_ARRAY))
		return check_error(ck, n->span, DT_kernel_lacks, "dw_ustack() needs arrays that can be mapped (Linux 5.5)");
	return true;
}
