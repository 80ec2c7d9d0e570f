/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See eval_test.h. */
#include "ir/eval_test.h"

#include <errno.h>

#include "ir/fold.h"
#include "ir/pass.h"

static uint64_t arg(struct eval *e, const struct ir_val *v, uint32_t i)
{
	return e->val[v->arg[i]->id];
}

static void *ptr_arg(struct eval *e, const struct ir_val *v, uint32_t i)
{
	return (void *)(uintptr_t)arg(e, v, i);
}

static uint64_t extend(uint64_t v, unsigned width, bool is_signed)
{
	unsigned drop = 64 - 8 * width;

	if (width >= 8)
		return v;
	return is_signed ? (uint64_t)((int64_t)(v << drop) >> drop) : v << drop >> drop;
}

static uint64_t load(const char *p, unsigned width, bool is_signed)
{
	uint64_t v = 0;

	memcpy(&v, p, width);
	return extend(v, width, is_signed);
}

/* Maps */

static struct eval_entry *find(struct eval *e, struct ir_map *m, const void *key)
{
	vec_each(e->entries, i) {
		struct eval_entry *x = e->entries.v[i];

		if (x->map == m && !x->deleted && !memcmp(x->key, key, m->key_size))
			return x;
	}
	return NULL;
}

static char *lookup(struct eval *e, struct ir_map *m, const void *key)
{
	struct eval_entry *x;

	if (m->role == IM_PCPU)
		return e->pcpu;
	x = find(e, m, key);
	return x ? x->value : NULL;
}

static int64_t update(struct eval *e, struct ir_map *m, const void *key, const void *value,
		      int64_t how)
{
	struct eval_entry *x = find(e, m, key);

	if (x && how == 1)
		return -EEXIST;
	if (!x) {
		x = arena_new(&e->arena, struct eval_entry);
		x->map = m;
		x->key = arena_dup(&e->arena, key, m->key_size);
		x->value = arena_alloc(&e->arena, m->value_size);
		avec_push(&e->arena, &e->entries, x);
	}
	memcpy(x->value, value, m->value_size);
	return 0;
}

static int64_t delete(struct eval *e, struct ir_map *m, const void *key)
{
	struct eval_entry *x = find(e, m, key);

	if (!x)
		return -ENOENT;
	x->deleted = true;
	return 0;
}

static uint64_t eval_map(struct eval *e, const struct ir_val *v)
{
	char *key = ptr_arg(e, v, 0),
	     *p = v->op == IR_mapget || v->op == IR_mapadd ? lookup(e, v->map, key) : NULL;
	uint64_t old, x = v->nargs > 1 ? arg(e, v, 1) : 0;

	switch (v->op) {
	case IR_mapget:
		return p ? load(p, v->width, v->is_signed) : 0;
	case IR_mapptr:
		return (uintptr_t)lookup(e, v->map, key);
	case IR_mapset:
		update(e, v->map, key, v->width ? (void *)&x : ptr_arg(e, v, 1), 0);
		return 0;
	case IR_mapadd:
		old = p ? load(p, 8, false) : 0;
		x += old;
		if (p)
			memcpy(p, &x, 8);
		else
			update(e, v->map, key, &x, 0);
		return old;
	case IR_mapins:
		return (uint64_t)update(e, v->map, key, ptr_arg(e, v, 1), v->imm);
	default:
		return (uint64_t)delete(e, v->map, key);
	}
}

/* Reads of foreign memory: the context alone is readable. */

static int64_t read_foreign(struct eval *e, char *dst, uint64_t size, uint64_t from, bool str)
{
	uint64_t start = (uintptr_t)e->ctx, n;

	/* strings and aggregates of the program itself may be read too */
	if (from < 4096 ||
	    (from >= start && from < start + EVAL_AREA && from + size > start + EVAL_AREA)) {
		memset(dst, 0, size);
		return -EFAULT;
	}
	if (!str) {
		memmove(dst, (void *)(uintptr_t)from, size);
		return 0;
	}
	n = strnlen((char *)(uintptr_t)from, size - 1);
	memmove(dst, (void *)(uintptr_t)from, n);
	dst[n] = 0;
	return (int64_t)n + 1;
}

static int64_t fill(struct eval *e, unsigned helper, char *dst, uint64_t size, uint64_t from)
{
	if (helper == IRH_get_current_comm) {
		memset(dst, 0, size);
		memcpy(dst, "eval", size < 5 ? size : 5);
		return 0;
	}
	return read_foreign(e, dst, size, from,
			    helper == IRH_probe_read_str || helper == IRH_probe_read_user_str ||
				    helper == IRH_probe_read_kernel_str);
}

/* Records */

static void log_bytes(struct eval *e, const char *what, const void *p, size_t n)
{
	sb_adds(&e->log, what);
	for (size_t i = 0; i < n; i++)
		sb_addf(&e->log, "%02x", ((const unsigned char *)p)[i]);
	sb_addc(&e->log, '\n');
}

/* Bytes after a string's NUL and between parts are nobody's. */
static void log_record(struct eval *e, const char *rec, uint64_t size)
{
	uint32_t action = (uint32_t)load(rec, 4, false);
	const struct ir_layout *l = action < EVAL_LAYOUTS ? e->layout[action] : NULL;
	uint32_t at = l ? l->size : 0;

	sb_addf(&e->log, "record %u %s", action, l ? "" : "unknown");
	for (uint32_t i = 0; l && i < l->nparts; i++) {
		const struct ir_part *p = &l->part[i];
		uint32_t n = p->size;

		if (p->kind == IP_VSTR) {
			n = (uint32_t)load(rec + p->off, 4, false);
			if (at + n > size)
				n = 0;
			log_bytes(e, " v", rec + at, n);
			at += n;
		} else {
			n = p->kind == IP_STR ? (uint32_t)strnlen(rec + p->off, n) : n;
			log_bytes(e, " ", rec + p->off, n);
		}
	}
}

static void put_string(char *dst, const char *src, uint32_t size)
{
	uint32_t n = (uint32_t)strnlen(src, size - 1);

	memcpy(dst, src, n);
	dst[n] = 0;
}

static void put_parts(struct eval *e, const struct ir_val *v, char *dst)
{
	for (uint32_t i = 0; i < v->nargs; i++) {
		const struct ir_part *p = &v->layout->part[i];
		uint64_t x = arg(e, v, i);

		if (p->kind == IP_SCALAR)
			memcpy(dst + p->off, &x, p->size);
		else if (p->kind == IP_STR)
			put_string(dst + p->off, (char *)(uintptr_t)x, p->size);
		else if (p->kind == IP_AGG)
			memcpy(dst + p->off, (void *)(uintptr_t)x, p->size);
	}
}

static void eval_emit(struct eval *e, const struct ir_val *v)
{
	char *rec = arena_alloc(&e->arena, 65536);
	uint32_t at = v->layout->size, action = (uint32_t)v->imm;

	memcpy(rec, &action, 4);
	put_parts(e, v, rec);
	for (uint32_t i = 0; i < v->nargs; i++) {
		const struct ir_part *p = &v->layout->part[i];
		uint32_t n;

		if (p->kind != IP_VSTR)
			continue;
		put_string(rec + at, ptr_arg(e, v, i), p->size);
		n = (uint32_t)strlen(rec + at) + 1;
		memcpy(rec + p->off, &n, 4);
		at += n;
	}
	log_record(e, rec, at);
}

/* Calls */

static uint64_t eval_call(struct eval *e, const struct ir_val *v)
{
	switch (v->imm) {
	case IRH_map_lookup_elem:
		return (uintptr_t)lookup(e, v->arg[0]->map, ptr_arg(e, v, 1));
	case IRH_map_update_elem:
		return (uint64_t)update(e, v->arg[0]->map, ptr_arg(e, v, 1), ptr_arg(e, v, 2),
					(int64_t)arg(e, v, 3));
	case IRH_map_delete_elem:
		return (uint64_t)delete(e, v->arg[0]->map, ptr_arg(e, v, 1));
	case IRH_get_current_pid_tgid:
		return 0x1234000056789ull;
	case IRH_get_smp_processor_id:
		return 3;
	case IRH_send_signal:
		sb_addf(&e->log, "signal %llx\n", (unsigned long long)arg(e, v, 0));
		return 0;
	case IRH_ringbuf_reserve:
		e->record_size = (uint32_t)arg(e, v, 1);
		e->record = arena_alloc(&e->arena, e->record_size);
		return (uintptr_t)e->record;
	case IRH_ringbuf_submit:
		log_record(e, e->record, e->record_size);
		e->record = NULL;
		return 0;
	case IRH_ringbuf_output:
		log_record(e, ptr_arg(e, v, 1), arg(e, v, 2));
		return 0;
	case IRH_perf_event_output:
		log_record(e, ptr_arg(e, v, 3), arg(e, v, 4));
		return 0;
	default:
		return (uint64_t)fill(e, (unsigned)v->imm, ptr_arg(e, v, 0), arg(e, v, 1),
				      v->nargs > 2 ? arg(e, v, 2) : 0);
	}
}

/* Memory */

static char *slot_of(struct eval *e, const struct ir_val *v)
{
	return v->imm < 0 ? e->stack + sizeof(e->stack) + v->imm : arena_alloc(&e->arena, v->size);
}

static uint64_t eval_fill(struct eval *e, const struct ir_val *v)
{
	char *dst = arena_alloc(&e->arena, v->size);
	int64_t r = fill(e, v->helper, dst, v->size, v->nargs ? arg(e, v, 0) : 0);

	((struct ir_val *)v)->data = (void *)(intptr_t)r;
	return (uintptr_t)dst;
}

static uint64_t eval_key(struct eval *e, const struct ir_val *v)
{
	char *dst = arena_alloc(&e->arena, v->size);

	put_parts(e, v, dst);
	return (uintptr_t)dst;
}

static uint64_t eval_read(struct eval *e, const struct ir_val *v)
{
	char b[8] = "";

	read_foreign(e, b, v->width, arg(e, v, 0) + (uint64_t)v->imm, false);
	return load(b, v->width, v->is_signed);
}

static void eval_write(struct eval *e, const struct ir_val *v)
{
	char *p = (char *)ptr_arg(e, v, 0) + v->imm;
	uint64_t x = v->nargs > 1 ? arg(e, v, 1) : 0;

	if (v->op == IR_store)
		memcpy(p, &x, v->width);
	else if (v->op == IR_zero)
		memset(p, 0, v->size);
	else if (v->op == IR_copy)
		memmove(p, (void *)(uintptr_t)x, v->size);
	else if (v->op == IR_atomadd) {
		x += load(p, v->width, false);
		memcpy(p, &x, v->width);
	}
}

static uint64_t eval_equal(struct eval *e, const struct ir_val *v)
{
	const char *a = ptr_arg(e, v, 0), *b = ptr_arg(e, v, 1);

	return v->op == IR_streq ? !strncmp(a, b, (size_t)v->imm) : !memcmp(a, b, v->size);
}

static uint64_t eval_number(struct eval *e, const struct ir_val *v)
{
	int64_t r = 0;

	if (!ir_fold_number(v, (int64_t)arg(e, v, 0), v->nargs > 1 ? (int64_t)arg(e, v, 1) : 0, &r))
		e->error = ir_ops[v->op].name;
	return (uint64_t)r;
}

static uint64_t eval_val(struct eval *e, const struct ir_val *v)
{
	switch (v->op) {
	case IR_iconst:
		return (uint64_t)v->imm;
	case IR_ctx:
		return (uintptr_t)e->ctx;
	case IR_global:
		return (uintptr_t)e->globals + (uint64_t)v->imm;
	case IR_rodata:
		return (uintptr_t)e->fn->module->rodata.p + (uint64_t)v->imm;
	case IR_pcpu:
		return (uintptr_t)e->pcpu + (uint64_t)v->imm;
	case IR_slot:
	case IR_scratch:
		return (uintptr_t)slot_of(e, v);
	case IR_mapaddr:
	case IR_loss:
		return 0;
	case IR_select:
		return arg(e, v, arg(e, v, 0) ? 1 : 2);
	case IR_nonnull:
		return arg(e, v, 0);
	case IR_load:
		return load((char *)ptr_arg(e, v, 0) + v->imm, v->width, v->is_signed);
	case IR_store:
	case IR_atomadd:
	case IR_copy:
	case IR_zero:
		eval_write(e, v);
		return 0;
	case IR_kread:
	case IR_uread:
		return eval_read(e, v);
	case IR_fill:
		return eval_fill(e, v);
	case IR_filllen:
		return (uint64_t)(intptr_t)v->arg[0]->data;
	case IR_key:
		return eval_key(e, v);
	case IR_streq:
	case IR_memeq:
		return eval_equal(e, v);
	case IR_emit:
		eval_emit(e, v);
		return 0;
	case IR_call:
		return eval_call(e, v);
	default:
		return v->map ? eval_map(e, v) : eval_number(e, v);
	}
}

/* All phis of a block change at once. */
static struct ir_val *eval_phis(struct eval *e, struct ir_block *b, const struct ir_block *from)
{
	struct ir_val *v = b->first;
	unsigned i = from ? ir_pred_index(b, from) : 0, n = 0;
	uint64_t now[512];

	for (; v->op == IR_phi && n < ARRAY_SIZE(now); v = v->next)
		now[n++] = arg(e, v, i);
	n = 0;
	for (v = b->first; v->op == IR_phi; v = v->next)
		e->val[v->id] = now[n++];
	return v;
}

/* The next block, NULL at the end. */
static struct ir_block *eval_block(struct eval *e, struct ir_block *b, const struct ir_block *from)
{
	struct ir_val *v;

	for (v = eval_phis(e, b, from); v != b->last; v = v->next)
		e->val[v->id] = eval_val(e, v);
	if (v->op == IR_jmp)
		return b->succ[0];
	if (v->op == IR_br)
		return b->succ[arg(e, v, 0) ? 0 : 1];
	e->result = arg(e, v, 0);
	return NULL;
}

void eval_run(struct eval *e)
{
	struct ir_block *b = e->fn->blocks.v[0], *from = NULL, *next;
	unsigned steps = 0;

	for (; b && !e->error; from = b, b = next) {
		next = eval_block(e, b, from);
		if (++steps > EVAL_STEPS)
			e->error = "too many steps";
	}
}

void eval_start(struct eval *e, struct ir_fn *fn, uint64_t seed)
{
	memset(e, 0, sizeof(*e));
	e->fn = fn;
	e->val = arena_array(&e->arena, uint64_t, fn->next_val);
	e->pcpu = arena_alloc(&e->arena, fn->module->pcpu_size + 8);
	for (size_t i = 0; i < EVAL_AREA; i++) {
		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		e->ctx[i] = seed >> 60 < 4 ? 0 : (char)(seed >> 56);
	}
}

void eval_finish(struct eval *e)
{
	sb_addf(&e->log, "result %llx\n", (unsigned long long)e->result);
	log_bytes(e, "globals ", e->globals + IR_GLOBAL_FIRST, EVAL_AREA);
	log_bytes(e, "pcpu ", e->pcpu, 64);
	vec_each(e->entries, i) {
		struct eval_entry *x = e->entries.v[i];

		if (x->deleted)
			continue;
		log_bytes(e, x->map->name, x->key, x->map->key_size);
		log_bytes(e, " = ", x->value, x->map->value_size);
	}
}

void eval_done(struct eval *e)
{
	sb_done(&e->log);
	arena_done(&e->arena);
}
