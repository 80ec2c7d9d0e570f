/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flags of the kernel's allocations as the kernel's own tracepoints print them (include/trace/events/mmflags.h). */
#include "out/format_int.h"

#include <stdio.h>

#include "base/vec.h"

/*
 * Single flags by their bits, which are enumerators ___GFP_NAME_BIT since Linux 6.10; up to then, and on all kernels so
 * far, they are those of this table.
 */
enum flag {
	DMA, HIGHMEM, DMA32, MOVABLE, RECLAIMABLE, HIGH, IO, FS, ZERO, ATOMIC, DIRECT_RECLAIM,
	KSWAPD_RECLAIM, WRITE, NOWARN, RETRY_MAYFAIL, NOFAIL, NORETRY, MEMALLOC, COMP, NOMEMALLOC,
	HARDWALL, THISNODE, ACCOUNT, ZEROTAGS, NFLAGS,
};

static const char *const flag_names[NFLAGS] = {
	"DMA", "HIGHMEM", "DMA32", "MOVABLE", "RECLAIMABLE", "HIGH", "IO", "FS", "ZERO", "ATOMIC",
	"DIRECT_RECLAIM", "KSWAPD_RECLAIM", "WRITE", "NOWARN", "RETRY_MAYFAIL", "NOFAIL", "NORETRY",
	"MEMALLOC", "COMP", "NOMEMALLOC", "HARDWALL", "THISNODE", "ACCOUNT", "ZEROTAGS",
};

#define B(flag) (1u << (flag))
#define RECLAIM (B(DIRECT_RECLAIM) | B(KSWAPD_RECLAIM))
#define KERNEL (RECLAIM | B(IO) | B(FS))
#define USER (KERNEL | B(HARDWALL))
#define MOVABLE_USER (USER | B(HIGHMEM) | B(MOVABLE))
#define HUGE ((MOVABLE_USER | B(COMP) | B(NOMEMALLOC) | B(NOWARN)) & ~RECLAIM)

/* Names for several flags; the first that fits is taken. */
static const struct {
	const char *name;
	uint32_t flags;
} groups[] = {
	{ "GFP_TRANSHUGE", HUGE | B(DIRECT_RECLAIM) }, { "GFP_TRANSHUGE_LIGHT", HUGE },
	{ "GFP_HIGHUSER_MOVABLE", MOVABLE_USER }, { "GFP_HIGHUSER", USER | B(HIGHMEM) },
	{ "GFP_USER", USER }, { "GFP_KERNEL_ACCOUNT", KERNEL | B(ACCOUNT) },
	{ "GFP_KERNEL", KERNEL }, { "GFP_NOFS", RECLAIM | B(IO) },
	{ "GFP_ATOMIC", B(HIGH) | B(KSWAPD_RECLAIM) }, { "GFP_NOIO", RECLAIM },
	{ "GFP_NOWAIT", B(KSWAPD_RECLAIM) }, { "GFP_DMA", B(DMA) }, { "GFP_DMA32", B(DMA32) },
};

static uint64_t kernel_flag(struct types *ts, enum flag f)
{
	struct enum_const c;
	char name[64];

	snprintf(name, sizeof(name), "___GFP_%s_BIT", flag_names[f]);
	if (ts && types_enumerator(ts, name, &c) && c.value >= 0 && c.value < 64)
		return 1ull << c.value;
	return 1ull << f;
}

static void add(struct strbuf *out, size_t start, const char *name)
{
	if (out->n != start)
		sb_addc(out, '|');
	sb_adds(out, name);
}

/* The kernel's bits as those of the table; ret_rest: bits that have no name. */
static uint32_t known_flags(struct types *ts, uint64_t flags, uint64_t *ret_rest)
{
	uint32_t known = 0;

	for (enum flag f = 0; f < NFLAGS; f++) {
		uint64_t bit = kernel_flag(ts, f);

		if (!(flags & bit))
			continue;
		known |= B(f);
		flags &= ~bit;
	}
	*ret_rest = flags;
	return known;
}

void format_gfp(struct strbuf *out, struct types *ts, uint64_t flags)
{
	size_t start = out->n;
	uint64_t rest;
	uint32_t known = known_flags(ts, flags, &rest);

	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		if ((known & groups[i].flags) != groups[i].flags)
			continue;
		add(out, start, groups[i].name);
		known &= ~groups[i].flags;
	}
	for (enum flag f = 0; f < NFLAGS; f++) {
		if (!(known & B(f)))
			continue;
		add(out, start, "__GFP_");
		sb_adds(out, flag_names[f]);
	}
	if (rest) {
		add(out, start, "0x");
		sb_addx(out, rest);
	}
	if (out->n == start)
		sb_adds(out, "none");
}
