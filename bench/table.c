/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

static const char *const bar_text[] = {
	[BAR_MAX] = "<= %g", [BAR_MIN] = ">= %g", [BAR_PEER_MAX] = "<= %g bpftrace",
	[BAR_LIMIT_MAX] = "<= %g C", [BAR_LIMIT_MIN] = ">= %g C",
};

void samples_add(struct samples *s, double v)
{
	if (s->n < SAMPLES_MAX)
		s->v[s->n++] = v;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double median(const struct samples *s)
{
	struct samples sorted = *s;

	if (!s->n)
		return NAN;
	qsort(sorted.v, s->n, sizeof(*sorted.v), compare);
	return s->n % 2 ? sorted.v[s->n / 2] : (sorted.v[s->n / 2 - 1] + sorted.v[s->n / 2]) / 2;
}

static void print_value(double v, const char *unit, int width)
{
	int decimals = v == floor(v) || v >= 100 ? 0 : v >= 10 ? 1 : 2;
	char text[32] = "-";

	if (!isnan(v))
		snprintf(text, sizeof(text), "%.*f%s%s", decimals, v, *unit ? " " : "", unit);
	printf(" %*s", width, text);
}

static void print_ratio(double a, double b)
{
	if (isnan(a) || isnan(b) || b == 0)
		printf(" %9s", "-");
	else
		printf(" %9.*f", a / b < 0.1 ? 4 : 2, a / b);
}

static bool bar_holds(struct bar bar, double ours, double peer, double limit)
{
	switch (bar.kind) {
	case BAR_MAX: return ours <= bar.value;
	case BAR_MIN: return ours >= bar.value;
	case BAR_PEER_MAX: return ours <= bar.value * peer;
	case BAR_LIMIT_MAX: return ours <= bar.value * limit;
	case BAR_LIMIT_MIN: return ours >= bar.value * limit;
	case BAR_NONE: break;
	}
	return true;
}

/* What a bar compares with may not be there. */
static bool bar_known(struct bar bar, double ours, double peer, double limit)
{
	if (isnan(ours) || (bar.kind == BAR_PEER_MAX && isnan(peer)))
		return false;
	return (bar.kind != BAR_LIMIT_MAX && bar.kind != BAR_LIMIT_MIN) || !isnan(limit);
}

static void print_bar(struct bar bar, double ours, double peer, double limit)
{
	if (bar.kind == BAR_NONE)
		return;
	printf("  ");
	printf(bar_text[bar.kind], bar.value);
	if (!bar_known(bar, ours, peer, limit))
		printf(": ?");
	else
		printf(": %s", bar_holds(bar, ours, peer, limit) ? "yes" : "NO");
}

void table_head(const char *title, const char *method)
{
	printf("%s\n  %s\n", title, method);
	printf("  %-34s", "");
	for (int who = 0; who < WHO_N; who++)
		printf(" %15s", setup.name[who]);
	printf(" %9s %9s  bar\n", "/bpftrace", "/C");
}

void table_row(const char *what, const char *unit, const struct samples s[WHO_N],
	       const struct bar bars[2])
{
	double ours = median(&s[OURS]), peer = median(&s[PEER]), limit = median(&s[LIMIT]);

	printf("  %-34s", what);
	print_value(ours, unit, 15);
	print_value(peer, unit, 15);
	print_value(limit, unit, 15);
	print_ratio(ours, peer);
	print_ratio(ours, limit);
	for (int i = 0; bars && i < 2; i++)
		print_bar(bars[i], ours, peer, limit);
	printf("\n");
	fflush(stdout);
}
