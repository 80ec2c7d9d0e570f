/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Symbols: ksym, usym, kaddr, uaddr. */
#include <stdio.h>

#include "base/fdutil.h"
#include "fn/internal.h"
#include "sym/elfsym.h"
#include "sym/ksyms.h"
#include "sym/usyms.h"

static void add_offset(struct strbuf *out, uint64_t off)
{
	if (!off)
		return;
	sb_addc(out, '+');
	sb_addu(out, off);
}

static uint64_t u64_at(const void *bytes)
{
	uint64_t v;

	memcpy(&v, bytes, sizeof(v));
	return v;
}

static void add_hex(struct strbuf *out, uint64_t v)
{
	sb_adds(out, "0x");
	sb_addx(out, v);
}

static void ksym_text(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	uint64_t addr = u64_at(bytes);
	const struct ksym *s = ksyms_find(r->ksyms, addr);

	if (!s) {
		add_hex(out, addr);
		return;
	}
	sb_adds(out, s->name);
	add_offset(out, addr - s->addr);
}

static int64_t address(const struct type *t, const void *bytes)
{
	return u64_at(bytes);
}

const struct value_ops ksym_value = { .name = "ksym_t", .text = ksym_text, .number = address };

/* Address, process. */
#define USYM_SIZE 16

static void usym_text(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	uint64_t addr = u64_at(bytes);
	struct usym s;
	uint32_t pid;

	memcpy(&pid, (const char *)bytes + 8, sizeof(pid));
	if (!usyms_find(r->usyms, pid, addr, &s) || !s.name) {
		add_hex(out, addr);
		return;
	}
	render_escape(r, out, s.name, strlen(s.name));
	add_offset(out, s.offset);
}

const struct value_ops usym_value = { .name = "usym_t", .text = usym_text, .number = address };

const struct type *fn_ksym_type(struct check *ck)
{
	return type_opaque(check_types(ck), &ksym_value, 8, 8);
}

const struct type *fn_usym_type(struct check *ck)
{
	check_tables(ck)->user_symbols = true;
	return type_opaque(check_types(ck), &usym_value, USYM_SIZE, 8);
}

struct ir_val *fn_pack_ksym(struct lower *lw, struct ir_val *addr)
{
	return lower_pack(lw, 8, 1, (uint32_t[]){ 0 }, (uint32_t[]){ 8 }, &addr);
}

struct ir_val *fn_pack_usym(struct lower *lw, struct ir_val *addr)
{
	struct ir_val *parts[2] = { addr, fn_lower_pid(lw) };

	return lower_pack(lw, USYM_SIZE, 2, (uint32_t[]){ 0, 8 }, (uint32_t[]){ 8, 8 }, parts);
}

static struct ir_val *lower_ksym(struct lower *lw, struct node *call)
{
	return fn_pack_ksym(lw, lower_expr(lw, call->list.v[0]));
}

const struct fn_ops fn_ksym = {
	.name = "ksym", .proto = "ksym(address): ksym_t", .doc = "kernel symbol at an address", .flags = FN_CALL,
	.min_args = 1, .max_args = 1, .arg = { FA_INT | FA_PTR }, .type_of = fn_ksym_type, .lower = lower_ksym,
	.value = &ksym_value,
};

static struct ir_val *lower_usym(struct lower *lw, struct node *call)
{
	return fn_pack_usym(lw, lower_expr(lw, call->list.v[0]));
}

const struct fn_ops fn_usym = {
	.name = "usym", .proto = "usym(address): usym_t", .doc = "symbol of the process at an address",
	.flags = FN_CALL, .min_args = 1, .max_args = 1, .arg = { FA_INT | FA_PTR }, .type_of = fn_usym_type,
	.lower = lower_usym,
	.value = &usym_value,
};

static bool const_name(struct check *ck, struct node *call, const char **ret)
{
	uint32_t len;

	if (check_const_str(ck, call->list.v[0], ret, &len))
		return true;
	return check_error(ck, call->list.v[0]->span, DT_bad_argument, "%s() expects a string literal", call->name);
}

static bool set_address(struct node *call, uint64_t addr, const struct type *t)
{
	call->type = t;
	call->is_const = true;
	call->ival = addr;
	return true;
}

static bool check_kaddr(struct check *ck, struct node *call)
{
	const char *name;
	uint64_t addr;

	if (call->is_const)
		return true;
	if (!const_name(ck, call, &name))
		return false;
	addr = ksyms_addr(check_env(ck)->ksyms, name);
	if (!addr)
		return check_error(ck, call->span, DT_unknown_symbol, "Failed to resolve kernel symbol: %s", name);
	return set_address(call, addr, type_u64());
}

static struct ir_val *lower_kaddr(struct lower *lw, struct node *call)
{
	return lower_late(lw, LATE_SYMBOL, call->list.v[0]->str, call->ival);
}

static struct ir_val *lower_address(struct lower *lw, struct node *call)
{
	return ir_iconst(lower_b(lw), call->ival);
}

const struct fn_ops fn_kaddr = {
	.name = "kaddr", .proto = "kaddr(string symbol): uint64", .doc = "address of a kernel symbol", .flags = FN_CALL,
	.min_args = 1, .max_args = 1, .arg = { FA_CONST_STR }, .check = check_kaddr, .lower = lower_kaddr,
};

/* Where the kernel put a file's first loaded byte in a process, 0 if it is not mapped. */
static uint64_t load_base(pid_t pid, const char *path)
{
	_cleanup_sb_ struct strbuf text = { 0 };
	_cleanup_free_ char *real = realpath(path, NULL);
	char name[64], *line, *save = NULL;
	unsigned long long start, off;
	int at = 0;

	snprintf(name, sizeof(name), "/proc/%d/maps", pid);
	if (file_read(name, 16 << 20, &text) < 0 || !text.n)
		return 0;
	for (line = strtok_r(text.p, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (sscanf(line, "%llx-%*x %*s %llx %*s %*s %n", &start, &off, &at) == 2 && !off && at &&
		    !strcmp(line + at, real ? real : path))
			return start;
	return 0;
}

static const struct type *pointed(struct check *ck, uint64_t size)
{
	const struct type *to = type_u64();

	if (size == 1 || size == 2 || size == 4)
		to = type_int(size, false);
	return type_ptr(check_types(ck), to, AS_USER);
}

/* What is left for run time of the address of a symbol in a file that can be loaded anywhere. */
struct uaddr {
	const char *unknown; /* nothing tells where this file is; NULL: known */
	int64_t from_probe;  /* from the probed instruction */
};

/* Does the instruction pointer of a run tell which target it is? */
static bool ip_is_target(struct check *ck)
{
	const struct probe *p = check_probe(ck);
	struct target *t = check_target(ck);

	if (p->targets.n != 1 || !p->provider->lower_ip)
		return false;
	return !(p->provider->flags & PF_RETVAL) || (target_has(t, TF_UPROBE_MULTI) && target_has(t, TF_FUNC_IP));
}

/* Of a file that can be loaded anywhere: beside the probed instruction, else where it is in the traced process. */
static bool uaddr_moved(struct check *ck, struct node *call, struct elf_file *f, const struct elf_sym *s, const char *path)
{
	const struct probe_target *t = check_probe(ck)->targets.v[0];
	struct uaddr *u = arena_new(check_arena(ck), struct uaddr);
	pid_t pid = check_config(ck)->target_pid;
	uint64_t at, base;

	call->type = pointed(ck, s->size);
	call->fn_data = u;
	if (ip_is_target(ck) && elf_file_offset_to_addr(f, t->offset, &at)) {
		u->from_probe = (int64_t)(s->addr - at);
		return true;
	}
	base = pid > 0 ? load_base(pid, path) : 0;
	u->unknown = base ? NULL : path;
	return set_address(call, base + s->addr, call->type);
}

static bool uaddr_of(struct check *ck, struct node *call, const char *name, const char *path)
{
	struct elf_file *f;
	const struct elf_sym *s;
	struct err e = { 0 };
	bool ok;

	if (elf_file_open(path, &f, &e) < 0)
		return check_error(ck, call->span, DT_unknown_symbol, "%s", e.what);
	s = elf_file_find(f, name);
	if (!s)
		ok = check_error(ck, call->span, DT_unknown_symbol, "Could not resolve symbol: %s:%s", path, name);
	else if (elf_file_is_pie(f))
		ok = uaddr_moved(ck, call, f, s, path);
	else
		ok = set_address(call, s->addr, pointed(ck, s->size));
	elf_file_free(f);
	return ok;
}

static bool check_uaddr(struct check *ck, struct node *call)
{
	const char *path = check_probe(ck)->targets.v[0]->path, *name;
	const struct uaddr *u = call->fn_data;

	if (u && u->unknown)
		check_warn(ck, call->span, DT_unknown_symbol,
			   "%s can be loaded anywhere: give -p so that uaddr() knows where it is, or probe one function", u->unknown);
	if (call->is_const || u)
		return true;
	if (!const_name(ck, call, &name))
		return false;
	if (!path)
		return check_error(ck, call->span, DT_no_args, "uaddr can only be used with u(ret)probes and usdt probes");
	return uaddr_of(ck, call, name, path);
}

static struct ir_val *lower_uaddr(struct lower *lw, struct node *call)
{
	const struct uaddr *u = call->fn_data;

	if (call->is_const)
		return lower_address(lw, call);
	return ir_addi(lower_b(lw), lower_probe(lw)->provider->lower_ip(lw), u->from_probe);
}

const struct fn_ops fn_uaddr = {
	.name = "uaddr", .proto = "uaddr(string symbol): pointer", .doc = "address of a symbol of the probed binary",
	.flags = FN_CALL, .min_args = 1, .max_args = 1, .arg = { FA_CONST_STR }, .check = check_uaddr,
	.lower = lower_uaddr,
};
