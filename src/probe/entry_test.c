/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "probe/entry.h"
#include "tests/unit.h"

#ifdef __x86_64__
static size_t skip(const char *bytes, size_t n, bool nonnull, bool stacks)
{
	uint8_t code[24] = { 0 };

	memcpy(code, bytes, n);
	return entry_skip(code, nonnull, stacks);
}

#define SKIP(bytes, nonnull, stacks) skip(bytes, sizeof(bytes) - 1, nonnull, stacks)

TEST(over_endbr64_to_a_push)
{
	CHECK_EQ(SKIP("\xf3\x0f\x1e\xfa\x55", false, true), 4);
	CHECK_EQ(SKIP("\xf3\x0f\x1e\xfa\x41\x54", false, false), 4);
	CHECK_EQ(SKIP("\xf3\x0f\x1e\xfa\x41\x54", false, true), 0);
	CHECK_EQ(SKIP("\xf3\x0f\x1e\xfa\x48\x89\xfb", false, false), 0);
	CHECK_EQ(SKIP("\x55\x48\x89\xe5", false, false), 0);
}

TEST(over_a_test_that_the_predicate_makes_as_well)
{
	CHECK_EQ(SKIP("\x48\x85\xff\x74\x10\x53", true, false), 5);
	CHECK_EQ(SKIP("\x48\x85\xff\x0f\x84\xbf\0\0\0\x55", true, true), 9);
	CHECK_EQ(SKIP("\xf3\x0f\x1e\xfa\x48\x85\xff\x74\x10\x53", true, false), 9);
	CHECK_EQ(SKIP("\x48\x85\xff\x74\x10\x53", false, false), 0);
	CHECK_EQ(SKIP("\x48\x85\xff\x75\x10\x53", true, false), 0);
	CHECK_EQ(SKIP("\x48\x85\xf6\x74\x10\x53", true, false), 0);
}

TEST(what_the_kernel_may_refuse_is_told_by_its_opcode)
{
	CHECK_EQ(entry_suspect((const uint8_t *)"\xf0\xff\x0f\x75\x0b"), 1);
	CHECK_EQ(entry_suspect((const uint8_t *)"\xc5\xf9\x6e\xc6\x48"), 3);
	CHECK_EQ(entry_suspect((const uint8_t *)"\xc4\x41\x01\xef\xff"), 4);
	CHECK_EQ(entry_suspect((const uint8_t *)"\x62\xf1\xfd\x48\x6f"), 5);
	CHECK_EQ(entry_suspect((const uint8_t *)"\x55\x48\x89\xe5\x53"), 0);
}

/* vpcmpeqb, vpor, vzeroupper, vpbroadcastb (EVEX); vpxor, vmovdqu64 and a plain je are run as they are. */
TEST(what_the_kernel_would_run_wrong_is_told)
{
	CHECK(entry_breaks((const uint8_t *)"\xc5\xf9\x74\xc0\xc3"));
	CHECK(entry_breaks((const uint8_t *)"\xc5\xf9\xeb\xc1\xc3"));
	CHECK(entry_breaks((const uint8_t *)"\xc5\xf8\x77\xc3\x90"));
	CHECK(entry_breaks((const uint8_t *)"\x62\xf2\x7d\x28\x7a"));
	CHECK(!entry_breaks((const uint8_t *)"\xc5\xf9\xef\xc0\xc3"));
	CHECK(!entry_breaks((const uint8_t *)"\x62\xf1\xfd\x48\x6f"));
	CHECK(!entry_breaks((const uint8_t *)"\x74\x05\xc5\xf9\x74"));
}
#endif

TEST(targets_that_are_no_functions_stay_where_they_are)
{
	struct probe p = { 0 };
	struct probe_target t = { .offset = 77 };

	CHECK_EQ(entry_place(&p, &t, -1, false), 77);
	t.entry = true;
	CHECK_EQ(entry_place(&p, &t, -1, false), 77);
}
