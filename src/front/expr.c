/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BCC's C expressions in the script language, which has C's operators and casts. Other there are the names:
 *
 *	arg1 .. arg6, parameters of the signature   arg0 .. arg5; args.NAME of a system call
 *	retval $retval $latency $entry(parameter)   retval, duration, the parameter
 *	$pid $tgid $uid $gid $cpu $task             tid, pid, uid, gid, cpu, curtask; in capitals (argdist) $PID is pid
 *	args->field                                 args.field
 *	STRCMP("text", pointer)                     str(pointer) == "text"
 *	arg1@user                                   uptr(arg0)
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/fdutil.h"
#include "front/front.h"

struct expr {
	struct front *f;
	const struct front_probe *p;
	const char *start, *at, *end;
	struct strbuf *out;
	struct err *e;
	bool is_member; /* what comes is behind . or -> */
};

static bool in_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool word_is(const char *p, const char *end, const char *word)
{
	return (size_t)(end - p) == strlen(word) && !memcmp(p, word, (size_t)(end - p));
}

static const char *skip_blanks(const struct expr *x, const char *p)
{
	while (p < x->end && isspace((unsigned char)*p))
		p++;
	return p;
}

/* Words that do not change what is read. */
static bool is_qualifier(const char *p, const char *end)
{
	return word_is(p, end, "const") || word_is(p, end, "volatile") || word_is(p, end, "restrict") ||
	       word_is(p, end, "__user");
}

static void add_type(struct strbuf *out, const char *type)
{
	while (*type) {
		const char *end = type;

		while (in_word(*end))
			end++;
		if (end == type)
			end++;
		if (!is_qualifier(type, end))
			sb_add(out, type, (size_t)(end - type));
		type = end;
	}
}

/* Argument number n, from 0. */
static int add_arg(struct expr *x, unsigned n, bool user)
{
	if (!x->p->syscall) {
		sb_addf(x->out, user ? "uptr(arg%u)" : "arg%u", n);
		return 0;
	}
	if (n >= x->p->fields.n)
		return front_wrong(x->e, x->p, "the system call %s has %zu arguments", x->p->syscall, x->p->fields.n);
	sb_addf(x->out, "args.%s", x->p->fields.v[n]);
	return 0;
}

static int add_param(struct expr *x, unsigned n, bool user)
{
	const char *type = x->p->params.v[n].type;
	int r;

	if (*type) {
		sb_adds(x->out, "((");
		add_type(x->out, type);
		sb_addc(x->out, ')');
	}
	r = add_arg(x, n, user);
	if (*type)
		sb_addc(x->out, ')');
	return r;
}

/* Number of the parameter of that name, -1: there is none. */
static int find_param(const struct front_probe *p, const char *name, size_t len)
{
	vec_each(p->params, i)
		if (strlen(p->params.v[i].name) == len && !memcmp(p->params.v[i].name, name, len))
			return (int)i;
	return -1;
}

/* "@user" at *p: behind it then. */
static bool take_user(const struct expr *x, const char **p)
{
	static const char user[] = "@user";
	bool found = (size_t)(x->end - *p) >= sizeof(user) - 1 && !memcmp(*p, user, sizeof(user) - 1);

	if (found)
		*p += sizeof(user) - 1;
	return found;
}

/* "arg3" */
static bool is_arg(const char *p, const char *next, unsigned *ret_n)
{
	if (next - p < 4 || memcmp(p, "arg", 3) || p[3] < '1' || p[3] > '9')
		return false;
	for (const char *d = p + 3; d < next; d++)
		if (!isdigit((unsigned char)*d))
			return false;
	*ret_n = (unsigned)strtoul(p + 3, NULL, 10) - 1;
	return true;
}

/* What one word becomes; NULL: it stays. */
static const char *alias(const char *p, const char *end)
{
	static const struct {
		const char *word, *text;
	} words[] = {
		{ "$retval", "retval" }, { "$latency", "duration" }, { "$pid", "tid" },	 { "$tgid", "pid" },
		{ "$uid", "uid" },       { "$gid", "gid" },	      { "$cpu", "cpu" },	 { "$task", "curtask" },
		{ "$PID", "pid" },       { "$TID", "tid" },	      { "$TGID", "pid" }, { "$UID", "uid" },
		{ "$GID", "gid" },       { "$CPU", "cpu" },	      { "$COMM", "comm" }, { "NULL", "0" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (word_is(p, end, words[i].word))
			return words[i].text;
	return NULL;
}

/* The parenthesis that closes the one at p. */
static const char *closing(const struct expr *x, const char *p)
{
	return front_find(p + 1, x->end, ")");
}

/* $entry(name) */
static int add_entry(struct expr *x, const char *open)
{
	const char *name = skip_blanks(x, open + 1), *close;
	int n;

	if (open >= x->end || *open != '(' || (close = closing(x, open)) == x->end)
		return front_wrong(x->e, x->p, "$entry takes a parameter's name: $entry(name)");
	x->at = close + 1;
	while (close > name && isspace((unsigned char)close[-1]))
		close--;
	n = find_param(x->p, name, (size_t)(close - name));
	if (n < 0)
		return front_wrong(x->e, x->p, "the parameters have no '%.*s'", (int)(close - name), name);
	return add_param(x, (unsigned)n, false);
}

/* One byte of a text in quotes: itself, or behind a backslash a letter, an octal or a hexadecimal number. */
static unsigned take_byte(const char **p, const char *end)
{
	static const char letters[] = "n\nt\tr\rb\bf\fv\va\a";
	const char *at;
	unsigned n = 0, v = 0;

	if (*(*p)++ != '\\' || *p == end)
		return (unsigned char)(*p)[-1];
	if (**p == 'x') {
		for ((*p)++; *p < end && isxdigit((unsigned char)**p) && n < 2; n++, (*p)++)
			v = v * 16 + (unsigned)(isdigit((unsigned char)**p) ? **p - '0' : tolower((unsigned char)**p) - 'a' + 10);
		return v;
	}
	if (**p >= '0' && **p <= '7') {
		for (; *p < end && **p >= '0' && **p <= '7' && n < 3; n++, (*p)++)
			v = v * 8 + (unsigned)(**p - '0');
		return v & 0xff;
	}
	for (at = letters; *at; at += 2)
		if (*at == **p)
			break;
	return *at ? ((*p)++, (unsigned char)at[1]) : (unsigned char)*(*p)++;
}

/* Each byte at the address is that of the text. */
static int add_bytes(struct expr *x, const char *text, const char *text_end, const char *ptr, const char *ptr_end)
{
	unsigned n = 0;
	int r = 0;

	sb_addc(x->out, '(');
	while (text < text_end && !r) {
		sb_adds(x->out, n ? " && *(uint8 *)(" : "*(uint8 *)(");
		r = front_expr(x->f, x->p, ptr, (size_t)(ptr_end - ptr), x->out, x->e);
		sb_addf(x->out, " + %u) == %u", n++, take_byte(&text, text_end));
	}
	sb_adds(x->out, n ? ")" : "1)");
	return r;
}

/* STRCMP("text", pointer): equal; with -B the bytes at the pointer. */
static int add_strcmp(struct expr *x, const char *open)
{
	const char *close = open < x->end && *open == '(' ? closing(x, open) : x->end;
	const char *text = close < x->end ? skip_blanks(x, open + 1) : x->end;
	const char *behind = text < x->end && *text == '"' ? front_skip_quotes(text, close) : text;
	const char *comma = skip_blanks(x, behind);
	int r;

	if (behind == text || comma >= close || *comma != ',')
		return front_wrong(x->e, x->p, "STRCMP takes a text in quotes and a pointer: STRCMP(\"text\", arg1)");
	x->at = close + 1;
	if (x->f->binary)
		return add_bytes(x, text + 1, behind - 1, comma + 1, close);
	sb_addc(x->out, '(');
	r = front_string(x->f, x->p, comma + 1, (size_t)(close - comma - 1), x->out, x->e);
	sb_addf(x->out, " == %.*s)", (int)(behind - text), text);
	return r;
}

/* A word that is no member; next: behind it. x->at is moved. */
static int take_word(struct expr *x, const char *next)
{
	const char *p = x->at, *text = alias(p, next), *open = skip_blanks(x, next);
	int param = find_param(x->p, p, (size_t)(next - p));
	unsigned n;

	x->at = next;
	if (text)
		sb_adds(x->out, text);
	else if (param >= 0)
		return add_param(x, (unsigned)param, take_user(x, &x->at));
	else if (word_is(p, next, "$entry"))
		return add_entry(x, open);
	else if (word_is(p, next, "STRCMP"))
		return add_strcmp(x, open);
	else if (is_arg(p, next, &n))
		return add_arg(x, n, take_user(x, &x->at));
	else if (word_is(p, next, "args") && x->end - open > 2 && open[0] == '-' && open[1] == '>') {
		sb_adds(x->out, "args.");
		x->at = open + 2;
		x->is_member = true;
	} else if (!is_qualifier(p, next)) {
		sb_add(x->out, p, (size_t)(next - p));
	}
	return 0;
}

/* A number without C's suffixes. */
static void take_number(struct expr *x)
{
	const char *p = x->at, *end;

	while (x->at < x->end && (in_word(*x->at) || *x->at == '.'))
		x->at++;
	for (end = x->at; end > p + 1 && strchr("uUlL", end[-1]);)
		end--;
	sb_add(x->out, p, (size_t)(end - p));
}

static int take_token(struct expr *x)
{
	bool is_member = x->is_member;
	const char *next = x->at;

	x->is_member = false;
	if (*next == '"' || *next == '\'') {
		next = front_skip_quotes(next, x->end);
	} else if (isdigit((unsigned char)*next)) {
		take_number(x);
		return 0;
	} else if (in_word(*next) || *next == '$') {
		for (next++; next < x->end && in_word(*next);)
			next++;
		if (!is_member)
			return take_word(x, next);
	} else {
		x->is_member = *next == '.' || (*next == '>' && next > x->start && next[-1] == '-');
		if (isspace((unsigned char)*next))
			x->is_member = is_member;
		next++;
	}
	sb_add(x->out, x->at, (size_t)(next - x->at));
	x->at = next;
	return 0;
}

int front_expr(struct front *f, const struct front_probe *p, const char *text, size_t len, struct strbuf *out,
	       struct err *e)
{
	struct expr x = { .f = f, .p = p, .start = text, .at = text, .end = text + len, .out = out, .e = e };
	int r = 0;

	front_trim(&x.at, &x.end);
	if (x.at == x.end)
		return front_wrong(e, p, "an expression is missing");
	if (p->kind == FK_OWN) {
		sb_add(out, x.at, (size_t)(x.end - x.at));
		return 0;
	}
	while (x.at < x.end && !r)
		r = take_token(&x);
	return r;
}

int front_string(struct front *f, const struct front_probe *p, const char *text, size_t len, struct strbuf *out,
		 struct err *e)
{
	const char *end = text + len;
	int r;

	front_trim(&text, &end);
	if (p->kind == FK_OWN || word_is(text, end, "$COMM"))
		return front_expr(f, p, text, (size_t)(end - text), out, e);
	sb_adds(out, "str(");
	r = front_expr(f, p, text, (size_t)(end - text), out, e);
	sb_addf(out, ", %u)", f->str_size);
	return r;
}
