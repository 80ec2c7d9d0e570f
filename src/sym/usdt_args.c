/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arguments of USDT notes: "-4@%eax 8@16(%rsp)". N@ is the size, negative if signed; what follows
 * is an operand as the assembler of the machine writes it (SystemTap's wiki,
 * UserSpaceProbeImplementation). Both machines are always compiled, so both are always tested.
 */
#include <asm/ptrace.h>
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sym/elfsym.h"

/* One operand, not ended by a NUL. */
struct operand {
	const char *p, *end;
};

static void skip_blanks(struct operand *o)
{
	while (o->p < o->end && *o->p == ' ')
		o->p++;
}

static bool take(struct operand *o, char c)
{
	skip_blanks(o);
	if (o->p == o->end || *o->p != c)
		return false;
	o->p++;
	return true;
}

static bool at_end(struct operand *o)
{
	skip_blanks(o);
	return o->p == o->end;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * Decimal, octal or hexadecimal, as assemblers write numbers; false and no move if there is none.
 */
static bool take_number(struct operand *o, int64_t *ret)
{
	char digits[32], *end;
	const char *p;
	size_t n = 0;

	skip_blanks(o);
	for (p = o->p; p < o->end && n < sizeof(digits) - 1; p++) {
		if (!strchr("+-0123456789abcdefABCDEFxX", *p))
			break;
		digits[n++] = *p;
	}
	digits[n] = '\0';
	if (!n || !is_digit(digits[digits[0] == '-' || digits[0] == '+']))
		return false;
	errno = 0;
	*ret = digits[0] == '-' ? strtoll(digits, &end, 0) : (int64_t)strtoull(digits, &end, 0);
	if (errno)
		return false;
	o->p += end - digits;
	return true;
}

/* A register's name, as far as letters and digits go. */
static size_t take_name(struct operand *o, char name[8])
{
	size_t n = 0;

	skip_blanks(o);
	for (; o->p < o->end && ((*o->p >= 'a' && *o->p <= 'z') || is_digit(*o->p)); o->p++) {
		if (n < 7)
			name[n++] = *o->p;
	}
	name[n] = '\0';
	return n;
}

/* Offsets in struct pt_regs of <asm/ptrace.h>; names for 8, 4, 2 and 1 bytes. */
static const struct x86_reg {
	int offset;
	char names[4][6];
} x86_regs[] = {
	{ 0, { "r15", "r15d", "r15w", "r15b" } }, { 8, { "r14", "r14d", "r14w", "r14b" } },
	{ 16, { "r13", "r13d", "r13w", "r13b" } }, { 24, { "r12", "r12d", "r12w", "r12b" } },
	{ 32, { "rbp", "ebp", "bp", "bpl" } }, { 40, { "rbx", "ebx", "bx", "bl" } },
	{ 48, { "r11", "r11d", "r11w", "r11b" } }, { 56, { "r10", "r10d", "r10w", "r10b" } },
	{ 64, { "r9", "r9d", "r9w", "r9b" } }, { 72, { "r8", "r8d", "r8w", "r8b" } },
	{ 80, { "rax", "eax", "ax", "al" } }, { 88, { "rcx", "ecx", "cx", "cl" } },
	{ 96, { "rdx", "edx", "dx", "dl" } }, { 104, { "rsi", "esi", "si", "sil" } },
	{ 112, { "rdi", "edi", "di", "dil" } }, { 152, { "rsp", "esp", "sp", "spl" } },
};

#if defined(__x86_64__)
_Static_assert(offsetof(struct pt_regs, r15) == 0 && offsetof(struct pt_regs, rbp) == 32 &&
	       offsetof(struct pt_regs, rax) == 80 && offsetof(struct pt_regs, rdi) == 112 &&
	       offsetof(struct pt_regs, rsp) == 152, "offsets of registers");
#elif defined(__aarch64__)
_Static_assert(offsetof(struct user_pt_regs, regs) == 0 && offsetof(struct user_pt_regs, sp) == 248,
	       "offsets of registers");
#endif

/* "%rax" to its offset, -1 if it is none that can be read. */
static int x86_take_reg(struct operand *o)
{
	char name[8];

	if (!take(o, '%') || !take_name(o, name))
		return -1;
	for (size_t i = 0; i < sizeof(x86_regs) / sizeof(*x86_regs); i++) {
		for (int j = 0; j < 4; j++) {
			if (!strcmp(x86_regs[i].names[j], name))
				return x86_regs[i].offset;
		}
	}
	return -1;
}

/* "(%base,%index,scale)" behind the displacement; the base may not be left out. */
static bool x86_memory(struct operand *o, struct usdt_arg *ret)
{
	int64_t scale = 1;

	ret->reg = x86_take_reg(o);
	if (ret->reg < 0)
		return false;
	if (take(o, ',')) {
		ret->index = x86_take_reg(o);
		if (ret->index < 0 || (take(o, ',') && !take_number(o, &scale)))
			return false;
	}
	if (scale != 1 && scale != 2 && scale != 4 && scale != 8)
		return false;
	ret->scale = (int)scale;
	return take(o, ')') && at_end(o);
}

static bool x86_operand(struct operand *o, struct usdt_arg *ret)
{
	if (take(o, '$')) {
		ret->kind = UA_CONST;
		return take_number(o, &ret->value) && at_end(o);
	}
	skip_blanks(o);
	if (o->p < o->end && *o->p == '%') {
		ret->kind = UA_REG;
		ret->reg = x86_take_reg(o);
		return ret->reg >= 0 && at_end(o);
	}
	ret->kind = UA_MEM;
	take_number(o, &ret->value);
	return take(o, '(') && x86_memory(o, ret);
}

/* "x0" to "x30", "w0" to "w30", "sp"; offsets in struct user_pt_regs. */
static int arm64_take_reg(struct operand *o)
{
	char name[8];
	int n = 0;

	if (!take_name(o, name))
		return -1;
	if (!strcmp(name, "sp"))
		return 31 * 8;
	if ((name[0] != 'x' && name[0] != 'w') || !is_digit(name[1]))
		return -1;
	for (const char *p = name + 1; *p; p++) {
		if (!is_digit(*p) || n > 30)
			return -1;
		n = n * 10 + (*p - '0');
	}
	return n <= 30 ? n * 8 : -1;
}

static bool arm64_memory(struct operand *o, struct usdt_arg *ret)
{
	ret->kind = UA_MEM;
	ret->reg = arm64_take_reg(o);
	if (ret->reg < 0)
		return false;
	if (take(o, ',')) {
		take(o, '#');
		if (!take_number(o, &ret->value))
			return false;
	}
	return take(o, ']') && at_end(o);
}

static bool arm64_operand(struct operand *o, struct usdt_arg *ret)
{
	char zero[8];

	if (take(o, '['))
		return arm64_memory(o, ret);
	take(o, '#');
	ret->kind = UA_CONST;
	if (take_number(o, &ret->value))
		return at_end(o);
	if (o->end - o->p == 3 && (!memcmp(o->p, "xzr", 3) || !memcmp(o->p, "wzr", 3)))
		return take_name(o, zero) == 3;
	ret->kind = UA_REG;
	ret->reg = arm64_take_reg(o);
	return ret->reg >= 0 && at_end(o);
}

typedef bool operand_fn(struct operand *o, struct usdt_arg *ret);

/* "-4@"; without it an argument has the size of a register. */
static bool take_size(struct operand *o, struct usdt_arg *ret)
{
	struct operand start = *o;
	int64_t size;

	ret->size = 8;
	if (!take_number(o, &size) || !take(o, '@')) {
		*o = start;
		return !memchr(o->p, '@', (size_t)(o->end - o->p)); /* "8f@": floating point */
	}
	ret->is_signed = size < 0;
	size = size < 0 ? -size : size;
	ret->size = (unsigned)size;
	return size == 1 || size == 2 || size == 4 || size == 8;
}

/* Arguments are separated by blanks, but "[sp, 12]" has one inside. */
static struct operand next_argument(const char **p)
{
	struct operand o;
	int depth = 0;

	while (**p == ' ')
		++*p;
	o.p = *p;
	for (; **p && (**p != ' ' || depth); ++*p) {
		if (**p == '[' || **p == '(')
			depth++;
		else if (depth && (**p == ']' || **p == ')'))
			depth--;
	}
	o.end = *p;
	return o;
}

static struct usdt_arg parse_argument(struct operand o, operand_fn *operand)
{
	struct usdt_arg a = { .index = -1, .reg = -1, .scale = 1 };

	if (!take_size(&o, &a) || !operand(&o, &a))
		return (struct usdt_arg){ .kind = UA_NONE, .reg = -1, .index = -1, .size = a.size };
	return a;
}

int usdt_parse_args_for(unsigned machine, const char *args, struct usdt_arg *ret, size_t max)
{
	operand_fn *operand = machine == EM_X86_64 ? x86_operand :
			      machine == EM_AARCH64 ? arm64_operand : NULL;
	size_t n = 0;

	if (!operand)
		return -ENOTSUP;
	for (;; n++) {
		struct operand o = next_argument(&args);

		if (o.p == o.end)
			break;
		if (n == INT32_MAX)
			return -EINVAL;
		if (n < max)
			ret[n] = parse_argument(o, operand);
	}
	return (int)n;
}

int usdt_parse_args(const char *args, struct usdt_arg *ret, size_t max)
{
#if defined(__x86_64__)
	return usdt_parse_args_for(EM_X86_64, args, ret, max);
#elif defined(__aarch64__)
	return usdt_parse_args_for(EM_AARCH64, args, ret, max);
#else
	return usdt_parse_args_for(EM_NONE, args, ret, max);
#endif
}
