/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "type/consts.h"

#include "base/diag.h"
#include "tests/unit.h"
#include "type/type.h"

static int64_t value_of(const char *name)
{
	struct enum_const c = { .value = -12345 };

	return const_find(name, &c) ? c.value : -12345;
}

TEST(constants_of_headers)
{
	CHECK_EQ(value_of("AF_INET6"), 10);
	CHECK_EQ(value_of("S_IFDIR"), 0040000);
	CHECK_EQ(value_of("ESRCH"), 3);
	CHECK_EQ(value_of("SIGKILL"), 9);
	CHECK_EQ(value_of("TASK_UNINTERRUPTIBLE"), 2);
	CHECK_EQ(value_of("SHUTDOWN_MASK"), 3);
	CHECK_EQ(value_of("AT_FDCWD"), -100);
	CHECK_EQ(value_of("AF_"), -12345);
	CHECK_EQ(value_of(""), -12345);
}

TEST(constants_of_system_calls)
{
#ifdef __x86_64__
	CHECK_EQ(value_of("__NR_openat"), 257);
	CHECK_EQ(value_of("SYS_read"), 0);
#endif
	CHECK_EQ(value_of("__NR_nothing"), -12345);
	CHECK_EQ(value_of("openat"), -12345);
}

TEST(types_of_constants)
{
	struct enum_const c;

	CHECK(const_find("UINT64_MAX", &c) && c.value == -1 && type_eq(c.type, type_u64()));
	CHECK(const_find("INT64_MIN", &c) && c.value == INT64_MIN && type_eq(c.type, type_i64()));
	CHECK(const_find("UINT_MAX", &c) && c.value == UINT32_MAX && c.type->size == 8);
	CHECK(const_find("AF_UNIX", &c) && type_eq(c.type, type_int(4, true)));
}

TEST(constants_near)
{
	struct near near;

	near_start(&near, "AF_INTE");
	const_near(&near);
	CHECK_STR(near.best, "AF_INET");
}
