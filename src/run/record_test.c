/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records and the verifier's log, both as they come from the kernel. */
#include <stdlib.h>

#include "run/internal.h"
#include "tests/unit.h"

/* u32 id, u32 number, then two strings of variable length. */
static struct action *make_action(struct arena *a)
{
	struct ir_layout *l = arena_alloc(a, sizeof(*l) + 3 * sizeof(l->part[0]));
	struct action *action = arena_new(a, struct action);
	static struct type text = { .kind = TY_STRING, .size = 64, .align = 1 };

	l->size = 16;
	l->nparts = 3;
	l->part[0] = (struct ir_part){ IP_SCALAR, 4, 4 };
	l->part[1] = (struct ir_part){ IP_VSTR, 8, 64 };
	l->part[2] = (struct ir_part){ IP_VSTR, 12, 64 };
	action->layout = l;
	action->nargs = 3;
	action->arg_types = arena_array(a, const struct type *, 3);
	action->arg_types[0] = type_int(4, false);
	action->arg_types[1] = action->arg_types[2] = &text;
	return action;
}

/* Exactly as large as the record, for the sanitizer to see a step over its end. */
static bool decode(const struct action *a, const void *rec, uint32_t len, struct value_ref *ret)
{
	void *copy = xmalloc(len ? len : 1);
	bool ok;

	memcpy(copy, rec, len);
	ok = record_decode(a, copy, len, ret);
	free(copy);
	return ok;
}

TEST(record_parts)
{
	struct arena a = { 0 };
	struct action *action = make_action(&a);
	struct value_ref v[4];
	struct {
		uint32_t id, n, len1, len2;
		char text[8];
	} rec = { 0, 42, 3, 5, "ab\0cdef" };

	rec.text[7] = 0;
	CHECK(record_decode(action, &rec, 16 + 8, v));
	CHECK_EQ(*(const uint32_t *)v[0].bytes, 42);
	CHECK_STR(v[1].bytes, "ab");
	CHECK_EQ(v[1].len, 3);
	CHECK_STR(v[2].bytes, "cdef");
	CHECK_EQ(v[3].len, 0);
	rec.len1 = rec.len2 = 0;
	CHECK(record_decode(action, &rec, 16, v));
	CHECK_STR(v[1].bytes, "");
	CHECK_EQ(v[2].len, 1);
	CHECK(record_decode(action, &rec, 16 + 5, v));
	CHECK_EQ(v[3].len, 5);
	CHECK(v[3].bytes == rec.text);
	/* Perf buffers pad records. */
	CHECK(record_decode(action, &rec, 20, v));
	arena_done(&a);
}

TEST(record_broken)
{
	struct arena a = { 0 };
	struct action *action = make_action(&a);
	struct value_ref v[4];
	uint32_t rec[6] = { 0, 42, 3, 5, 0x00006261, 0 };

	for (uint32_t len = 0; len < 24; len++)
		CHECK(!decode(action, rec, len, v));
	CHECK(decode(action, rec, 24, v));
	rec[2] = 9;
	CHECK(!decode(action, rec, 24, v));
	rec[2] = 0xffffffff;
	CHECK(!decode(action, rec, 24, v));
	rec[2] = rec[3] = 0x80000000;
	CHECK(!decode(action, rec, 24, v));
	rec[2] = 2; /* no NUL at its end */
	rec[3] = 0;
	CHECK(!decode(action, rec, 24, v));
	arena_done(&a);
}

TEST(verifier_log)
{
	static const char log[] = "func#0 @0\n"
				  "0: R1=ctx() R10=fp0\n"
				  "; @x = *(uint64*)arg0 @ stdin:1\n"
				  "0: (79) r1 = *(u64 *)(r1 +0)          ; R1_w=scalar()\n"
				  "1: (79) r0 = *(u64 *)(r1 +0)\n"
				  "R1 invalid mem access 'scalar'\n"
				  "processed 2 insns (limit 1000000) max_states_per_insn 0\n";
	struct verdict v;
	struct strbuf tail = { 0 };

	verifier_read(log, &v);
	CHECK_EQ(v.insn, 1);
	CHECK_STR(v.reason, "R1 invalid mem access 'scalar'");
	verifier_tail(log, 2, &tail);
	CHECK_STR(sb_str(&tail), "    R1 invalid mem access 'scalar'\n"
				 "    processed 2 insns (limit 1000000) max_states_per_insn 0\n");
	sb_done(&tail);
	verifier_read("", &v);
	CHECK_EQ(v.insn, -1);
	CHECK_STR(v.reason, "");
	verifier_read("\n\n", &v);
	verifier_read("unknown func bpf_x#300", &v);
	CHECK_STR(v.reason, "unknown func bpf_x#300");
}

/* The cause that is told for this log, "" for none. */
static const char *cause_of(const char *log)
{
	static struct strbuf what;
	struct verdict v;
	const char *advice;

	sb_reset(&what);
	verifier_read(log, &v);
	return verifier_cause(&v, &what, &advice) ? sb_str(&what) : "";
}

TEST(verifier_causes)
{
	CHECK_STR(cause_of("number of funcs in func_info doesn't match number of subprogs\n"),
		  "this kernel cannot call functions of a program back");
	CHECK_STR(cause_of("5: (79) r0 = *(u64 *)(r1 +0)\nR1 invalid mem access 'scalar'\n"),
		  "a value is followed that is no pointer into this memory");
	CHECK_STR(cause_of("5: (79) r0 = *(u64 *)(r1 +0)\nR1 invalid mem access 'ptr_or_null_'\n"),
		  "a pointer that may be NULL is followed");
	CHECK_STR(cause_of("7: (85) call bpf_d_path#147\nhelper call is not allowed in probe\n"),
		  "helper bpf_d_path not allowed in probe");
	CHECK_STR(cause_of("7: (85) call bpf_x#3\nprogram of this type cannot use helper bpf_x#3\n"),
		  "helper bpf_x not allowed in probe");
	CHECK_STR(cause_of("BPF program is too large. Processed 1000001 insn\nprocessed 1000001 insns\n"),
		  "the verifier gave up: the program has too many paths");
	CHECK_STR(cause_of("combined stack size of 3 calls is 544. Too large\n"),
		  "the program needs more than the 512 bytes of stack that BPF has");
	CHECK_STR(cause_of("infinite loop detected at insn 12\n"), "the verifier cannot see that this loop ends");
	CHECK_STR(cause_of("1: (79) r1 = *(u64 *)(r1 +96)\nfunc 'f' doesn't have 13-th argument\n"),
		  "this kernel does not offer this argument of the probe");
	CHECK_STR(cause_of("something else\n"), "");
	CHECK_STR(cause_of(""), "");
}

TEST(verifier_place)
{
	struct bpf_prog p = { 0 };
	struct span s;

	vec_push(&p.lines, ((struct bpf_line){ 0, { 5, 9 } }));
	vec_push(&p.lines, ((struct bpf_line){ 4, { 20, 25 } }));
	CHECK(verifier_span(&p, 3, &s));
	CHECK_EQ(s.start, 5);
	CHECK(verifier_span(&p, 100, &s));
	CHECK_EQ(s.start, 20);
	CHECK(!verifier_span(&p, -1, &s));
	vec_done(&p.lines);
}

#define JUMP(code, off) { BPF_JMP | (code), 0, 0, off, 0 }
#define EXIT JUMP(BPF_EXIT, 0)

static bool loops(struct bpf_insn *insns, uint32_t n)
{
	struct bpf_prog p = { .insns = insns, .n = n };

	return run_has_loop(&p);
}

TEST(bound_loops)
{
	/* Backwards alone is no loop: cold blocks lie at the end and join what is before them. */
	struct bpf_insn cold[] = { JUMP(BPF_JNE, 1), EXIT, JUMP(BPF_JA, -2) };
	struct bpf_insn loop[] = { JUMP(BPF_JNE, 1), EXIT, JUMP(BPF_JA, -3) };
	struct bpf_insn same[] = { JUMP(BPF_JEQ, 0), JUMP(BPF_JEQ, 0), JUMP(BPF_JEQ, 0), EXIT };
	struct bpf_insn wide[] = { { BPF_LD | BPF_IMM | BPF_DW }, JUMP(BPF_JA, -1), EXIT };
	struct bpf_insn outside[] = { JUMP(BPF_JA, 5) };

	CHECK(!loops(cold, 3));
	CHECK(loops(loop, 3));
	CHECK(!loops(same, 4));
	CHECK(!loops(wide, 3));
	CHECK(loops(outside, 1));
}
