/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be done with a map: delete, has_key, len, clear, zero, print. */
#include "fn/internal.h"

static const struct type *bool_type(struct check *ck)
{
	return type_bool();
}

static bool check_keyed(struct check *ck, struct node *call)
{
	struct node *m = call->list.v[0];

	call->type = type_bool();
	if (m->keyed || !m->map->keyed)
		return true;
	return check_error(ck, call->span, DT_map_shape, "call to %s() requires a key for map @%s", call->name, m->name);
}

static struct ir_val *zero_scalar(struct lower *lw, const struct map *m)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *p;
	uint32_t size = m->value->kind == TY_AGG ? m->value->agg->size(m->value) : type_is_scalar(m->value) ? 8 : m->value->size;

	p = m->storage == MS_PCPU ? ir_pcpu_ptr(b, m->offset) : ir_global_ptr(b, m->offset);
	ir_zero(b, p, 0, size);
	return ir_iconst(b, 1);
}

static struct ir_val *lower_delete(struct lower *lw, struct node *call)
{
	struct ir_builder *b = lower_b(lw);
	struct node *m = call->list.v[0];

	if (m->map->storage != MS_HASH) {
		m->map->deleted = true;
		return zero_scalar(lw, m->map);
	}
	return ir_bin(b, IR_eq, ir_mapdel(b, m->map->ir, lower_key(lw, m)), ir_iconst(b, 0));
}

const struct fn_ops fn_delete = {
	.name = "delete", .proto = "delete(@m, key): bool", .doc = "removes an entry; true if it was there",
	.flags = FN_CALL, .min_args = 1, .max_args = 1, .arg = { FA_MAP | FA_MAPKEY }, .check = check_keyed,
	.lower = lower_delete,
};

static bool check_has_key(struct check *ck, struct node *call)
{
	struct node *m = call->list.v[0];

	call->type = type_bool();
	if (m->keyed)
		return true;
	return check_error(ck, call->span, DT_map_shape, "call to has_key() expects a map with explicit keys (non-scalar map)");
}

static struct ir_val *lower_has_key(struct lower *lw, struct node *call)
{
	struct ir_builder *b = lower_b(lw);
	struct node *m = call->list.v[0];

	return ir_bin(b, IR_ne, ir_mapptr(b, m->map->ir, lower_key(lw, m)), ir_iconst(b, 0));
}

const struct fn_ops fn_has_key = {
	.name = "has_key", .proto = "has_key(@m, key): bool", .doc = "is the key in the map?", .flags = FN_CALL,
	.min_args = 1, .max_args = 1, .arg = { FA_MAP | FA_MAPKEY }, .check = check_has_key,
	.type_of = bool_type, .lower = lower_has_key,
};

/* A call with all that it needs was made a block before types are looked at. */
static bool check_find(struct check *ck, struct node *call)
{
	return check_error(ck, call->span, DT_bad_argument, "find() expects a map without its key, a key, and a variable");
}

const struct fn_ops fn_map_find = {
	.name = "find", .proto = "find(@m, key, $value): bool", .doc = "is the key in the map? If so the variable gets its value",
	.flags = FN_CALL, .min_args = 3, .max_args = 3, .arg = { FA_MAP | FA_MAPKEY | FA_ANY, FA_ANY, FA_ANY }, .check = check_find,
};

static bool check_len(struct check *ck, struct node *call)
{
	struct node *m = call->list.v[0];

	call->type = type_u64();
	if (fn_is_stack(m->type)) {
		check_tables(ck)->stack_lens = true;
		return true;
	}
	if (m->kind != E_MAP)
		return check_error(ck, m->span, DT_bad_argument, "len() expects a map or a stack");
	if (m->keyed || !m->map->keyed)
		return check_error(ck, call->span, DT_map_shape,
				   "call to len() expects a map with explicit keys (non-scalar map)");
	if (!target_has(check_target(ck), TF_FOR_EACH_MAP))
		return check_error(ck, call->span, DT_kernel_lacks,
				   "len() needs the helper for_each_map_elem, which this kernel lacks (5.13 has it)");
	return true;
}

/* The helper gives the number of elements it called the function for. */
static struct ir_val *lower_len(struct lower *lw, struct node *call)
{
	struct ir_builder *b = lower_b(lw), cb = *b;
	struct node *arg = call->list.v[0];
	struct map *m = arg->map;

	if (fn_is_stack(arg->type))
		return fn_stack_len(lw, lower_expr(lw, arg));
	cb.fn = ir_fn_new(b->module, "count_element");
	cb.fn->is_callback = true;
	cb.fn->nparams = 4;
	ir_at(&cb, ir_block_new(&cb));
	ir_ret(&cb, ir_iconst(&cb, 0));
	return ir_call(b, IRH_for_each_map_elem, 4, ir_mapaddr(b, m->ir), ir_fnaddr(b, cb.fn), ir_slot(b, 8, 8),
		       ir_iconst(b, 0));
}

const struct fn_ops fn_len = {
	.name = "len", .proto = "len(@m | stack): uint64", .doc = "number of entries of a map, of frames of a stack", .flags = FN_CALL,
	.min_args = 1, .max_args = 1, .arg = { FA_MAP | FA_ANY }, .check = check_len, .lower = lower_len,
};

static bool check_whole(struct check *ck, struct node *call)
{
	struct node *m = call->list.v[0];

	call->type = type_none();
	if (!m->keyed)
		return true;
	return check_error(ck, call->span, DT_map_shape, "The map passed to %s() should not be indexed by a key", call->name);
}

static struct ir_val *lower_whole(struct lower *lw, struct node *call)
{
	lower_emit(lw, call, 0, NULL, NULL, NULL)->map = call->list.v[0]->map;
	return NULL;
}

static void handle_clear(struct runtime *rt, const struct action *a, const struct value_ref *args)
{
	rt_clear_map(rt, a->map);
}

static void handle_zero(struct runtime *rt, const struct action *a, const struct value_ref *args)
{
	rt_zero_map(rt, a->map);
}

const struct fn_ops fn_clear = {
	.name = "clear", .proto = "clear(@m)", .doc = "removes all entries", .flags = FN_CALL | FN_ASYNC | FN_STMT,
	.min_args = 1, .max_args = 1, .arg = { FA_MAP | FA_MAPKEY }, .check = check_whole, .lower = lower_whole,
	.handle = handle_clear,
};
const struct fn_ops fn_zero = {
	.name = "zero", .proto = "zero(@m)", .doc = "sets all values to zero", .flags = FN_CALL | FN_ASYNC | FN_STMT,
	.min_args = 1, .max_args = 1, .arg = { FA_MAP | FA_MAPKEY }, .check = check_whole, .lower = lower_whole,
	.handle = handle_zero,
};

/* print(@m[, top[, div]][, "order"]) or print(value) */
struct print_data {
	bool map;
	bool entry; /* one entry of a map of aggregations, read when the record arrives */
	int64_t top, div;
	struct map_order order;
};

/* "value", "key" or "key.N", and "asc" or "desc". */
static bool parse_order(const char *text, struct map_order *ret)
{
	char by[8] = "", dir[8] = "asc";
	int n = 0;

	*ret = (struct map_order){ .given = true };
	if (sscanf(text, "%5[a-z]%n", by, &n) != 1)
		return false;
	text += n;
	ret->by_key = !strcmp(by, "key");
	if (ret->by_key && *text == '.') {
		if (sscanf(++text, "%2u%n", &ret->part, &n) != 1)
			return false;
		text += n;
	}
	if (*text && (sscanf(text, " %7[a-z]%n", dir, &n) != 1 || text[n]))
		return false;
	ret->falling = !strcmp(dir, "desc");
	return (ret->by_key || !strcmp(by, "value")) && (ret->falling || !strcmp(dir, "asc"));
}

/* The last argument, if it is a string; the number of those before it. */
static bool check_order(struct check *ck, struct node *call, struct print_data *d, size_t *ret_n)
{
	struct node *last = call->list.v[call->list.n - 1];
	const char *text;
	uint32_t len;

	*ret_n = call->list.n;
	if (call->list.n < 2 || !check_const_str(ck, last, &text, &len))
		return true;
	--*ret_n;
	return parse_order(text, &d->order) ||
	       check_error(ck, last->span, DT_bad_argument,
			   "print: '%s' is no order: it is value, key or key.N, and asc or desc", text);
}

static bool const_arg(struct check *ck, struct node *call, size_t n, size_t i, const char *what, int64_t *ret)
{
	if (n <= i)
		return true;
	if (check_const_int(ck, call->list.v[i], ret) && *ret >= 0)
		return true;
	return check_error(ck, call->list.v[i]->span, DT_bad_argument, "print: %s must be a non-negative literal", what);
}

static bool check_print(struct check *ck, struct node *call)
{
	struct node *n = call->list.v[0];
	struct print_data *d = call->fn_data;
	size_t args;

	if (!d)
		d = call->fn_data = arena_new(check_arena(ck), struct print_data);
	call->type = type_none();
	d->map = n->kind == E_MAP && !n->keyed;
	d->entry = !d->map && n->kind == E_MAP && n->type->kind == TY_AGG;
	if (!d->map && call->list.n > 1)
		return check_error(ck, call->span, DT_bad_argument, "Non-map print() only takes 1 argument, %zu found",
				   call->list.n);
	return check_order(ck, call, d, &args) && const_arg(ck, call, args, 1, "top", &d->top) &&
	       const_arg(ck, call, args, 2, "div", &d->div);
}

static struct ir_val *lower_print(struct lower *lw, struct node *call)
{
	struct print_data *d = call->fn_data;
	struct node *n = call->list.v[0];
	struct ir_val *v;

	if (d->map) {
		lower_emit(lw, call, 0, NULL, NULL, d)->map = n->map;
		return NULL;
	}
	if (d->entry) {
		v = lower_whole_key(lw, n);
		lower_emit(lw, call, 1, &n->map->key, &v, d)->map = n->map;
		return NULL;
	}
	v = lower_expr(lw, n);
	lower_emit(lw, call, 1, &n->type, &v, d);
	return NULL;
}

static void handle_print(struct runtime *rt, const struct action *a, const struct value_ref *args)
{
	const struct print_data *d = a->data;

	if (d->map)
		rt_print_map(rt, a->map, d->top, d->div, &d->order);
	else if (d->entry)
		rt_print_entry(rt, a->map, args[0].bytes, args[0].len);
	else
		rt_out(rt)->ops->value(rt_out(rt), args[0].type, args[0].bytes, args[0].len);
}

const struct fn_ops fn_print = {
	.name = "print", .proto = "print(@m[, int top[, int div]][, \"order\"]) or print(value)", .doc = "prints a map or a value",
	.flags = FN_CALL | FN_ASYNC | FN_STMT, .min_args = 1, .max_args = 4,
	.arg = { FA_MAP | FA_MAPKEY | FA_ANY, FA_INT | FA_CONST_STR, FA_INT | FA_CONST_STR, FA_CONST_STR }, .check = check_print, .lower = lower_print,
	.handle = handle_print,
	.data = FD_PLAIN, .data_size = sizeof(struct print_data),
};
