/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Macros: macro name($v, @m, e) { ... }. A use becomes a copy of the body as a value, in which
 * parameters are what the use has in their places. Variables of the body carry the number of the
 * expansion as their mark, so they never meet the ones of whoever uses it.
 */
#include "lang/parse.h"

#include <string.h>

#define MACRO_DEPTH 64 /* macros that use one another */
#define MACRO_LEVEL (2 * PARSE_HEIGHT)

struct expansion {
	struct parser *p;
	const struct macro *open[MACRO_DEPTH];
	unsigned depth; /* of open */
	unsigned level; /* height of the tree above */
	uint32_t marks;
	bool failed; /* a limit was reached */
};

/* What one use puts in place of a macro's parameters. */
struct binding {
	const struct macro *macro;
	struct node *const *args;
	uint32_t mark;
	const struct macro_use *use;
};

static const struct node *find_param(const struct macro *m, enum node_kind kind, const char *name)
{
	vec_each(m->params, i)
		if (m->params.v[i]->kind == kind && !strcmp(m->params.v[i]->name, name))
			return m->params.v[i];
	return NULL;
}

static const struct node *bound(const struct binding *b, enum node_kind kind, const char *name)
{
	vec_each(b->macro->params, i)
		if (b->macro->params.v[i]->kind == kind && !strcmp(b->macro->params.v[i]->name, name))
			return b->args[i];
	return NULL;
}

static void parse_param(struct parser *p, struct macro *m)
{
	struct node *n;

	if (p_at(p, T_VAR) || p_at(p, T_MAP)) {
		n = parse_primary(p);
	} else {
		n = p_node(p, E_IDENT, p->tok.span);
		n->name = p_expect_name(p, "a parameter ($x, @x or a name)");
	}
	if (!p->panic && n->keyed)
		p_error(p, n->span, DT_syntax, "a macro's parameter is a map as a whole: @%s", n->name);
	if (!p->panic && find_param(m, n->kind, n->name))
		p_error(p, n->span, DT_redeclared, "Macro %s has two parameters of this name", m->name);
	avec_push(p->arena, &m->params, n);
}

static bool same_signature(const struct macro *a, const struct macro *b)
{
	if (strcmp(a->name, b->name) || a->params.n != b->params.n)
		return false;
	vec_each(a->params, i)
		if (a->params.v[i]->kind != b->params.v[i]->kind)
			return false;
	return true;
}

/* A macro reaches only those maps that it is given. */
static void check_maps(struct parser *p, const struct macro *m, const struct node *n)
{
	if (!n)
		return;
	if (n->kind == E_MAP && !find_param(m, E_MAP, n->name))
		diag_error(p->d, n->span, DT_bad_macro,
			   "Macro %s uses @%s, which is not one of its parameters", m->name, n->name);
	check_maps(p, m, n->a);
	check_maps(p, m, n->b);
	check_maps(p, m, n->c);
	vec_each(n->list, i)
		check_maps(p, m, n->list.v[i]);
}

void add_macro(struct parser *p, struct macro *m)
{
	vec_each(p->script->macros, i) {
		if (!same_signature(p->script->macros.v[i], m))
			continue;
		diag_error(p->d, m->span, DT_redefined, "%s %s is already defined with these parameters",
			   m->is_function ? "Function" : "Macro", m->name);
		return;
	}
	if (!m->is_function)
		check_maps(p, m, m->body);
	avec_push(p->arena, &p->script->macros, m);
}

void parse_macro(struct parser *p)
{
	struct macro *m = arena_new(p->arena, struct macro);
	struct span open;

	m->span = p->tok.span;
	p_next(p);
	m->name = p_expect_name(p, "the macro's name");
	open = p->tok.span;
	p_expect(p, T_LPAREN);
	while (!p->panic && !p_at(p, T_RPAREN)) {
		parse_param(p, m);
		if (!p_accept(p, T_COMMA))
			break;
	}
	if (!p->panic)
		p_expect_close(p, T_RPAREN, open);
	m->span = span_join(m->span, p->prev);
	if (p->panic)
		return;
	m->body = parse_value_block(p);
	if (!p->panic && !p->stop)
		add_macro(p, m);
}

static void fail(struct expansion *x, struct span at, enum diag_tag tag, const char *text)
{
	if (!x->failed)
		diag_error(x->p->d, at, tag, "%s", text);
	x->failed = true;
}

static struct node *copy_node(struct expansion *x, const struct node *n, const struct binding *b);

static struct type_ref *copy_type(struct expansion *x, const struct type_ref *t, const struct binding *b)
{
	const struct node *arg;
	struct type_ref *copy;

	if (!t)
		return NULL;
	copy = arena_dup(x->p->arena, t, sizeof(*t));
	copy->of = copy_node(x, t->of, b);
	copy->base = copy_type(x, t->base, b);
	arg = b && !t->of && !t->base ? bound(b, E_IDENT, t->name) : NULL;
	if (arg && arg->kind == E_TYPEOF)
		copy->base = copy_type(x, arg->cast_type, NULL);
	else if (arg)
		copy->of = copy_node(x, arg, NULL);
	return copy;
}

/* A name of a member, or the parameter that stands for it. */
static struct node *copy_part(struct expansion *x, struct node *n, const struct binding *b)
{
	const struct node *arg = b && n->kind == E_IDENT ? bound(b, E_IDENT, n->name) : NULL;

	return arg && (arg->kind == E_IDENT || arg->kind == E_FIELD) ? arena_dup(x->p->arena, arg, sizeof(*arg)) : n;
}

/* Copies a tree; b is NULL for what the use itself wrote. */
static struct node *copy_node(struct expansion *x, const struct node *n, const struct binding *b)
{
	const struct node *arg = NULL;
	struct node *copy;

	if (!n)
		return NULL;
	if (b && (n->kind == E_IDENT || n->kind == E_VAR || n->kind == E_MAP))
		arg = bound(b, n->kind, n->name);
	if (arg && n->kind != E_MAP)
		return copy_node(x, arg, NULL);
	if (++x->p->nodes >= PARSE_NODES)
		fail(x, n->span, DT_too_large, "the script is too large once its macros are expanded");
	copy = arena_dup(x->p->arena, n, sizeof(*n));
	if (x->failed)
		return copy;
	if (arg)
		copy->name = arg->name;
	if (b && n->kind == E_VAR)
		copy->mark = b->mark;
	if (b)
		copy->use = b->use;
	copy->a = copy_node(x, n->a, b);
	copy->b = copy_node(x, n->b, b);
	copy->c = copy_node(x, n->c, b);
	copy->decl = copy_node(x, n->decl, b);
	copy->cast_type = copy_type(x, n->cast_type, b);
	memset(&copy->list, 0, sizeof(copy->list));
	vec_each(n->list, i)
		avec_push(x->p->arena, &copy->list,
			  n->kind == E_OFFSETOF || n->kind == E_EXISTS ? copy_part(x, n->list.v[i], b)
									: copy_node(x, n->list.v[i], b));
	return copy;
}

/* How well a use fits: -1 not at all, else how many parameters ask for what it has. */
static int fits(const struct macro *m, const struct node *use)
{
	int score = 0;

	if (m->params.n != use->list.n)
		return -1;
	for (size_t i = 0; i < m->params.n && !m->is_function; i++) {
		const struct node *arg = use->list.v[i];

		if (m->params.v[i]->kind == E_IDENT)
			continue;
		if (arg->kind != m->params.v[i]->kind || arg->keyed)
			return -1;
		score++;
	}
	return score;
}

static const struct macro *find_macro(const struct script *s, const struct node *use)
{
	const struct macro *best = NULL;
	int score, most = -1;

	vec_each(s->macros, i) {
		if (strcmp(s->macros.v[i]->name, use->name))
			continue;
		score = fits(s->macros.v[i], use);
		if (score > most) {
			most = score;
			best = s->macros.v[i];
		}
	}
	return best;
}

static void expand(struct expansion *x, struct node *n);

static bool is_open(const struct expansion *x, const struct macro *m)
{
	for (unsigned i = 0; i < x->depth; i++)
		if (x->open[i] == m)
			return true;
	return false;
}

static struct node *new_node(struct expansion *x, enum node_kind kind, struct span at)
{
	struct node *n = arena_new(x->p->arena, struct node);

	n->kind = kind;
	n->span = n->op_span = at;
	return n;
}

static struct node *new_var(struct expansion *x, const char *name, uint32_t mark, struct span at)
{
	struct node *n = new_node(x, E_VAR, at);

	n->name = name;
	n->mark = mark;
	return n;
}

/* let $name : type = value; of this expansion. */
static struct node *new_let(struct expansion *x, const char *name, struct type_ref *t, struct node *value, uint32_t mark,
			    struct span at)
{
	struct node *n = new_node(x, S_LET, at);

	n->a = new_var(x, name, mark, at);
	n->name = name;
	n->cast_type = copy_type(x, t, NULL);
	n->b = value;
	return n;
}

#define RESULT "return value" /* no variable of a script has such a name */

/* Each return in the body becomes an assignment and a jump to the end. */
static void turn_returns(struct expansion *x, struct node *n, uint32_t mark)
{
	struct node *set;

	if (!n)
		return;
	turn_returns(x, n->a, mark);
	turn_returns(x, n->b, mark);
	turn_returns(x, n->c, mark);
	vec_each(n->list, i)
		turn_returns(x, n->list.v[i], mark);
	if (n->kind != S_RETURN)
		return;
	n->kind = S_BLOCK;
	if (n->a) {
		set = new_node(x, S_ASSIGN, n->span);
		set->a = new_var(x, RESULT, mark, n->span);
		set->b = n->a;
		n->a = NULL;
		avec_push(x->p->arena, &n->list, set);
	}
	avec_push(x->p->arena, &n->list, new_node(x, S_LEAVE, n->span));
}

/* A call of a function as a value: variables for the parameters, one for the result, the body. */
static struct node *function_body(struct expansion *x, const struct macro *m, const struct node *use)
{
	static const struct macro nothing;
	struct binding b = { &nothing, NULL, ++x->marks };
	struct node *block = new_node(x, E_BLOCK, use->span), *body = new_node(x, S_INLINE, use->span);
	struct arena *a = x->p->arena;

	vec_each(m->params, i)
		avec_push(a, &block->list, new_let(x, m->params.v[i]->name, m->params.v[i]->cast_type, use->list.v[i],
						   b.mark, use->list.v[i]->span));
	if (m->result)
		avec_push(a, &block->list, new_let(x, RESULT, m->result, NULL, b.mark, use->span));
	body->b = copy_node(x, m->body, &b);
	turn_returns(x, body->b, b.mark);
	avec_push(a, &block->list, body);
	if (m->result)
		block->a = new_var(x, RESULT, b.mark, use->span);
	return block;
}

/* A function is known by its name alone. */
static void check_count(struct expansion *x, const struct node *use)
{
	vec_each(x->p->script->macros, i) {
		const struct macro *m = x->p->script->macros.v[i];

		if (!m->is_function || strcmp(m->name, use->name) || use->kind != E_CALL)
			continue;
		diag_error(x->p->d, use->span, DT_bad_function, "Function %s takes %zu argument%s, not %zu", m->name,
			   m->params.n, m->params.n == 1 ? "" : "s", use->list.n);
		x->failed = true;
	}
}

static void expand_use(struct expansion *x, struct node *n)
{
	const struct macro *m = find_macro(x->p->script, n);
	struct binding b = { m, n->list.v, 0 };
	struct span at = n->span;
	struct node *body;

	if (!m) {
		check_count(x, n);
		return;
	}
	if (is_open(x, m)) {
		if (m->is_function)
			fail(x, at, DT_bad_function, "a function may not call itself: BPF has no recursion");
		else
			fail(x, at, DT_bad_macro, "a macro may not use itself");
		return;
	}
	if (x->depth == MACRO_DEPTH) {
		fail(x, at, DT_too_deep, "macros use one another too deeply");
		return;
	}
	b.mark = ++x->marks;
	b.use = arena_dup(x->p->arena, &(struct macro_use){ .span = at, .up = n->use }, sizeof(struct macro_use));
	body = m->is_function ? function_body(x, m, n) : copy_node(x, m->body, &b);
	x->open[x->depth++] = m;
	expand(x, body);
	x->depth--;
	*n = body->list.n || !body->a ? *body : *body->a;
	n->span = at;
}

static void expand_type(struct expansion *x, struct type_ref *t)
{
	for (; t; t = t->base)
		expand(x, t->of);
}

/* sizeof(t[2]) of a parameter t that is a type. */
static void sized_type(struct expansion *x, struct node *n)
{
	struct node *e = n->a;
	struct type_ref *t;

	if (!e || e->kind != E_INDEX || e->a->kind != E_TYPEOF || e->b->kind != E_INT)
		return;
	t = arena_new(x->p->arena, struct type_ref);
	t->span = e->span;
	t->name = "typeof";
	t->base = e->a->cast_type;
	t->is_array = t->has_count = true;
	t->count = (uint64_t)e->b->ival;
	n->cast_type = t;
	n->a = NULL;
}

static void expand(struct expansion *x, struct node *n)
{
	if (!n || x->failed)
		return;
	if (++x->level > MACRO_LEVEL)
		fail(x, n->span, DT_too_deep, "expressions nest too deeply once macros are expanded");
	expand(x, n->a);
	expand(x, n->b);
	expand(x, n->c);
	expand_type(x, n->cast_type);
	for (size_t i = 0; i < n->list.n && n->kind != E_OFFSETOF && n->kind != E_EXISTS; i++)
		expand(x, n->list.v[i]);
	if (!x->failed && (n->kind == E_IDENT || n->kind == E_CALL))
		expand_use(x, n);
	if (n->kind == E_SIZEOF)
		sized_type(x, n);
	x->level--;
}

void macros_expand(struct parser *p)
{
	struct expansion x = { .p = p };

	if (!p->script->macros.n || p->d->nerrors)
		return;
	vec_each(p->script->probes, i) {
		expand(&x, p->script->probes.v[i]->pred);
		expand(&x, p->script->probes.v[i]->body);
	}
}
