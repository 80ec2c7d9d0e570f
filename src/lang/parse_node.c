/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making nodes, within the limits that keep passes over the tree safe. */
#include "lang/parse.h"

struct node *p_node(struct parser *p, enum node_kind kind, struct span at)
{
	struct node *n = arena_new(p->arena, struct node);

	n->kind = kind;
	n->span = at;
	n->op_span = at;
	if (++p->nodes == PARSE_NODES) {
		p_error(p, at, DT_too_large, "the script is too large: more than %u syntax nodes",
			PARSE_NODES);
		p_stop(p);
	}
	return n;
}

struct node *p_bad_node(struct parser *p)
{
	return p_node(p, E_INT, p->tok.span);
}

void p_add(struct parser *p, struct node *to, struct node *child)
{
	avec_push(p->arena, &to->list, child);
}

static void node_over(struct node *n, const struct node *child)
{
	if (child && child->height >= n->height)
		n->height = child->height + 1;
}

struct node *p_done(struct parser *p, struct node *n)
{
	node_over(n, n->a);
	node_over(n, n->b);
	node_over(n, n->c);
	vec_each(n->list, i)
		node_over(n, n->list.v[i]);
	n->span = span_join(n->span, p->prev);
	if (n->height >= PARSE_HEIGHT) {
		p_error(p, n->op_span, DT_too_deep,
			"too many operators in one expression: at most %u in a chain",
			PARSE_HEIGHT);
		p_stop(p);
	}
	return n;
}
