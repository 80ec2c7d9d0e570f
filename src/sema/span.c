/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * span:POINT: one block for what begins and ends. It runs at the end, with `args` and argN of the
 * beginning, `retval` of the end, and `duration` in nanoseconds. Here each becomes two ordinary blocks
 * with a map between them:
 *
 *	BEGINNING /what of the predicate is known there/ { @.span0[tid] = (<start>=nsecs, fd=args.fd); }
 *	END /has_key(@.span0, tid)/ {
 *		let $<span> = @.span0[tid]; delete(@.span0, tid);
 *		let $<duration> = nsecs - $<span>.<start>;
 *		if (the rest of the predicate) { the block }
 *	}
 *
 * What the block does not use is not kept; if it uses nothing of the beginning there is no first block.
 * A calling function is told from one that it calls, also from itself, by the stack pointer.
 */
#include "probe/probe.h"
#include "sema/internal.h"

#define START "<start>"
#define SPAN "<span>"
#define DURATION "<duration>"

/* How the two ends of a span are written. */
struct span_kind {
	const char *provider;    /* of the beginning */
	const char *end;         /* provider of the end */
	bool args_at_end;        /* the end knows the arguments too */
	bool by_stack;           /* functions of processes: the stack pointer is part of the key */
	bool names_end;          /* the attach point's last part is the end's event */
};

static const struct span_kind kinds[] = {
	{ "fentry", "fexit", .args_at_end = true },
	{ "kprobe", "kretprobe" },
	{ "uprobe", "uretprobe", .by_stack = true },
	{ "tracepoint", "tracepoint", .names_end = true },
	{ "usdt", "usdt", .names_end = true },
};

static const struct span_kind syscalls = { "tracepoint", "tracepoint" };

/* One span while it is rewritten. */
struct rewrite {
	struct check *ck;
	const struct span_kind *kind;
	const struct attach_point *point;
	bool is_syscall;
	bool wildcard;          /* kernel functions: which one is part of the key */
	const char *map;
	bool start;             /* `duration` is used */
	bool whole;             /* `args` as a whole is used */
	VEC(struct node *) kept; /* args.NAME and argN that are used, one of each */
};

static struct node *make(struct rewrite *w, enum node_kind kind, const char *name)
{
	struct node *n = arena_new(w->ck->arena, struct node);

	n->kind = kind;
	n->name = name;
	n->span = n->op_span = w->point->span;
	return n;
}

static struct node *make_of(struct rewrite *w, enum node_kind kind, struct node *a, struct node *b)
{
	struct node *n = make(w, kind, NULL);

	n->a = a;
	n->b = b;
	return n;
}

static void append(struct rewrite *w, struct node *to, struct node *child)
{
	avec_push(w->ck->arena, &to->list, child);
}

static struct node *make_field(struct rewrite *w, struct node *of, const char *name)
{
	struct node *n = make(w, E_FIELD, name);

	n->a = of;
	return n;
}

static struct node *make_call(struct rewrite *w, const char *name, struct node *arg)
{
	struct node *n = make(w, E_CALL, name);

	append(w, n, arg);
	return n;
}

static struct node *make_let(struct rewrite *w, const char *name, struct node *value)
{
	struct node *n = make(w, S_LET, name);

	n->a = make(w, E_VAR, name);
	n->b = value;
	return n;
}

static bool is_word(const struct node *n, const char *name)
{
	return (n->kind == E_IDENT || (n->kind == E_CALL && !n->list.n)) && n->name && !strcmp(n->name, name);
}

/* arg0, sarg3 */
static bool is_arg_number(const struct node *n)
{
	const char *s = n->kind == E_IDENT && n->name ? n->name : "";

	s += *s == 's';
	return !strncmp(s, "arg", 3) && s[3] >= '0' && s[3] <= '9';
}

static bool is_args_field(const struct node *n)
{
	return n->kind == E_FIELD && is_word(n->a, "args");
}

static void keep(struct rewrite *w, const struct node *n)
{
	vec_each(w->kept, i)
		if (!strcmp(w->kept.v[i]->name, n->name))
			return;
	avec_push(w->ck->arena, &w->kept, node_clone(w->ck->arena, n));
}

/* The stack pointer of the beginning: a return takes the address that the call pushed. */
static struct node *stack_key(struct rewrite *w, bool at_end)
{
	struct node *name = make(w, E_STR, NULL), *sp, *pushed;

	name->str = "sp";
	name->len = 2;
	sp = make_call(w, "reg", name);
	if (at_end || !probe_call_pushes())
		return sp;
	pushed = make(w, E_INT, NULL);
	pushed->ival = probe_call_pushes();
	sp = make_of(w, E_BINOP, sp, pushed);
	sp->op = OP_ADD;
	return sp;
}

static struct node *span_map(struct rewrite *w, bool at_end)
{
	struct node *m = make(w, E_MAP, w->map);

	m->keyed = true;
	append(w, m, make(w, E_IDENT, "tid"));
	if (w->kind->by_stack)
		append(w, m, stack_key(w, at_end));
	else if (w->wildcard)
		append(w, m, make(w, E_IDENT, "func"));
	return m;
}

static struct node *saved(struct rewrite *w, const char *name)
{
	return make_field(w, make(w, E_VAR, SPAN), name);
}

/* A return does not know of which function it is one. */
static bool is_begin_only(const struct rewrite *w, const struct node *n)
{
	return is_arg_number(n) || (w->kind->by_stack && is_word(n, "func"));
}

/* exists(args.NAME) where the beginning has no args: decided here, for the name would be kept there. */
static bool asks_for_none(const struct rewrite *w, const struct node *n)
{
	return n->kind == E_EXISTS && n->a && is_args_field(n->a) && !(provider_find(w->kind->provider)->flags & PF_ARGS);
}

/* In the block of the end: what belongs to the beginning comes out of the map. Arms that are not compiled are left alone. */
static void rewrite(struct rewrite *w, struct node *n)
{
	struct span at;
	bool yes;

	if (!n)
		return;
	at = n->span;
	if (asks_for_none(w, n)) {
		n->kind = E_BOOL;
		n->a = NULL;
	} else if (is_word(n, "duration")) {
		w->start = true;
		*n = *make(w, E_VAR, DURATION);
	} else if (is_word(n, "retval") && w->is_syscall) {
		*n = *make_field(w, make(w, E_IDENT, "args"), "ret");
	} else if (w->kind->args_at_end) {
		goto below;
	} else if (is_args_field(n)) {
		keep(w, n);
		n->a = make(w, E_VAR, SPAN);
	} else if (is_begin_only(w, n)) {
		keep(w, n);
		*n = *saved(w, n->name);
	} else if (is_word(n, "args")) {
		w->whole = true;
		*n = *saved(w, "args");
	} else {
		goto below;
	}
	n->span = n->op_span = at;
	return;
below:
	rewrite(w, n->a);
	if ((n->kind == E_TERNARY || n->kind == S_IF) && exists_decided(n->a, &yes)) {
		rewrite(w, yes ? n->b : n->c);
		return;
	}
	rewrite(w, n->b);
	rewrite(w, n->c);
	vec_each(n->list, i)
		rewrite(w, n->list.v[i]);
}

/* Not known at the beginning, or not yet what it is at the end. */
static bool is_of_end(const struct node *n, const void *unused)
{
	static const char *const names[] = { "duration", "retval", "comm", "func", "place", "probe", "nsecs", "elapsed", "reg" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if ((n->kind == E_IDENT || n->kind == E_CALL) && n->name && !strcmp(n->name, names[i]))
			return true;
	return n->kind == E_MAP || n->kind == E_VAR || n->kind == E_INCDEC || n->kind == E_BLOCK;
}

static bool is_of_begin(const struct node *n, const void *unused)
{
	return is_arg_number(n) || is_word(n, "args");
}

static struct node *both(struct rewrite *w, struct node *a, struct node *b)
{
	struct node *n;

	if (!a || !b)
		return a ? a : b;
	n = make_of(w, E_BINOP, a, b);
	n->op = OP_LAND;
	return n;
}

/* Splits a predicate: what can be decided at the beginning, and (through rest) what cannot. */
static struct node *split(struct rewrite *w, struct node *pred, struct node **rest)
{
	struct node *rest_a = NULL, *rest_b = NULL, *first;

	*rest = NULL;
	if (!pred)
		return NULL;
	if (pred->kind == E_BINOP && pred->op == OP_LAND) {
		first = split(w, pred->a, &rest_a);
		first = both(w, first, split(w, pred->b, &rest_b));
		*rest = both(w, rest_a, rest_b);
		return first;
	}
	if (!node_any(pred, is_of_end, NULL))
		return pred;
	*rest = pred;
	return NULL;
}

/* (<start>=nsecs, fd=args.fd, ...) */
static struct node *make_record(struct rewrite *w)
{
	struct node *rec = make(w, E_TUPLE, NULL);
	VEC(const char *) names = { 0 };

	if (w->start) {
		append(w, rec, make(w, E_IDENT, "nsecs"));
		avec_push(w->ck->arena, &names, START);
	}
	vec_each(w->kept, i) {
		append(w, rec, w->kept.v[i]);
		avec_push(w->ck->arena, &names, w->kept.v[i]->name);
	}
	if (w->whole) {
		append(w, rec, make(w, E_IDENT, "args"));
		avec_push(w->ck->arena, &names, "args");
	}
	rec->names = names.v;
	return rec;
}

static struct node *make_begin_body(struct rewrite *w)
{
	struct node *body = make(w, S_BLOCK, NULL);

	append(w, body, make_of(w, S_ASSIGN, span_map(w, false), make_record(w)));
	return body;
}

static struct node *make_end_body(struct rewrite *w, struct node *rest, struct node *block)
{
	struct node *body = make(w, S_BLOCK, NULL), *age;

	append(w, body, make_let(w, SPAN, span_map(w, true)));
	append(w, body, make_of(w, S_EXPR, make_call(w, "delete", span_map(w, true)), NULL));
	if (w->start) {
		age = make_of(w, E_BINOP, make(w, E_IDENT, "nsecs"), saved(w, START));
		age->op = OP_SUB;
		append(w, body, make_let(w, DURATION, age));
	}
	append(w, body, rest ? make_of(w, S_IF, rest, block) : block);
	return body;
}

static void set_part(struct rewrite *w, struct attach_point *ap, size_t i, const char *text)
{
	if (i < ap->parts.n)
		ap->parts.v[i] = text;
	else
		avec_push(w->ck->arena, &ap->parts, text);
}

/* The attach point of one end, without `span`. */
static struct attach_point *end_point(struct rewrite *w, bool at_end)
{
	const struct attach_point *from = w->point;
	struct attach_point *ap = arena_dup(w->ck->arena, from, sizeof(*from));
	size_t n = from->parts.n, skip = w->kind->names_end ? (at_end ? n - 2 : n - 1) : n;

	ap->alt = NULL;
	ap->optional = false;
	memset(&ap->parts, 0, sizeof(ap->parts));
	memset(&ap->part_spans, 0, sizeof(ap->part_spans));
	memset(&ap->quoted, 0, sizeof(ap->quoted));
	for (size_t i = 1; i < n; i++) {
		if (i == skip)
			continue;
		avec_push(w->ck->arena, &ap->parts, from->parts.v[i]);
		avec_push(w->ck->arena, &ap->part_spans, from->part_spans.v[i]);
		avec_push(w->ck->arena, &ap->quoted, from->quoted.v[i]);
	}
	if (w->is_syscall) {
		avec_push(w->ck->arena, &ap->part_spans, from->part_spans.v[1]);
		avec_push(w->ck->arena, &ap->quoted, 0);
		set_part(w, ap, 2, arena_printf(w->ck->arena, "sys_%s_%s", at_end ? "exit" : "enter", ap->parts.v[1]));
		set_part(w, ap, 1, "syscalls");
	}
	set_part(w, ap, 0, at_end ? w->kind->end : w->kind->provider);
	return ap;
}

static void add_block(struct rewrite *w, const struct probe_block *from, bool at_end, struct node *pred,
		      struct node *body)
{
	struct probe_block *b = arena_new(w->ck->arena, struct probe_block);

	b->span = from->span;
	b->pred = pred;
	b->body = body;
	avec_push(w->ck->arena, &b->points, end_point(w, at_end));
	avec_push(w->ck->arena, &w->ck->in->script->probes, b);
}

static const struct span_kind *find_kind(const char *name)
{
	const struct provider *p = provider_find(name);

	for (size_t i = 0; p && i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].provider, p->name))
			return &kinds[i];
	return NULL;
}

static bool check_point(struct rewrite *w)
{
	const struct attach_point *ap = w->point;
	struct diag *d;

	if (w->is_syscall && ap->parts.n == 3)
		return true;
	if (w->kind && !w->is_syscall && ap->parts.n >= (w->kind->names_end ? 5 : 3))
		return true;
	d = diag_error(w->ck->diags, ap->span, DT_bad_probe, "A span needs what begins and ends");
	diag_hint(w->ck->diags, d, "span:syscalls:NAME, span:fentry:FUNCTION, span:kprobe:FUNCTION, span:uprobe:PATH:FUNCTION, "
		  "span:tracepoint:CATEGORY:BEGIN:END, span:usdt:PATH:PROVIDER:BEGIN:END");
	return false;
}

static bool is_span(const struct attach_point *ap)
{
	return ap->parts.n && !strcmp(ap->parts.v[0], "span");
}

static bool start_rewrite(struct rewrite *w, struct check *ck, const struct attach_point *ap)
{
	*w = (struct rewrite){ .ck = ck, .point = ap };
	w->is_syscall = ap->parts.n > 1 && !strcmp(ap->parts.v[1], "syscalls");
	w->kind = w->is_syscall ? &syscalls : is_span(ap) && ap->parts.n > 1 ? find_kind(ap->parts.v[1]) : NULL;
	if (!check_point(w))
		return false;
	w->wildcard = !w->is_syscall && !w->kind->names_end && probe_has_wildcard(ap->parts.v[ap->parts.n - 1]);
	return true;
}

/* The first of a || b || c that this kernel has; the last, for its diagnostics, if it has none; false: nothing to do. */
static bool choose_span(struct rewrite *w, struct check *ck, const struct attach_point *ap)
{
	for (const struct attach_point *alt = ap; alt; alt = alt->alt) {
		if (!start_rewrite(w, ck, alt))
			return false;
		if (!alt->alt && !ap->optional)
			return true;
		if (probe_exists(ck, end_point(w, false)))
			return true;
	}
	return false;
}

static void expand_span(struct check *ck, const struct probe_block *block, const struct attach_point *ap, unsigned n)
{
	struct node *pred = node_clone(ck->arena, block->pred), *body = node_clone(ck->arena, block->body);
	struct node *first, *rest;
	struct rewrite w;

	if (!choose_span(&w, ck, ap))
		return;
	w.map = arena_printf(ck->arena, ".span%u", n);
	first = split(&w, pred, &rest);
	rewrite(&w, rest);
	rewrite(&w, body);
	if (!w.start && !w.whole && !w.kept.n && (w.kind->args_at_end || !node_any(first, is_of_begin, NULL))) {
		add_block(&w, block, true, both(&w, first, rest), body);
		return;
	}
	add_block(&w, block, false, first, make_begin_body(&w));
	add_block(&w, block, true, make_call(&w, "has_key", span_map(&w, true)), make_end_body(&w, rest, body));
}

/* Leaves what is no span in the block. */
static size_t take_spans(struct check *ck, struct probe_block *b, unsigned *count)
{
	size_t left = 0;

	vec_each(b->points, i) {
		if (is_span(b->points.v[i]))
			expand_span(ck, b, b->points.v[i], (*count)++);
		else
			b->points.v[left++] = b->points.v[i];
	}
	b->points.n = left;
	return left;
}

bool sema_spans(struct check *ck)
{
	struct script *s = ck->in->script;
	size_t n = s->probes.n, left = 0;
	unsigned count = 0;

	for (size_t i = 0; i < n; i++)
		if (take_spans(ck, s->probes.v[i], &count))
			s->probes.v[left++] = s->probes.v[i];
	for (size_t i = n; i < s->probes.n; i++)
		s->probes.v[left++] = s->probes.v[i];
	s->probes.n = left;
	return !ck->diags->nerrors;
}
