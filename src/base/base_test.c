/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fdutil.h"
#include "base/strbuf.h"
#include "base/strmap.h"
#include "base/vec.h"

TEST(arena_gives_zeroed_aligned_memory)
{
	struct arena a = { 0 };

	for (size_t size = 0; size < 20000; size += 97) {
		unsigned char *p = arena_alloc(&a, size);

		CHECK_EQ((uintptr_t)p % 16, 0);
		for (size_t i = 0; i < size; i++) {
			if (p[i]) {
				CHECK(!"zeroed");
				break;
			}
		}
		memset(p, 0xff, size);
	}
	arena_done(&a);
	CHECK(!a.chunk);
}

TEST(arena_zero_sizes_are_distinct)
{
	struct arena a = { 0 };

	CHECK(arena_alloc(&a, 0) != arena_alloc(&a, 0));
	arena_done(&a);
}

TEST(arena_large_blocks_leave_the_current_chunk_in_use)
{
	struct arena a = { 0 };
	char *first = arena_alloc(&a, 16), *next;

	arena_alloc(&a, 10 << 20);
	next = arena_alloc(&a, 16);
	CHECK_EQ(next - first, 16);
	arena_done(&a);
}

TEST(arena_text)
{
	struct arena a = { 0 };

	CHECK_STR(arena_strdup(&a, "abc"), "abc");
	CHECK_STR(arena_strndup(&a, "abcdef", 3), "abc");
	CHECK_STR(arena_printf(&a, "%s-%d", "x", 7), "x-7");
	CHECK_STR(arena_printf(&a, "%s", ""), "");
	CHECK_EQ(strlen(arena_printf(&a, "%5000d", 1)), 5000);
	CHECK(!memcmp(arena_dup(&a, "\0\1\2", 3), "\0\1\2", 3));
	arena_done(&a);
}

TEST(strbuf_numbers)
{
	struct strbuf b = { 0 };

	CHECK_STR(sb_str(&b), "");
	sb_addu(&b, 0);
	sb_addc(&b, ' ');
	sb_addu(&b, ULLONG_MAX);
	sb_addc(&b, ' ');
	sb_addi(&b, LLONG_MIN);
	sb_addc(&b, ' ');
	sb_addi(&b, -1);
	sb_addc(&b, ' ');
	sb_addx(&b, 0);
	sb_addx(&b, ULLONG_MAX);
	CHECK_STR(sb_str(&b),
		  "0 18446744073709551615 -9223372036854775808 -1 0ffffffffffffffff");
	sb_done(&b);
}

TEST(strbuf_grows_and_is_taken)
{
	struct strbuf b = { 0 };
	char *taken;

	for (int i = 0; i < 1000; i++)
		sb_addf(&b, "%0*d", i % 90, 1);
	sb_fill(&b, 'x', 5000);
	CHECK_EQ(strlen(b.p), b.n);
	sb_reset(&b);
	CHECK_STR(sb_str(&b), "");
	sb_addf(&b, "%s", "abc");
	taken = sb_take(&b);
	CHECK_STR(taken, "abc");
	CHECK(!b.p && !b.n && !b.cap);
	free(taken);
	taken = sb_take(&b);
	CHECK_STR(taken, "");
	free(taken);
}

TEST(strmap_keeps_order_and_replaces)
{
	struct arena a = { 0 };
	struct strmap m;
	char key[16];

	strmap_init(&m, &a);
	CHECK(!strmap_get(&m, "k1"));
	for (uintptr_t i = 1; i <= 3000; i++) {
		snprintf(key, sizeof(key), "k%lu", (unsigned long)i);
		strmap_put(&m, key, (void *)i);
	}
	CHECK_EQ(m.n, 3000);
	CHECK_EQ((uintptr_t)strmap_get(&m, "k2999"), 2999);
	CHECK_STR(m.items[1234].key, "k1235");
	CHECK(strmap_put(&m, "k5", &m) == m.items[4].key);
	CHECK(strmap_get(&m, "k5") == &m);
	CHECK_EQ(m.n, 3000);
	CHECK(!strmap_get(&m, "k3001"));
	arena_done(&a);
}

TEST(strmap_keys_may_hold_nuls)
{
	struct arena a = { 0 };
	struct strmap m;

	strmap_init(&m, &a);
	strmap_putn(&m, "a\0b", 3, &a);
	strmap_putn(&m, "a\0c", 3, &m);
	CHECK(strmap_getn(&m, "a\0b", 3) == &a);
	CHECK(strmap_getn(&m, "a\0c", 3) == &m);
	CHECK(!strmap_get(&m, "a"));
	arena_done(&a);
}

TEST(err_text_may_hold_the_old_text)
{
	struct err e = { 0 };

	CHECK_EQ(err_set(&e, -EPERM, "no %s", "rights"), -EPERM);
	err_hint(&e, "be root");
	CHECK_EQ(err_prefix(&e, -EPERM, "cannot load %s: ", "x"), -EPERM);
	CHECK_STR(e.what, "cannot load x: no rights");
	CHECK_STR(e.hint, "be root");
	err_set(&e, -EINVAL, "again: %s", e.what);
	CHECK_STR(e.what, "again: cannot load x: no rights");
	CHECK_STR(e.hint, "");
	CHECK_EQ(e.code, -EINVAL);
	CHECK_EQ(err_set(NULL, -1, "x"), -1);
}

TEST(err_long_text_is_cut)
{
	struct err e = { 0 };

	err_set(&e, -1, "%2000d", 1);
	CHECK_EQ(strlen(e.what), sizeof(e.what) - 1);
	err_prefix(&e, -1, "%2000d", 1);
	CHECK_EQ(strlen(e.what), sizeof(e.what) - 1);
	err_hint(&e, "%2000d", 1);
	CHECK_EQ(strlen(e.hint), sizeof(e.hint) - 1);
}

TEST(errname_takes_both_signs)
{
	CHECK_STR(errname(-EACCES), "Permission denied");
	CHECK_STR(errname(EACCES), "Permission denied");
	CHECK_STR(errname(99999), "unknown error");
}

TEST(file_read_of_proc_and_limits)
{
	struct strbuf b = { 0 };

	sb_adds(&b, "before");
	CHECK_EQ(file_read("/nonexistent", 100, &b), -ENOENT);
	CHECK_EQ(file_read("/proc/self/maps", 1, &b), -EFBIG);
	CHECK_STR(sb_str(&b), "before");
	CHECK_EQ(file_read("/proc/self/comm", 100, &b), 0);
	CHECK(b.n > 1 && b.p[b.n - 1] == '\n' && strlen(b.p) == b.n);
	CHECK_EQ(file_read("/dev/null", 0, &b), 0);
	CHECK_EQ(b.n, 0);
	sb_done(&b);
}

TEST(file_read_of_exactly_max_bytes)
{
	struct strbuf b = { 0 };
	int fds[2];

	CHECK_EQ(pipe(fds), 0);
	CHECK_EQ(write(fds[1], "abcd", 4), 4);
	fd_close(&fds[1]);
	CHECK_EQ(fds[1], -1);
	CHECK_EQ(fd_read_all(fds[0], 4, &b), 0);
	CHECK_STR(sb_str(&b), "abcd");
	fd_close(&fds[0]);
	sb_done(&b);
}

TEST(file_write_replaces_files_and_feeds_the_rest)
{
	_cleanup_sb_ struct strbuf text = { 0 };
	char path[] = "/tmp/base-test-XXXXXX", pipe_path[64], link_path[64];
	int fd = mkstemp(path), ends[2] = { -1, -1 };

	CHECK(fd >= 0 && !pipe(ends));
	CHECK_EQ(file_write(path, "first", 5, 0666), 0);
	CHECK_EQ(file_write(path, "2nd", 3, 0666), 0);
	CHECK_EQ(file_read(path, 100, &text), 0);
	CHECK_STR(sb_str(&text), "2nd");
	CHECK_EQ(file_write("/nonexistent/folder", "", 0, 0666), -ENOENT);
	snprintf(link_path, sizeof(link_path), "%s.link", path);
	CHECK_EQ(symlink(path, link_path), 0);
	CHECK_EQ(file_write(link_path, "3", 1, 0666), 0);
	CHECK_EQ(file_read(path, 100, &text), 0);
	CHECK_STR(sb_str(&text), "3");
	CHECK_EQ(unlink(link_path), 0);
	unlink(path);

	/* What is no file stays what it is. */
	snprintf(pipe_path, sizeof(pipe_path), "/proc/self/fd/%d", ends[1]);
	CHECK_EQ(file_write(pipe_path, "through", 7, 0666), 0);
	fd_close(&ends[1]);
	CHECK_EQ(fd_read_all(ends[0], 100, &text), 0);
	CHECK_STR(sb_str(&text), "through");
	fd_close(&ends[0]);
	fd_close(&fd);
}

TEST(vec_grows)
{
	VEC(int) heap = { 0 }, inside = { 0 };
	struct arena a = { 0 };

	for (int i = 0; i < 100; i++) {
		vec_push(&heap, i);
		avec_push(&a, &inside, i);
	}
	CHECK_EQ(heap.n, 100);
	CHECK_EQ(heap.v[99], 99);
	CHECK_EQ(inside.v[50], 50);
	vec_done(&heap);
	arena_done(&a);
}

UNIT_MAIN
