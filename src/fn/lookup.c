/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers that are looked up in /sys and /proc when they are printed: disk_name, pid_comm. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "fn/internal.h"

#define MINOR_BITS 20 /* of the kernel's own device numbers: include/linux/kdev_t.h */

static uint32_t number_of(const void *bytes)
{
	uint32_t v;

	memcpy(&v, bytes, sizeof(v));
	return v;
}

static int64_t lookup_number(const struct type *t, const void *bytes)
{
	return number_of(bytes);
}

/* /sys/dev/block/8:0 is a link whose last part is the name. "8:0" if there is none. */
static void disk_text(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	uint32_t dev = number_of(bytes);
	char path[64], link[512], *name;
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u", dev >> MINOR_BITS, dev & ((1 << MINOR_BITS) - 1));
	n = readlink(path, link, sizeof(link) - 1);
	link[n > 0 ? n : 0] = 0;
	name = strrchr(link, '/');
	name = name ? name + 1 : strrchr(path, '/') + 1;
	render_escape(r, out, name, strlen(name));
}

static void pid_comm_text(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	_cleanup_sb_ struct strbuf text = { 0 };
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/comm", number_of(bytes));
	if (file_read(path, 64, &text) < 0 || text.n < 2)
		sb_addc(out, '?');
	else
		render_escape(r, out, text.p, text.n - 1); /* without the newline */
}

static const struct value_ops disk_value = { .name = "disk_t", .text = disk_text, .number = lookup_number };
static const struct value_ops pid_comm_value = { .name = "pid_comm_t", .text = pid_comm_text, .number = lookup_number };

static bool check_lookup(struct check *ck, struct node *call)
{
	call->type = type_opaque(check_types(ck), call->fn->value, 4, 4);
	return true;
}

static struct ir_val *lower_lookup(struct lower *lw, struct node *call)
{
	struct ir_val *v = lower_expr(lw, call->list.v[0]);

	return lower_pack(lw, 4, 1, (uint32_t[]){ 0 }, (uint32_t[]){ 4 }, &v);
}

const struct fn_ops fn_disk_name = {
	.name = "disk_name", .proto = "disk_name(int dev): disk_t", .doc = "name of a block device (sda, vda1), looked up when it is printed",
	.flags = FN_CALL, .min_args = 1, .max_args = 1, .arg = { FA_INT }, .check = check_lookup, .lower = lower_lookup,
	.value = &disk_value,
};

const struct fn_ops fn_pid_comm = {
	.name = "pid_comm", .proto = "pid_comm(int pid): pid_comm_t", .doc = "name of a process or thread, looked up when it is printed",
	.flags = FN_CALL, .min_args = 1, .max_args = 1, .arg = { FA_INT }, .check = check_lookup, .lower = lower_lookup,
	.value = &pid_comm_value,
};
