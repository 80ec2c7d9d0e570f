/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A specifier of `argdist`: PROBE(PARAMETERS)[:TYPE[,TYPE...]:VALUE[,VALUE...][:FILTER]][#LABEL]. */
#include <stdbool.h>
#include <string.h>

#include "base/fdutil.h"
#include "front/front.h"

/* A part between colons, and the next item of a list in it. */
struct part {
	const char *p, *end;
};

static bool next_part(struct part *rest, struct part *ret)
{
	const char *colon;

	if (rest->p >= rest->end || *rest->p != ':')
		return false;
	ret->p = rest->p + 1;
	colon = front_find(ret->p, rest->end, ":");
	ret->end = rest->p = colon;
	return true;
}

static bool next_item(struct part *list, struct part *ret)
{
	if (list->p > list->end)
		return false;
	ret->p = list->p;
	ret->end = front_find(list->p, list->end, ",");
	list->p = ret->end + 1;
	front_trim(&ret->p, &ret->end);
	return true;
}

static bool is_text(const struct part *type)
{
	const char *star = type->end - 1;

	if (type->end - type->p < 5 || *star != '*')
		return false;
	while (star > type->p && star[-1] == ' ')
		star--;
	return star - type->p >= 4 && !memcmp(star - 4, "char", 4);
}

/* "$entry(size)" is shown as "size". */
static const char *label_of(struct front *f, const struct part *value)
{
	static const char entry[] = "$entry(";
	_cleanup_sb_ struct strbuf out = { 0 };
	const char *p = value->p;

	while (p < value->end) {
		const char *at = memmem(p, (size_t)(value->end - p), entry, sizeof(entry) - 1);
		const char *close = at ? memchr(at, ')', (size_t)(value->end - at)) : NULL;

		sb_add(&out, p, (size_t)((close ? at : value->end) - p));
		if (!close)
			break;
		sb_add(&out, at + sizeof(entry) - 1, (size_t)(close - at) - (sizeof(entry) - 1));
		p = close + 1;
	}
	return arena_strdup(f->arena, sb_str(&out));
}

/* A number has the type that was named for it: its size and sign. */
static int add_value(struct front *f, struct front_sample *s, const struct part *type, const struct part *value,
		     struct err *e)
{
	_cleanup_sb_ struct strbuf out = { 0 };
	size_t len = (size_t)(value->end - value->p);
	int r;

	if (is_text(type)) {
		r = front_string(f, &s->probe, value->p, len, &out, e);
	} else if (s->probe.kind == FK_OWN) {
		r = front_expr(f, &s->probe, value->p, len, &out, e);
	} else {
		sb_addf(&out, "(%.*s)(", (int)(type->end - type->p), type->p);
		r = front_expr(f, &s->probe, value->p, len, &out, e);
		sb_addc(&out, ')');
	}
	avec_push(f->arena, &s->values, arena_strdup(f->arena, sb_str(&out)));
	avec_push(f->arena, &s->labels, label_of(f, value));
	return r;
}

static int take_values(struct front *f, struct front_sample *s, struct part types, struct part values, struct err *e)
{
	struct part type, value;
	bool has_type;
	int r = 0;

	while (!r && next_item(&values, &value)) {
		has_type = next_item(&types, &type);
		if (!has_type || type.p == type.end)
			return front_wrong(e, &s->probe, "each value needs a type: TYPE,TYPE:VALUE,VALUE");
		r = add_value(f, s, &type, &value, e);
	}
	if (!r && next_item(&types, &type))
		return front_wrong(e, &s->probe, "there are more types than values");
	return r;
}

/* A return's value if nothing else was asked for. */
static void take_default(struct front *f, struct front_sample *s)
{
	if (s->probe.kind != FK_RETURN)
		return;
	avec_push(f->arena, &s->values, "(int32)retval");
	avec_push(f->arena, &s->labels, "retval");
}

static int take_filter(struct front *f, struct front_sample *s, const struct part *filter, struct err *e)
{
	_cleanup_sb_ struct strbuf out = { 0 };
	int r = front_expr(f, &s->probe, filter->p, (size_t)(filter->end - filter->p), &out, e);

	s->filter = arena_printf(f->arena, "(%s)", sb_str(&out));
	return r;
}

/* The parts behind the probe. */
static int take_parts(struct front *f, struct front_sample *s, struct part rest, struct err *e)
{
	struct part types, values, filter;
	int r;

	front_trim(&rest.p, &rest.end);
	if (!next_part(&rest, &types)) {
		if (rest.p < rest.end)
			return front_wrong(e, &s->probe, "':TYPE:VALUE' is expected at '%.*s'", (int)(rest.end - rest.p), rest.p);
		take_default(f, s);
		return 0;
	}
	if (!next_part(&rest, &values))
		return front_wrong(e, &s->probe, "a type is followed by a value: TYPE:VALUE");
	r = take_values(f, s, types, values, e);
	if (!r && next_part(&rest, &filter))
		r = take_filter(f, s, &filter, e);
	if (!r && rest.p < rest.end)
		return front_wrong(e, &s->probe, "nothing can follow the filter but #LABEL");
	return r;
}

/* Attach points of our own have no end but a blank: the specifier goes on behind it, with a colon too. */
int front_sample(struct front *f, const char *text, struct front_sample *ret, struct err *e)
{
	const char *end = text + strlen(text), *hash = front_find(text, end, "#");
	const char *spec = arena_strndup(f->arena, text, (size_t)(hash - text)), *rest;
	int r;

	*ret = (struct front_sample){ .filter = "1", .title = text };
	if (hash < end)
		ret->title = ret->label = arena_strdup(f->arena, hash + 1);
	r = front_parse(f, spec, &ret->probe, &rest, e);
	if (r)
		return r;
	if (ret->probe.kind != FK_OWN && !ret->probe.has_params)
		return front_wrong(e, &ret->probe, "parentheses are expected behind the name: NAME(PARAMETERS), or NAME()");
	return take_parts(f, ret, (struct part){ rest, spec + strlen(spec) }, e);
}
