/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See float.h. */
#include "type/float.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double number_at(const struct type *t, const void *bytes)
{
	double d;
	float f;

	if (t->size == sizeof(f)) {
		memcpy(&f, bytes, sizeof(f));
		return f;
	}
	memcpy(&d, bytes, sizeof(d));
	return d;
}

static bool reads_back(const struct type *t, const char *text, double v)
{
	return t->size == sizeof(float) ? strtof(text, NULL) == (float)v : strtod(text, NULL) == v;
}

/* As few digits as make the same number again. */
static void float_text(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	double v = number_at(t, bytes);
	char text[40];

	for (int digits = 6; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, v);
		if (isnan(v) || reads_back(t, text, v))
			break;
	}
	sb_adds(out, text);
}

static void float_json(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	if (isfinite(number_at(t, bytes)))
		float_text(r, out, t, bytes);
	else
		sb_adds(out, "null");
}

static void float_decimal(struct strbuf *out, const struct type *t, const void *bytes, int places)
{
	sb_addf(out, "%.*f", places, number_at(t, bytes));
}

static int float_compare(const struct type *t, const void *a, const void *b)
{
	double x = number_at(t, a), y = number_at(t, b);

	return x < y ? -1 : x > y;
}

const struct value_ops float_value = {
	.name = "float", .text = float_text, .json = float_json, .compare = float_compare, .decimal = float_decimal,
};
const struct value_ops double_value = {
	.name = "double", .text = float_text, .json = float_json, .compare = float_compare, .decimal = float_decimal,
};

const struct type *type_float(struct types *ts, uint32_t size)
{
	if (size != sizeof(float) && size != sizeof(double))
		return NULL;
	return type_opaque(ts, size == sizeof(float) ? &float_value : &double_value, size, (uint8_t)size);
}

bool type_is_float(const struct type *t)
{
	return t->kind == TY_OPAQUE && (t->ops == &float_value || t->ops == &double_value);
}
