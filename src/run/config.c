/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings by name: the config block of a script and the environment, which has the last word. */
#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "run/run.h"

/* CK_STAGE: a part of the language that bpftrace calls unstable; CK_HOOK: set by the environment alone. */
enum item_kind { CK_NUMBER, CK_BOOL, CK_NOT, CK_WORD, CK_STAGE, CK_TEXT, CK_HOOK, CK_IGNORED };

struct item {
	const char *name;
	enum item_kind kind;
	size_t offset;            /* in struct config */
	uint64_t min, max;        /* CK_NUMBER */
	const char *const *words; /* CK_WORD: what it may be */
};

static const char *const licenses[] = {
	/* license_is_gpl_compatible() of include/linux/license.h */
	"Dual MIT/GPL", "Dual BSD/GPL", "Dual MPL/GPL", "GPL and additional rights", "GPL v2",
	"GPL", NULL,
};
static const char *const missing_words[] = { "error", "warn", "ignore", NULL };
static const char *const stages[] = { "enable", "warn", "error", NULL };
static const char *const caches[] = { "PER_PROGRAM", "PER_PID", "NONE", NULL };
static const char *const stack_modes[] = { "bpftrace", "perf", "raw", "build_id", "folded", NULL };

#define AT(field) offsetof(struct config, field)
#define UNUSED(name) { name, CK_IGNORED, 0, 0, 0, NULL }

static const struct item items[] = {
	{ "max_map_keys", CK_NUMBER, AT(max_map_keys), 1, 1u << 30, NULL },
	{ "max_strlen", CK_NUMBER, AT(max_strlen), 1, 1u << 20, NULL },
	{ "max_cat_bytes", CK_NUMBER, AT(max_cat_bytes), 0, 1u << 30, NULL },
	{ "max_probes", CK_NUMBER, AT(max_probes), 1, 1u << 24, NULL },
	{ "max_bpf_progs", CK_NUMBER, AT(max_bpf_progs), 1, 1u << 24, NULL },
	{ "perf_rb_pages", CK_NUMBER, AT(ring_pages), 0, 1u << 18, NULL },
	{ "log_size", CK_NUMBER, AT(log_size), 1, 1u << 30, NULL },
	{ "print_maps_on_exit", CK_BOOL, AT(print_maps_on_exit), 0, 0, NULL },
	{ "cpp_demangle", CK_BOOL, AT(cpp_demangle), 0, 0, NULL },
	{ "show_debug_info", CK_BOOL, AT(show_debug_info), 0, 0, NULL },
	{ "lazy_symbolication", CK_BOOL, AT(lazy_symbolication), 0, 0, NULL },
	{ "missing_probes", CK_WORD, AT(missing_probes), 0, 0, missing_words },
	{ "stack_mode", CK_WORD, AT(stack_mode), 0, 0, stack_modes },
	{ "str_trunc_trailer", CK_TEXT, AT(str_trunc_trailer), 0, 0, NULL },
	{ "license", CK_WORD, AT(license), 0, 0, licenses },
	/* bpftrace's, about things that this program decides by itself: checked, and shown by config(). */
	{ "on_stack_limit", CK_NUMBER, AT(on_stack_limit), 0, 1u << 20, NULL },
	{ "use_blazesym", CK_BOOL, AT(use_blazesym), 0, 0, NULL },
	{ "cache_user_symbols", CK_WORD, AT(cache_user_symbols), 0, 0, caches },
	{ "unstable_import_statement", CK_STAGE, AT(unstable_import_statement), 0, 0, stages },
	{ "unstable_tseries", CK_STAGE, AT(unstable_tseries), 0, 0, stages },
	{ "unstable_typeinfo", CK_STAGE, AT(unstable_typeinfo), 0, 0, stages },
	{ "unstable_dw_ustack", CK_STAGE, AT(unstable_dw_ustack), 0, 0, stages },
	/* The end of what config() shows. */
	{ "dummy_ts_map", CK_HOOK, AT(dummy_ts_map), 0, 0, NULL },
	/* Of this program alone. */
	{ "max_stacks", CK_NUMBER, AT(max_stacks), 1, 1u << 20, NULL },
	/* Older names. */
	{ "strlen", CK_NUMBER, AT(max_strlen), 1, 1u << 20, NULL },
	{ "map_keys_max", CK_NUMBER, AT(max_map_keys), 1, 1u << 30, NULL },
	{ "cat_bytes_max", CK_NUMBER, AT(max_cat_bytes), 0, 1u << 30, NULL },
	{ "no_cpp_demangle", CK_NOT, AT(cpp_demangle), 0, 0, NULL },
	/* Names that mean nothing any more. */
	UNUSED("symbol_source"),
	UNUSED("max_type_res_iterations"),
	UNUSED("unstable_addr"),
	UNUSED("unstable_map_decl"),
	UNUSED("unstable_import"),
	UNUSED("unstable_macro"),
};

/* What scripts may set. */
static const struct item *find_setting(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(items); i++)
		if (!strcmp(items[i].name, key) && items[i].kind != CK_HOOK)
			return &items[i];
	return NULL;
}

/* Decimal or 0x hexadecimal, nothing else around it. */
static bool parse_number(const char *s, uint64_t *ret)
{
	char *end;

	if (!isdigit((unsigned char)*s))
		return false;
	errno = 0;
	*ret = strtoull(s, &end, 0);
	return !errno && !*end;
}

static bool parse_bool(const char *s, bool *ret)
{
	bool yes = !strcmp(s, "1") || !strcmp(s, "true");

	if (!yes && strcmp(s, "0") && strcmp(s, "false"))
		return false;
	*ret = yes;
	return true;
}

static int set_number(const struct item *it, void *field, const char *value, struct err *e)
{
	uint64_t v;

	if (!parse_number(value, &v))
		return err_set(e, -EINVAL, "%s must be a number, not '%s'", it->name, value);
	if (v < it->min || v > it->max)
		return err_set(e, -EINVAL, "%s must be from %llu to %llu, not %s", it->name,
			       (unsigned long long)it->min, (unsigned long long)it->max, value);
	*(uint64_t *)field = v;
	return 0;
}

static int set_bool(const struct item *it, void *field, const char *value, struct err *e)
{
	bool v;

	if (!parse_bool(value, &v))
		return err_set(e, -EINVAL, "%s must be true or false, not '%s'", it->name, value);
	*(bool *)field = it->kind == CK_NOT ? !v : v;
	return 0;
}

static int set_word(const struct item *it, void *field, const char *value, struct err *e)
{
	struct strbuf list = { 0 };
	int rc;

	for (int i = 0; it->words[i]; i++) {
		if (!strcmp(it->words[i], value)) {
			*(const char **)field = it->words[i];
			sb_done(&list);
			return 0;
		}
		sb_addf(&list, "%s%s", i ? ", " : "", it->words[i]);
	}
	rc = err_set(e, -EINVAL, "Invalid value for %s. Found: %s. Valid values: %s.", it->name, value,
		     sb_str(&list));
	sb_done(&list);
	return rc;
}

/* Also true and false, as it once was. */
static int set_stage(const struct item *it, void *field, const char *value, struct err *e)
{
	bool yes;

	if (parse_bool(value, &yes))
		value = yes ? "enable" : "error";
	return set_word(it, field, value, e);
}

static int set_item(struct config *c, const struct item *it, const char *value, struct err *e)
{
	void *field = (char *)c + it->offset;

	switch (it->kind) {
	case CK_NUMBER:
		return set_number(it, field, value, e);
	case CK_BOOL:
	case CK_NOT:
		return set_bool(it, field, value, e);
	case CK_WORD:
		return set_word(it, field, value, e);
	case CK_STAGE:
		return set_stage(it, field, value, e);
	case CK_TEXT:
	case CK_HOOK:
		*(const char **)field = value;
		return 0;
	case CK_IGNORED:
		break;
	}
	return 0;
}

/* The variable that sets an item: SONDE_NAME before BPFTRACE_NAME; NULL if neither is set. */
static const char *env_of(const struct item *it, char ret_name[64])
{
	static const char *const prefixes[] = { "SONDE_", "BPFTRACE_" };
	const char *value = NULL;

	for (int i = 0; i < 2 && !value; i++) {
		char *p = stpcpy(ret_name, prefixes[i]);

		for (const char *s = it->name; *s; s++)
			*p++ = (char)toupper((unsigned char)*s);
		*p = 0;
		value = getenv(ret_name);
	}
	return value;
}

/* Is the field of an item given by the environment, by this name or an older one? */
static bool env_decides(const struct item *it)
{
	char name[64];

	for (size_t i = 0; it->kind != CK_IGNORED && i < ARRAY_SIZE(items); i++)
		if (items[i].kind != CK_IGNORED && items[i].offset == it->offset &&
		    env_of(&items[i], name))
			return true;
	return false;
}

int config_init(struct config *c, struct err *e)
{
	char name[64];

	*c = (struct config){
		.max_map_keys = 4096,
		.max_strlen = 1024,
		.max_stacks = 16384,
		.max_cat_bytes = 10240,
		.max_probes = 1024,
		.max_bpf_progs = 1024,
		.log_size = 16777215,
		.print_maps_on_exit = true,
		.cpp_demangle = true,
		.show_debug_info = true,
		.missing_probes = "error",
		.stack_mode = "bpftrace",
		.str_trunc_trailer = "..",
		.on_stack_limit = 32,
		.cache_user_symbols = "PER_PROGRAM",
		.unstable_import_statement = "enable",
		.unstable_tseries = "enable",
		.unstable_typeinfo = "enable",
		.unstable_dw_ustack = "enable",
		.license = "GPL",
	};
	for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
		const char *value = env_of(&items[i], name);
		int rc = value ? set_item(c, &items[i], value, e) : 0;

		if (rc)
			return err_prefix(e, rc, "environment variable %s: ", name);
	}
	return 0;
}

int config_set(struct config *c, const char *key, const char *value, struct err *e)
{
	const struct item *it = find_setting(key);
	struct config scratch = *c;
	struct near near;

	if (it && env_decides(it)) /* the value is checked all the same */
		return it->kind == CK_TEXT ? 0 : set_item(&scratch, it, value, e);
	if (it)
		return set_item(c, it, value, e);
	near_start(&near, key);
	for (size_t i = 0; i < ARRAY_SIZE(items); i++)
		near_try(&near, items[i].name);
	err_set(e, -ENOENT, "%s: not a known configuration option", key);
	if (near.best)
		err_hint(e, "Did you mean '%s'?", near.best);
	return -ENOENT;
}

bool config_get(const struct config *c, size_t i, struct setting *ret)
{
	const struct item *it = &items[i];
	const char *field = (const char *)c + it->offset;

	if (it->kind == CK_HOOK)
		return false;
	*ret = (struct setting){ .name = it->name };
	switch (it->kind) {
	case CK_NUMBER:
		ret->number = *(const uint64_t *)field;
		break;
	case CK_BOOL:
		ret->kind = SK_BOOL;
		ret->number = *(const bool *)field;
		break;
	default:
		ret->kind = SK_TEXT;
		ret->text = *(const char *const *)field;
	}
	return true;
}
