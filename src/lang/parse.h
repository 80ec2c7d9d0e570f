/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parser's inside, shared by its files.
 *
 * Rules. Parse functions always return a node, also after an error. The first error of a statement
 * sets panic: nothing more is reported until the statement's end, where p_recover() goes on.
 * stop ends the parse: every token is T_EOF from then on and nothing more is reported.
 */
#ifndef LANG_PARSE_H
#define LANG_PARSE_H

#include "base/strmap.h"
#include "lang/ast.h"
#include "lang/lex.h"

#define PARSE_MAX_NAME 256
#define PARSE_MAX_POINT 8192 /* bytes of an attach point: a path and a mangled name */

struct parser {
	struct arena *arena;
	struct diags *d;
	struct types *ts;
	struct source *src;
	struct script *script;
	const struct parse_params *params;
	struct pp pp;
	struct lexer lx;
	struct token tok;     /* the next token, not yet taken */
	struct span prev;     /* the last one taken */
	enum tok prev_kind;
	unsigned depth;       /* open recursions: expressions, blocks, C structures */
	unsigned elses;       /* else-ifs and ternaries on the way down to here */
	unsigned nodes;
	bool panic, stop;
	bool quiet;           /* a header's declaration: the first error ends it (header.c) */
	VEC(const char *) fresh; /* tags that it has defined */
	const struct parser *importer; /* of an imported file, NULL: the script itself */
	bool in_pred;         /* a / before { ends the expression */
	struct strmap tags;   /* "struct x" -> struct cdef_tag of the C definitions (cdef.c) */
	struct strmap levels; /* address of a struct type -> levels of types in it (cdef.c) */
};

struct mark {
	struct lexer lx;
	struct token tok;
	struct span prev;
	enum tok prev_kind;
};

/* Tokens (parse_tok.c) */
void p_next(struct parser *p);
struct mark p_mark(const struct parser *p);
void p_back(struct parser *p, const struct mark *m);
struct token p_peek(const struct parser *p); /* the token after the next */
bool p_at(const struct parser *p, enum tok kind);
bool p_at_word(const struct parser *p, const char *word);
bool p_accept(struct parser *p, enum tok kind);
bool p_accept_word(struct parser *p, const char *word);
/* Takes the token, or reports "expected ... , found ...". */
bool p_expect(struct parser *p, enum tok kind);
/* The closing bracket of the one at open. */
bool p_expect_close(struct parser *p, enum tok kind, struct span open);
/* A name, also one that is a keyword elsewhere; "" after an error. what: "a field name". */
const char *p_expect_name(struct parser *p, const char *what);
const char *p_text(struct parser *p, const struct token *t); /* copy of its spelling */
/* Goes on behind the next ; or before the next } of this level, passing over blocks. */
void p_recover(struct parser *p);
/* After an error in a statement's head: true if its block follows (panic is over then). */
bool p_recover_to_block(struct parser *p);

/* Errors. All set panic; in panic they are silent and return NULL. */
struct diag *p_error(struct parser *p, struct span at, enum diag_tag tag, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
struct diag *p_expected(struct parser *p, const char *what);
void p_stop(struct parser *p);

/* Limits: false, and the parse is stopped, when the nesting is too deep. Pairs with p_leave(). */
bool p_enter(struct parser *p);
void p_leave(struct parser *p);
/* The same for what hangs on the else side, which chains more often than it nests. */
bool p_enter_else(struct parser *p);
void p_leave_else(struct parser *p);

/* Nodes (parse_node.c) */
struct node *p_node(struct parser *p, enum node_kind kind, struct span at);
/* A node that stands for what could not be parsed. */
struct node *p_bad_node(struct parser *p);
void p_add(struct parser *p, struct node *to, struct node *child);
/* A node's children are complete: takes its height and ends its span at the last token. */
struct node *p_done(struct parser *p, struct node *n);

/* Expressions (parse_expr.c, parse_primary.c) */
struct node *parse_expr(struct parser *p);
struct node *parse_unary(struct parser *p);
struct node *parse_operand(struct parser *p); /* parse_unary, one level deeper */
struct node *parse_primary(struct parser *p);
struct node *parse_int(struct parser *p); /* a whole number is at hand */
/* Expressions up to the closing token, separated by commas; takes the closing token. */
void parse_list(struct parser *p, struct node *to, enum tok close, struct span open);
/* a.b.c: each part an E_IDENT in the list of n. */
void parse_member_path(struct parser *p, struct node *n);
/* exists(...): n is its word, which is taken (parse_exists.c). */
struct node *parse_exists(struct parser *p, struct node *n);

/* Types (parse_type.c) */
#define TYPE_MAX_STARS 16
#define TYPE_MAX_DIMS 8
struct type_ref *parse_type(struct parser *p);
/* The name alone, without stars: "struct x", "unsigned long int", "uint32". */
const char *parse_type_name(struct parser *p);
/*
 * After an opening parenthesis: the type, if "type)" and the beginning of an operand follow,
 * with the parenthesis taken; NULL, and nothing taken, if it is an expression.
 */
struct type_ref *parse_cast_type(struct parser *p);
/* The type, if one follows that ends before the token end (not taken); NULL: nothing taken. */
struct type_ref *parse_type_before(struct parser *p, enum tok end);

/* Statements (parse_stmt.c) */
struct node *parse_block(struct parser *p);
/* import "path"; of a script, a header, or a folder of them (import.c). */
void parse_import(struct parser *p);
/* import_object.c: takes a compiled object, or C that becomes one, into the script. NULL, or why it cannot be. */
const char *import_object(struct parser *p, struct span at, const char *path, bool is_c);
/* import_c.c: the object that clang makes of C. NULL, or why it cannot be. */
#define IMPORT_OBJECT_MAX (64u << 20)
const char *import_compile(struct parser *p, const char *path, struct strbuf *ret_object);
/* All of a source, into the script of p (parse.c). */
void parse_all(struct parser *p);
/* fn name($a : type, ...) [: type] { ... }; it is added to the script's macros. */
void parse_function(struct parser *p);
/* A macro or function becomes one of the script's, unless there is one like it. */
void add_macro(struct parser *p, struct macro *m);
/* The same as an expression (E_BLOCK): a last statement without semicolon is its value. */
struct node *parse_value_block(struct parser *p);
/* if (a) { b } else { c } as an expression (E_TERNARY). */
struct node *parse_value_if(struct parser *p);

/* Macros (macro.c): a definition, and all uses once the whole script is read. */
void parse_macro(struct parser *p);
void macros_expand(struct parser *p);

/* Attach points up to the predicate or the block, which is the next token then (attach.c). */
void parse_attach_points(struct parser *p, struct probe_block *pb);
/* One attach point up to a closing parenthesis, which is the next token then. */
struct attach_point *parse_point_in_parens(struct parser *p);

/* C definitions (cdef.c, cdecl.c): true if one begins here. */
bool cdef_begins(const struct parser *p);
void parse_cdef(struct parser *p);
/* A declaration of a header: p->tok.header is set (header.c). */
void parse_header_item(struct parser *p);

#endif
