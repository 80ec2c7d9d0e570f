/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What instruction selection and layout make of small pieces of IR, to the letter. */
#include "bpf/kit_test.h"

UNIT_MAIN

static void expect(const char *ir, const char *text)
{
	struct bpf_prog *p;
	struct kit k;

	kit_init(&k);
	kit_parse(&k, ir);
	p = kit_compile(&k, 0);
	if (p)
		CHECK_STR(kit_disasm(&k, p), text);
	kit_done(&k);
}

/* Stores of constants, narrow stores of what an extension made, sign extension. */
TEST(store_forms)
{
	expect("fn f {\n"
	       "b0:\n"
	       "\t%1 = slot #-32 [32]\n"
	       "\t%2 = iconst #0\n"
	       "\t%3 = iconst #-1\n"
	       "\t%4 = iconst #4294967296\n"
	       "\t%5 = ctx\n"
	       "\t%6 = load.u8 %5 #8\n"
	       "\t%7 = ext.u4 %6\n"
	       "\tstore.u8 %1 %2\n"
	       "\tstore.u8 %1 %3 #8\n"
	       "\tstore.u8 %1 %4 #16\n"
	       "\tstore.u1 %1 %4 #24\n"
	       "\tstore.u4 %1 %7 #28\n"
	       "\t%8 = load.s4 %1 #28\n"
	       "\tret %8\n"
	       "}\n",
	       "   0: (79) r1 = *(u64 *)(r1 +8)\n"
	       "   1: (7a) *(u64 *)(r10 -32) = 0\n"
	       "   2: (7a) *(u64 *)(r10 -24) = -1\n"
	       "   3: (18) r2 = 0x100000000\n"
	       "   5: (7b) *(u64 *)(r10 -16) = r2\n"
	       "   6: (72) *(u8 *)(r10 -8) = 0\n"
	       "   7: (63) *(u32 *)(r10 -4) = r1\n"
	       "   8: (61) r0 = *(u32 *)(r10 -4)\n"
	       "   9: (67) r0 <<= 32\n"
	       "  10: (c7) r0 s>>= 32\n"
	       "  11: (95) exit\n");
}

/* Constant additions go into the offset; what does not fit 16 bits is added. */
TEST(constant_offsets)
{
	expect("fn f {\n"
	       "b0:\n"
	       "\t%1 = ctx\n"
	       "\t%2 = iconst #16\n"
	       "\t%3 = add %1 %2\n"
	       "\t%4 = iconst #8\n"
	       "\t%5 = add %3 %4\n"
	       "\t%6 = load.u4 %5 #4\n"
	       "\t%7 = slot #-16 [16]\n"
	       "\t%8 = add %7 %4\n"
	       "\tstore.u8 %8 %6\n"
	       "\t%9 = iconst #100000\n"
	       "\t%10 = load.u8 %1\n"
	       "\t%11 = nonnull %10\n"
	       "\t%12 = load.u8 %11 #40000\n"
	       "\tret %12\n"
	       "}\n",
	       "   0: (61) r2 = *(u32 *)(r1 +28)\n"
	       "   1: (7b) *(u64 *)(r10 -8) = r2\n"
	       "   2: (79) r1 = *(u64 *)(r1 +0)\n"
	       "   3: (07) r1 += 40000\n"
	       "   4: (79) r0 = *(u64 *)(r1 +0)\n"
	       "   5: (95) exit\n");
}

/* Immediates, 32-bit forms, division by an immediate 0 that the verifier would refuse. */
TEST(arithmetic)
{
	expect("fn f {\n"
	       "b0:\n"
	       "\t%1 = ctx\n"
	       "\t%2 = load.u8 %1\n"
	       "\t%3 = load.s2 %1 #8\n"
	       "\t%4 = iconst #10\n"
	       "\t%5 = sub %2 %4\n"
	       "\t%6 = iconst #4294967295\n"
	       "\t%7 = and %5 %6\n"
	       "\t%8 = udiv %7 %4\n"
	       "\t%9 = iconst #0\n"
	       "\t%10 = umod %8 %9\n"
	       "\t%11 = add %10 %3\n"
	       "\t%12 = ext.u4 %11\n"
	       "\t%13 = ext.s4 %12\n"
	       "\t%14 = bswap.u2 %13\n"
	       "\t%15 = neg %14\n"
	       "\t%16 = sdiv %15 %4\n"
	       "\t%17 = iconst #68\n"
	       "\t%18 = shl %16 %17\n"
	       "\t%19 = ext.u1 %18\n"
	       "\tret %19\n"
	       "}\n",
	       "   0: (79) r2 = *(u64 *)(r1 +0)\n"
	       "   1: (69) r1 = *(u16 *)(r1 +8)\n"
	       "   2: (67) r1 <<= 48\n"
	       "   3: (c7) r1 s>>= 48\n"
	       "   4: (07) r2 += -10\n"
	       "   5: (bc) w0 = w2\n"
	       "   6: (37) r0 /= 10\n"
	       "   7: (b7) r2 = 0\n"
	       "   8: (9f) r0 %= r2\n"
	       "   9: (0f) r0 += r1\n"
	       "  10: (67) r0 <<= 32\n"
	       "  11: (c7) r0 s>>= 32\n"
	       "  12: (dc) r0 = be16 r0\n"
	       "  13: (87) r0 = -r0\n"
	       "  14: (37) r0 s/= 10\n"
	       "  15: (67) r0 <<= 4\n"
	       "  16: (57) r0 &= 255\n"
	       "  17: (95) exit\n");
}

/* A bound is taken on the very register that is used, of a bound too large for an immediate too. */
TEST(bounds)
{
	expect("map @m role=user type=2 key=4 value=64 max=1 flags=0\n"
	       "fn f {\n"
	       "b0:\n"
	       "\t%1 = ctx\n"
	       "\t%2 = load.u8 %1\n"
	       "\t%3 = umin %2 #60\n"
	       "\t%4 = global #8232\n"
	       "\t%5 = add %4 %3\n"
	       "\t%6 = load.u4 %5\n"
	       "\t%7 = umin %2 #4294967296\n"
	       "\t%8 = add %6 %7\n"
	       "\tret %8\n"
	       "}\n",
	       "   0: (79) r0 = *(u64 *)(r1 +0)\n"
	       "   1: (bf) r1 = r0\n"
	       "   2: (b5) if r1 <= 0x3c goto pc+1\n"
	       "   3: (b7) r1 = 60\n"
	       "   4: (18) r2 = map[.globals][0]+8232\n"
	       "   6: (0f) r2 += r1\n"
	       "   7: (61) r1 = *(u32 *)(r2 +0)\n"
	       "   8: (18) r2 = 0x100000000\n"
	       "  10: (bd) if r0 <= r2 goto pc+1\n"
	       "  11: (bf) r0 = r2\n"
	       "  12: (0f) r0 += r1\n"
	       "  13: (95) exit\n");
}

/* Compares fold into jumps, 32-bit ones where these save an extension or a large constant. */
TEST(jumps)
{
	expect("fn f {\n"
	       "b0:\n"
	       "\t%1 = ctx\n"
	       "\t%2 = load.u8 %1\n"
	       "\t%3 = load.u4 %1 #8\n"
	       "\t%4 = iconst #5\n"
	       "\t%5 = ult %4 %2\n"
	       "\tbr %5 b1 b9\n"
	       "b1: from b0\n"
	       "\t%6 = iconst #-1\n"
	       "\t%7 = sle %2 %6\n"
	       "\tbr %7 b2 b9\n"
	       "b2: from b1\n"
	       "\t%8 = iconst #16\n"
	       "\t%9 = and %2 %8\n"
	       "\tbr %9 b3 b9\n"
	       "b3: from b2\n"
	       "\t%10 = ext.u4 %2\n"
	       "\t%11 = iconst #4294967295\n"
	       "\t%12 = eq %10 %11\n"
	       "\tbr %12 b9 b4\n"
	       "b4: from b3\n"
	       "\t%13 = iconst #3000000000\n"
	       "\t%14 = ule %3 %13\n"
	       "\tbr %14 b5 b9\n"
	       "b5: from b4\n"
	       "\t%15 = iconst #1234567890123\n"
	       "\t%16 = eq %2 %15\n"
	       "\t%17 = iconst #0\n"
	       "\t%18 = eq %16 %17\n"
	       "\tbr %18 b6 b9\n"
	       "b6: from b5\n"
	       "\tret %2\n"
	       "b9: from b0 b1 b2 b3 b4 b5\n"
	       "\tret %17\n"
	       "}\n",
	       "   0: (79) r0 = *(u64 *)(r1 +0)\n"
	       "   1: (61) r1 = *(u32 *)(r1 +8)\n"
	       "   2: (b5) if r0 <= 0x5 goto pc+9\n"
	       "   3: (65) if r0 s> 0xffffffff goto pc+8\n"
	       "   4: (45) if r0 & 0x10 goto pc+1\n"
	       "   5: (05) goto pc+6\n"
	       "   6: (16) if w0 == 0xffffffff goto pc+5\n"
	       "   7: (26) if w1 > 0xb2d05e00 goto pc+4\n"
	       "   8: (18) r1 = 0x11f71fb04cb\n"
	       "  10: (1d) if r0 == r1 goto pc+1\n"
	       "  11: (95) exit\n"
	       "  12: (b7) r0 = 0\n"
	       "  13: (95) exit\n");
}

/* Bit tests. */
TEST(masks)
{
	expect("fn f {\n"
	       "b0:\n"
	       "\t%1 = ctx\n"
	       "\t%2 = load.u8 %1\n"
	       "\t%3 = iconst #4\n"
	       "\t%4 = and %2 %3\n"
	       "\t%5 = eq %4 %3\n"
	       "\tbr %5 b1 b2\n"
	       "b1: from b0\n"
	       "\t%6 = iconst #2147483648\n"
	       "\t%7 = and %2 %6\n"
	       "\t%8 = iconst #0\n"
	       "\t%9 = ne %7 %8\n"
	       "\tbr %9 b2 b3\n"
	       "b2: from b0 b1\n"
	       "\t%10 = iconst #1\n"
	       "\tret %10\n"
	       "b3: from b1\n"
	       "\t%11 = iconst #2\n"
	       "\tret %11\n"
	       "}\n",
	       "   0: (79) r1 = *(u64 *)(r1 +0)\n"
	       "   1: (45) if r1 & 0x4 goto pc+1\n"
	       "   2: (05) goto pc+3\n"
	       "   3: (46) if w1 & 0x80000000 goto pc+2\n"
	       "   4: (b7) r0 = 2\n"
	       "   5: (95) exit\n"
	       "   6: (b7) r0 = 1\n"
	       "   7: (95) exit\n");
}

/* Low halves are compared and stored without extending them first. */
TEST(signed_halves)
{
	expect("fn f {\n"
	       "b0:\n"
	       "\t%1 = ctx\n"
	       "\t%2 = load.s4 %1 #8\n"
	       "\t%3 = iconst #-3\n"
	       "\t%4 = eq %2 %3\n"
	       "\tbr %4 b3 b1\n"
	       "b1: from b0\n"
	       "\t%5 = slot #-8 [8]\n"
	       "\tstore.u4 %5 %2\n"
	       "\t%6 = load.s4 %1 #12\n"
	       "\t%7 = slt %6 %2\n"
	       "\tbr %7 b2 b3\n"
	       "b2: from b1\n"
	       "\t%8 = load.u8 %1 #16\n"
	       "\t%9 = ext.u4 %8\n"
	       "\t%10 = iconst #7\n"
	       "\t%11 = ule %9 %10\n"
	       "\tbr %11 b3 b4\n"
	       "b3: from b0 b1 b2\n"
	       "\t%12 = iconst #1\n"
	       "\tret %12\n"
	       "b4: from b2\n"
	       "\t%13 = load.s1 %1 #16\n"
	       "\t%14 = load.s2 %1 #18\n"
	       "\tstore.u2 %5 %14\n"
	       "\tret %13\n"
	       "}\n",
	       "   0: (61) r2 = *(u32 *)(r1 +8)\n"
	       "   1: (16) if w2 == 0xfffffffd goto pc+11\n"
	       "   2: (63) *(u32 *)(r10 -8) = r2\n"
	       "   3: (61) r3 = *(u32 *)(r1 +12)\n"
	       "   4: (7e) if w3 s>= w2 goto pc+8\n"
	       "   5: (79) r2 = *(u64 *)(r1 +16)\n"
	       "   6: (b6) if w2 <= 0x7 goto pc+6\n"
	       "   7: (71) r0 = *(u8 *)(r1 +16)\n"
	       "   8: (67) r0 <<= 56\n"
	       "   9: (c7) r0 s>>= 56\n"
	       "  10: (69) r1 = *(u16 *)(r1 +18)\n"
	       "  11: (6b) *(u16 *)(r10 -8) = r1\n"
	       "  12: (95) exit\n"
	       "  13: (b7) r0 = 1\n"
	       "  14: (95) exit\n");
}

/* Compares as values. */
TEST(booleans)
{
	expect("fn f {\n"
	       "b0:\n"
	       "\t%1 = ctx\n"
	       "\t%2 = load.u8 %1\n"
	       "\t%3 = load.u8 %1 #8\n"
	       "\t%4 = slt %2 %3\n"
	       "\t%5 = iconst #3\n"
	       "\t%6 = and %2 %5\n"
	       "\t%7 = iconst #0\n"
	       "\t%8 = eq %6 %7\n"
	       "\t%9 = add %4 %8\n"
	       "\tret %9\n"
	       "}\n",
	       "   0: (79) r2 = *(u64 *)(r1 +0)\n"
	       "   1: (79) r1 = *(u64 *)(r1 +8)\n"
	       "   2: (b7) r3 = 1\n"
	       "   3: (cd) if r2 s< r1 goto pc+1\n"
	       "   4: (b7) r3 = 0\n"
	       "   5: (b7) r0 = 0\n"
	       "   6: (45) if r2 & 0x3 goto pc+1\n"
	       "   7: (b7) r0 = 1\n"
	       "   8: (0f) r0 += r3\n"
	       "   9: (95) exit\n");
}

/* Addresses within one map's value come from one register until a call takes it. */
TEST(globals_share_a_base)
{
	expect("fn f {\n"
	       "b0:\n"
	       "\t%1 = global #8\n"
	       "\t%2 = global #16\n"
	       "\t%3 = global #8200\n"
	       "\t%4 = load.u8 %1\n"
	       "\t%5 = load.u8 %2\n"
	       "\t%6 = add %4 %5\n"
	       "\tstore.u8 %3 %6\n"
	       "\t%7 = call !get_smp_processor_id\n"
	       "\t%8 = load.u4 %3 #4\n"
	       "\t%9 = add %7 %8\n"
	       "\tret %9\n"
	       "}\n",
	       "   0: (18) r3 = map[.globals][0]+8\n"
	       "   2: (79) r2 = *(u64 *)(r3 +0)\n"
	       "   3: (79) r1 = *(u64 *)(r3 +8)\n"
	       "   4: (0f) r1 += r2\n"
	       "   5: (7b) *(u64 *)(r3 +8192) = r1\n"
	       "   6: (85) call bpf_get_smp_processor_id#8\n"
	       "   7: (bf) r1 = r0\n"
	       "   8: (18) r2 = map[.globals][0]+8204\n"
	       "  10: (61) r0 = *(u32 *)(r2 +0)\n"
	       "  11: (0f) r0 += r1\n"
	       "  12: (95) exit\n");
}

/* The context moves to r6 only because it is needed after the call. */
TEST(context_over_a_call)
{
	expect("fn f {\n"
	       "b0:\n"
	       "\t%1 = ctx\n"
	       "\t%2 = load.u8 %1 #8\n"
	       "\t%3 = call !get_current_pid_tgid\n"
	       "\t%4 = load.u8 %1 #16\n"
	       "\t%5 = add %2 %3\n"
	       "\t%6 = add %5 %4\n"
	       "\tret %6\n"
	       "}\n",
	       "   0: (bf) r6 = r1\n"
	       "   1: (79) r7 = *(u64 *)(r6 +8)\n"
	       "   2: (85) call bpf_get_current_pid_tgid#14\n"
	       "   3: (79) r1 = *(u64 *)(r6 +16)\n"
	       "   4: (0f) r0 += r7\n"
	       "   5: (0f) r0 += r1\n"
	       "   6: (95) exit\n");
}

/* Values are computed in the argument registers. */
TEST(arguments_land_in_place)
{
	expect("map @ring role=ring type=27 key=0 value=0 max=4096 flags=0\n"
	       "fn f {\n"
	       "b0:\n"
	       "\t%1 = ctx\n"
	       "\t%2 = load.u8 %1\n"
	       "\t%3 = slot #-16 [16]\n"
	       "\t%4 = load.u8 %1 #8\n"
	       "\t%5 = umin %4 #16\n"
	       "\t%6 = call %3 %5 %2 !probe_read_kernel\n"
	       "\t%7 = mapaddr @ring\n"
	       "\t%8 = iconst #0\n"
	       "\t%9 = call %7 %3 %5 %8 !ringbuf_output\n"
	       "\tret %8\n"
	       "}\n",
	       "   0: (79) r3 = *(u64 *)(r1 +0)\n"
	       "   1: (79) r6 = *(u64 *)(r1 +8)\n"
	       "   2: (b5) if r6 <= 0x10 goto pc+1\n"
	       "   3: (b7) r6 = 16\n"
	       "   4: (bf) r2 = r6\n"
	       "   5: (bf) r1 = r10\n"
	       "   6: (07) r1 += -16\n"
	       "   7: (85) call bpf_probe_read_kernel#113\n"
	       "   8: (bf) r3 = r6\n"
	       "   9: (18) r1 = map[ring]\n"
	       "  11: (bf) r2 = r10\n"
	       "  12: (07) r2 += -16\n"
	       "  13: (b7) r4 = 0\n"
	       "  14: (85) call bpf_ringbuf_output#130\n"
	       "  15: (b7) r0 = 0\n"
	       "  16: (95) exit\n");
}

/* Phis that exchange their values. */
TEST(loop_swap)
{
	expect("fn f {\n"
	       "b0:\n"
	       "\t%1 = ctx\n"
	       "\t%2 = load.u8 %1\n"
	       "\t%3 = load.u8 %1 #8\n"
	       "\t%4 = iconst #0\n"
	       "\tjmp b1\n"
	       "b1: from b0 b2\n"
	       "\t%5 = phi %2 %6\n"
	       "\t%6 = phi %3 %5\n"
	       "\t%7 = phi %4 %8\n"
	       "\t%9 = iconst #10\n"
	       "\t%10 = ult %7 %9\n"
	       "\tbr %10 b2 b3\n"
	       "b2: from b1\n"
	       "\t%11 = iconst #1\n"
	       "\t%8 = add %7 %11\n"
	       "\tjmp b1\n"
	       "b3: from b1\n"
	       "\t%12 = sub %5 %6\n"
	       "\tret %12\n"
	       "}\n",
	       "   0: (79) r2 = *(u64 *)(r1 +0)\n"
	       "   1: (79) r3 = *(u64 *)(r1 +8)\n"
	       "   2: (b7) r1 = 0\n"
	       "   3: (bf) r0 = r2\n"
	       "   4: (35) if r1 >= 0xa goto pc+4\n"
	       "   5: (07) r1 += 1\n"
	       "   6: (bf) r2 = r3\n"
	       "   7: (bf) r3 = r0\n"
	       "   8: (05) goto pc-6\n"
	       "   9: (1f) r0 -= r3\n"
	       "  10: (95) exit\n");
}

/* The rare way and the error are out of line; one exit. */
TEST(cold_blocks_last)
{
	expect("map @m role=user type=1 key=8 value=8 max=16 flags=0\n"
	       "fn f {\n"
	       "b0:\n"
	       "\t%1 = slot #-8 [8]\n"
	       "\t%2 = iconst #1\n"
	       "\tstore.u8 %1 %2\n"
	       "\t%3 = mapaddr @m\n"
	       "\t%4 = call %3 %1 !map_lookup_elem\n"
	       "\tbr %4 b1 b2\n"
	       "b1: from b0\n"
	       "\t%5 = nonnull %4\n"
	       "\tatomadd.u8 %5 %2\n"
	       "\tjmp b4\n"
	       "b2: from b0\n"
	       "\t%6 = iconst #1\n"
	       "\t%7 = call %3 %1 %1 %6 !map_update_elem\n"
	       "\tbr %7 b3 b4\n"
	       "b3: from b2 cold\n"
	       "\t%8 = global #32\n"
	       "\tatomadd.u8 %8 %2\n"
	       "\tjmp b4\n"
	       "b4: from b1 b2 b3\n"
	       "\t%9 = iconst #0\n"
	       "\tret %9\n"
	       "}\n",
	       "   0: (7a) *(u64 *)(r10 -8) = 1\n"
	       "   1: (18) r1 = map[@m]\n"
	       "   3: (bf) r2 = r10\n"
	       "   4: (07) r2 += -8\n"
	       "   5: (85) call bpf_map_lookup_elem#1\n"
	       "   6: (15) if r0 == 0x0 goto pc+4\n"
	       "   7: (b7) r1 = 1\n"
	       "   8: (db) lock *(u64 *)(r0 +0) += r1\n"
	       "   9: (b7) r0 = 0\n"
	       "  10: (95) exit\n"
	       "  11: (18) r1 = map[@m]\n"
	       "  13: (bf) r2 = r10\n"
	       "  14: (07) r2 += -8\n"
	       "  15: (bf) r3 = r10\n"
	       "  16: (07) r3 += -8\n"
	       "  17: (b7) r4 = 1\n"
	       "  18: (85) call bpf_map_update_elem#2\n"
	       "  19: (15) if r0 == 0x0 goto pc-11\n"
	       "  20: (18) r1 = map[.globals][0]+32\n"
	       "  22: (b7) r2 = 1\n"
	       "  23: (db) lock *(u64 *)(r1 +0) += r2\n"
	       "  24: (05) goto pc-16\n");
}

/* A callback is a function of the same program. */
TEST(callbacks)
{
	expect("map @m role=user type=1 key=8 value=8 max=16 flags=0\n"
	       "fn f {\n"
	       "b0:\n"
	       "\t%1 = slot #-8 [8]\n"
	       "\t%2 = iconst #0\n"
	       "\tstore.u8 %1 %2\n"
	       "\t%3 = mapaddr @m\n"
	       "\t%4 = fnaddr &each\n"
	       "\t%5 = call %3 %4 %1 %2 !for_each_map_elem\n"
	       "\t%6 = load.u8 %1\n"
	       "\tret %6\n"
	       "}\n"
	       "callback each 4 {\n"
	       "b0:\n"
	       "\t%1 = ctx\n"
	       "\t%2 = param #2\n"
	       "\t%3 = load.u8 %2\n"
	       "\t%4 = load.u8 %1\n"
	       "\t%5 = add %4 %3\n"
	       "\tstore.u8 %1 %5\n"
	       "\t%6 = iconst #0\n"
	       "\tret %6\n"
	       "}\n",
	       "   0: (7a) *(u64 *)(r10 -8) = 0\n"
	       "   1: (18) r1 = map[@m]\n"
	       "   3: (18) r2 = subprog[+7]\n"
	       "   5: (bf) r3 = r10\n"
	       "   6: (07) r3 += -8\n"
	       "   7: (b7) r4 = 0\n"
	       "   8: (85) call bpf_for_each_map_elem#164\n"
	       "   9: (79) r0 = *(u64 *)(r10 -8)\n"
	       "  10: (95) exit\n"
	       "each:\n"
	       "  11: (79) r2 = *(u64 *)(r3 +0)\n"
	       "  12: (79) r1 = *(u64 *)(r4 +0)\n"
	       "  13: (0f) r1 += r2\n"
	       "  14: (7b) *(u64 *)(r4 +0) = r1\n"
	       "  15: (b7) r0 = 0\n"
	       "  16: (95) exit\n");
}

/* A function of an imported object may write the memory that it is given. */
TEST(functions_of_objects)
{
	expect("fn f {\n"
	       "b0:\n"
	       "\t%1 = slot #-8 [8]\n"
	       "\t%2 = iconst #1\n"
	       "\tstore.u8 %1 %2\n"
	       "\t%3 = kcall %1 %2 #1 &add_to\n"
	       "\t%4 = load.u8 %1\n"
	       "\t%5 = add %3 %4\n"
	       "\tret %5\n"
	       "}\n",
	       "   0: (7a) *(u64 *)(r10 -8) = 1\n"
	       "   1: (bf) r1 = r10\n"
	       "   2: (07) r1 += -8\n"
	       "   3: (b7) r2 = 1\n"
	       "   4: (85) call add_to\n"
	       "   5: (bf) r1 = r0\n"
	       "   6: (79) r0 = *(u64 *)(r10 -8)\n"
	       "   7: (0f) r0 += r1\n"
	       "   8: (95) exit\n");
}

/* Calls of kernel functions have no number yet. */
TEST(kernel_functions)
{
	expect("fn f {\n"
	       "b0:\n"
	       "\t%1 = slot #-8 [8]\n"
	       "\t%2 = iconst #0\n"
	       "\t%3 = iconst #3\n"
	       "\t%4 = kcall %1 %2 %3 &bpf_iter_num_new\n"
	       "\t%5 = kcall %1 &bpf_iter_num_next\n"
	       "\t%6 = kcall %1 &bpf_iter_num_destroy\n"
	       "\tret %2\n"
	       "}\n",
	       "   0: (bf) r1 = r10\n"
	       "   1: (07) r1 += -8\n"
	       "   2: (b7) r2 = 0\n"
	       "   3: (b7) r3 = 3\n"
	       "   4: (85) call bpf_iter_num_new\n"
	       "   5: (bf) r1 = r10\n"
	       "   6: (07) r1 += -8\n"
	       "   7: (85) call bpf_iter_num_next\n"
	       "   8: (bf) r1 = r10\n"
	       "   9: (07) r1 += -8\n"
	       "  10: (85) call bpf_iter_num_destroy\n"
	       "  11: (b7) r0 = 0\n"
	       "  12: (95) exit\n");
}
