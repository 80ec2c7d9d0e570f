/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Declarations of headers. Types are taken in; functions, variables and what is not understood are
 * passed over without a word: a script uses little of what its headers have.
 */
#include "lang/cdef.h"

static bool begins_type(const struct parser *p)
{
	return p_at_word(p, "typedef") || p_at_word(p, "struct") || p_at_word(p, "union") ||
	       p_at_word(p, "enum");
}

/* Passes over one declaration: up to its semicolon, or over the body of a function. */
static void skip_declaration(struct parser *p)
{
	bool is_type = begins_type(p);
	unsigned depth = 0;

	while (p->tok.header && !p_at(p, T_EOF)) {
		enum tok kind = p->tok.kind;

		if (kind == T_LBRACE || kind == T_LPAREN)
			depth++;
		else if ((kind == T_RBRACE || kind == T_RPAREN) && depth)
			depth--;
		p_next(p);
		if (!depth && (kind == T_SEMI || (kind == T_RBRACE && !is_type)))
			break;
	}
	p_accept(p, T_SEMI);
}

/* What a definition with faults has named already is forgotten: the kernel may have it. */
static void forget(struct parser *p, const struct diag *why)
{
	vec_each(p->fresh, i) {
		const char *key = p->fresh.v[i];

		strmap_put(&p->tags, key, NULL);
		strmap_put(&p->ts->names, key, NULL);
		strmap_put(&p->ts->left_out, key, (void *)why);
	}
}

void parse_header_item(struct parser *p)
{
	struct mark start = p_mark(p);
	struct diags_mark before = diags_mark(p->d);
	const struct diag *why;

	if (!begins_type(p)) {
		skip_declaration(p);
		return;
	}
	p->fresh.n = 0;
	p->quiet = true;
	parse_cdef(p);
	p->quiet = false;
	if (p->stop || !(why = diags_back(p->d, &before, p->src)))
		return;
	forget(p, why);
	p->panic = false;
	p_back(p, &start);
	skip_declaration(p);
}
