/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time: nsecs, elapsed, time(), strftime(). */
#include <time.h>

#include "fn/internal.h"

struct ir_val *fn_lower_boot(struct lower *lw)
{
	bool boot = target_has(lower_target(lw), TF_BOOT_NS);

	return ir_call(lower_b(lw), boot ? IRH_ktime_get_boot_ns : IRH_ktime_get_ns, 0);
}

static bool check_nsecs(struct check *ck, struct node *n)
{
	const char *mode = n->list.n ? n->list.v[0]->name : "boot";

	n->type = type_u64();
	if (!strcmp(mode, "boot") || !strcmp(mode, "monotonic") || !strcmp(mode, "tai") || !strcmp(mode, "sw_tai"))
		return true;
	return check_error(ck, n->list.v[0]->span, DT_bad_argument, "Invalid timestamp mode: %s (monotonic, boot, tai, sw_tai)", mode);
}

static int64_t clock_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

/* What atomic time is ahead of the clock that programs read, when the script is compiled. */
static int64_t tai_offset(struct target *t)
{
	return clock_ns(CLOCK_TAI) - clock_ns(target_has(t, TF_BOOT_NS) ? CLOCK_BOOTTIME : CLOCK_MONOTONIC);
}

static struct ir_val *software_tai(struct lower *lw)
{
	return ir_bin(lower_b(lw), IR_add, fn_lower_boot(lw), lower_late(lw, LATE_TAI, "", tai_offset(lower_target(lw))));
}

struct ir_val *fn_lower_tai(struct lower *lw)
{
	return target_has(lower_target(lw), TF_TAI_NS) ? ir_call(lower_b(lw), IRH_ktime_get_tai_ns, 0) : software_tai(lw);
}

static struct ir_val *lower_nsecs(struct lower *lw, struct node *n)
{
	const char *mode = n->list.n ? n->list.v[0]->name : "boot";

	if (!strcmp(mode, "monotonic"))
		return ir_call(lower_b(lw), IRH_ktime_get_ns, 0);
	if (!strcmp(mode, "tai"))
		return ir_call(lower_b(lw), IRH_ktime_get_tai_ns, 0);
	if (!strcmp(mode, "sw_tai"))
		return software_tai(lw);
	return fn_lower_boot(lw);
}

const struct fn_ops fn_nsecs = {
	.name = "nsecs", .proto = "nsecs[(monotonic|boot|tai|sw_tai)]: uint64",
	.doc = "nanoseconds since boot", .flags = FN_VAR | FN_CALL, .max_args = 1, .arg = { FA_IDENT },
	.check = check_nsecs, .lower = lower_nsecs,
};

/* The start is a constant of the program: it is compiled just before it starts. */
static struct ir_val *lower_elapsed(struct lower *lw, struct node *n)
{
	bool boot = target_has(lower_target(lw), TF_BOOT_NS);
	int64_t start = clock_ns(boot ? CLOCK_BOOTTIME : CLOCK_MONOTONIC);

	return ir_bin(lower_b(lw), IR_sub, fn_lower_boot(lw), lower_late(lw, LATE_START, "", start));
}

const struct fn_ops fn_elapsed = {
	.name = "elapsed", .proto = "elapsed: uint64", .doc = "nanoseconds since the script was started",
	.flags = FN_VAR, .type_of = fn_u64, .lower = lower_elapsed,
};

#define TIME_TEXT 512

/* strftime with %f as microseconds. */
static void add_time(struct strbuf *out, const char *fmt, int64_t real_ns)
{
	time_t sec = real_ns / 1000000000;
	char micros[16], text[TIME_TEXT], pre[TIME_TEXT];
	size_t n = 0;
	struct tm tm;

	localtime_r(&sec, &tm);
	snprintf(micros, sizeof(micros), "%06lld", (long long)(real_ns % 1000000000 / 1000));
	for (; *fmt && n + 16 < sizeof(pre); fmt++) {
		if (fmt[0] == '%' && fmt[1] == 'f') {
			memcpy(pre + n, micros, 6);
			n += 6;
			fmt++;
		} else {
			pre[n++] = *fmt;
			if (fmt[0] == '%' && fmt[1])
				pre[n++] = *++fmt;
		}
	}
	pre[n] = 0;
	n = strftime(text, sizeof(text), pre, &tm);
	sb_add(out, text, n);
}

static bool check_time(struct check *ck, struct node *n)
{
	const char *fmt = "%H:%M:%S\n";
	uint32_t len;

	if (n->list.n && !check_const_str(ck, n->list.v[0], &fmt, &len))
		return check_error(ck, n->list.v[0]->span, DT_bad_argument, "time() expects a string literal");
	n->fn_data = (void *)fmt;
	n->type = type_none();
	return true;
}

static struct ir_val *lower_time(struct lower *lw, struct node *n)
{
	lower_emit(lw, n, 0, NULL, NULL, n->fn_data);
	return NULL;
}

static void handle_time(struct runtime *rt, const struct action *a, const struct value_ref *args)
{
	struct strbuf *text = rt_scratch(rt);
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	add_time(text, a->data, ts.tv_sec * 1000000000LL + ts.tv_nsec);
	rt_out(rt)->ops->text(rt_out(rt), OT_TIME, sb_str(text), text->n);
}

const struct fn_ops fn_time = {
	.name = "time", .proto = "time([string fmt])", .doc = "prints the wall-clock time (strftime format, %f microseconds)",
	.flags = FN_CALL | FN_ASYNC | FN_STMT, .max_args = 1, .arg = { FA_CONST_STR },
	.check = check_time, .lower = lower_time, .handle = handle_time,
	.data = FD_TEXT,
};

static void stamp_text(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	int64_t ns;

	memcpy(&ns, bytes, sizeof(ns));
	add_time(out, r->strings[t->param[0]], ns + r->boot_to_real);
}

static const struct value_ops stamp_value = { .name = "timestamp", .text = stamp_text };

static bool check_strftime(struct check *ck, struct node *n)
{
	const char *fmt;
	uint32_t len;

	if (!check_const_str(ck, n->list.v[0], &fmt, &len))
		return check_error(ck, n->list.v[0]->span, DT_bad_argument, "strftime() expects a string literal");
	n->type = type_opaque_p(check_types(ck), &stamp_value, 8, 8, check_string(ck, fmt), 0);
	return true;
}

static struct ir_val *lower_strftime(struct lower *lw, struct node *n)
{
	struct ir_val *ns = lower_expr(lw, n->list.v[1]);

	return lower_pack(lw, 8, 1, (uint32_t[]){ 0 }, (uint32_t[]){ 8 }, &ns);
}

const struct fn_ops fn_strftime = {
	.name = "strftime", .proto = "strftime(string fmt, int64 nsecs): timestamp",
	.doc = "a time since boot as wall-clock time", .flags = FN_CALL, .min_args = 2, .max_args = 2,
	.arg = { FA_CONST_STR, FA_INT }, .check = check_strftime, .lower = lower_strftime,
	.value = &stamp_value,
};
