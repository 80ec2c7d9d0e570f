/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Until bpftrace 0.22 a variable belonged to the whole probe. Scripts of that time assign it in a block and read it
 * behind: such a variable is declared at the beginning of the probe, as its author meant it.
 */
#include "sema/internal.h"

struct name {
	struct name *up;         /* another of this name, from before */
	const struct node *var;  /* where it was first assigned */
	unsigned depth;          /* of its block */
	bool open, declared;     /* the block is; it was declared by let or for */
};

struct hoist {
	struct check *ck;
	struct strmap latest; /* name and mark -> struct name */
	VEC(struct name *) open;
	struct node_list lets; /* what is to be added */
	unsigned depth;
};

static const char *key_of(struct hoist *h, const struct node *var)
{
	return var->mark ? arena_printf(h->ck->arena, "%s %u", var->name, var->mark) : var->name;
}

/* The innermost open one, else the last that was closed. */
static struct name *find(struct hoist *h, const struct node *var)
{
	struct name *closed = NULL;

	for (struct name *n = strmap_get(&h->latest, key_of(h, var)); n; n = n->up) {
		if (n->open)
			return n;
		if (!closed && !n->declared)
			closed = n;
	}
	return closed;
}

static void add(struct hoist *h, const struct node *var, unsigned depth, bool declared)
{
	const char *key = key_of(h, var);
	struct name *n = arena_new(h->ck->arena, struct name);

	*n = (struct name){
		.up = strmap_get(&h->latest, key), .var = var, .depth = depth, .open = true,
		.declared = declared,
	};
	strmap_put(&h->latest, key, n);
	avec_push(h->ck->arena, &h->open, n);
}

/* let $x; at the beginning of the probe */
static void declare(struct hoist *h, const struct node *var, const struct node *use)
{
	struct node *let = arena_new(h->ck->arena, struct node);
	struct diag *d;

	*let = (struct node){ .kind = S_LET, .span = var->span };
	let->a = arena_dup(h->ck->arena, var, sizeof(*var));
	avec_push(h->ck->arena, &h->lets, let);
	add(h, var, 0, true);
	d = diag_warning(h->ck->diags, use->span, DT_outer_scope, "$%s is used outside of the block that assigns it",
			 var->name);
	diag_hint(h->ck->diags, d, "'let $%s;' before the block says so; bpftrace from 0.22 on asks for it", var->name);
}

static void read_var(struct hoist *h, const struct node *var)
{
	const struct name *n = find(h, var);

	if (n && !n->open)
		declare(h, n->var, var);
}

static void write_var(struct hoist *h, const struct node *var)
{
	const struct name *n = find(h, var);

	if (!n || !n->open)
		add(h, var, h->depth, false);
}

static void leave(struct hoist *h)
{
	size_t kept = 0;

	vec_each(h->open, i) {
		struct name *n = h->open.v[i];

		if (n->depth == h->depth)
			n->open = false;
		else
			h->open.v[kept++] = n;
	}
	h->open.n = kept;
	h->depth--;
}

static void scan(struct hoist *h, const struct node *n);

static void scan_type(struct hoist *h, const struct type_ref *t)
{
	for (; t; t = t->base)
		scan(h, t->of);
}

static void scan_kids(struct hoist *h, const struct node *n)
{
	scan_type(h, n->cast_type);
	scan(h, n->a);
	scan(h, n->b);
	scan(h, n->c);
	vec_each(n->list, i)
		scan(h, n->list.v[i]);
}

static void scan_block(struct hoist *h, const struct node *n)
{
	h->depth++;
	vec_each(n->list, i)
		scan(h, n->list.v[i]);
	scan(h, n->a);
	leave(h);
}

static void scan_for(struct hoist *h, const struct node *n)
{
	scan(h, n->a);
	scan(h, n->b);
	h->depth++;
	add(h, n->decl, h->depth, true);
	scan(h, n->c);
	leave(h);
}

static void scan_assign(struct hoist *h, const struct node *n)
{
	if (n->a->kind != E_VAR || n->op != OP_NONE)
		scan(h, n->a);
	scan(h, n->b);
	if (n->a->kind == E_VAR)
		write_var(h, n->a);
}

static void scan(struct hoist *h, const struct node *n)
{
	if (!n)
		return;
	switch (n->kind) {
	case E_VAR:
		read_var(h, n);
		break;
	case S_ASSIGN:
		scan_assign(h, n);
		break;
	case S_LET:
		scan_type(h, n->cast_type);
		scan(h, n->b);
		add(h, n->a, h->depth, true);
		break;
	case S_FOR_RANGE:
	case S_FOR_MAP:
		scan_for(h, n);
		break;
	case S_BLOCK:
	case E_BLOCK:
		scan_block(h, n);
		break;
	default:
		scan_kids(h, n);
	}
}

void hoist_variables(struct check *ck, struct node *body)
{
	struct hoist h = { .ck = ck };

	strmap_init(&h.latest, ck->arena);
	scan(&h, body);
	if (!h.lets.n)
		return;
	vec_each(body->list, i)
		avec_push(ck->arena, &h.lets, body->list.v[i]);
	body->list = h.lets;
}
