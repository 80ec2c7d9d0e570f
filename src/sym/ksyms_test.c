/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "sym/ksyms.h"

/* A file of that content under a path; it lives until the program ends. */
static struct ksyms *ksyms_of(const char *text, size_t n)
{
	int fd = memfd_create("kallsyms", 0);
	char path[64];

	CHECK_EQ(write(fd, text, n), n);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return ksyms_new_from(path);
}

#define KSYMS(text) ksyms_of(text, sizeof(text) - 1)

static const char kernel[] = "0000000000000000 A fixed_percpu_data\n"
			     "ffffffff81000000 T _text\n"
			     "ffffffff81000000 T _stext\n"
			     "ffffffff81000100 t do_one\n"
			     "ffffffff81000180 D jiffies\n"
			     "ffffffff81000200 W do_two\n"
			     "ffffffffc0201000 t mod_a\t[ext4]\n"
			     "ffffffffc0200000 t mod_b\t[ext4]\n"
			     "ffffffffc0300000 t bpf_prog_x\t[bpf]\n";

TEST(symbols_by_address)
{
	struct ksyms *k = KSYMS(kernel);
	const struct ksym *s;

	CHECK(!ksyms_find(k, 0));
	CHECK(!ksyms_find(k, 0xffffffff80ffffff));
	s = ksyms_find(k, 0xffffffff81000000);
	CHECK(s);
	CHECK_STR(s->name, "_text");
	CHECK(!s->module);
	s = ksyms_find(k, 0xffffffff810001ff);
	CHECK_STR(s->name, "do_one"); /* data symbols do not count */
	CHECK_EQ(s->addr, 0xffffffff81000100);
	s = ksyms_find(k, 0xffffffffc0200fff);
	CHECK_STR(s->name, "mod_b");
	CHECK_STR(s->module, "ext4");
	s = ksyms_find(k, 0xffffffffc0300010);
	CHECK_STR(s->module, "bpf");
	CHECK(!ksyms_find(k, 0xffffffff90000000)); /* a hole */
	CHECK(!ksyms_find(k, ~0ull));
	ksyms_free(k);
}

TEST(addresses_by_name)
{
	struct ksyms *k = KSYMS(kernel);

	CHECK_EQ(ksyms_addr(k, "do_two"), 0xffffffff81000200);
	CHECK_EQ(ksyms_addr(k, "jiffies"), 0xffffffff81000180);
	CHECK_EQ(ksyms_addr(k, "mod_b"), 0xffffffffc0200000);
	CHECK_EQ(ksyms_addr(k, "do_tw"), 0);
	ksyms_find(k, 1); /* loads */
	CHECK_EQ(ksyms_addr(k, "do_two"), 0xffffffff81000200);
	CHECK_EQ(ksyms_addr(k, "jiffies"), 0xffffffff81000180);
	ksyms_free(k);
}

static int count_until_two(void *arg, const struct ksym *s)
{
	++*(int *)arg;
	return strcmp(s->name, "do_two") ? 0 : 7;
}

TEST(each_until_told_to_stop)
{
	struct ksyms *k = KSYMS(kernel);
	int n = 0;

	CHECK_EQ(ksyms_each(k, count_until_two, &n), 7);
	CHECK_EQ(n, 4);
	ksyms_free(k);
}

struct seen {
	struct strbuf names;
	unsigned left; /* after so many it ends */
};

static int note(void *arg, const struct ksym *s)
{
	struct seen *seen = arg;

	sb_addf(&seen->names, "%s%s%s ", s->name, s->module ? "@" : "", s->module ? s->module : "");
	return --seen->left ? 0 : 5;
}

static void expect_prefix(struct ksyms *k, const char *prefix, unsigned most, const char *names, int rc)
{
	struct seen seen = { .left = most };

	CHECK_EQ(ksyms_each_prefix(k, prefix, note, &seen), rc);
	CHECK_STR(sb_str(&seen.names), names);
	sb_done(&seen.names);
}

static const char copies[] = "ffffffff81000000 T do\nffffffff81000010 t do.isra.0\nffffffff81000020 D do_data\n"
			     "ffffffff81000030 t undo\nffffffff81000040 t do.part.0\nffffffffc0000000 t do\t[ do]\n"
			     "ffffffffc0000010 t do_it\t[mod]\nffffffffc0000020 t do_last";

/* Before all are loaded, and after. */
TEST(names_that_begin_so)
{
	struct ksyms *k = KSYMS(copies);

	for (int i = 0; i < 2; i++) {
		expect_prefix(k, "do", 99, "do do.isra.0 do.part.0 do@ do do_it@mod ", 0);
		expect_prefix(k, "do.", 99, "do.isra.0 do.part.0 ", 0);
		expect_prefix(k, "do", 2, "do do.isra.0 ", 5);
		expect_prefix(k, "none", 99, "", 0);
		CHECK_STR(ksyms_find(k, 0xffffffff81000018)->name, "do.isra.0"); /* loads */
	}
	ksyms_free(k);
	k = ksyms_new_from("/nonexistent");
	expect_prefix(k, "do", 99, "", 0);
	ksyms_free(k);
}

TEST(hidden_addresses)
{
	struct ksyms *k = KSYMS("0000000000000000 T a\n0000000000000000 T b\n");
	int n = 0;

	CHECK(!ksyms_find(k, 0));
	CHECK(!ksyms_find(k, 0x1000));
	CHECK_EQ(ksyms_addr(k, "a"), 0);
	CHECK_EQ(ksyms_each(k, count_until_two, &n), 0);
	CHECK_EQ(n, 2);
	ksyms_free(k);
}

TEST(garbage)
{
	struct ksyms *k =
		KSYMS("\n\nxyz\nffffffff81000000\nffffffff81000000 T\nffffffff81000000 T \n"
		      "ffffffff81000000 Tx name\nffffffff81000010 T ok\t[\nff T last_without_end");
	const struct ksym *s = ksyms_find(k, 0xffffffff81000010);

	CHECK(s);
	CHECK_STR(s->name, "ok");
	CHECK_EQ(ksyms_addr(k, "last_without_end"), 0);
	ksyms_free(k);
	k = ksyms_new_from("/nonexistent");
	CHECK(!ksyms_find(k, 0xffffffff81000010));
	CHECK_EQ(ksyms_addr(k, "x"), 0);
	ksyms_free(k);
	ksyms_free(NULL);
}

TEST(lines_over_the_border_of_a_piece)
{
	size_t n = 0, room = 300000;
	char *text = malloc(room);
	struct ksyms *k;
	char name[32];

	for (int i = 0; i < 9000; i++)
		n += (size_t)snprintf(text + n, room - n, "%016x t f_%d\n", 0x1000 + i * 16, i);
	k = ksyms_of(text, n);
	for (int i = 0; i < 9000; i += 7) {
		const struct ksym *s = ksyms_find(k, (uint64_t)(0x1000 + i * 16 + 3));

		snprintf(name, sizeof(name), "f_%d", i);
		CHECK_STR(s ? s->name : NULL, name);
	}
	ksyms_free(k);
	memset(text, 'a', room); /* no line end at all */
	k = ksyms_of(text, room);
	CHECK(!ksyms_find(k, 0x1000));
	ksyms_free(k);
	free(text);
}

UNIT_MAIN
