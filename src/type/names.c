/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of types: C's integers in any spelling, common typedefs, the script's own, BTF's. */
#include <ctype.h>
#include <string.h>

#include "base/diag.h"
#include "type/btf_int.h"
#include "type/consts.h"

#define MAX_NAME 256

/* Names that are not C keywords; the kernel's meaning where it differs from libc's. */
static const struct int_name {
	const char *name;
	uint8_t size;
	bool is_signed;
} int_names[] = {
	{ "int8", 1, true }, { "int16", 2, true }, { "int32", 4, true }, { "int64", 8, true },
	{ "uint8", 1 }, { "uint16", 2 }, { "uint32", 4 }, { "uint64", 8 },
	{ "int8_t", 1, true }, { "int16_t", 2, true }, { "int32_t", 4, true },
	{ "int64_t", 8, true },
	{ "uint8_t", 1 }, { "uint16_t", 2 }, { "uint32_t", 4 }, { "uint64_t", 8 },
	{ "u_int8_t", 1 }, { "u_int16_t", 2 }, { "u_int32_t", 4 }, { "u_int64_t", 8 },
	{ "s8", 1, true }, { "s16", 2, true }, { "s32", 4, true }, { "s64", 8, true },
	{ "u8", 1 }, { "u16", 2 }, { "u32", 4 }, { "u64", 8 },
	{ "__s8", 1, true }, { "__s16", 2, true }, { "__s32", 4, true }, { "__s64", 8, true },
	{ "__u8", 1 }, { "__u16", 2 }, { "__u32", 4 }, { "__u64", 8 },
	{ "__le16", 2 }, { "__le32", 4 }, { "__le64", 8 },
	{ "__be16", 2 }, { "__be32", 4 }, { "__be64", 8 },
	{ "__sum16", 2 }, { "__wsum", 4 }, { "__poll_t", 4 },
	{ "u_char", 1 }, { "u_short", 2 }, { "u_int", 4 }, { "u_long", 8 },
	{ "unchar", 1 }, { "ushort", 2 }, { "uint", 4 }, { "ulong", 8 },
	{ "size_t", 8 }, { "ssize_t", 8, true }, { "ptrdiff_t", 8, true },
	{ "intptr_t", 8, true }, { "uintptr_t", 8 },
	{ "intmax_t", 8, true }, { "uintmax_t", 8 },
	{ "pid_t", 4, true }, { "uid_t", 4 }, { "gid_t", 4 }, { "id_t", 4 },
	{ "key_t", 4, true }, { "key_serial_t", 4, true }, { "qid_t", 4 },
	{ "mode_t", 4 }, { "umode_t", 2 }, { "fmode_t", 4 }, { "nlink_t", 4 },
	{ "dev_t", 4 }, { "ino_t", 8 }, { "off_t", 8, true }, { "loff_t", 8, true },
	{ "off64_t", 8, true }, { "rwf_t", 4, true }, { "aio_context_t", 8 },
	{ "time_t", 8, true }, { "time64_t", 8, true }, { "ktime_t", 8, true },
	{ "clock_t", 8, true }, { "clockid_t", 4, true }, { "timer_t", 4, true },
	{ "suseconds_t", 8, true }, { "useconds_t", 4 }, { "mqd_t", 4, true },
	{ "sector_t", 8 }, { "blkcnt_t", 8 }, { "pgoff_t", 8 }, { "gfp_t", 4 },
	{ "dma_addr_t", 8 }, { "phys_addr_t", 8 }, { "resource_size_t", 8 },
	{ "socklen_t", 4 }, { "sa_family_t", 2 }, { "in_addr_t", 4 }, { "in_port_t", 2 },
};

static const struct type *builtin_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(int_names); i++) {
		if (!strcmp(int_names[i].name, name))
			return type_int(int_names[i].size, int_names[i].is_signed);
	}
	if (!strcmp(name, "void"))
		return type_none();
	if (!strcmp(name, "bool") || !strcmp(name, "_Bool"))
		return type_bool();
	return NULL;
}

/* The words of a C integer type, counted. */
struct c_words {
	int n_char, n_short, n_int, n_long, n_signed, n_unsigned;
};

static bool count_word(struct c_words *w, const char *p, size_t n)
{
	const struct {
		const char *word;
		int *count;
	} words[] = {
		{ "char", &w->n_char }, { "short", &w->n_short }, { "int", &w->n_int },
		{ "long", &w->n_long }, { "signed", &w->n_signed }, { "__signed__", &w->n_signed },
		{ "unsigned", &w->n_unsigned },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strlen(words[i].word) == n && !memcmp(words[i].word, p, n)) {
			++*words[i].count;
			return true;
		}
	}
	return false;
}

/* "long unsigned int" and every other order; NULL if it is not a C integer type. */
static const struct type *c_integer(const char *name)
{
	struct c_words w = {};
	unsigned size = 4;

	while (*name) {
		size_t n = strcspn(name, " ");

		if (!count_word(&w, name, n))
			return NULL;
		name += n + strspn(name + n, " ");
	}
	if (w.n_char > 1 || w.n_short > 1 || w.n_int > 1 || w.n_long > 2)
		return NULL;
	if (w.n_signed + w.n_unsigned > 1 || (w.n_char && w.n_int) ||
	    (w.n_char > 0) + (w.n_short > 0) + (w.n_long > 0) > 1)
		return NULL;
	if (w.n_char || w.n_short || w.n_long)
		size = w.n_char ? 1 : w.n_short ? 2 : 8;
	return type_int(size, !w.n_unsigned);
}

static bool is_qualifier(const char *p, size_t n)
{
	return (n == 5 && !memcmp(p, "const", 5)) || (n == 8 && !memcmp(p, "volatile", 8));
}

/* One space between words, none around, no qualifiers. False if it is too long. */
static bool normalize(const char *name, char out[MAX_NAME])
{
	size_t used = 0;

	while (*name) {
		size_t n = 0;

		while (isspace((unsigned char)*name))
			name++;
		while (name[n] && !isspace((unsigned char)name[n]))
			n++;
		if (n && !is_qualifier(name, n)) {
			if (used + n + 2 > MAX_NAME)
				return false;
			if (used)
				out[used++] = ' ';
			memcpy(out + used, name, n);
			used += n;
		}
		name += n;
	}
	out[used] = '\0';
	return used > 0;
}

static const struct type *lookup_own(struct types *ts, const char *norm)
{
	const struct type *t = strmap_get(&ts->names, norm);

	if (!t)
		t = c_integer(norm);
	return t ? t : builtin_name(norm);
}

const struct type *types_lookup_own(struct types *ts, const char *name)
{
	char norm[MAX_NAME];

	return normalize(name, norm) ? lookup_own(ts, norm) : NULL;
}

const struct type *types_lookup(struct types *ts, const char *name)
{
	char norm[MAX_NAME];
	const struct type *t;

	if (!normalize(name, norm))
		return NULL;
	t = lookup_own(ts, norm);
	return !t && ts->btf ? btf_types_lookup(ts, norm) : t;
}

bool types_enumerator(struct types *ts, const char *name, struct enum_const *ret)
{
	struct enum_const *own = strmap_get(&ts->enumerators, name);
	uint32_t id;
	int64_t value;

	if (own) {
		*ret = *own;
		return true;
	}
	if (ts->btf && btf_file_any_enumerator(ts->btf, name, &value, &id)) {
		*ret = (struct enum_const){ .value = value, .type = btf_type(ts, ts->btf, id) };
		return true;
	}
	return const_find(name, ret);
}

struct near_walk {
	struct types *ts;
	struct near *near;
	const char *prefix;
};

/* near keeps a pointer to the best name, so only that one is copied to the arena. */
static int near_record(void *arg, const struct btf_info *info)
{
	struct near_walk *w = arg;
	char name[MAX_NAME];

	if (!*info->name || strlen(info->name) + strlen(w->prefix) >= sizeof(name))
		return 0;
	strcpy(stpcpy(name, w->prefix), info->name);
	near_try(w->near, name);
	if (w->near->best == name)
		w->near->best = arena_strdup(w->ts->arena, name);
	return 0;
}

static void near_btf(struct near_walk *w, const char *word)
{
	if (!strcmp(word, "struct ")) {
		btf_file_each(w->ts->btf, BK_STRUCT, near_record, w);
	} else if (!strcmp(word, "union ")) {
		btf_file_each(w->ts->btf, BK_UNION, near_record, w);
	} else if (!strcmp(word, "enum ")) {
		btf_file_each(w->ts->btf, BK_ENUM, near_record, w);
		btf_file_each(w->ts->btf, BK_ENUM64, near_record, w);
	} else {
		btf_file_each(w->ts->btf, BK_TYPEDEF, near_record, w);
	}
}

static const char *first_word(const char *name)
{
	static const char *const words[] = { "struct ", "union ", "enum " };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strncmp(name, words[i], strlen(words[i])))
			return words[i];
	}
	return "";
}

void types_near(struct types *ts, const char *name, struct near *n)
{
	const char *word = first_word(name);
	/* The caller may look for the bare name. */
	bool bare = !*word || strncmp(n->name, word, strlen(word));
	struct near_walk w = { ts, n, bare ? "" : word };

	for (size_t i = 0; i < ts->names.n; i++) {
		const char *key = ts->names.items[i].key;

		if (ts->names.items[i].value && !strcmp(first_word(key), word))
			near_try(n, bare ? key + strlen(word) : key);
	}
	if (!*word) {
		for (size_t i = 0; i < ARRAY_SIZE(int_names); i++)
			near_try(n, int_names[i].name);
	}
	if (ts->btf)
		near_btf(&w, word);
}
