/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which items of a line stand apart. What an operator is, is told by its neighbours: no types are known here. */
#include <string.h>

#include "lang/layout_int.h"

bool layout_is_word(const struct item *it, const char *name)
{
	return it->tok == T_IDENT && strlen(name) == it->len && !memcmp(name, it->text, it->len);
}

static bool is_one_of(const struct item *it, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (layout_is_word(it, words[i]))
			return true;
	return false;
}

/* Words that no value ends with. */
static bool is_keyword(const struct item *it)
{
	static const char *const words[] = { "if", "else", "while", "for", "return", "comptime", "let", "import" };

	return is_one_of(it, words, ARRAY_SIZE(words));
}

static bool is_type_name(const struct item *it)
{
	static const char *const words[] = { "bool", "char", "int", "long", "short", "unsigned", "signed", "string", "buffer", "void",
					     "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "u8",
					     "u16", "u32", "u64", "s8", "s16", "s32", "s64" };

	return it->tok == T_IDENT && (is_one_of(it, words, ARRAY_SIZE(words)) || (it->len > 2 && !memcmp(it->text + it->len - 2, "_t", 2)));
}

/* (uint64), (struct task_struct *), (int8[4]), (typeof(x)) */
static bool is_cast(const struct items *items, const struct item *close)
{
	const struct item *first = &items->v.v[close->pair] + 1;
	static const char *const words[] = { "struct", "union", "enum", "typeof" };

	if (first >= close || first->tok != T_IDENT)
		return false;
	if (is_one_of(first, words, ARRAY_SIZE(words)))
		return true;
	for (const struct item *it = first + 1; it < close; it++)
		if (it->tok != T_STAR && it->tok != T_LBRACKET && it->tok != T_RBRACKET && it->tok != T_INT && it->tok != T_IDENT)
			return false;
	return is_type_name(first) || close[-1].tok == T_STAR || close[-1].tok == T_RBRACKET;
}

/* Is the parenthesis that of a call, of if and while, of sizeof: not one around a type? */
static bool has_callee(const struct items *items, uint32_t open)
{
	const struct item *before = open ? &items->v.v[open - 1] : NULL;

	return before && (before->tok == T_IDENT ? !layout_is_word(before, "return") : before->tok == T_RPAREN && before->role == LR_OPERAND);
}

static bool ends_operand(const struct item *it)
{
	switch (it->tok) {
	case T_IDENT:
		return !is_keyword(it);
	case T_VAR: case T_PARAM: case T_PARAMCOUNT: case T_MAP: case T_INT: case T_STR: case T_RBRACKET: case T_RBRACE: case T_BAD:
		return true;
	default:
		return it->kind == LI_TEXT;
	}
}

static enum item_role role_of_star(const struct items *items, size_t i, bool behind_operand)
{
	const struct item *it = &items->v.v[i];
	size_t k = i + 1;

	if (it->in_c)
		return LR_POINTER;
	while (k < items->v.n && items->v.v[k].tok == T_STAR)
		k++;
	if (!behind_operand)
		return it[-1].role == LR_POINTER ? LR_POINTER : LR_PREFIX;
	if (k == items->v.n)
		return LR_NONE;
	switch (items->v.v[k].tok) {
	case T_RPAREN: case T_LBRACKET: case T_RBRACKET: case T_COMMA: case T_SEMI: case T_ASSIGN: case T_LBRACE:
		return LR_POINTER;
	default:
		return LR_NONE;
	}
}

static enum item_role role_of(const struct items *items, size_t i, const struct item *before)
{
	const struct item *it = &items->v.v[i];
	bool behind = before && (before->role == LR_OPERAND || before->role == LR_POSTFIX);

	switch (it->tok) {
	case T_STAR:
		return i && before ? role_of_star(items, i, behind) : LR_PREFIX;
	case T_INC: case T_DEC:
		return behind ? LR_POSTFIX : LR_PREFIX;
	case T_ADD: case T_SUB: case T_AND:
		return behind ? LR_NONE : LR_PREFIX;
	case T_NOT: case T_TILDE:
		return LR_PREFIX;
	case T_RPAREN:
		return it->pair && !has_callee(items, it->pair) && is_cast(items, it) ? LR_CAST : LR_OPERAND;
	default:
		return it->role != LR_NONE || ends_operand(it) ? LR_OPERAND : LR_NONE;
	}
}

/* Of a condition, a type of a variable or function, a bit field; else perhaps of a name that is no token. */
static bool is_apart(const struct item *colon, const struct item *before, unsigned *questions)
{
	if (*questions) {
		--*questions;
		return true;
	}
	return colon->in_c || (before && (before->tok == T_VAR || before->tok == T_RPAREN));
}

void layout_roles(struct items *items)
{
	const struct item *before = NULL;
	unsigned questions = 0;

	vec_each(items->v, i) {
		struct item *it = &items->v.v[i];

		if (item_is_comment(it) || it->kind == LI_DIRECTIVE)
			continue;
		it->role = role_of(items, i, before);
		questions += it->tok == T_QUESTION;
		if (it->tok == T_COLON && !is_apart(it, before, &questions))
			it->role = LR_AS_IS;
		if (it->tok == T_SEMI || it->tok == T_LBRACE || it->tok == T_RBRACE)
			questions = 0;
		before = it;
	}
}

/* Would the two be read as something else without a blank between them? */
static bool would_merge(const struct item *a, const struct item *b)
{
	static const char *const puncts[] = {
#define TEXT(id, text) text,
		LEX_PUNCT(TEXT)
#undef TEXT
		"//", "/*",
	};
	char text[8];
	size_t n;

	if (lex_is_name(a->text[a->len - 1]))
		return lex_is_name(b->text[0]);
	if (a->len > 3)
		return false;
	memcpy(text, a->text, a->len);
	n = a->len + (b->len < 3 ? b->len : 3);
	memcpy(text + a->len, b->text, n - a->len);
	for (size_t i = 0; i < ARRAY_SIZE(puncts); i++) {
		size_t len = strlen(puncts[i]);

		if (len > a->len && len <= n && !memcmp(puncts[i], text, len))
			return true;
	}
	return false;
}

static bool space_before_paren(const struct item *a, const struct item *it)
{
	static const char *const words[] = { "if", "else", "while", "for", "return", "comptime" };

	if (a->tok == T_IDENT)
		return is_one_of(a, words, ARRAY_SIZE(words)) || (it->in_c && it[1].tok == T_STAR);
	return a->role != LR_OPERAND && a->role != LR_CAST;
}

static bool space_before_star(const struct item *a)
{
	return a->tok == T_IDENT || a->tok == T_RBRACE;
}

static bool joins(enum tok t)
{
	return t == T_DOT || t == T_ARROW || t == T_DOTDOT;
}

/* Apart, as far as taste goes. */
static bool wants_space(const struct item *a, const struct item *it)
{
	if (it->kind == LI_TEXT && it->role == LR_OPERAND && *it->text == '(')
		return false;
	if (it->tok == T_SEMI || it->tok == T_COMMA || it->tok == T_RPAREN || it->tok == T_RBRACKET)
		return false;
	if (a->tok == T_LPAREN || a->tok == T_LBRACKET || joins(a->tok) || joins(it->tok) || a->role == LR_PREFIX || it->role == LR_POSTFIX)
		return false;
	if (a->is_edge)
		return !a->in_points; /* the closing one */
	if (it->is_edge)
		return it->in_points;
	if (it->tok == T_RBRACE && a->tok == T_LBRACE)
		return false;
	if (it->tok == T_COLON && a->tok == T_QUESTION)
		return false;
	if (it->role == LR_AS_IS || a->role == LR_AS_IS)
		return a->text + a->len != it->text;
	if (it->tok == T_LPAREN)
		return space_before_paren(a, it);
	if (it->tok == T_LBRACKET)
		return a->role != LR_OPERAND && a->role != LR_POINTER;
	if (it->role == LR_POINTER)
		return space_before_star(a);
	if (a->role == LR_POINTER)
		return !it->in_c;
	return a->role != LR_CAST || it->tok == T_LBRACE;
}

bool layout_space(const struct item *before, const struct item *it)
{
	return before->kind == LI_COMMENT || item_is_comment(it) || wants_space(before, it) || would_merge(before, it);
}
