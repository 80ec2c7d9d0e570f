/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two layouts of histograms: bpftrace's rows and BCC's. */
#include "out/render.h"

#include <string.h>

#define BAR_WIDTH 52
#define BCC_STARS 40
/* From this bucket on (2^32) BCC's columns are wider and the bar is half as long. */
#define BCC_WIDE 32

static void add_padded(struct strbuf *out, const char *text, size_t width)
{
	size_t n = strlen(text);

	sb_add(out, text, n);
	if (n < width)
		sb_fill(out, ' ', width - n);
}

static void add_bar(struct strbuf *out, char mark, unsigned marks, unsigned width)
{
	sb_addc(out, '|');
	sb_fill(out, mark, marks);
	sb_fill(out, ' ', width - marks);
	sb_adds(out, "|\n");
}

void render_hist_rows(struct strbuf *out, const struct hist_row *rows, size_t n)
{
	uint64_t max = 0;

	for (size_t i = 0; i < n; i++) {
		if (rows[i].count > max)
			max = rows[i].count;
	}
	for (size_t i = 0; i < n; i++) {
		/* In float, as bpftrace does: the last @ of a bar depends on it. */
		float share = max ? (float)rows[i].count / (float)max : 0;

		add_padded(out, rows[i].label, 16);
		sb_addf(out, "%8llu ", (unsigned long long)rows[i].count);
		add_bar(out, '@', (unsigned)(share * BAR_WIDTH), BAR_WIDTH);
	}
}

static void bcc_row(struct strbuf *out, size_t i, uint64_t count, uint64_t max, bool wide)
{
	unsigned long long low = i ? 1ull << i : 0, high = i == 63 ? ~0ull : (2ull << i) - 1;
	unsigned stars = wide ? BCC_STARS / 2 : BCC_STARS;

	sb_addf(out, wide ? "%20llu -> %-20llu : %-8llu " : "%10llu -> %-10llu : %-8llu ", low,
		high, (unsigned long long)count);
	add_bar(out, '*', max ? (unsigned)((unsigned __int128)stars * count / max) : 0, stars);
}

void render_hist_bcc(struct strbuf *out, const char *unit, const uint64_t *buckets, size_t n)
{
	size_t used = 0;
	uint64_t max = 0;
	bool wide;

	for (size_t i = 0; i < n && i < 64; i++) {
		if (buckets[i])
			used = i + 1;
		if (buckets[i] > max)
			max = buckets[i];
	}
	if (!used)
		return;
	wide = used > BCC_WIDE;
	sb_fill(out, ' ', wide ? 15 : 5);
	add_padded(out, unit, wide ? 29 : 19);
	sb_adds(out, " : count     distribution\n");
	for (size_t i = 0; i < used; i++)
		bcc_row(out, i, buckets[i], max, wide);
}

void render_steps_bcc(struct strbuf *out, const char *unit, const struct hist_step *steps, size_t n)
{
	uint64_t max = 0;
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		if (steps[i].count)
			used = i + 1;
		if (steps[i].count > max)
			max = steps[i].count;
	}
	if (!used)
		return;
	sb_fill(out, ' ', 5);
	add_padded(out, unit, 13);
	sb_adds(out, " : count     distribution\n");
	for (size_t i = 0; i < used; i++) {
		sb_addf(out, "        %-10lld : %-8llu ", (long long)steps[i].low, (unsigned long long)steps[i].count);
		add_bar(out, '*', (unsigned)((unsigned __int128)BCC_STARS * steps[i].count / max), BCC_STARS);
	}
}
