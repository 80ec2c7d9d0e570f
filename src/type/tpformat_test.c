/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Formats as kernels print them, and broken ones. */
#include "tests/unit.h"

#include <errno.h>
#include <stdlib.h>

#include "base/fdutil.h"
#include "type/tpformat.h"

static struct arena arena;
static struct types ts;
static struct err err;

static void start(void)
{
	arena_done(&arena);
	types_init(&ts, &arena, NULL);
}

/* Tests run in the source folder, in the build folder, or anywhere if built with full paths. */
static bool read_format(const char *name, struct strbuf *ret)
{
	char path[512];

	snprintf(path, sizeof(path), "%.*stests/data/formats/%s",
		 (int)(strlen(__FILE__) - strlen("src/type/tpformat_test.c")), __FILE__, name);
	if (!file_read(path, 1 << 20, ret))
		return true;
	snprintf(path, sizeof(path), "tests/data/formats/%s", name);
	return !file_read(path, 1 << 20, ret);
}

static const struct type *parse(const char *category, const char *event)
{
	_cleanup_sb_ struct strbuf text = {};
	const struct type *t = NULL;

	start();
	CHECK(read_format(event, &text));
	CHECK_EQ(tpformat_parse(&ts, category, event, sb_str(&text), text.n, &t, &err), 0);
	return t;
}

static void check(const struct type *t, size_t i, const char *name, const char *type,
		  uint32_t offset)
{
	const struct field *f;

	if (!t || i >= t->st->fields.n) {
		UNIT_FAIL("no field %zu, want %s", i, name);
		return;
	}
	f = &t->st->fields.v[i];
	CHECK_STR(f->name, name);
	CHECK_STR(type_text(&arena, f->type), type);
	CHECK_EQ(f->offset, offset);
}

static const char *listed(const struct type *t, size_t i)
{
	_cleanup_sb_ struct strbuf sb = {};

	type_print_field(&sb, t->st, i);
	return arena_strdup(&arena, sb_str(&sb));
}

TEST(sched_switch)
{
	const struct type *t = parse("sched", "sched_switch");

	CHECK_EQ(t->st->fields.n, 7);
	check(t, 0, "prev_comm", "int8[16]", 8);
	check(t, 1, "prev_pid", "int32", 24);
	check(t, 3, "prev_state", "int64", 32);
	check(t, 4, "next_comm", "int8[16]", 40);
	check(t, 6, "next_prio", "int32", 60);
	CHECK_EQ(t->size, 64);
	CHECK_STR(type_text(&arena, t), "struct _tracepoint_sched_sched_switch");
	CHECK_STR(listed(t, 0), "char prev_comm[16]");
	CHECK_STR(listed(t, 1), "pid_t prev_pid");
}

TEST(syscall_arguments)
{
	const struct type *t = parse("syscalls", "sys_enter_openat");

	CHECK_EQ(t->st->fields.n, 5);
	check(t, 0, "__syscall_nr", "int32", 8);
	check(t, 1, "dfd", "int32", 16);
	check(t, 2, "filename", "int8 *", 24);
	check(t, 4, "mode", "uint16", 40);
	CHECK_EQ(t->st->fields.v[2].type->space, AS_USER);
	CHECK_EQ(t->size, 48);
	t = parse("syscalls", "sys_enter_execve");
	check(t, 2, "argv", "int8 **", 24);
	CHECK_EQ(t->st->fields.v[2].type->to->space, AS_USER);
	t = parse("syscalls", "sys_exit_openat");
	check(t, 1, "ret", "int64", 16);
	t = parse("raw_syscalls", "sys_enter");
	check(t, 0, "id", "int64", 8);
	check(t, 1, "args", "uint64[6]", 16);
}

TEST(data_loc)
{
	const struct type *t = parse("block", "block_rq_issue");

	check(t, 0, "dev", "uint32", 8);
	check(t, 1, "sector", "uint64", 16);
	check(t, 4, "ioprio", "uint16", 32);
	check(t, 5, "rwbs", "int8[10]", 34);
	check(t, 7, "cmd", "int8 *", 60);
	CHECK(t->st->fields.v[7].data_loc && !t->st->fields.v[7].rel_loc);
	CHECK_EQ(t->st->fields.v[7].type->space, AS_KERNEL);
	CHECK_STR(listed(t, 7), "__data_loc char[] cmd");
	t = parse("sched", "sched_process_exec");
	check(t, 0, "filename", "int8 *", 8);
	check(t, 1, "pid", "int32", 12);
	CHECK(t->st->fields.v[0].data_loc);
}

TEST(other_fields)
{
	const struct type *t = parse("tcp", "tcp_probe");

	check(t, 0, "saddr", "uint8[28]", 8);
	check(t, 2, "sport", "uint16", 64);
	check(t, 15, "skbaddr", "void *", 120);
	CHECK_EQ(t->st->fields.v[15].type->space, AS_KERNEL);
	t = parse("dma", "dma_alloc");
	check(t, 0, "device", "int8 *", 8);
}

static int parse_text(const char *text, const struct type **ret)
{
	start();
	return tpformat_parse(&ts, "c", "e", text, strlen(text), ret, &err);
}

TEST(odd_declarations)
{
	const struct type *t = NULL;

	CHECK_EQ(parse_text("\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
			    "\tfield:__rel_loc u64[] ids;\toffset:8;\tsize:4;\tsigned:0;\n"
			    "\tfield:void (*fn)(int a);\toffset:16;\tsize:8;\tsigned:0;\n"
			    "\tfield:char name[NAME_LEN];\toffset:24;\tsize:12;\tsigned:0;\n"
			    "\tfield:const void* ip;\toffset:40;\tsize:8;\tsigned:0;\n"
			    "\tfield:void __seg_gs * ptr;\toffset:48;\tsize:8;\tsigned:0;\n"
			    "\tfield:foo_t x;\toffset:56;\tsize:2;\tsigned:1;\n"
			    "\tfield:struct foo y;\toffset:58;\tsize:6;\tsigned:0;\n"
			    "\tfield:unsigned long tail[];\toffset:64;\tsize:0;\tsigned:0;",
			    &t),
		 0);
	CHECK_EQ(t->st->fields.n, 8);
	check(t, 0, "ids", "uint64 *", 8);
	CHECK(t->st->fields.v[0].rel_loc);
	check(t, 1, "fn", "void *", 16);
	check(t, 2, "name", "int8[12]", 24);
	check(t, 3, "ip", "void *", 40);
	check(t, 4, "ptr", "void *", 48);
	check(t, 5, "x", "int16", 56);
	check(t, 6, "y", "uint8[6]", 58);
	check(t, 7, "tail", "uint64[0]", 64);
}

TEST(broken_formats)
{
	static const char *const bad[] = {
		"", "name: x\n", "field:int x", "field:int x;", "field:int x; offset:1;",
		"field:int x; offset:; size:4;", "field:int x; offset:99999999999; size:4;",
		"field:int x; offset:70000; size:4;", "field:int x; offset:8; size:4",
		"field:; offset:8; size:4; signed:0;", "field:x; offset:8; size:4; signed:0;",
		"field:]; offset:8; size:4; signed:0;", "field:(*; offset:8; size:4; signed:0;",
		"field:int *********x; offset:8; size:8; signed:0;",
	};
	const struct type *t;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		if (parse_text(bad[i], &t) != -EINVAL)
			UNIT_FAIL("taken for good: %s", bad[i]);
	}
	CHECK_EQ(tpformat_load(&ts, "/nowhere", "a", "b", &t, &err), -ENOENT);
	CHECK_STR(err.what, "there is no tracepoint a:b");
	CHECK_EQ(tpformat_load(&ts, "/nowhere", "..", "b", &t, &err), -ENOENT);
}

/* Whatever the bytes, an answer without a bad access. */
TEST(mutated_formats)
{
	_cleanup_sb_ struct strbuf good = {};
	const struct type *t;

	CHECK(read_format("block_rq_issue", &good));
	srand(1);
	for (int round = 0; round < 3000 && good.n; round++) {
		size_t n = rand() % (good.n + 1);
		char *copy = malloc(n + 1);

		memcpy(copy, good.p, n);
		for (int i = rand() % 8; n && i > 0; i--)
			copy[rand() % n] = " ;*[]:\n\0x9"[rand() % 9];
		start();
		tpformat_parse(&ts, "syscalls", "sys_enter_x", copy, n, &t, &err);
		free(copy);
	}
	arena_done(&arena);
}
