/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See cfi.h. */
#include "unwind/cfi.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* x86-64 psABI, "DWARF Register Number Mapping" */
#define REG_BP 6
#define REG_SP 7
#define REG_RA 16

#define SAVED_MAX 16    /* nested DW_CFA_remember_state */
#define GAP_LEAST 16    /* shorter gaps between functions are padding */

struct cursor {
	const uint8_t *p, *end;
	bool bad;
};

/* What holds at a program counter. */
struct rules {
	enum unwind_kind kind;
	uint64_t reg;    /* of the CFA; kinds UW_SP and UW_BP only */
	int64_t cfa;
	int8_t bp;
	bool bp_bad;     /* its rule cannot be written in a row */
	bool outermost;  /* the return address is undefined */
};

struct cie {
	const uint8_t *at; /* NULL: none was read */
	struct cursor code;
	uint64_t code_align;
	int64_t data_align;
	uint8_t encoding;  /* of the addresses of its FDEs */
	bool augmented;    /* FDEs have a length of augmentation data */
	bool is_signal;
	bool usable;
};

struct reader {
	const uint8_t *start;
	uint64_t addr;
	struct unwind_rows *rows;
	struct cie cie;
	struct rules rules, initial, saved[SAVED_MAX];
	unsigned nsaved;
	uint64_t pc;
};

static uint64_t take(struct cursor *c, unsigned n)
{
	uint64_t v = 0;

	if ((size_t)(c->end - c->p) < n) {
		c->bad = true;
		c->p = c->end;
		return 0;
	}
	memcpy(&v, c->p, n);
	c->p += n;
	return v;
}

static uint64_t take_uleb(struct cursor *c)
{
	uint64_t v = 0, byte = 0x80;

	for (unsigned shift = 0; byte & 0x80 && !c->bad; shift += 7) {
		byte = take(c, 1);
		if (shift < 64)
			v |= (byte & 0x7f) << shift;
	}
	return v;
}

static int64_t take_sleb(struct cursor *c)
{
	uint64_t v = 0, byte = 0x80;
	unsigned shift = 0;

	for (; byte & 0x80 && !c->bad; shift += 7) {
		byte = take(c, 1);
		if (shift < 64)
			v |= (byte & 0x7f) << shift;
	}
	if (shift < 64 && byte & 0x40)
		v |= ~0ull << shift;
	return (int64_t)v;
}

static struct cursor take_block(struct cursor *c, uint64_t n)
{
	struct cursor block = { c->p, c->p };

	if (n > (size_t)(c->end - c->p))
		c->bad = true;
	else
		block.end = c->p += n;
	return block;
}

/* An encoded address (DW_EH_PE_*): of the forms that compilers use, relative to its place or absolute. */
static uint64_t take_address(struct reader *r, struct cursor *c, uint8_t encoding, bool relative)
{
	uint64_t at = r->addr + (uint64_t)(c->p - r->start), v;

	switch (encoding & 0x0f) {
	case 0x00: case 0x04: case 0x0c: v = take(c, 8); break;
	case 0x02: v = take(c, 2); break;
	case 0x0a: v = (uint64_t)(int16_t)take(c, 2); break;
	case 0x03: v = take(c, 4); break;
	case 0x0b: v = (uint64_t)(int32_t)take(c, 4); break;
	default: c->bad = true; return 0;
	}
	if ((encoding & 0x70) == 0x10)
		return relative ? v + at : v;
	if (encoding & 0x70)
		c->bad = true;
	return v;
}

/* Rows */

static void add_row(struct reader *r, uint64_t pc, struct unwind_row row)
{
	row.pc = (uint32_t)pc;
	if (pc <= UINT32_MAX)
		vec_push(&r->rows->list, row);
}

static void add_state(struct reader *r)
{
	const struct rules *s = &r->rules;
	struct unwind_row row = { .kind = (uint8_t)s->kind, .bp = s->bp, .cfa = (int16_t)s->cfa };

	if (s->kind == UW_SP && s->reg == REG_BP)
		row.kind = UW_BP;
	else if (s->kind == UW_SP && s->reg != REG_SP)
		row.kind = UW_BAD;
	if (s->bp_bad || s->cfa != row.cfa)
		row.kind = UW_BAD;
	if (r->cie.is_signal)
		row.kind = UW_SIGNAL;
	else if (s->outermost)
		row.kind = UW_STOP;
	add_row(r, r->pc, row);
}

/* Expressions */

static bool is_code(const struct cursor *c, const char *code, size_t n)
{
	return (size_t)(c->end - c->p) == n && !memcmp(c->p, code, n);
}

/* DW_OP_breg7 8, breg16 0, lit15, and, lit10 or lit11, ge, lit3, shl, plus: what linkers write for PLTs. */
static bool is_plt(const struct cursor *c, int64_t *ret_from)
{
	static const char before[] = "\x77\x08\x80\x00\x3f\x1a", after[] = "\x2a\x33\x24\x22";

	if (c->end - c->p != 11 || memcmp(c->p, before, 6) || memcmp(c->p + 7, after, 4))
		return false;
	*ret_from = c->p[6] - 0x30; /* DW_OP_litN */
	return *ret_from >= 0 && *ret_from < 16;
}

/* DW_OP_bregN offset, deref */
static bool is_deref(struct cursor c, struct rules *s)
{
	uint64_t op = take(&c, 1);
	int64_t off = take_sleb(&c);

	if ((op != 0x70 + REG_BP && op != 0x70 + REG_SP) || take(&c, 1) != 0x06 || c.bad || c.p != c.end)
		return false;
	s->kind = op == 0x70 + REG_BP ? UW_BP_DEREF : UW_SP_DEREF;
	s->cfa = off;
	return true;
}

static void cfa_expression(struct reader *r, struct cursor block)
{
	struct rules *s = &r->rules;

	if (is_plt(&block, &s->cfa))
		s->kind = UW_PLT;
	else if (!is_deref(block, s))
		s->kind = UW_BAD;
}

static void set_offset(struct reader *r, uint64_t reg, int64_t off)
{
	struct rules *s = &r->rules;

	if (reg == REG_RA)
		s->outermost = false;
	if (reg != REG_BP)
		return;
	s->bp_bad = off % 8 || off >= 0 || off / 8 < INT8_MIN;
	s->bp = (int8_t)(off / 8);
}

static void set_undefined(struct reader *r, uint64_t reg)
{
	if (reg == REG_RA)
		r->rules.outermost = true;
	if (reg == REG_BP) {
		r->rules.bp = UW_BP_UNDEFINED;
		r->rules.bp_bad = false;
	}
}

static void set_same(struct reader *r, uint64_t reg, const struct rules *as)
{
	if (reg == REG_RA)
		r->rules.outermost = as->outermost;
	if (reg == REG_BP) {
		r->rules.bp = as->bp;
		r->rules.bp_bad = as->bp_bad;
	}
}

static void set_expression(struct reader *r, uint64_t reg, struct cursor block)
{
	if (reg != REG_BP)
		return;
	r->rules.bp = UW_BP_AT_BP;
	r->rules.bp_bad = !is_code(&block, "\x76\x00", 2); /* DW_OP_breg6 0 */
}

static void set_cfa(struct reader *r, uint64_t reg, int64_t off)
{
	r->rules.kind = UW_SP;
	r->rules.reg = reg;
	r->rules.cfa = off;
}

/* Instructions */

static void advance(struct reader *r, uint64_t by)
{
	if (!by)
		return;
	add_state(r);
	r->pc += by * r->cie.code_align;
}

static void remember(struct reader *r)
{
	if (r->nsaved < SAVED_MAX)
		r->saved[r->nsaved++] = r->rules;
}

static void recall(struct reader *r)
{
	if (r->nsaved)
		r->rules = r->saved[--r->nsaved];
}

/* Those that say where the CFA is; false: another one. */
static bool run_cfa(struct reader *r, uint8_t op, struct cursor *c)
{
	int64_t scale = r->cie.data_align;
	uint64_t reg;

	switch (op) {
	case 0x0c: reg = take_uleb(c), set_cfa(r, reg, (int64_t)take_uleb(c)); return true;
	case 0x0d: set_cfa(r, take_uleb(c), r->rules.cfa); return true;
	case 0x0e: r->rules.cfa = (int64_t)take_uleb(c); return true;
	case 0x0f: cfa_expression(r, take_block(c, take_uleb(c))); return true;
	case 0x12: reg = take_uleb(c), set_cfa(r, reg, take_sleb(c) * scale); return true;
	case 0x13: r->rules.cfa = take_sleb(c) * scale; return true;
	default: return false;
	}
}

/* Those that say where registers were saved; false: another one. */
static bool run_register(struct reader *r, uint8_t op, struct cursor *c)
{
	int64_t scale = r->cie.data_align;
	uint64_t reg;

	if (op < 0x05 || (op > 0x0a && op < 0x10) || op > 0x2f)
		return false;
	if (op == 0x0a)
		return remember(r), true;
	if (op == 0x2e)
		return take_uleb(c), true; /* DW_CFA_GNU_args_size */
	reg = take_uleb(c);
	switch (op) {
	case 0x05: set_offset(r, reg, (int64_t)take_uleb(c) * scale); return true;
	case 0x06: set_same(r, reg, &r->initial); return true;
	case 0x07: set_undefined(r, reg); return true;
	case 0x08: set_same(r, reg, &(struct rules){ 0 }); return true;
	case 0x09: take_uleb(c), r->rules.bp_bad |= reg == REG_BP; return true;
	case 0x10: set_expression(r, reg, take_block(c, take_uleb(c))); return true;
	case 0x11: set_offset(r, reg, take_sleb(c) * scale); return true;
	case 0x14: take_uleb(c), r->rules.bp_bad |= reg == REG_BP; return true;
	case 0x15: take_sleb(c), r->rules.bp_bad |= reg == REG_BP; return true;
	case 0x16: take_block(c, take_uleb(c)), r->rules.bp_bad |= reg == REG_BP; return true;
	case 0x2f: set_offset(r, reg, -(int64_t)take_uleb(c) * scale); return true;
	default: return false;
	}
}

static bool run_one(struct reader *r, struct cursor *c)
{
	uint8_t op = (uint8_t)take(c, 1), low = op & 0x3f;

	switch (op >> 6) {
	case 1: advance(r, low); return true;
	case 2: set_offset(r, low, (int64_t)take_uleb(c) * r->cie.data_align); return true;
	case 3: set_same(r, low, &r->initial); return true;
	}
	switch (op) {
	case 0x00: return true;
	case 0x02: advance(r, take(c, 1)); return true;
	case 0x03: advance(r, take(c, 2)); return true;
	case 0x04: advance(r, take(c, 4)); return true;
	case 0x0b: recall(r); return true;
	}
	return run_cfa(r, op, c) || run_register(r, op, c);
}

/* False: something in it is not understood. */
static bool run_code(struct reader *r, struct cursor c)
{
	while (c.p < c.end && !c.bad)
		if (!run_one(r, &c))
			return false;
	return !c.bad;
}

/* Entries */

/* One letter of the augmentation string and its data; false: an unknown one. */
static bool augment(struct reader *r, struct cie *cie, char letter, struct cursor *data)
{
	switch (letter) {
	case 'z': cie->augmented = true; return true;
	case 'R': cie->encoding = (uint8_t)take(data, 1); return true;
	case 'L': take(data, 1); return true;
	case 'P': take_address(r, data, (uint8_t)take(data, 1) & 0x7f, false); return !data->bad;
	case 'S': cie->is_signal = true; return true;
	default: return false;
	}
}

static void read_cie(struct reader *r, const uint8_t *at, struct cursor c)
{
	struct cie cie = { .at = at };
	uint8_t version = (uint8_t)take(&c, 1);
	const char *letters = (const char *)c.p;
	size_t n = strnlen(letters, (size_t)(c.end - c.p));
	struct cursor data;

	take_block(&c, n + 1);
	cie.code_align = take_uleb(&c);
	cie.data_align = take_sleb(&c);
	if (version == 1)
		take(&c, 1);
	else
		take_uleb(&c);
	data = take_block(&c, *letters == 'z' ? take_uleb(&c) : 0);
	cie.code = c;
	cie.usable = !c.bad && (version == 1 || version == 3);
	for (size_t i = 0; i < n && cie.usable; i++)
		cie.usable = augment(r, &cie, letters[i], &data);
	r->cie = cie;
}

/* The bytes of the entry at c behind its length; c goes on to the next. False at the end. */
static bool take_entry(struct cursor *c, struct cursor *ret)
{
	uint64_t n = take(c, 4);

	if (n == 0xffffffff)
		n = take(c, 8);
	if (!n || c->bad)
		return false;
	*ret = take_block(c, n);
	return !c->bad;
}

static void find_cie(struct reader *r, const uint8_t *at, const uint8_t *end)
{
	struct cursor c = { at, end }, entry;

	if (r->cie.at == at)
		return;
	r->cie = (struct cie){ .at = at };
	if (at >= r->start && at < end && take_entry(&c, &entry) && !take(&entry, 4))
		read_cie(r, at, entry);
}

static void start_function(struct reader *r)
{
	r->nsaved = 0;
	r->rules = r->initial = (struct rules){ .reg = REG_SP };
	r->cie.usable = run_code(r, r->cie.code);
	r->initial = r->rules;
}

static void read_fde(struct reader *r, struct cursor c)
{
	uint64_t from = take_address(r, &c, r->cie.encoding, true);
	uint64_t size = take_address(r, &c, r->cie.encoding, false);

	if (r->cie.augmented)
		take_block(&c, take_uleb(&c));
	r->pc = from;
	if (c.bad || !size || !from)
		return;
	start_function(r);
	if (r->cie.usable && run_code(r, c))
		add_state(r);
	else
		add_row(r, r->pc, (struct unwind_row){ .kind = UW_BAD });
	add_row(r, from + size, (struct unwind_row){ .kind = UW_END });
}

/* The end of one function gives way to the start of the next. */
static int compare_rows(const void *a, const void *b)
{
	const struct unwind_row *x = a, *y = b;

	if (x->pc != y->pc)
		return x->pc < y->pc ? -1 : 1;
	return (x->kind != UW_END) - (y->kind != UW_END);
}

static bool same_rule(const struct unwind_row *a, const struct unwind_row *b)
{
	return a->kind == b->kind && a->bp == b->bp && a->cfa == b->cfa;
}

static bool is_padding(const struct unwind_row *row, const struct unwind_row *next)
{
	return row->kind == UW_END && next && next->pc - row->pc < GAP_LEAST;
}

/* Of several at one address the last counts; what repeats the rule before it is left out. */
static void merge_rows(struct unwind_rows *rows)
{
	size_t kept = 0, n = rows->list.n;
	struct unwind_row *v = rows->list.v;

	if (n)
		qsort(v, n, sizeof(*v), compare_rows);
	for (size_t i = 0; i < n; i++) {
		const struct unwind_row *next = i + 1 < n ? &v[i + 1] : NULL;

		if ((next && next->pc == v[i].pc) || is_padding(&v[i], next) || (kept && same_rule(&v[kept - 1], &v[i])))
			continue;
		v[kept++] = v[i];
	}
	rows->list.n = kept;
}

void cfi_read(const void *section, size_t n, uint64_t addr, struct unwind_rows *rows)
{
	struct reader r = { .start = section, .addr = addr, .rows = rows };
	struct cursor all = { r.start, r.start + n }, entry;

	while (take_entry(&all, &entry)) {
		const uint8_t *field = entry.p;
		uint64_t back = take(&entry, 4);

		if (!back || back > (uint64_t)(field - r.start))
			continue; /* a CIE, read when it is needed */
		find_cie(&r, field - back, all.end);
		if (r.cie.usable)
			read_fde(&r, entry);
	}
	merge_rows(rows);
}

void unwind_rows_done(struct unwind_rows *rows)
{
	vec_done(&rows->list);
}
