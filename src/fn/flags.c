/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flags by name: open_flags, mount_flags, clone_flags of system calls, tcp_flags of packets, letters of
 * anything. Bits without a name are a number behind the names.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>

#include "fn/internal.h"

/* The C library has it as 0 where files are always large; old programs and the kernel itself set it. */
#ifdef __aarch64__
#define KERNEL_O_LARGEFILE 0400000
#else
#define KERNEL_O_LARGEFILE 0100000
#endif

struct flag {
	uint64_t bits;
	const char *name;
};

#define F(x) { (uint32_t)(x), #x }
/* Those that have others' bits come first. */
static const struct flag open_flags[] = {
	F(O_APPEND), F(O_CREAT), F(O_EXCL), F(O_TRUNC), F(O_NOCTTY), F(O_NONBLOCK), F(O_SYNC), F(O_DSYNC), F(O_ASYNC),
	F(O_DIRECT), { KERNEL_O_LARGEFILE, "O_LARGEFILE" }, F(O_TMPFILE), F(O_DIRECTORY), F(O_NOFOLLOW), F(O_NOATIME), F(O_CLOEXEC), F(O_PATH), { 0 },
};
static const struct flag mount_flags[] = {
	F(MS_RDONLY), F(MS_NOSUID), F(MS_NODEV), F(MS_NOEXEC), F(MS_SYNCHRONOUS), F(MS_REMOUNT), F(MS_MANDLOCK), F(MS_DIRSYNC),
	F(MS_NOSYMFOLLOW), F(MS_NOATIME), F(MS_NODIRATIME), F(MS_BIND), F(MS_MOVE), F(MS_REC), F(MS_SILENT), F(MS_POSIXACL),
	F(MS_UNBINDABLE), F(MS_PRIVATE), F(MS_SLAVE), F(MS_SHARED), F(MS_RELATIME), F(MS_KERNMOUNT), F(MS_I_VERSION),
	F(MS_STRICTATIME), F(MS_LAZYTIME), { 0 },
};
static const struct flag clone_flags[] = {
	F(CLONE_VM), F(CLONE_FS), F(CLONE_FILES), F(CLONE_SIGHAND), F(CLONE_PIDFD), F(CLONE_PTRACE), F(CLONE_VFORK),
	F(CLONE_PARENT), F(CLONE_THREAD), F(CLONE_NEWNS), F(CLONE_SYSVSEM), F(CLONE_SETTLS), F(CLONE_PARENT_SETTID),
	F(CLONE_CHILD_CLEARTID), F(CLONE_DETACHED), F(CLONE_UNTRACED), F(CLONE_CHILD_SETTID), F(CLONE_NEWCGROUP),
	F(CLONE_NEWUTS), F(CLONE_NEWIPC), F(CLONE_NEWUSER), F(CLONE_NEWPID), F(CLONE_NEWNET), F(CLONE_IO),
	{ 0x100000000, "CLONE_CLEAR_SIGHAND" }, { 0x200000000, "CLONE_INTO_CGROUP" }, { 0 },
};
#undef F
static const struct flag tcp_flags[] = {
	{ 1, "FIN" }, { 2, "SYN" }, { 4, "RST" }, { 8, "PSH" }, { 16, "ACK" }, { 32, "URG" }, { 64, "ECE" }, { 128, "CWR" }, { 0 },
};

static int64_t flags_number(const struct type *t, const void *bytes)
{
	int64_t v;

	memcpy(&v, bytes, sizeof(v));
	return v;
}

bool fn_open_flag(const char *name, size_t len, uint64_t *ret)
{
	static const struct flag modes[] = { { O_WRONLY, "O_WRONLY" }, { O_RDWR, "O_RDWR" }, { 0 } };
	const struct flag *const tables[] = { modes, open_flags };

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		for (const struct flag *f = tables[i]; f->name; f++)
			if (strlen(f->name) == len && !memcmp(f->name, name, len)) {
				*ret = f->bits;
				return true;
			}
	return false;
}

static void add(struct strbuf *out, size_t start, const char *name)
{
	if (out->n > start)
		sb_addc(out, '|');
	sb_adds(out, name);
}

/* start: where the value's text begins in out. */
static void flags_add(struct strbuf *out, size_t start, const struct flag *f, uint64_t v)
{
	for (; f->name; f++)
		if (f->bits && (v & f->bits) == f->bits) {
			add(out, start, f->name);
			v &= ~f->bits;
		}
	if (v || out->n == start) {
		add(out, start, "");
		sb_addf(out, v ? "0x%llx" : "%llu", (unsigned long long)v);
	}
}

static void open_text(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	static const char *const access[] = { "O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE" };
	uint64_t v = flags_number(t, bytes);
	size_t start = out->n;

	sb_adds(out, access[v & O_ACCMODE]);
	v &= ~(uint64_t)O_ACCMODE;
	if (v)
		flags_add(out, start, open_flags, v);
}

/* The highest half of the lower word was once a magic number, and still comes from old programs (MS_MGC_VAL). */
static void mount_text(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	uint64_t v = flags_number(t, bytes);

	if ((v & MS_MGC_MSK) == MS_MGC_VAL)
		v &= ~(uint64_t)MS_MGC_MSK;
	flags_add(out, out->n, mount_flags, v);
}

/* The lowest byte is the signal that the parent gets. */
static void clone_text(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	uint64_t v = flags_number(t, bytes);
	const char *sig = sigabbrev_np(v & CSIGNAL);
	size_t start = out->n;

	if (sig && (v & CSIGNAL)) {
		sb_addf(out, "SIG%s", sig);
		v &= ~(uint64_t)CSIGNAL;
	}
	if (v || out->n == start)
		flags_add(out, start, clone_flags, v);
}

static void tcp_text(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	flags_add(out, out->n, tcp_flags, flags_number(t, bytes));
}

static const struct value_ops tcp_value = { .name = "tcp_flags_t", .text = tcp_text, .number = flags_number };
static const struct value_ops open_value = { .name = "open_flags_t", .text = open_text, .number = flags_number };
static const struct value_ops mount_value = { .name = "mount_flags_t", .text = mount_text, .number = flags_number };
static const struct value_ops clone_value = { .name = "clone_flags_t", .text = clone_text, .number = flags_number };

static bool check_flags(struct check *ck, struct node *call)
{
	call->type = type_opaque(check_types(ck), call->fn->value, 8, 8);
	return true;
}

static struct ir_val *lower_flags(struct lower *lw, struct node *call)
{
	struct ir_val *v = lower_expr(lw, call->list.v[0]);

	return lower_pack(lw, 8, 1, (uint32_t[]){ 0 }, (uint32_t[]){ 8 }, &v);
}

const struct fn_ops fn_open_flags = {
	.name = "open_flags", .proto = "open_flags(int flags): open_flags_t", .doc = "flags of open() by name",
	.flags = FN_CALL, .min_args = 1, .max_args = 1, .arg = { FA_INT }, .check = check_flags, .lower = lower_flags,
	.value = &open_value,
};

const struct fn_ops fn_mount_flags = {
	.name = "mount_flags", .proto = "mount_flags(int flags): mount_flags_t", .doc = "flags of mount() by name",
	.flags = FN_CALL, .min_args = 1, .max_args = 1, .arg = { FA_INT }, .check = check_flags, .lower = lower_flags,
	.value = &mount_value,
};

const struct fn_ops fn_clone_flags = {
	.name = "clone_flags", .proto = "clone_flags(int flags): clone_flags_t", .doc = "flags of clone() and unshare() by name",
	.flags = FN_CALL, .min_args = 1, .max_args = 1, .arg = { FA_INT }, .check = check_flags, .lower = lower_flags,
	.value = &clone_value,
};

const struct fn_ops fn_tcp_flags = {
	.name = "tcp_flags", .proto = "tcp_flags(int flags): tcp_flags_t", .doc = "flags of a TCP header by name: SYN|ACK",
	.flags = FN_CALL, .min_args = 1, .max_args = 1, .arg = { FA_INT }, .check = check_flags, .lower = lower_flags,
	.value = &tcp_value,
};

/* letters(bits, "FTB"): the bits, then the letters, up to 8 bytes each. */
static void letters_text(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	const char *letter = (const char *)bytes + 8;
	uint64_t v = flags_number(t, bytes);

	for (unsigned i = 0; i < 8 && letter[i]; i++)
		sb_addc(out, v & (1u << i) ? letter[i] : '.');
}

static const struct value_ops letters_value = { .name = "letters_t", .text = letters_text, .number = flags_number };

static bool check_letters(struct check *ck, struct node *call)
{
	struct node *n = call->list.v[1];
	const char *text;
	uint32_t len;

	call->type = type_opaque(check_types(ck), &letters_value, 16, 8);
	if (check_const_str(ck, n, &text, &len) && strlen(text) <= 8 && *text) {
		call->fn_data = (void *)text;
		return true;
	}
	return check_error(ck, n->span, DT_bad_argument, "letters() expects a string of 1 to 8 letters");
}

static struct ir_val *lower_letters(struct lower *lw, struct node *call)
{
	char text[8] = "";
	int64_t word;
	struct ir_val *vals[2] = { lower_expr(lw, call->list.v[0]) };

	memcpy(text, call->fn_data, strlen(call->fn_data));
	memcpy(&word, text, sizeof(word));
	vals[1] = ir_iconst(lower_b(lw), word);
	return lower_pack(lw, 16, 2, (uint32_t[]){ 0, 8 }, (uint32_t[]){ 8, 8 }, vals);
}

const struct fn_ops fn_letters = {
	.name = "letters", .proto = "letters(int bits, string letters): letters_t",
	.doc = "a letter for each bit from the lowest, a dot where it is not set", .flags = FN_CALL, .min_args = 2, .max_args = 2,
	.arg = { FA_INT, FA_CONST_STR }, .check = check_letters, .lower = lower_letters, .value = &letters_value,
};
