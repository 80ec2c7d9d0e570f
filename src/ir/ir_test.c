/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See ir_test.h; the main of the ir tests. */
#include "ir/ir_test.h"

#include "ir/ir.h"

UNIT_MAIN

struct bench {
	struct arena arena;
	struct target target;
	struct ir_module module;
	struct strbuf err, out;
};

static bool has_all(struct target *t, enum target_feature f)
{
	return true;
}

static bool has_none(struct target *t, enum target_feature f)
{
	return false;
}

static void start(struct bench *b, bool features)
{
	*b = (struct bench){ .target = { features ? has_all : has_none, 4 } };
	ir_module_init(&b->module, &b->arena, &b->target);
}

static void end(struct bench *b)
{
	ir_module_done(&b->module);
	sb_done(&b->err);
	sb_done(&b->out);
	arena_done(&b->arena);
}

static const char *run_named(struct ir_fn *fn, const char *passes)
{
	char name[32];
	int used;

	for (; sscanf(passes, " %31s%n", name, &used) == 1; passes += used) {
		if (!ir_run_pass(fn, name))
			return name[0] ? "no such pass" : "";
		if (ir_check(fn))
			return ir_check(fn);
	}
	return NULL;
}

static const char *run(struct bench *b, const char *passes, const char *in)
{
	const char *msg = NULL;

	if (!ir_parse(&b->module, in, &b->err))
		return sb_str(&b->err);
	vec_each(b->module.fns, i) {
		struct ir_fn *fn = b->module.fns.v[i];

		msg = *passes ? run_named(fn, passes) : NULL;
		if (!*passes)
			ir_run_passes(fn, true, NULL, NULL, &msg);
		if (msg)
			return msg;
	}
	ir_print(&b->module, &b->out);
	return NULL;
}

void ir_test_passes(bool features, const char *passes, const char *in, const char *out)
{
	struct bench b;

	start(&b, features);
	CHECK_STR(run(&b, passes, in), NULL);
	CHECK_STR(sb_str(&b.out), out);
	end(&b);
}

void ir_test_check(const char *in, const char *message)
{
	struct bench b;

	start(&b, true);
	CHECK(ir_parse(&b.module, in, &b.err));
	CHECK_STR(sb_str(&b.err), "");
	CHECK_STR(ir_check(b.module.fns.v[0]), message);
	end(&b);
}

void ir_test_parse(const char *in, const char *message)
{
	struct bench b;

	start(&b, true);
	CHECK(!ir_parse(&b.module, in, &b.err));
	CHECK_STR(sb_str(&b.err), message);
	end(&b);
}

unsigned ir_test_count(const char *in, const char *word)
{
	struct bench b;
	unsigned n = 0;

	start(&b, true);
	CHECK_STR(run(&b, "", in), NULL);
	for (const char *p = strstr(sb_str(&b.out), word); p; p = strstr(p + 1, word))
		n++;
	end(&b);
	return n;
}
