/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where in a function a user probe costs least. The kernel emulates some instructions under a breakpoint ("push", jumps,
 * "nop"; arch/x86/kernel/uprobes.c) and runs all others out of line with a second trap: ten times the cost in a
 * virtual machine. So a probe at a function's start may move over what changes no register that anybody asks for:
 *
 *	endbr64                         of functions built for CET, if an emulated "push" follows
 *	test %rdi,%rdi; je ...          of free(), if the block has the predicate arg0: it would not run then
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "ir/ir.h"
#include "lang/ast.h"
#include "probe/entry.h"

#define LOOK 24 /* bytes of the function that are looked at */

#ifdef __x86_64__
/* The length of "test %rdi,%rdi; je" at code, 0: it is something else. */
static size_t null_test(const uint8_t *code)
{
	if (memcmp(code, "\x48\x85\xff", 3))
		return 0;
	if (code[3] == 0x74)
		return 5;
	return code[3] == 0x0f && code[4] == 0x84 ? 9 : 0;
}

static bool is_push(const uint8_t *code)
{
	return (code[0] & 0xf8) == 0x50 || (code[0] == 0x41 && (code[1] & 0xf8) == 0x50);
}

/*
 * "push %rbp" tells the kernel that the caller's frame is not there yet, as does endbr64 (is_uprobe_at_func_entry(),
 * 6.11): where stacks are taken nothing else will do.
 */
size_t entry_skip(const uint8_t *code, bool nonnull, bool stacks)
{
	size_t at = memcmp(code, "\xf3\x0f\x1e\xfa", 4) ? 0 : 4;

	if (nonnull)
		at += null_test(code + at);
	if (!at || !is_push(code + at) || (stacks && code[at] != 0x55))
		return 0;
	return at;
}

/* is_prefix_bad() and good_insns_64 of arch/x86/kernel/uprobes.c. */
size_t entry_suspect(const uint8_t *code)
{
	switch (code[0]) {
	case 0xf0:
		return 1;
	case 0xc5: /* VEX: one byte, or two, then the opcode */
		return 3;
	case 0xc4:
		return 4;
	case 0x62: /* EVEX: three */
		return 5;
	default:
		return 0;
	}
}
/*
 * Kernels up to this day (6.18) go by the opcode behind VEX and EVEX as if it stood alone. They "emulate" what looks like
 * a short jump, a call or nop, which skips the instruction, and leave the instruction pointer of what looks like a return
 * or a far jump where it was single-stepped.
 */
bool entry_breaks(const uint8_t *code)
{
	size_t n = entry_suspect(code);

	if (n < 3)
		return false;
	return (code[n - 1] & 0xf0) == 0x70 || memchr("\x90\xe8\xe9\xeb\xc2\xc3\xca\xcb\xea\x9a\x9d\xff", code[n - 1], 12);
}
#else
size_t entry_suspect(const uint8_t *code)
{
	return 0;
}

bool entry_breaks(const uint8_t *code)
{
	return false;
}

size_t entry_skip(const uint8_t *code, bool nonnull, bool stacks)
{
	return 0;
}
#endif

bool entry_is_harmful(int fd, uint64_t place)
{
	uint8_t code[ENTRY_SUSPECT];

	return pread(fd, code, sizeof(code), (off_t)place) == sizeof(code) && entry_breaks(code);
}

static bool is_arg0(const struct node *n)
{
	return (n->kind == E_IDENT || n->kind == E_CALL) && n->name && !strcmp(n->name, "arg0");
}

/* Does the block run only if arg0 is not 0? */
static bool wants_arg0(const struct node *pred)
{
	if (!pred)
		return false;
	if (pred->kind == E_BINOP && pred->op == OP_LAND)
		return wants_arg0(pred->a) || wants_arg0(pred->b);
	return is_arg0(pred);
}

static bool takes_stacks(const struct ir_fn *fn)
{
	vec_each(fn->blocks, i)
		for (const struct ir_val *v = fn->blocks.v[i]->first; v; v = v->next)
			if (v->op == IR_call && (v->imm == IRH_get_stackid || v->imm == IRH_get_stack))
				return true;
	return false;
}

uint64_t entry_place(const struct probe *p, const struct probe_target *t, int fd, bool ret)
{
	bool nonnull = !ret && p->block && wants_arg0(p->block->pred);
	uint8_t code[LOOK];

	if (!t->entry || pread(fd, code, sizeof(code), (off_t)t->offset) != sizeof(code))
		return t->offset;
	return t->offset + entry_skip(code, nonnull, !ret && (!p->fn || takes_stacks(p->fn)));
}
