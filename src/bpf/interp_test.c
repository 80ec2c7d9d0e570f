/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interpreter: what it refuses, maps, records, memory, callbacks. */
#include "bpf/kit_test.h"

static struct bpf_prog *compile(struct kit *k, const char *ir)
{
	kit_init(k);
	kit_parse(k, ir);
	return kit_compile(k, 0);
}

/* The message that running the program ends with, or NULL; text lives in the kit's arena. */
static const char *error_of(const char *ir)
{
	static char text[256];
	struct interp *in;
	struct bpf_prog *p;
	struct kit k;
	uint64_t ret;
	uint8_t ctx[16] = { 0 };
	int err;

	p = compile(&k, ir);
	in = interp_new(&k.obj);
	interp_env(in)->max_steps = 1000;
	err = p ? interp_run(in, p, ctx, sizeof(ctx), &ret) : 0;
	snprintf(text, sizeof(text), "%s", err ? interp_error(in) : "");
	interp_free(in);
	kit_done(&k);
	return text;
}

TEST(stack_must_be_written_before_it_is_read)
{
	CHECK_STR(error_of("fn f {\nb0:\n\t%1 = slot #-8 [8]\n\t%2 = iconst #1\n\tstore.u4 %1 %2\n"
			   "\t%3 = load.u8 %1\n\tret %3\n}\n"),
		  "read of stack at r10-4, never written in    1: (79) r0 = *(u64 *)(r10 -8)");
}

TEST(accesses_stay_in_their_object)
{
	CHECK_STR(error_of("fn f {\nb0:\n\t%1 = slot #-8 [8]\n\t%2 = load.u8 %1 #8\n\tret %2\n}\n"),
		  "read of 8 bytes at 0x100000200 in    0: (79) r0 = *(u64 *)(r10 +0)");
	CHECK_STR(error_of("fn f {\nb0:\n\t%1 = ctx\n\t%2 = load.u8 %1 #12\n\tret %2\n}\n"),
		  "read of 8 bytes at 0x10000900c in    0: (79) r0 = *(u64 *)(r1 +12)");
	CHECK_STR(error_of("rodata 0102030405060708\nfn f {\nb0:\n\t%1 = rodata [8]\n\t%2 = iconst #0\n"
			   "\tstore.u8 %1 %2\n\tret %2\n}\n"),
		  "write of 8 bytes at 0x100009000 in    2: (7a) *(u64 *)(r1 +0) = 0");
}

TEST(loops_end)
{
	CHECK_STR(error_of("fn f {\nb0:\n\tjmp b1\nb1: from b0 b1\n\tjmp b1\n}\n"), "more than 1000 instructions");
}

TEST(records_are_ended)
{
	CHECK_STR(error_of("map @r role=ring type=27 key=0 value=0 max=4096 flags=0\nfn f {\nb0:\n"
			   "\t%1 = mapaddr @r\n\t%2 = iconst #8\n\t%3 = iconst #0\n"
			   "\t%4 = call %1 %2 %3 !ringbuf_reserve\n\tret %3\n}\n"),
		  "a ring buffer record was neither submitted nor discarded");
}

TEST(maps_keep_what_programs_put_there)
{
	struct bpf_prog *p;
	struct kit k;
	struct interp *in;
	uint64_t ret = 1, key = 7, *value;
	const void *key_at;
	void *value_at;

	p = compile(&k, "map @m role=user type=1 key=8 value=8 max=1 flags=0\nfn f {\nb0:\n"
			"\t%1 = slot #-16 [16]\n\t%2 = ctx\n\t%3 = load.u8 %2\n\tstore.u8 %1 %3\n"
			"\t%4 = iconst #42\n\tstore.u8 %1 %4 #8\n\t%5 = mapaddr @m\n\t%6 = iconst #8\n"
			"\t%7 = add %1 %6\n\t%8 = iconst #0\n\t%9 = call %5 %1 %7 %8 !map_update_elem\n"
			"\tret %9\n}\n");
	in = interp_new(&k.obj);
	CHECK_EQ(interp_run(in, p, &key, sizeof(key), &ret), 0);
	CHECK_EQ(ret, 0);
	value = interp_map_get(in, k.module.maps.v[0], &key);
	CHECK(value && *value == 42);
	CHECK_EQ(interp_map_count(in, k.module.maps.v[0]), 1);
	CHECK(interp_map_at(in, k.module.maps.v[0], 0, &key_at, &value_at) && value_at == value);
	key = 8;
	CHECK_EQ(interp_run(in, p, &key, sizeof(key), &ret), 0);
	CHECK_EQ((int64_t)ret, -7); /* E2BIG: the map is full */
	CHECK_EQ(interp_calls(in), 1);
	interp_free(in);
	kit_done(&k);
}

TEST(memory_is_read_through_helpers_and_sent)
{
	static const char name[] = "hello";
	struct bpf_prog *p;
	struct kit k;
	struct interp *in;
	uint64_t ret, addr = 0xffff888000001000ull;
	const char *rec;
	size_t n;

	p = compile(&k, "map @r role=ring type=27 key=0 value=0 max=4096 flags=0\nfn f {\nb0:\n"
			"\t%1 = slot #-8 [8]\n\t%2 = ctx\n\t%3 = load.u8 %2\n\t%4 = iconst #8\n"
			"\t%5 = call %1 %4 %3 !probe_read_kernel_str\n\t%6 = mapaddr @r\n\t%7 = umin %5 #8\n"
			"\t%8 = iconst #0\n\t%9 = call %6 %1 %7 %8 !ringbuf_output\n\tret %5\n}\n");
	in = interp_new(&k.obj);
	interp_mem(in, addr, name, sizeof(name), false);
	CHECK_EQ(interp_run(in, p, &addr, sizeof(addr), &ret), 0);
	CHECK_EQ(ret, sizeof(name));
	rec = interp_record(in, 0, &n);
	CHECK(rec && n == sizeof(name) && !strcmp(rec, name));
	addr += 3;
	CHECK_EQ(interp_run(in, p, &addr, sizeof(addr), &ret), 0);
	rec = interp_record(in, 1, &n);
	CHECK(rec && n == 3 && !strcmp(rec, "lo"));
	addr = 0;
	CHECK_EQ(interp_run(in, p, &addr, sizeof(addr), &ret), 0);
	CHECK_EQ((int64_t)ret, -14);
	interp_free(in);
	kit_done(&k);
}

TEST(callbacks_are_called)
{
	struct bpf_prog *p;
	struct kit k;
	struct interp *in;
	uint64_t ret = 0, ctx[2] = { 0 };
	uint32_t kernel = 0;

	p = compile(&k, "fn f {\nb0:\n\t%1 = slot #-8 [8]\n\t%2 = iconst #0\n\tstore.u8 %1 %2\n"
			"\t%3 = iconst #10\n\t%4 = fnaddr &each\n\t%5 = call %3 %4 %1 %2 !loop\n"
			"\t%6 = load.u8 %1\n\t%7 = add %5 %6\n\tret %7\n}\n"
			"callback each 2 {\nb0:\n\t%1 = param\n\t%2 = ctx\n\t%3 = load.u8 %2\n\t%4 = add %3 %1\n"
			"\tstore.u8 %2 %4\n\t%5 = iconst #6\n\t%6 = eq %1 %5\n\tret %6\n}\n");
	in = interp_new(&k.obj);
	CHECK_EQ(interp_run(in, p, ctx, sizeof(ctx), &ret), 0);
	CHECK_EQ(ret, 7 + 21);
	if (kit_kernel_run(&k, p, ctx, sizeof(ctx), &kernel) == KIT_OK)
		CHECK_EQ(kernel, 28);
	interp_free(in);
	kit_done(&k);
}
