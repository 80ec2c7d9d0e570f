/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The BTF reader: hand-made images, broken ones, and the running kernel's. */
#include "tests/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "type/btf.h"

#define VMLINUX "/sys/kernel/btf/vmlinux"

static struct arena arena;
static struct types ts;
static struct err err;

/* An image under construction; ids are given in order. */
struct image {
	uint32_t types[512], n, last_id;
	char strs[2048];
	uint32_t nstrs;
};

static uint32_t str(struct image *im, const char *s)
{
	uint32_t off = im->nstrs;

	if (!*s && off)
		return 0;
	strcpy(im->strs + off, s);
	im->nstrs += strlen(s) + 1;
	return off;
}

static void word(struct image *im, uint32_t w)
{
	im->types[im->n++] = w;
}

static uint32_t rec(struct image *im, const char *name, enum btf_kind_nr kind, uint32_t vlen,
		    bool flag, uint32_t size_or_type)
{
	word(im, str(im, name));
	word(im, (uint32_t)flag << 31 | kind << 24 | vlen);
	word(im, size_or_type);
	return ++im->last_id;
}

static uint32_t integer(struct image *im, const char *name, uint32_t size, uint32_t encoding)
{
	uint32_t id = rec(im, name, BK_INT, 0, false, size);

	word(im, encoding << 24 | size * 8);
	return id;
}

static void triple(struct image *im, uint32_t a, uint32_t b, uint32_t c)
{
	word(im, a);
	word(im, b);
	word(im, c);
}

static size_t finish(const struct image *im, uint8_t *out)
{
	uint32_t hdr[6] = { 1 << 16 | 0xeb9f, 24, 0, im->n * 4, im->n * 4, im->nstrs };

	memcpy(out, hdr, 24);
	memcpy(out + 24, im->types, im->n * 4);
	memcpy(out + 24 + im->n * 4, im->strs, im->nstrs);
	return 24 + im->n * 4 + im->nstrs;
}

enum { ID_INT = 1, ID_CHAR, ID_BOOL, ID_NODE, ID_NODE_PTR, ID_U64, ID_USER_TAG, ID_USER_PTR,
       ID_ARRAY, ID_ENUM, ID_ENUM64, ID_FWD, ID_FLOAT, ID_PROTO, ID_PROTO_PTR, ID_FUNC, ID_ANON,
       ID_LOOP, ID_SELF_PTR, ID_TRACE, ID_OLD_BITS, ID_OLD, ID_CONST_CHAR, ID_CONST_PTR };

static void members(struct image *im)
{
	rec(im, "node", BK_STRUCT, 6, true, 40);
	triple(im, str(im, "next"), ID_NODE_PTR, 0);
	triple(im, str(im, "low"), ID_INT, 3 << 24 | 64);
	triple(im, str(im, "high"), ID_INT, 9 << 24 | 67);
	triple(im, str(im, "name"), ID_ARRAY, 96);
	triple(im, 0, ID_ANON, 192);
	triple(im, str(im, "ubuf"), ID_USER_PTR, 256);
}

static void simple_types(struct image *im)
{
	str(im, "");
	integer(im, "int", 4, 1);
	integer(im, "char", 1, 0);
	integer(im, "_Bool", 1, 4);
	members(im);
	rec(im, "", BK_PTR, 0, false, ID_NODE);
	integer(im, "u64", 8, 0);
	rec(im, "user", BK_TYPE_TAG, 0, false, ID_CHAR);
	rec(im, "", BK_PTR, 0, false, ID_USER_TAG);
	rec(im, "", BK_ARRAY, 0, false, 0);
	triple(im, ID_CHAR, ID_INT, 10);
	rec(im, "color", BK_ENUM, 2, true, 4);
	word(im, str(im, "RED"));
	word(im, -1);
	word(im, str(im, "BLUE"));
	word(im, 5);
	rec(im, "wide", BK_ENUM64, 1, false, 8);
	triple(im, str(im, "HUGE_ONE"), 1, 2);
	rec(im, "later", BK_FWD, 0, true, 0);
	rec(im, "double", BK_FLOAT, 0, false, 8);
}

static void function_types(struct image *im)
{
	rec(im, "", BK_FUNC_PROTO, 3, false, ID_INT);
	word(im, 0);
	word(im, ID_NODE_PTR);
	word(im, str(im, "flags"));
	word(im, ID_U64);
	word(im, 0);
	word(im, 0);
	rec(im, "", BK_PTR, 0, false, ID_PROTO);
	rec(im, "do_it", BK_FUNC, 1, false, ID_PROTO);
	rec(im, "", BK_UNION, 2, false, 8);
	triple(im, str(im, "num"), ID_U64, 0);
	triple(im, str(im, "call"), ID_PROTO_PTR, 0);
	rec(im, "loop", BK_TYPEDEF, 0, false, ID_LOOP);
	rec(im, "", BK_PTR, 0, false, ID_SELF_PTR);
	rec(im, "btf_trace_ev", BK_TYPEDEF, 0, false, ID_PROTO_PTR);
	rec(im, "old_int", BK_INT, 0, false, 4);
	word(im, 1 << 24 | 2 << 16 | 5); /* 5 bits from bit 2 on */
	rec(im, "old", BK_STRUCT, 1, false, 4);
	triple(im, str(im, "bits"), ID_OLD_BITS, 8);
	rec(im, "", BK_CONST, 0, false, ID_CHAR);
	rec(im, "", BK_PTR, 0, false, ID_CONST_CHAR);
}

static size_t sample(uint8_t *out)
{
	struct image im = {};

	simple_types(&im);
	function_types(&im);
	return finish(&im, out);
}

static struct btf_file *start(const void *data, size_t n)
{
	struct btf_file *b = NULL;

	btf_file_from_memory(data, n, NULL, &b, &err);
	arena_done(&arena);
	types_init(&ts, &arena, b);
	return b;
}

static struct btf_file *open_sample(void)
{
	static uint8_t image[8192];

	return start(image, sample(image));
}

static const char *text(uint32_t id)
{
	return type_text(&arena, btf_type(&ts, ts.btf, id));
}

TEST(btf_scalars)
{
	struct btf_file *b = open_sample();

	CHECK(b);
	CHECK_EQ(btf_file_count(b), ID_CONST_PTR + 1);
	CHECK_STR(text(ID_INT), "int32");
	CHECK_STR(text(ID_CHAR), "int8");
	CHECK_STR(text(ID_BOOL), "bool");
	CHECK_STR(text(ID_U64), "uint64");
	CHECK_STR(text(ID_ARRAY), "int8[10]");
	CHECK_STR(text(ID_FLOAT), "double");
	CHECK_STR(text(ID_FWD), "union later");
	CHECK_STR(text(0), "none");
	CHECK_STR(text(9999), "none");
	CHECK_STR(text(ID_LOOP), "none");
	CHECK_EQ(btf_type(&ts, b, ID_SELF_PTR)->kind, TY_PTR);
	CHECK_EQ(btf_type(&ts, b, ID_USER_PTR)->space, AS_USER);
	CHECK_EQ(btf_type(&ts, b, ID_NODE_PTR)->space, AS_KERNEL);
	btf_file_free(b);
}

TEST(btf_structs)
{
	struct btf_file *b = open_sample();
	const struct type *t = types_lookup(&ts, "struct node");
	struct field f = {};

	CHECK(t && t->size == 40 && t->align == 8);
	CHECK(type_field(&ts, t, "next", &f) && f.type->to == t);
	CHECK(type_field(&ts, t, "low", &f));
	CHECK(f.offset == 8 && f.bit_offset == 0 && f.bit_size == 3);
	CHECK(type_field(&ts, t, "high", &f));
	CHECK(f.offset == 8 && f.bit_offset == 3 && f.bit_size == 9);
	CHECK(type_field(&ts, t, "call", &f));
	CHECK(f.offset == 24 && f.type->kind == TY_PTR && f.type->to->kind == TY_FUNC);
	CHECK(type_field(&ts, t, "ubuf", &f) && f.type->space == AS_USER);
	t = types_lookup(&ts, "struct old");
	CHECK(t && type_field(&ts, t, "bits", &f));
	CHECK(f.offset == 1 && f.bit_offset == 2 && f.bit_size == 5);
	CHECK(!types_lookup(&ts, "struct nod"));
	CHECK(!types_lookup(&ts, "node"));
	CHECK(!types_lookup(&ts, "union node"));
	btf_file_free(b);
}

TEST(btf_enums)
{
	struct btf_file *b = open_sample();
	struct enum_const c = {};
	int64_t v = 0;

	CHECK(btf_file_enumerator(b, "color", "RED", &v) && v == -1);
	CHECK(btf_file_enumerator(b, "wide", "HUGE_ONE", &v) && v == 0x200000001);
	CHECK(!btf_file_enumerator(b, "color", "HUGE_ONE", &v));
	CHECK(!btf_file_enumerator(b, "node", "RED", &v));
	CHECK(types_enumerator(&ts, "BLUE", &c) && c.value == 5);
	CHECK_STR(type_text(&arena, c.type), "enum color");
	CHECK_STR(type_enum_name(c.type, -1), "RED");
	CHECK(!types_enumerator(&ts, "next", &c));
	btf_file_free(b);
}

TEST(btf_functions)
{
	struct btf_file *b = open_sample();
	const struct type *t = btf_func_type(&ts, b, "do_it");
	struct strbuf sb = {};

	CHECK(t && t->st->fields.n == 2);
	CHECK_STR(t->st->fields.v[0].name, "arg0");
	CHECK_STR(t->st->fields.v[1].name, "flags");
	CHECK_EQ(t->st->fields.v[1].offset, 8);
	CHECK_STR(type_text(&arena, t), "int32 (struct node *, uint64)");
	type_print_field(&sb, t->st, 0);
	CHECK_STR(sb_str(&sb), "struct node * arg0");
	CHECK(!btf_func_type(&ts, b, "node"));
	t = btf_rawtp_type(&ts, b, "ev");
	CHECK(t && t->st->fields.n == 1);
	CHECK_STR(t->st->fields.v[0].name, "flags");
	CHECK_EQ(t->st->fields.v[0].offset, 0);
	CHECK(!btf_rawtp_type(&ts, b, "none"));
	sb_done(&sb);
	btf_file_free(b);
}

TEST(btf_c_text)
{
	struct btf_file *b = open_sample();
	struct strbuf sb = {};

	type_print_def(&ts, &sb, types_lookup(&ts, "struct node"));
	CHECK_STR(sb_str(&sb), "struct node {\n\tstruct node *next;\n\tint low: 3;\n"
			       "\tint high: 9;\n\tchar name[10];\n\tunion {\n\t\tu64 num;\n"
			       "\t\tint (*call)(struct node *, u64 flags, ...);\n\t};\n"
			       "\tchar *ubuf;\n};\n");
	sb_reset(&sb);
	type_print_def(&ts, &sb, types_lookup(&ts, "enum color"));
	CHECK_STR(sb_str(&sb), "enum color {\n\tRED = -1,\n\tBLUE = 5,\n};\n");
	sb_done(&sb);
	btf_file_free(b);
}

static int count_one(void *arg, const struct btf_info *info)
{
	return ++*(int *)arg == 100;
}

TEST(btf_walking)
{
	struct btf_file *b = open_sample();
	struct btf_info info;
	int n = 0;

	CHECK_EQ(btf_file_each(b, BK_PTR, count_one, &n), 0);
	CHECK_EQ(n, 5);
	CHECK_EQ(btf_file_find(b, BK_STRUCT, "node"), ID_NODE);
	CHECK_EQ(btf_file_find(b, BK_VOID, "do_it"), ID_FUNC);
	CHECK_EQ(btf_file_find(b, BK_UNION, "node"), 0);
	CHECK_EQ(btf_file_find(b, BK_VOID, ""), 0);
	CHECK(btf_file_info(b, ID_ARRAY, &info) && info.type == ID_CHAR && info.vlen == 10);
	CHECK(btf_file_info(b, 0, &info) && info.kind == BK_VOID);
	CHECK(!btf_file_info(b, 100, &info));
	btf_file_free(b);
}

TEST(btf_several_names_at_once)
{
	static const char *const names[] = { "node", "nothing", "do_it" };
	struct btf_file *b = open_sample();
	uint32_t ids[3];

	btf_file_find_all(b, BK_STRUCT, names, ids, 3);
	CHECK_EQ(ids[0], ID_NODE);
	CHECK_EQ(ids[1], 0);
	CHECK_EQ(ids[2], 0);
	btf_file_find_all(b, BK_FUNC, names, ids, 3);
	CHECK_EQ(ids[0], 0);
	CHECK_EQ(ids[2], ID_FUNC);
	btf_file_free(b);
}

/* Prototypes that take themselves or arrays of themselves, which no compiler makes. */
TEST(btf_functions_of_themselves)
{
	uint8_t data[256];
	struct image im = {};
	struct btf_file *b;
	const struct type *t;

	str(&im, "");
	rec(&im, "", BK_FUNC_PROTO, 3, false, 1);
	for (uint32_t id = 1; id <= 3; id++) {
		word(&im, 0);
		word(&im, id);
	}
	rec(&im, "", BK_ARRAY, 0, false, 0);
	triple(&im, 1, 1, 4);
	rec(&im, "", BK_PTR, 0, false, 1);
	b = start(data, finish(&im, data));
	t = btf_type(&ts, b, 1);
	CHECK_EQ(type_fields(&ts, t)->fields.n, 3);
	CHECK_STR(type_text(&arena, t), "void (none, none, void (*)(...))");
	btf_file_free(b);
}

/* A module's file, with a struct of its own that has the base's first type as a field. */
static struct btf_file *open_module(struct btf_file *base)
{
	static uint8_t data[4096];
	struct btf_file *b = NULL;
	struct image im = {};
	uint32_t shift = 0;
	uint8_t whole[8192];
	size_t n = sample(whole);

	memcpy(&shift, whole + 20, 4);
	rec(&im, "module_thing", BK_STRUCT, 1, false, 8);
	im.types[0] += shift;
	triple(&im, shift + str(&im, "list"), ID_NODE_PTR, 0);
	CHECK(n > shift);
	n = finish(&im, data);
	CHECK_EQ(btf_file_from_memory(data, n, base, &b, &err), 0);
	return b;
}

/* Ids and strings go on from the base's. */
TEST(btf_split)
{
	struct btf_file *base = open_sample(), *b = open_module(base);
	uint32_t first = btf_file_count(base);
	struct field f = {};
	const struct type *t;

	CHECK_EQ(btf_file_find(b, BK_STRUCT, "module_thing"), first);
	CHECK_EQ(btf_file_find(b, BK_STRUCT, "node"), ID_NODE);
	CHECK_EQ(btf_file_find(base, BK_STRUCT, "module_thing"), 0);
	t = btf_type(&ts, b, first);
	CHECK(type_field(&ts, t, "list", &f));
	CHECK(f.type->to == types_lookup(&ts, "struct node"));
	btf_file_free(b);
	btf_file_free(base);
}

/* The same names again and again, of both in turn, until there is an index: the answers stay. */
TEST(btf_split_again)
{
	struct btf_file *base = open_sample(), *b = open_module(base);
	uint32_t first = btf_file_count(base);

	for (int i = 0; i < 1000; i++) {
		CHECK_EQ(btf_file_find(b, BK_STRUCT, "node"), ID_NODE);
		CHECK_EQ(btf_file_find(base, BK_STRUCT, "node"), ID_NODE);
		CHECK_EQ(btf_file_find(base, BK_FUNC, "node"), 0);
		CHECK_EQ(btf_file_find(b, BK_STRUCT, "module_thing"), first);
		CHECK_EQ(btf_file_find(base, BK_STRUCT, "module_thing"), 0);
		CHECK_EQ(btf_file_find(b, BK_FUNC, "nowhere"), 0);
		CHECK_EQ(btf_file_find(base, BK_FUNC, "nowhere"), 0);
	}
	btf_file_free(b);
	btf_file_free(base);
}

TEST(btf_broken_headers)
{
	static uint8_t good[8192], data[8192];
	struct btf_file *b = NULL;
	size_t n = sample(good);

	CHECK_EQ(btf_file_from_memory("", 0, NULL, &b, &err), -EINVAL);
	for (size_t i = 0; i < 24; i++) {
		memcpy(data, good, n);
		data[i] = 0xff;
		if (!btf_file_from_memory(data, n, NULL, &b, &err)) {
			btf_file_count(b);
			btf_file_free(b);
		}
	}
	memcpy(data, good, n);
	data[n - 1] = 'x';
	CHECK_EQ(btf_file_from_memory(data, n, NULL, &b, &err), -EINVAL);
	CHECK_STR(err.what, "broken BTF: strings are not terminated");
	memcpy(data, "\xeb\x9f", 2);
	CHECK_EQ(btf_file_from_memory(data, n, NULL, &b, &err), -EINVAL);
	CHECK_STR(err.what, "BTF is of the other byte order");
	CHECK_EQ(btf_file_open("/nowhere", NULL, &b, &err), -ENOENT);
}

static void use_type(const struct type *t)
{
	struct strbuf sb = {};
	const struct struct_def *st = type_fields(&ts, t);
	struct field f;

	type_field(&ts, t, "no such field", &f);
	type_print_def(&ts, &sb, t);
	for (size_t i = 0; st && i < st->fields.n; i++)
		type_print_field(&sb, st, i);
	sb_done(&sb);
}

static void use_everything(struct btf_file *b)
{
	uint32_t n = btf_file_count(b), id;
	int64_t v;
	struct near near;

	for (id = 0; id <= n && id < 200; id++)
		use_type(btf_type(&ts, b, id));
	btf_func_type(&ts, b, "do_it");
	btf_rawtp_type(&ts, b, "ev");
	btf_file_enumerator(b, "color", "BLUE", &v);
	btf_file_any_enumerator(b, "HUGE_ONE", &v, &id);
	near_start(&near, "struct nodes");
	types_near(&ts, "struct nodes", &near);
}

TEST(btf_truncated)
{
	static uint8_t good[8192];
	size_t n = sample(good);

	for (size_t cut = 0; cut < n; cut += 3) {
		uint8_t *copy = malloc(n);
		struct btf_file *b;
		uint32_t lens[2];

		/* Cut, and cut with a header that admits to it. */
		memcpy(copy, good, n);
		b = start(copy, cut);
		CHECK(!b);
		memcpy(lens, copy + 12, 4);
		lens[0] = lens[0] > cut ? cut : lens[0];
		memcpy(copy + 12, lens, 4);
		b = start(copy, n);
		if (b)
			use_everything(b);
		btf_file_free(b);
		free(copy);
	}
}

TEST(btf_mutated)
{
	static uint8_t good[8192];
	size_t n = sample(good);
	uint8_t *copy = malloc(n);

	srand(7);
	for (int round = 0; round < 400; round++) {
		struct btf_file *b;

		memcpy(copy, good, n);
		for (int i = 1 + rand() % 12; i > 0; i--) {
			size_t at = 24 + rand() % (n - 24);

			copy[at] = rand() % 3 ? rand() % 32 : rand();
		}
		b = start(copy, n);
		if (b)
			use_everything(b);
		btf_file_free(b);
	}
	free(copy);
}

TEST(btf_random)
{
	uint8_t data[1024];

	srand(3);
	for (int round = 0; round < 1000; round++) {
		uint32_t hdr[6] = { 1 << 16 | 0xeb9f, 24, 0, 800, 800, 200 };
		struct btf_file *b;

		for (size_t i = 0; i < sizeof(data); i++)
			data[i] = rand() % 2 ? rand() % 24 : 0;
		memcpy(data, hdr, 24);
		data[1023] = data[24 + 800] = 0;
		b = start(data, sizeof(data));
		CHECK(b);
		if (b)
			use_everything(b);
		btf_file_free(b);
	}
}

static struct btf_file *open_vmlinux(void)
{
	struct btf_file *b = NULL;

	if (access(VMLINUX, R_OK))
		return NULL;
	CHECK_EQ(btf_file_open(VMLINUX, NULL, &b, &err), 0);
	arena_done(&arena);
	types_init(&ts, &arena, b);
	return b;
}

static void check_offset(const char *type, const char *name, uint32_t offset, uint32_t size)
{
	const struct type *t = types_lookup(&ts, type);
	struct field f = {};

	CHECK(t && type_field(&ts, t, name, &f));
	CHECK_EQ(f.offset, offset);
	CHECK_EQ(f.type ? f.type->size : 0, size);
}

/* Layouts that user space shares with the kernel are known here too. */
TEST(btf_of_this_kernel)
{
	struct btf_file *b = open_vmlinux();
	const struct type *t;
	struct field f = {};
	int64_t v = 0;

	if (!b)
		return;
	CHECK(btf_file_enumerator(b, "bpf_func_id", "BPF_FUNC_map_lookup_elem", &v) && v == 1);
	CHECK(btf_file_any_enumerator(b, "BPF_MAP_TYPE_ARRAY", &v, &(uint32_t){ 0 }) && v == 2);
	check_offset("struct timespec64", "tv_nsec", 8, 8);
	check_offset("struct iovec", "iov_len", 8, 8);
	check_offset("struct sockaddr_in", "sin_port", 2, 2);
	t = types_lookup(&ts, "struct task_struct");
	CHECK(t && type_field(&ts, t, "comm", &f));
	CHECK_STR(type_text(&arena, f.type), "int8[16]");
	CHECK(type_field(&ts, t, "real_parent", &f) && f.type->to->st == t->st);
	t = types_lookup(&ts, "pid_t");
	CHECK(t && t->is_signed && t->size == 4);
	t = btf_func_type(&ts, b, "vfs_read");
	CHECK(t && t->st->fields.n == 4);
	CHECK(t && t->st->fields.v[1].type->kind == TY_PTR);
	t = btf_rawtp_type(&ts, b, "sched_switch");
	CHECK(t && t->st->fields.n >= 3);
	CHECK(t && t->st->fields.v[1].type->to->st == types_lookup(&ts, "struct task_struct")->st);
	CHECK(!types_lookup(&ts, "struct this_is_not_there"));
	btf_file_free(b);
	arena_done(&arena);
}

/* Every member of every structure is taken over, and its bit fields fit their storage. */
static int check_struct(void *arg, const struct btf_info *info)
{
	const struct type *t = btf_type(&ts, ts.btf, info->id);
	const struct struct_def *st = type_fields(&ts, t);

	if (st->fields.n != info->vlen || t->size != info->size || t->size % t->align)
		UNIT_FAIL("struct %s: %zu of %u members", info->name, st->fields.n, info->vlen);
	return 0;
}

TEST(btf_all_structs_of_this_kernel)
{
	struct btf_file *b = open_vmlinux();

	if (!b)
		return;
	btf_file_each(b, BK_STRUCT, check_struct, NULL);
	btf_file_each(b, BK_UNION, check_struct, NULL);
	btf_file_free(b);
	arena_done(&arena);
}

/* Searches by index, once there have been many, find what searches by walking find. */
TEST(btf_index)
{
	struct btf_file *b = open_vmlinux();
	uint32_t first;

	if (!b)
		return;
	first = btf_file_find(b, BK_FUNC, "vfs_read");
	CHECK(first);
	for (int i = 0; i < 100; i++)
		CHECK_EQ(btf_file_find(b, BK_FUNC, "no_such_function_at_all"), 0);
	CHECK_EQ(btf_file_find(b, BK_FUNC, "vfs_read"), first);
	CHECK_EQ(btf_file_find(b, BK_STRUCT, "vfs_read"), 0);
	btf_file_free(b);
}
