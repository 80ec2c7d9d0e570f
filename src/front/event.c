/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An event of `trace`: PROBE [(FILTER)] ["FORMAT"[, VALUE...]]. */
#include <ctype.h>
#include <string.h>

#include "base/fdutil.h"
#include "front/front.h"

struct message {
	struct front *f;
	const struct front_probe *p;
	const char *at, *end;     /* values that are left: ", a, b" */
	struct strbuf text, args; /* the format in quotes; ", a, b" */
	struct err *e;
};

/* The next value: behind its comma. */
static int next_value(struct message *m, const char **ret, size_t *ret_len)
{
	const char *comma;

	if (m->at >= m->end)
		return front_wrong(m->e, m->p, "the format has more conversions than there are values");
	m->at++;
	comma = front_find(m->at, m->end, ",");
	*ret = m->at;
	*ret_len = (size_t)(comma - m->at);
	m->at = comma;
	return 0;
}

static int add_symbol(struct message *m, const char *function, const char *text, size_t len)
{
	int r;

	sb_addf(&m->args, "%s(", function);
	r = front_expr(m->f, m->p, text, len, &m->args, m->e);
	sb_addc(&m->args, ')');
	return r;
}

/* The value of a conversion: %s takes strings, %K and %U symbols. */
static int add_value(struct message *m, char conv)
{
	const char *text = NULL;
	size_t len = 0;
	int r = next_value(m, &text, &len);

	if (r)
		return r;
	sb_adds(&m->args, ", ");
	if (conv == 'K' || conv == 'U')
		return add_symbol(m, conv == 'K' ? "ksym" : "usym", text, len);
	if (conv == 's')
		return front_string(m->f, m->p, text, len, &m->args, m->e);
	return front_expr(m->f, m->p, text, len, &m->args, m->e);
}

/* The conversion at p, which is its percent sign; *ret: behind it. */
static int add_conversion(struct message *m, const char *p, const char *end, const char **ret)
{
	const char *q = p + 1;

	while (q < end && strchr("-+ #0123456789.hljztq", *q))
		q++;
	if (q >= end)
		return front_wrong(m->e, m->p, "the format ends in the middle of a conversion");
	*ret = q + 1;
	if (*q == '%') {
		sb_add(&m->text, p, (size_t)(q + 1 - p));
		return 0;
	}
	sb_add(&m->text, p, (size_t)(q - p));
	sb_addc(&m->text, m->p->kind != FK_OWN && (*q == 'K' || *q == 'U') ? 's' : *q);
	return add_value(m, *q);
}

static int add_format(struct message *m, const char *p, const char *end)
{
	int r = 0;

	while (p < end && !r) {
		if (*p == '%') {
			r = add_conversion(m, p, end, &p);
			continue;
		}
		sb_addc(&m->text, *p++);
	}
	front_trim(&m->at, &m->end);
	if (!r && m->at < m->end)
		return front_wrong(m->e, m->p, "there are more values than the format has conversions");
	return r;
}

/* What follows the filter. */
static int take_message(struct front *f, struct front_event *ev, const char *p, const char *end, struct err *e)
{
	struct message m = { .f = f, .p = &ev->probe, .end = end, .e = e };
	int r;

	ev->message = "\"\"";
	if (p == end)
		return 0;
	if (*p != '"')
		return front_wrong(e, &ev->probe, "a format in double quotes is expected at '%.*s'", (int)(end - p), p);
	m.at = front_skip_quotes(p, end);
	if (m.at[-1] != '"' || m.at == p + 1)
		return front_wrong(e, &ev->probe, "the format has no closing quote");
	r = add_format(&m, p, m.at);
	if (!r)
		ev->message = arena_printf(f->arena, "%s%s", sb_str(&m.text), sb_str(&m.args));
	sb_done(&m.text);
	sb_done(&m.args);
	return r;
}

static int take_filter(struct front *f, struct front_event *ev, const char **p, const char *end, struct err *e)
{
	const char *close = front_find(*p + 1, end, ")");
	_cleanup_sb_ struct strbuf out = { 0 };
	int r;

	if (close == end)
		return front_wrong(e, &ev->probe, "the filter's parenthesis is not closed");
	r = front_expr(f, &ev->probe, *p + 1, (size_t)(close - *p - 1), &out, e);
	ev->filter = arena_printf(f->arena, "(%s)", sb_str(&out));
	*p = close + 1;
	return r;
}

int front_event(struct front *f, const char *text, struct front_event *ret, struct err *e)
{
	const char *p, *end = text + strlen(text);
	int r;

	*ret = (struct front_event){ .filter = "1" };
	r = front_parse(f, text, &ret->probe, &p, e);
	if (r)
		return r;
	front_trim(&p, &end);
	if (p < end && *p == '(')
		r = take_filter(f, ret, &p, end, e);
	if (r)
		return r;
	front_trim(&p, &end);
	return take_message(f, ret, p, end, e);
}
