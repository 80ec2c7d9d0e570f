/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * operators: what C++ programs and those of jemalloc call, where a library that was loaded before has it (LD_PRELOAD). Each
 * is freed again once; what is left: 24 bytes by op_new, 40 by op_array, 56 by op_nothrow, 128 by op_aligned, 900 by op_extended.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#define FUNC __attribute__((noinline))

static void *volatile kept;

static void *find(const char *name)
{
	void *f = dlsym(RTLD_DEFAULT, name);

	if (!f) {
		fprintf(stderr, "operators: no %s\n", name);
		exit(1);
	}
	return f;
}

/* void *operator new(size_t), and so on, by their names in C++'s binary interface */
FUNC static void *op_new(void)
{
	kept = ((void *(*)(size_t))find("_Znwm"))(24);
	return kept;
}

FUNC static void *op_array(void)
{
	kept = ((void *(*)(size_t))find("_Znam"))(40);
	return kept;
}

FUNC static void *op_nothrow(void)
{
	kept = ((void *(*)(size_t, const void *))find("_ZnwmRKSt9nothrow_t"))(56, "");
	return kept;
}

FUNC static void *op_aligned(void)
{
	kept = ((void *(*)(size_t, size_t))find("_ZnwmSt11align_val_t"))(128, 64);
	return kept;
}

FUNC static void *op_extended(void)
{
	void *p = ((void *(*)(size_t, int))find("mallocx"))(72, 0);

	kept = ((void *(*)(void *, size_t, int))find("rallocx"))(p, 900, 0);
	return kept;
}

static void drop(const char *name, void *p)
{
	((void (*)(void *, size_t, int))find(name))(p, 64, 0);
}

int main(int argc, char **argv)
{
	op_new();
	drop("_ZdlPv", op_new());
	op_array();
	drop("_ZdaPv", op_array());
	op_nothrow();
	drop("_ZdlPvRKSt9nothrow_t", op_nothrow());
	op_aligned();
	drop("_ZdlPvSt11align_val_t", op_aligned());
	if (dlsym(RTLD_DEFAULT, "mallocx")) {
		op_extended();
		drop("dallocx", op_extended());
	}
	return 0;
}
