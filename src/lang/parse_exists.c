/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exists(...): what is asked for is told by how it is written.
 *
 *	exists(kprobe:vfs_read)               a probe, or "helper:", "function:", "builtin:" and a name
 *	exists(struct task_struct)            a type
 *	exists(struct task_struct.__state)    a field of a type
 *	exists(args.count), exists($p->x)     a field of a value
 *	exists(AF_INET)                       a constant or a built-in variable
 */
#include "lang/parse.h"

static bool at_point(const struct parser *p)
{
	return p_at(p, T_IDENT) && p_peek(p).kind == T_COLON;
}

static bool parse_what_type(struct parser *p, struct node *n)
{
	n->cast_type = parse_type_before(p, T_RPAREN);
	if (n->cast_type)
		return true;
	n->cast_type = parse_type_before(p, T_DOT);
	if (!n->cast_type)
		return false;
	if (p_accept(p, T_DOT))
		parse_member_path(p, n);
	return true;
}

struct node *parse_exists(struct parser *p, struct node *n)
{
	struct span open = p->tok.span;
	bool in_pred = p->in_pred;

	n->kind = E_EXISTS;
	p_next(p);
	p->in_pred = false;
	if (at_point(p)) {
		n->point = parse_point_in_parens(p);
	} else if (!parse_what_type(p, n)) {
		n->a = parse_expr(p);
		if (!p->panic && n->a->kind != E_FIELD && n->a->kind != E_IDENT)
			p_error(p, n->a->span, DT_syntax,
				"exists() takes a probe, a type, a field, a name or helper:NAME");
	}
	p->in_pred = in_pred;
	p_expect_close(p, T_RPAREN, open);
	return p_done(p, n);
}
