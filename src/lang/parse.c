/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The top level of a script: definitions, configuration and probes. */
#include "lang/parse.h"

#include <ctype.h>
#include <string.h>

static struct node *parse_pred(struct parser *p)
{
	struct span open = p->tok.span;
	struct node *e;

	if (!p_accept(p, T_SLASH))
		return NULL;
	p->in_pred = true;
	e = parse_expr(p);
	p->in_pred = false;
	p_expect_close(p, T_SLASH, open);
	return e;
}

static void parse_probe(struct parser *p)
{
	struct probe_block *pb = arena_new(p->arena, struct probe_block);

	parse_attach_points(p, pb);
	if (p_recover_to_block(p))
		pb->pred = parse_pred(p);
	if (!p_recover_to_block(p))
		return;
	pb->body = parse_block(p);
	avec_push(p->arena, &p->script->probes, pb);
}

/* Names of settings are taken in any case, with or without the prefix of environment variables. */
static const char *config_key(struct parser *p, const char *name)
{
	static const char prefix[] = "bpftrace_";
	char *key = arena_strdup(p->arena, name);

	for (char *c = key; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return strncmp(key, prefix, sizeof(prefix) - 1) ? key : key + sizeof(prefix) - 1;
}

static void parse_config_item(struct parser *p)
{
	struct config_item *it = arena_new(p->arena, struct config_item);

	it->span = p->tok.span;
	it->key = config_key(p, p_expect_name(p, "the name of a setting"));
	p_expect(p, T_ASSIGN);
	if (!p_at(p, T_INT) && !p_at(p, T_STR) &&
	    (!p_at(p, T_IDENT) || p_peek(p).kind == T_LPAREN))
		p_expected(p, "a number, a string or a word");
	it->value = parse_primary(p);
	it->span = span_join(it->span, p->prev);
	if (!p_at(p, T_RBRACE))
		p_expect(p, T_SEMI);
	if (p->panic)
		p_recover(p);
	avec_push(p->arena, &p->script->config, it);
}

/* config = { key = value; ... } */
static void parse_config(struct parser *p)
{
	struct span open;

	if (p->importer)
		p_error(p, p->tok.span, DT_bad_import, "An imported script has no settings of its own");
	p_next(p);
	p_expect(p, T_ASSIGN);
	open = p->tok.span;
	if (!p_expect(p, T_LBRACE))
		return;
	while (!p_at(p, T_RBRACE) && !p_at(p, T_EOF))
		parse_config_item(p);
	p_expect_close(p, T_RBRACE, open);
}

/* let @name = kind(size); */
static void parse_map_decl(struct parser *p)
{
	struct map_decl *m = arena_new(p->arena, struct map_decl);
	struct span open;

	p_next(p);
	m->span = p->tok.span;
	m->name = arena_strndup(p->arena, p->tok.text + 1, p->tok.len - 1);
	p_next(p);
	p_expect(p, T_ASSIGN);
	m->kind_span = p->tok.span;
	m->kind = p_expect_name(p, "a kind of map");
	open = p->tok.span;
	if (!p_expect(p, T_LPAREN))
		return;
	if (!p_at(p, T_INT) && !p_at(p, T_PARAM)) {
		p_expected(p, "the number of entries");
		return;
	}
	m->size = parse_primary(p);
	p_expect_close(p, T_RPAREN, open);
	p_expect(p, T_SEMI);
	avec_push(p->arena, &p->script->map_decls, m);
}

/* Parts of the language that come later; their first word would else be taken for a probe. */
/* Passes over the rest of a definition: up to its ; or over its block, whichever comes first. */
static void recover_top(struct parser *p)
{
	unsigned depth = 0;

	for (; !p_at(p, T_EOF); p_next(p)) {
		if (p_at(p, T_LBRACE))
			depth++;
		else if (p_at(p, T_RBRACE) && depth)
			depth--;
		else if (!p_at(p, T_RBRACE) && !p_at(p, T_SEMI))
			continue;
		if (!depth) {
			p->panic = false;
			p_next(p);
			break;
		}
	}
}

static bool is_stray(const struct parser *p)
{
	return p_at(p, T_RBRACE) || p_at(p, T_SEMI) || p_at(p, T_RPAREN) ||
	       (p_at(p, T_BAD) && p->tok.bad != BAD_STRING);
}

static void parse_top(struct parser *p)
{
	p->prev = (struct span){ 0, 0 };
	if (p->tok.header)
		parse_header_item(p);
	else if (is_stray(p))
		p_expected(p, "a probe");
	else if (cdef_begins(p))
		parse_cdef(p);
	else if (p_at_word(p, "config") && p_peek(p).kind == T_ASSIGN)
		parse_config(p);
	else if (p_at_word(p, "let") && p_peek(p).kind == T_MAP)
		parse_map_decl(p);
	else if (p_at_word(p, "macro") && p_peek(p).kind == T_IDENT)
		parse_macro(p);
	else if (p_at_word(p, "fn") && p_peek(p).kind == T_IDENT)
		parse_function(p);
	else if (p_at_word(p, "import") && p_peek(p).kind == T_STR)
		parse_import(p);
	else
		parse_probe(p);
	if (p->panic)
		recover_top(p);
}

static bool is_binary(struct parser *p)
{
	const char *nul = memchr(p->src->text, '\0', p->src->len);
	uint32_t at;

	if (!nul)
		return false;
	at = p->src->base + (uint32_t)(nul - p->src->text);
	p_error(p, (struct span){ at, at + 1 }, DT_bad_character,
		"this is not a script: it has a NUL byte");
	return true;
}

/* Those of the command line; the one to be read first goes in last. */
static void read_headers(struct parser *p)
{
	for (size_t i = p->params ? p->params->nincludes : 0; i--;) {
		struct pp_file *f = pp_include_option(&p->pp, p->params->includes[i]);

		if (f)
			lex_include(&p->lx, f);
	}
}

void parse_all(struct parser *p)
{
	if (is_binary(p))
		return;
	pp_init(&p->pp, p->arena, p->d, p->src, p->params);
	if (!p->ts->btf)
		pp_undef(&p->pp, "BPFTRACE_HAVE_BTF", strlen("BPFTRACE_HAVE_BTF"));
	lex_init(&p->lx, &p->pp);
	if (!p->importer)
		read_headers(p);
	p_next(p);
	while (!p_at(p, T_EOF))
		parse_top(p);
	if (!p->stop && !p->panic)
		pp_end(&p->pp, p->pp.script);
}

struct script *parse_script(struct arena *a, struct diags *d, struct types *ts, struct source *src,
			    const struct parse_params *params)
{
	struct parser p = { .arena = a, .d = d, .ts = ts, .src = src, .params = params };

	p.script = arena_new(a, struct script);
	p.script->source = src;
	strmap_init(&p.tags, a);
	strmap_init(&p.levels, a);
	parse_all(&p);
	macros_expand(&p);
	p.script->absent_header = p.pp.absent;
	return p.script;
}
