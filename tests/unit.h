/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unit tests.
 *
 *	TEST(name) { CHECK(cond); CHECK_EQ(int, int); CHECK_STR(s, "text"); }
 *	UNIT_MAIN
 *
 * A program may be of several files; exactly one of them says UNIT_MAIN. Tests run in the order
 * of their definition; a failed check is printed and the test goes on. The last line counts the
 * tests; the exit status is 1 if one failed. An argument runs only tests with it in their name.
 */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <stdio.h>
#include <string.h>

struct unit_test {
	const char *name;
	void (*run)(void);
	struct unit_test *next;
};

extern struct unit_test *unit_first, **unit_last;
extern unsigned unit_failed_checks;

#define TEST(id)                                                                                   \
	static void test_##id(void);                                                               \
	static struct unit_test unit_##id = { #id, test_##id, NULL };                              \
	__attribute__((constructor)) static void unit_register_##id(void)                          \
	{                                                                                          \
		if (!unit_last)                                                                    \
			unit_last = &unit_first;                                                   \
		*unit_last = &unit_##id;                                                           \
		unit_last = &unit_##id.next;                                                       \
	}                                                                                          \
	static void test_##id(void)

#define UNIT_FAIL(...)                                                                             \
	do {                                                                                       \
		unit_failed_checks++;                                                              \
		printf("%s:%d: ", __FILE__, __LINE__);                                             \
		printf(__VA_ARGS__);                                                               \
		putchar('\n');                                                                     \
	} while (0)

#define CHECK(cond)                                                                                \
	do {                                                                                       \
		if (!(cond))                                                                       \
			UNIT_FAIL("%s: not so: %s", __func__, #cond);                              \
	} while (0)

#define CHECK_EQ(a, b)                                                                             \
	do {                                                                                       \
		long long unit_a_ = (long long)(a), unit_b_ = (long long)(b);                      \
		if (unit_a_ != unit_b_)                                                            \
			UNIT_FAIL("%s: %s is %lld (0x%llx), not %lld (0x%llx)", __func__, #a,      \
				  unit_a_, unit_a_, unit_b_, unit_b_);                             \
	} while (0)

#define CHECK_STR(a, b)                                                                            \
	do {                                                                                       \
		const char *unit_a_ = (a), *unit_b_ = (b);                                         \
		if (!unit_a_ || !unit_b_ ? unit_a_ != unit_b_ : strcmp(unit_a_, unit_b_) != 0)     \
			UNIT_FAIL("%s: %s is\n<<%s>>, not\n<<%s>>", __func__, #a,                  \
				  unit_a_ ? unit_a_ : "(null)", unit_b_ ? unit_b_ : "(null)");     \
	} while (0)

#define UNIT_MAIN                                                                                  \
	struct unit_test *unit_first, **unit_last;                                                 \
	unsigned unit_failed_checks;                                                               \
	int main(int argc, char **argv)                                                            \
	{                                                                                          \
		unsigned ran = 0, failed = 0;                                                      \
		for (struct unit_test *t = unit_first; t; t = t->next) {                           \
			unsigned before = unit_failed_checks;                                      \
			if (argc > 1 && !strstr(t->name, argv[1]))                                 \
				continue;                                                          \
			t->run();                                                                  \
			ran++;                                                                     \
			failed += unit_failed_checks != before;                                    \
		}                                                                                  \
		printf("%u tests, %u failed\n", ran, failed);                                      \
		return failed != 0 || !ran;                                                        \
	}

#endif
