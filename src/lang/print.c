/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Printing of trees: one node a line, children indented under it. */
#include "base/escape.h"
#include "lang/ast.h"

const char *op_text(enum op op)
{
	static const char *const texts[] = {
		[OP_NONE] = "", [OP_ADD] = "+", [OP_SUB] = "-", [OP_MUL] = "*", [OP_DIV] = "/",
		[OP_MOD] = "%", [OP_BITAND] = "&", [OP_BITOR] = "|", [OP_BITXOR] = "^",
		[OP_SHL] = "<<", [OP_SHR] = ">>", [OP_EQ] = "==", [OP_NE] = "!=", [OP_LT] = "<",
		[OP_LE] = "<=", [OP_GT] = ">", [OP_GE] = ">=", [OP_LAND] = "&&", [OP_LOR] = "||",
		[OP_NOT] = "!", [OP_NEG] = "-", [OP_BITNOT] = "~", [OP_DEREF] = "*", [OP_ADDR] = "&",
		[OP_PLUS] = "+", [OP_INC] = "++", [OP_DEC] = "--",
	};

	return (unsigned)op < ARRAY_SIZE(texts) ? texts[op] : "?";
}

static const char *kind_text(enum node_kind kind)
{
	static const char *const texts[] = {
		[E_INT] = "int", [E_BOOL] = "bool", [E_FLOAT] = "float", [E_STR] = "string", [E_IDENT] = "name",
		[E_PARAM] = "param", [E_VAR] = "var", [E_MAP] = "map", [E_CALL] = "call",
		[E_UNOP] = "unary", [E_BINOP] = "binary", [E_INCDEC] = "incdec",
		[E_TERNARY] = "ternary", [E_CAST] = "cast", [E_FIELD] = "field",
		[E_TUPIDX] = "tuple-index", [E_INDEX] = "index", [E_TUPLE] = "tuple",
		[E_SIZEOF] = "sizeof", [E_OFFSETOF] = "offsetof", [E_TYPEINFO] = "typeinfo", [E_EXISTS] = "exists", [E_BLOCK] = "value-block",
		[E_TYPEOF] = "typeof", [S_EXPR] = "do",
		[S_ASSIGN] = "assign", [S_LET] = "let", [S_IF] = "if", [S_WHILE] = "while",
		[S_UNROLL] = "unroll", [S_FOR_RANGE] = "for-range", [S_FOR_MAP] = "for-map",
		[S_INLINE] = "inline", [S_LEAVE] = "leave", [S_BREAK] = "break", [S_CONTINUE] = "continue", [S_RETURN] = "return",
		[S_BLOCK] = "block",
	};

	return (unsigned)kind < ARRAY_SIZE(texts) ? texts[kind] : "?";
}

static void print_type_ref(struct strbuf *out, const struct type_ref *t)
{
	sb_addf(out, " (%s", t->name);
	sb_fill(out, '*', t->elem_stars);
	if (t->is_array && t->has_count)
		sb_addf(out, "[%llu]", (unsigned long long)t->count);
	else if (t->is_array)
		sb_adds(out, "[]");
	sb_fill(out, '*', t->stars);
	sb_addc(out, ')');
}

/* What a node says besides its kind and its children. */
static void print_detail(struct strbuf *out, const struct node *n)
{
	switch (n->kind) {
	case E_INT:
		sb_addf(out, n->is_unsigned ? " %llu" : " %lld", (long long)n->ival);
		break;
	case E_FLOAT:
		sb_addf(out, " %s", n->str);
		break;
	case E_BOOL:
		sb_adds(out, n->ival ? " true" : " false");
		break;
	case E_STR:
		sb_adds(out, " \"");
		escape_json(out, n->str, n->len);
		sb_addc(out, '"');
		break;
	case E_PARAM:
		if (n->ival)
			sb_addf(out, " $%lld", (long long)n->ival);
		else
			sb_adds(out, " $#");
		break;
	case E_VAR:
	case S_LET:
		sb_addf(out, " $%s", n->name);
		break;
	case E_MAP:
		sb_addf(out, " @%s%s", n->name, n->keyed ? "[]" : "");
		break;
	case E_FIELD:
		sb_addf(out, " %s%s", n->is_arrow ? "->" : ".", n->name);
		break;
	case E_TUPIDX:
		sb_addf(out, " .%lld", (long long)n->ival);
		break;
	case E_INCDEC:
		sb_addf(out, " %s%s", n->is_prefix ? "prefix " : "postfix ", op_text(n->op));
		break;
	case S_ASSIGN:
		sb_addf(out, " %s=", op_text(n->op));
		break;
	case E_UNOP:
	case E_BINOP:
		sb_addf(out, " %s", op_text(n->op));
		break;
	case E_IDENT:
	case E_CALL:
		sb_addf(out, " %s", n->name);
		break;
	case E_EXISTS:
		if (n->point)
			sb_addf(out, " %s", n->point->text);
		break;
	default:
		break;
	}
}

static void print_node(struct strbuf *out, const struct node *n, unsigned depth);

static void print_label(struct strbuf *out, const struct node *n, unsigned depth, const char *label)
{
	sb_fill(out, ' ', 2 * (size_t)depth);
	sb_adds(out, label);
	sb_addc(out, '\n');
	print_node(out, n, depth + 1);
}

/* Children in the order in which the source has them. */
static void print_children(struct strbuf *out, const struct node *n, unsigned depth)
{
	const struct node *children[] = { n->decl, n->kind == S_LET ? NULL : n->a, n->b };

	for (size_t i = 0; i < ARRAY_SIZE(children); i++)
		if (children[i])
			print_node(out, children[i], depth);
	if (n->c && n->kind == S_IF)
		print_label(out, n->c, depth - 1, "else");
	else if (n->c)
		print_node(out, n->c, depth);
	vec_each(n->list, i)
		print_node(out, n->list.v[i], depth);
}

static void print_node(struct strbuf *out, const struct node *n, unsigned depth)
{
	sb_fill(out, ' ', 2 * (size_t)depth);
	sb_adds(out, kind_text(n->kind));
	print_detail(out, n);
	if (n->cast_type)
		print_type_ref(out, n->cast_type);
	if (n->type && n->type->kind != TY_NONE) {
		sb_adds(out, " : ");
		type_print(out, n->type);
	}
	sb_addc(out, '\n');
	print_children(out, n, depth + 1);
}

static void print_probe(struct strbuf *out, const struct probe_block *pb)
{
	sb_adds(out, "probe");
	vec_each(pb->points, i) {
		sb_addf(out, "%s %s", i ? "," : "", pb->points.v[i]->text);
		for (const struct attach_point *alt = pb->points.v[i]->alt; alt; alt = alt->alt)
			sb_addf(out, " || %s", alt->text);
	}
	sb_addc(out, '\n');
	if (pb->pred)
		print_label(out, pb->pred, 1, "predicate");
	if (pb->body)
		print_node(out, pb->body, 1);
}

void ast_print(const struct script *s, struct strbuf *out)
{
	vec_each(s->config, i) {
		sb_addf(out, "config %s\n", s->config.v[i]->key);
		print_node(out, s->config.v[i]->value, 1);
	}
	vec_each(s->probes, i)
		print_probe(out, s->probes.v[i]);
}
