/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stacks: kstack, ustack. The kernel walks and stores them in a stack map, one for each depth; values are the
 * id there (and the process, for user symbols). A stack that could not be stored has a negative id and is counted.
 */
#include <linux/bpf.h>

#include "fn/internal.h"
#include "fn/stack.h"
#include "fn/unwind.h"
#include "sym/ksyms.h"
#include "sym/usyms.h"

#define STACK_SIZE 16 /* id, u32 process, u32 number of frames if that is asked for */

#define NO_STACK (-14) /* -EFAULT: there is none, as for a kernel thread's user stack */
#define TRACER_FRAMES 6 /* of a stack, that may be the tracing's own */
#define INLINED_MAX 64 /* functions inlined at one address */

enum stack_mode { SM_BPFTRACE, SM_PERF, SM_RAW, SM_BUILD_ID, SM_FOLDED };

static const char *const mode_names[] = { "bpftrace", "perf", "raw", "build_id", "folded" };

struct frame {
	uint64_t addr;
	uint32_t pid;
	bool user;
	bool is_return; /* it is behind the call that led to the frame before */
};

static void kernel_frame(struct render *r, struct strbuf *out, uint64_t addr, bool perf)
{
	const struct ksym *s = ksyms_find(r->ksyms, addr);

	if (!s) {
		sb_addf(out, "0x%llx", (unsigned long long)addr);
		return;
	}
	sb_adds(out, s->name);
	sb_addf(out, "+%llu", (unsigned long long)(addr - s->addr));
	if (perf && s->module)
		sb_addf(out, " ([%s])", s->module);
}

/* What stands before a frame. */
static void frame_start(struct strbuf *out, uint64_t addr, bool perf)
{
	if (perf)
		sb_addf(out, "\t%llx ", (unsigned long long)addr);
	else
		sb_adds(out, "        ");
}

static void add_text(struct render *r, struct strbuf *out, const char *text)
{
	render_escape(r, out, text, strlen(text));
}

static void add_source(struct render *r, struct strbuf *out, const struct src_frame *f)
{
	if (!f->file || !f->line)
		return;
	sb_addc(out, '@');
	add_text(r, out, f->file);
	sb_addf(out, ":%d", f->line);
}

/* A function that has no frame of its own, on a line of its own. */
static void inlined_frame(struct render *r, struct strbuf *out, const struct src_frame *f, uint64_t addr, bool perf)
{
	frame_start(out, addr, perf);
	if (!perf)
		sb_adds(out, "[inlined] ");
	add_text(r, out, f->func ? f->func : "[unknown]");
	if (perf)
		sb_adds(out, " (inlined)");
	else
		add_source(r, out, f);
	sb_addc(out, '\n');
}

static void user_symbol(struct render *r, struct strbuf *out, uint64_t addr, uint32_t pid, bool perf)
{
	struct usym s = { 0 };
	bool known = usyms_find(r->usyms, pid, addr, &s);

	if (known && s.name) {
		add_text(r, out, s.name);
		sb_addf(out, "+%llu", (unsigned long long)s.offset);
	} else if (perf) {
		sb_adds(out, "[unknown]");
	} else {
		sb_addf(out, "0x%llx", (unsigned long long)addr);
	}
	if (perf) {
		sb_adds(out, " (");
		add_text(r, out, s.module ? s.module : "[unknown]");
		sb_addc(out, ')');
	}
}

static void user_frame(struct render *r, struct strbuf *out, const struct frame *f, bool perf)
{
	struct src_frame src[INLINED_MAX];
	size_t n = usyms_frames(r->usyms, f->pid, f->addr, f->is_return, src, INLINED_MAX);

	for (size_t i = 0; i + 1 < n; i++)
		inlined_frame(r, out, &src[i], f->addr, perf);
	frame_start(out, f->addr, perf);
	user_symbol(r, out, f->addr, f->pid, perf);
	if (n && !perf)
		add_source(r, out, &src[n - 1]);
}

static void build_id_frame(struct render *r, struct strbuf *out, const struct frame *f)
{
	uint64_t offset;
	uint8_t id[20];
	int n = usyms_build_id(r->usyms, f->pid, f->addr, id, &offset);

	for (int i = 0; i < n; i++)
		sb_addf(out, "%02x", id[i]);
	sb_addf(out, n > 0 ? " 0x%llx" : "%llx", (unsigned long long)(n > 0 ? offset : f->addr));
}

static void add_frame(struct render *r, struct strbuf *out, enum stack_mode mode, const struct frame *f)
{
	if (mode == SM_RAW) {
		sb_addx(out, f->addr);
	} else if (mode == SM_BUILD_ID) {
		build_id_frame(r, out, f);
	} else if (f->user) {
		user_frame(r, out, f, mode == SM_PERF);
	} else {
		frame_start(out, f->addr, mode == SM_PERF);
		kernel_frame(r, out, f->addr, mode == SM_PERF);
	}
	sb_addc(out, '\n');
}

/* Frames that are stored of a stack of this type: those beyond its limit do not make another stack. */
static unsigned depth_of(const struct type *t)
{
	int64_t limit = t->param[0];

	return limit < 1 ? 1 : limit < STACK_DEPTH ? limit : STACK_DEPTH;
}

/* A name in a folded stack, where ; separates. */
static void add_folded_name(struct render *r, struct strbuf *out, const char *name)
{
	size_t start = out->n;

	render_escape(r, out, name, strlen(name));
	for (size_t i = start; i < out->n; i++)
		if (out->p[i] == ';')
			out->p[i] = ':';
}

static void add_folded(struct render *r, struct strbuf *out, const struct frame *f)
{
	const struct ksym *k = f->user ? NULL : ksyms_find(r->ksyms, f->addr);
	struct usym u = { 0 };

	if (k)
		add_folded_name(r, out, k->name);
	else if (f->user && usyms_find(r->usyms, f->pid, f->addr, &u) && u.name)
		add_folded_name(r, out, u.name);
	else if (u.module)
		sb_addf(out, "[%s]", strrchr(u.module, '/') ? strrchr(u.module, '/') + 1 : u.module);
	else
		sb_addf(out, "0x%llx", (unsigned long long)f->addr);
}

/* "main;f;g": the outermost function first, on one line, as flame graphs take them. */
static void folded_text(struct render *r, struct strbuf *out, const uint64_t *frames, int n, uint32_t pid, bool user)
{
	for (int i = n; i-- > 0;) {
		add_folded(r, out, &(struct frame){ frames[i], pid, user, i > 0 });
		if (i)
			sb_addc(out, ';');
	}
}

static const struct value_ops dw_ustack_value;

static int stored_frames(struct render *r, const struct type *t, int64_t id, uint64_t *ret_frames)
{
	if (id < 0)
		return (int)id;
	return (t->ops == &dw_ustack_value ? r->walked_stack : r->stack)(r->stack_arg, depth_of(t), id, ret_frames);
}

static void stack_text(struct render *r, struct strbuf *out, const struct type *t, const void *bytes, bool user)
{
	uint64_t frames[STACK_DEPTH];
	unsigned limit = t->param[0];
	uint32_t pid;
	int64_t id;
	int n;

	memcpy(&id, bytes, sizeof(id));
	memcpy(&pid, (const char *)bytes + 8, sizeof(pid));
	n = stored_frames(r, t, id, frames);
	if (t->param[1] == SM_FOLDED) {
		if (n < 0 && n != NO_STACK)
			sb_adds(out, "[stack not stored]");
		folded_text(r, out, frames, n > (int)limit ? (int)limit : n, pid, user);
		return;
	}
	sb_addc(out, '\n');
	if (n < 0) {
		if (n != NO_STACK)
			sb_adds(out, "        [stack not stored]\n");
		return;
	}
	for (int i = 0; i < n && (unsigned)i < limit; i++)
		add_frame(r, out, t->param[1], &(struct frame){ frames[i], pid, user, i > 0 });
}

static void kstack_text(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	stack_text(r, out, t, bytes, false);
}

static void ustack_text(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	stack_text(r, out, t, bytes, true);
}

static const struct value_ops kstack_value = { .name = "kstack_t", .text = kstack_text };
static const struct value_ops ustack_value = { .name = "ustack_t", .text = ustack_text };
static const struct value_ops dw_ustack_value = { .name = "dw_ustack_t", .text = ustack_text };

/* Functions that stand between what was traced and the program that asked for the stack. */
static bool is_tracer(const char *name)
{
	static const char *const starts[] = {
		"bpf_prog_", "bpf_trace_run", "__bpf_trace_", "__traceiter_", "perf_trace_", "trace_call_bpf", "bpf_trampoline_",
		"__bpf_prog_", "bpf_get_stackid",
	};

	for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
		if (!strncmp(name, starts[i], strlen(starts[i])))
			return true;
	return false;
}

/* Programs have no names where net.core.bpf_jit_kallsyms is off, but those who call them have. */
static void drop_tracer(struct render *r, struct stack *s)
{
	int drop = 0;

	for (int i = 0; i < s->n && i < TRACER_FRAMES; i++) {
		const struct ksym *k = ksyms_find(r->ksyms, s->frames[i]);

		if (k ? is_tracer(k->name) : i == drop)
			drop = i + 1;
	}
	s->n -= drop;
	memmove(s->frames, s->frames + drop, (size_t)s->n * sizeof(*s->frames));
}

/* Beyond the address space of any process: the walk has followed a register that was no frame pointer. */
static void drop_nowhere(struct stack *s)
{
	while (s->n > 0 && s->frames[s->n - 1] >> 56)
		s->n--;
}

bool stack_read(struct render *r, const struct type *t, const void *bytes, struct stack *ret)
{
	int64_t id, limit;

	if (!fn_is_stack(t))
		return false;
	limit = t->param[0];
	memcpy(&id, bytes, sizeof(id));
	memcpy(&ret->pid, (const char *)bytes + 8, sizeof(ret->pid));
	ret->user = t->ops != &kstack_value;
	ret->n = stored_frames(r, t, id, ret->frames);
	if (ret->n == NO_STACK)
		ret->n = 0;
	if (ret->n > limit)
		ret->n = (int)limit;
	if (ret->user)
		drop_nowhere(ret);
	else if (ret->n > 0)
		drop_tracer(r, ret);
	return true;
}

/* Behind the call that led to the frame before may begin another function: that of a call that never returns. */
struct stack_name stack_name(struct render *r, const struct stack *s, int i)
{
	uint64_t addr = s->frames[i], at = addr - (i > 0);
	const struct ksym *k = s->user ? NULL : ksyms_find(r->ksyms, at);
	struct usym u = { 0 };

	if (k)
		return (struct stack_name){ k->name, k->module, addr - k->addr };
	if (s->user)
		usyms_find(r->usyms, s->pid, at, &u);
	return (struct stack_name){ u.name, u.module, u.offset + (addr - at) };
}

static bool find_mode(const char *name, int64_t *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(mode_names); i++)
		if (!strcmp(name, mode_names[i]))
			return *ret = i, true;
	return false;
}

static bool bad_mode(struct check *ck, struct node *n, const char *name)
{
	return check_error(ck, n->span, DT_bad_argument, "Invalid stack mode: %s (bpftrace, perf, raw, build_id, folded)", name);
}

/* kstack, kstack(limit), kstack(mode), kstack(mode, limit) */
static bool check_stack(struct check *ck, struct node *call, const struct value_ops *ops)
{
	int64_t limit = STACK_DEPTH, mode = SM_BPFTRACE;
	const char *standard = check_config(ck)->stack_mode;
	size_t i = 0;

	if (standard && !find_mode(standard, &mode))
		return bad_mode(ck, call, standard);
	if (call->list.n && call->list.v[0]->kind == E_IDENT) {
		i = 1;
		if (!find_mode(call->list.v[0]->name, &mode))
			return bad_mode(ck, call->list.v[0], call->list.v[0]->name);
	}
	if (mode == SM_BUILD_ID && ops == &kstack_value && i)
		return check_error(ck, call->list.v[0]->span, DT_bad_argument, "the kernel has no build IDs: build_id is for ustack");
	if (mode == SM_BUILD_ID && ops == &kstack_value)
		mode = SM_RAW;
	if (call->list.n > i + 1)
		return check_error(ck, call->span, DT_bad_argument, "%s() takes a mode and a limit", call->name);
	if (call->list.n > i && !check_const_int(ck, call->list.v[i], &limit))
		return check_error(ck, call->list.v[i]->span, DT_bad_argument, "%s: invalid limit value; it must be a literal",
				   call->name);
	if (limit < 0 || limit > 1024)
		return check_error(ck, call->span, DT_bad_argument, "%s([int limit]): the limit must be from 0 to 1024, %lld given",
				   call->name, (long long)limit);
	call->type = type_opaque_p(check_types(ck), ops, STACK_SIZE, 8, limit, mode);
	return true;
}

static bool check_kstack(struct check *ck, struct node *call)
{
	return check_stack(ck, call, &kstack_value);
}

static bool check_ustack(struct check *ck, struct node *call)
{
	check_tables(ck)->user_symbols = true;
	return check_stack(ck, call, &ustack_value);
}

static bool check_dw_ustack(struct check *ck, struct node *call)
{
	check_tables(ck)->user_symbols = true;
	return check_unstable(ck, call->span, "dw_ustack()", check_config(ck)->unstable_dw_ustack, "unstable_dw_ustack") &&
	       unwind_check(ck, call) && check_stack(ck, call, &dw_ustack_value);
}

static struct ir_map *stack_map(struct lower *lw, enum ir_map_role role, uint32_t depth)
{
	struct ir_module *m = lower_b(lw)->module;
	uint32_t n = (uint32_t)lower_tables(lw)->config.max_stacks;
	bool more = role == IM_MORE_STACKS;

	vec_each(m->maps, i)
		if (m->maps.v[i]->role == role && m->maps.v[i]->value_size == depth * 8)
			return m->maps.v[i];
	return ir_map_new(m, more ? "more_stacks" : "stacks", role, BPF_MAP_TYPE_STACK_TRACE, 4, depth * 8,
			  more ? (n + 1) / 2 : n, 0);
}

static struct ir_val *store_in(struct lower *lw, enum ir_map_role role, unsigned depth, uint64_t flags)
{
	struct ir_builder *b = lower_b(lw);

	return ir_call(b, IRH_get_stackid, 3, lower_ctx(lw), ir_mapaddr(b, stack_map(lw, role, depth)), ir_iconst(b, flags));
}

/*
 * A stack map has one place for all stacks of one hash, and the kernel keeps the first (-EEXIST). The others go to a
 * second map: of a thousand stacks in 16384 places thirty find theirs taken, of those thirty hardly one in the second.
 */
static struct ir_val *store_stack(struct lower *lw, unsigned depth, uint64_t flags)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *first = store_in(lw, IM_STACKS, depth, flags), *more;
	struct lower_if taken = lower_if_begin(lw, ir_bin(b, IR_eq, first, ir_iconst(b, -17)));

	taken.yes->cold = true;
	more = ir_bin(b, IR_or, store_in(lw, IM_MORE_STACKS, depth, flags), ir_iconst(b, MORE_STACKS));
	lower_if_else(lw, &taken);
	lower_if_end(lw, &taken);
	return lower_if_value(lw, &taken, more, first);
}

/* Counts stacks that were lost; a user stack that is not there (-EFAULT) is none. */
static void count_lost(struct lower *lw, struct ir_val *id)
{
	struct ir_builder *b = lower_b(lw);
	struct lower_if neg, real;

	neg = lower_if_begin(lw, ir_bin(b, IR_slt, id, ir_iconst(b, 0)));
	neg.yes->cold = true;
	real = lower_if_begin(lw, ir_bin(b, IR_ne, id, ir_iconst(b, NO_STACK)));
	real.yes->cold = true;
	ir_loss(b, LOSS_STACK);
	lower_if_end(lw, &real);
	lower_if_end(lw, &neg);
}

/* The kernel does not tell how many frames it stored: it walks once more for the bytes they take. */
static struct ir_val *count_frames(struct lower *lw, unsigned depth, uint64_t flags)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *bytes, *some;

	if (!lower_tables(lw)->stack_lens)
		return ir_iconst(b, 0);
	bytes = ir_call(b, IRH_get_stack, 4, lower_ctx(lw), ir_slot(b, depth * 8, 8), ir_iconst(b, depth * 8),
			ir_iconst(b, flags));
	some = ir_bin(b, IR_slt, ir_iconst(b, 0), bytes);
	return ir_bin(b, IR_mul, ir_bin(b, IR_shr, bytes, ir_iconst(b, 3)), some);
}

bool fn_is_stack(const struct type *t)
{
	return t && t->kind == TY_OPAQUE && (t->ops == &kstack_value || t->ops == &ustack_value || t->ops == &dw_ustack_value);
}

struct ir_val *fn_stack_len(struct lower *lw, struct ir_val *stack)
{
	return ir_load(lower_b(lw), stack, 12, 4, false);
}

/* With a limit of 0 none is walked: a part of a key that nobody asked for costs nothing. */
static struct ir_val *lower_stack(struct lower *lw, struct node *call, bool user)
{
	struct ir_builder *b = lower_b(lw);
	unsigned depth = depth_of(call->type);
	uint64_t flags = user ? BPF_F_USER_STACK : 0;
	struct ir_val *parts[3] = { ir_iconst(b, NO_STACK), ir_iconst(b, 0), ir_iconst(b, 0) };

	if (call->type->param[0]) {
		parts[0] = store_stack(lw, depth, flags);
		parts[1] = user ? fn_lower_pid(lw) : parts[1];
		parts[2] = count_frames(lw, depth, flags);
		count_lost(lw, parts[0]);
	}
	return lower_pack(lw, STACK_SIZE, 3, (uint32_t[]){ 0, 8, 12 }, (uint32_t[]){ 8, 4, 4 }, parts);
}

static struct ir_val *lower_kstack(struct lower *lw, struct node *call)
{
	return lower_stack(lw, call, false);
}

static struct ir_val *lower_ustack(struct lower *lw, struct node *call)
{
	return lower_stack(lw, call, true);
}

static struct ir_val *lower_dw_ustack(struct lower *lw, struct node *call)
{
	struct ir_val *n, *id = unwind_lower(lw, depth_of(call->type), &n);
	struct ir_val *parts[3] = { id, fn_lower_pid(lw), n };

	return lower_pack(lw, STACK_SIZE, 3, (uint32_t[]){ 0, 8, 12 }, (uint32_t[]){ 8, 4, 4 }, parts);
}

const struct fn_ops fn_kstack = {
	.name = "kstack", .proto = "kstack[([mode,] [int limit])]: kstack_t", .doc = "kernel stack",
	.flags = FN_VAR | FN_CALL, .max_args = 2, .arg = { FA_IDENT | FA_INT, FA_INT }, .check = check_kstack,
	.lower = lower_kstack,
	.value = &kstack_value,
};
const struct fn_ops fn_ustack = {
	.name = "ustack", .proto = "ustack[([mode,] [int limit])]: ustack_t", .doc = "user stack (frame pointers)",
	.flags = FN_VAR | FN_CALL, .max_args = 2, .arg = { FA_IDENT | FA_INT, FA_INT }, .check = check_ustack,
	.lower = lower_ustack,
	.value = &ustack_value,
};
const struct fn_ops fn_dw_ustack = {
	.name = "dw_ustack", .proto = "dw_ustack[([mode,] [int limit])]: dw_ustack_t",
	.doc = "user stack, by the tables of the programs (no frame pointers needed)", .flags = FN_VAR | FN_CALL,
	.max_args = 2, .arg = { FA_IDENT | FA_INT, FA_INT }, .check = check_dw_ustack, .lower = lower_dw_ustack,
	.value = &dw_ustack_value,
};
