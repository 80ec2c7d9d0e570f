/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * find(@m, k, $v) in terms of what there is. It becomes
 *
 *	{ let $.key = k; let $.found = has_key(@m, $.key); if ($.found) { $v = @m[$.key]; } $.found }
 *
 * The optimiser makes one look-up of the two where the values are no numbers. No script can name these variables.
 */
#include "sema/internal.h"

#define KEY ".key"
#define FOUND ".found"

static struct node *make(struct arena *a, const struct node *call, enum node_kind kind, const char *name)
{
	struct node *n = arena_new(a, struct node);

	n->kind = kind;
	n->name = name;
	n->span = n->op_span = call->span;
	return n;
}

static struct node *make_let(struct arena *a, const struct node *call, const char *name, struct node *value)
{
	struct node *n = make(a, call, S_LET, name);

	n->a = make(a, call, E_VAR, name);
	n->b = value;
	return n;
}

/* @m[$.key] */
static struct node *make_entry(struct arena *a, const struct node *call)
{
	struct node *n = make(a, call, E_MAP, call->list.v[0]->name);

	n->keyed = true;
	avec_push(a, &n->list, make(a, call, E_VAR, KEY));
	return n;
}

static struct node *make_if(struct arena *a, const struct node *call)
{
	struct node *n = make(a, call, S_IF, NULL), *assign = make(a, call, S_ASSIGN, NULL);

	assign->a = call->list.v[2];
	assign->b = make_entry(a, call);
	n->a = make(a, call, E_VAR, FOUND);
	n->b = make(a, call, S_BLOCK, NULL);
	avec_push(a, &n->b->list, assign);
	return n;
}

bool sema_is_find(const struct node *n)
{
	return !strcmp(n->name, "find") && n->list.n == 3 && n->list.v[0]->kind == E_MAP && !n->list.v[0]->keyed &&
	       n->list.v[2]->kind == E_VAR;
}

void sema_expand_find(struct arena *a, struct node *n)
{
	const struct node call = *n;
	struct node *has = make(a, &call, E_CALL, "has_key");

	avec_push(a, &has->list, make_entry(a, &call));
	n->kind = E_BLOCK;
	memset(&n->list, 0, sizeof(n->list));
	avec_push(a, &n->list, make_let(a, &call, KEY, call.list.v[1]));
	avec_push(a, &n->list, make_let(a, &call, FOUND, has));
	avec_push(a, &n->list, make_if(a, &call));
	n->a = make(a, &call, E_VAR, FOUND);
}
