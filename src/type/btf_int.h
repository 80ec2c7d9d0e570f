/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the BTF reader share: raw records of a BTF image. */
#ifndef TYPE_BTF_INT_H
#define TYPE_BTF_INT_H

#include "type/btf.h"

/*
 * A record is struct btf_type (include/uapi/linux/btf.h) as 32-bit words: name_off, info,
 * size or type, then what its kind adds. A record that btf_record() gave lies
 * wholly inside the image.
 */
enum { REC_NAME, REC_INFO, REC_SIZE, REC_TYPE = REC_SIZE, REC_EXTRA };

/* Chains of modifiers, pointers and arrays longer than this are taken for broken. */
#define BTF_MAX_DEPTH 32

#define BTF_FOUND_N 8
#define BTF_FOUND_NAME 32

struct btf_file {
	const uint8_t *data;
	size_t size;
	bool mapped;
	struct btf_file *base;

	const uint8_t *types;
	uint32_t types_len;
	const char *strs;
	uint32_t strs_len;
	uint32_t start_id;  /* id of the first record of this file: 1, or the base's count */
	uint32_t start_str; /* string offsets below it are the base's */

	/* Where records start, known for the first nknown records; made as far as asked for. */
	uint32_t *offs;
	uint32_t nknown, cap;
	uint32_t next; /* offset of the first record not known yet, types_len at the end */

	/* The last name that was searched in strs, for the files that this one is the base of ask for the same in turn. */
	char sought[64];
	uint32_t sought_from, sought_off;

	/* Names to ids, made once searches have cost more than it does. */
	uint64_t work;
	uint32_t *heads, *chain;
	uint32_t nheads;

	/* What was found last, before there is an index: each program of a script asks for the same functions. */
	struct btf_found {
		char name[BTF_FOUND_NAME]; /* longer ones are not kept */
		uint32_t kinds, id;
	} found[BTF_FOUND_N];
	uint32_t nfound; /* ever; the place of the next one is this modulo the size */
};

static inline enum btf_kind_nr rec_kind(const uint32_t *rec)
{
	return rec[REC_INFO] >> 24 & 0x1f;
}

static inline uint32_t rec_vlen(const uint32_t *rec)
{
	return rec[REC_INFO] & 0xffff;
}

static inline bool rec_flag(const uint32_t *rec)
{
	return rec[REC_INFO] >> 31;
}

static inline bool kind_is_modifier(enum btf_kind_nr k)
{
	return k == BK_TYPEDEF || k == BK_VOLATILE || k == BK_CONST || k == BK_RESTRICT ||
	       k == BK_TYPE_TAG;
}

/*
 * Bytes of a record, 0 for a kind that is not known. A switch, for its branches are predicted:
 * a table lookup would make each step of the walk wait for the load before it.
 */
static inline uint64_t btf_record_size(uint32_t info)
{
	switch ((enum btf_kind_nr)(info >> 24 & 0x1f)) {
	case BK_STRUCT:
	case BK_UNION:
	case BK_DATASEC:
	case BK_ENUM64:
		return 12 + 12 * (uint64_t)(info & 0xffff);
	case BK_ENUM:
	case BK_FUNC_PROTO:
		return 12 + 8 * (uint64_t)(info & 0xffff);
	case BK_INT:
	case BK_VAR:
	case BK_DECL_TAG:
		return 16;
	case BK_ARRAY:
		return 24;
	case BK_PTR:
	case BK_FWD:
	case BK_TYPEDEF:
	case BK_VOLATILE:
	case BK_CONST:
	case BK_RESTRICT:
	case BK_FUNC:
	case BK_FLOAT:
	case BK_TYPE_TAG:
		return 12;
	case BK_VOID:
		break;
	}
	return 0;
}

/* The record of an id, NULL for void and for ids that do not exist. */
const uint32_t *btf_record(struct btf_file *b, uint32_t id);
/* A string by its offset, "" if that is out of range. */
const char *btf_string(const struct btf_file *b, uint32_t off);
/* Like btf_file_find() for a set of kinds: bit 1 << BK_*. */
uint32_t btf_find_kinds(struct btf_file *b, uint32_t kinds, const char *name);
/* Makes records known up to index n - 1 of this file; false if there are fewer. */
bool btf_walk(struct btf_file *b, uint32_t n);
/* Own record number i (from 0), walking on by some more than asked for; NULL past the last. */
static inline const uint32_t *btf_own(struct btf_file *b, uint32_t i)
{
	if (i >= b->nknown) {
		btf_walk(b, i + 512);
		if (i >= b->nknown)
			return NULL;
	}
	return (const uint32_t *)(b->types + b->offs[i]);
}
/* The id behind modifiers and typedefs, 0 if the chain is broken. */
uint32_t btf_strip(struct btf_file *b, uint32_t id);

/* An enumerator of an ENUM or ENUM64 record. */
struct btf_enumerator {
	uint32_t name_off;
	int64_t value;
};
struct btf_enumerator btf_rec_enumerator(const uint32_t *rec, uint32_t i);

/* A member of a STRUCT or UNION record. */
struct btf_member {
	uint32_t name_off, type;
	uint32_t bit_pos;
	uint32_t bit_size; /* 0: not a bit field */
};
struct btf_member btf_rec_member(struct btf_file *b, const uint32_t *rec, uint32_t i);

/* C text of a declaration of NAME (may be "") with the type of an id. */
void btf_print_decl(struct btf_file *b, uint32_t id, const char *name, struct strbuf *out);
/* C definition of a STRUCT, UNION or ENUM, with a final ";\n". */
void btf_print_def(struct btf_file *b, uint32_t id, struct strbuf *out);

/* btf_types.c: a name ("struct x", "enum x", typedef) in ts->btf; NULL if unknown. */
const struct type *btf_types_lookup(struct types *ts, const char *name);

#endif
