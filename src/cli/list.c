/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * -l: patterns are attach points with wildcards, the kind of probe included ("*ware:*"). One
 * without a colon is a kind of probe, or is looked for in all names.
 */
#include "cli/list.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fdutil.h"
#include "cli/report.h"
#include "cli/session.h"
#include "fn/fn.h"
#include "type/btf.h"

#define OUT_BLOCK (64u << 10)

struct listing {
	struct session *s;
	const struct provider *provider;
	const struct attach_point *point;
	const char *filter; /* a pattern without colon; NULL: none */
	struct strbuf out;
	size_t found;
	bool warned;        /* that it finds nothing is no surprise */
};

static void add_part(struct arena *a, struct attach_point *ap, struct strbuf *part, size_t quoted)
{
	const char *text = arena_strndup(a, sb_str(part), part->n);

	avec_push(a, &ap->parts, text);
	avec_push(a, &ap->part_spans, ((struct span){ 0, 0 }));
	avec_push(a, &ap->quoted, quoted);
	sb_reset(part);
}

/* The pattern as the parser would split it. */
static struct attach_point *split_pattern(struct arena *a, const char *text)
{
	struct attach_point *ap = arena_new(a, struct attach_point);
	_cleanup_sb_ struct strbuf part = { 0 };
	size_t quoted = 0;
	bool quotes = false;

	ap->text = text;
	for (; *text; text++) {
		if (*text == '"') {
			quotes = !quotes;
		} else if (*text == ':' && !quotes) {
			add_part(a, ap, &part, quoted);
			quoted = 0;
		} else {
			sb_addc(&part, *text);
			if (quotes)
				quoted = part.n;
		}
	}
	add_part(a, ap, &part, quoted);
	return ap;
}

static bool matches_part(const char *pattern, const char *name)
{
	char part[512];

	for (const char *p = name; *p;) {
		size_t n = strcspn(p, ":");

		if (n < sizeof(part)) {
			memcpy(part, p, n);
			part[n] = 0;
			if (probe_match(pattern, part))
				return true;
		}
		p += n + (p[n] == ':');
	}
	return probe_match(pattern, name);
}

static void add_fields(struct listing *l, const struct type *args)
{
	const struct struct_def *def = args ? type_fields(&l->s->types, args) : NULL;

	for (size_t i = 0; def && i < def->fields.n; i++) {
		const struct field *f = &def->fields.v[i];

		if (!strncmp(f->name, "common_", 7))
			continue;
		if (!*f->name && f->type->kind == TY_STRUCT) {
			add_fields(l, f->type);
			continue;
		}
		sb_adds(&l->out, "    ");
		type_print_field(&l->out, def, i);
		sb_addc(&l->out, '\n');
	}
}

/* The types of a kernel function's arguments are known where kprobes can only number them. */
static const struct provider *describer_of(const struct provider *p)
{
	if (!strcmp(p->name, "kprobe"))
		p = provider_find("fentry");
	else if (!strcmp(p->name, "kretprobe"))
		p = provider_find("fexit");
	return p->describe ? p : NULL;
}

/* -lv: what a probe's arguments are. Those that cannot be told are left out. */
static void add_arguments(struct listing *l, const struct probe_target *t)
{
	struct probe_target copy = *t;
	struct diags *d = &l->s->diags;
	const struct provider *describer = describer_of(l->provider);

	if (!describer)
		return;
	if (describer->describe(&l->s->env, l->point, &copy)) {
		add_fields(l, copy.args);
		if (copy.retval && copy.retval->kind != TY_NONE) {
			sb_adds(&l->out, "    ");
			type_print(&l->out, copy.retval);
			sb_adds(&l->out, " retval\n");
		}
	}
	d->list.n = d->nerrors = d->nwarnings = 0;
}

static void emit(void *arg, const char *name, const struct probe_target *t)
{
	struct listing *l = arg;

	if (l->filter && !matches_part(l->filter, name))
		return;
	l->found++;
	sb_adds(&l->out, name);
	sb_addc(&l->out, '\n');
	if (l->s->opt->verbose && t)
		add_arguments(l, t);
	if (l->out.n >= OUT_BLOCK) {
		report_text(&l->out);
		sb_reset(&l->out);
	}
}

static int list_one(struct listing *l, const struct provider *p, const struct attach_point *ap,
		    struct err *e)
{
	l->provider = p;
	l->point = ap;
	return p->list ? p->list(&l->s->env, ap, emit, l, e) : 0;
}

static bool provider_matches(const struct provider *p, const char *pattern)
{
	if (probe_match(pattern, p->name))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(p->alias) && p->alias[i]; i++)
		if (!strcmp(pattern, p->alias[i]))
			return true;
	return false;
}

static int unknown_kind(const char *name)
{
	size_t n;
	const struct provider *const *all = provider_all(&n);
	struct err e = { 0 };
	struct near near;

	err_set(&e, -1, "Invalid probe type: %s", name);
	near_start(&near, name);
	for (size_t i = 0; i < n; i++)
		near_try(&near, all[i]->name);
	if (near.best)
		err_hint(&e, "Did you mean '%s'?", near.best);
	return report_err(&e);
}

/*
 * Kinds whose name matches. What one of many cannot list (no kprobes, no binary named) is passed
 * over; if it was asked for alone it is an error.
 */
static int list_kinds(struct listing *l, const char *kind, const struct attach_point *ap)
{
	size_t n, tried = 0, failed = 0;
	const struct provider *const *all = provider_all(&n);
	struct err e = { 0 };

	for (size_t i = 0; i < n; i++) {
		if (kind && !provider_matches(all[i], kind))
			continue;
		tried++;
		failed += list_one(l, all[i], ap, &e) != 0;
	}
	if (!tried)
		return unknown_kind(kind);
	if (failed < tried || l->found)
		return 0;
	if (!e.hint[0] && (e.code == -EACCES || e.code == -EPERM))
		err_hint(&e, "Run it as root.");
	return report_err(&e);
}

static bool is_kind(const char *text)
{
	size_t n;
	const struct provider *const *all = provider_all(&n);

	for (size_t i = 0; i < n; i++)
		if (provider_matches(all[i], text) && !probe_has_wildcard(text))
			return true;
	return false;
}

static int list_one_pattern(struct listing *l, const char *pattern)
{
	struct attach_point *ap;

	if (!pattern || !strcmp(pattern, "*"))
		return list_kinds(l, NULL, split_pattern(&l->s->arena, "*"));
	ap = split_pattern(&l->s->arena, pattern);
	if (ap->parts.n > 1 || is_kind(pattern))
		return list_kinds(l, ap->parts.v[0], ap);
	l->filter = pattern;
	return list_kinds(l, NULL, split_pattern(&l->s->arena, "*"));
}

/* kprobe:a,kprobe:b */
static int list_pattern(struct listing *l, const char *patterns)
{
	const char *end = patterns;
	bool quotes = false;
	int status;

	for (; end && *end && (*end != ',' || quotes); end++)
		quotes ^= *end == '"';
	if (!end || !*end)
		return list_one_pattern(l, patterns);
	status = list_one_pattern(l, arena_strndup(&l->s->arena, patterns, (size_t)(end - patterns)));
	return status ? status : list_pattern(l, end + 1);
}

static int list_script(struct listing *l, const struct cli_options *opt)
{
	struct session *s = l->s;
	_cleanup_sb_ struct strbuf text = { 0 };
	const char *name;
	struct source *src;

	if (session_read(opt, &text, &name, &s->err))
		return report_err(&s->err);
	src = session_source(s, name, sb_str(&text), text.n);
	if (!src)
		return report_err(&s->err);
	s->script = parse_script(&s->arena, &s->diags, &s->types, src, &s->params);
	if (s->diags.nerrors)
		return 1;
	vec_each(s->script->probes, i)
		vec_each(s->script->probes.v[i]->points, k) {
			struct attach_point *ap = s->script->probes.v[i]->points.v[k];

			if (list_kinds(l, ap->parts.v[0], ap))
				return 1;
		}
	return 0;
}

struct type_listing {
	struct listing *l;
	const char *keyword, *pattern;
};

static void add_definition(struct listing *l, const char *name)
{
	const struct type *t = types_lookup(&l->s->types, name);

	if (t && l->s->btf)
		sb_adds(&l->out, "vmlinux: ");
	if (t)
		type_print_def(&l->s->types, &l->out, t);
}

static int each_type(void *arg, const struct btf_info *info)
{
	struct type_listing *tl = arg;
	struct listing *l = tl->l;
	char name[300];

	if (!*info->name || !probe_match(tl->pattern, info->name))
		return 0;
	snprintf(name, sizeof(name), "%s %s", tl->keyword, info->name);
	l->found++;
	if (l->s->opt->verbose)
		add_definition(l, name);
	else
		sb_addf(&l->out, "%s\n", name);
	return 0;
}

static const struct {
	const char *keyword;
	enum btf_kind_nr kinds[2];
} type_words[] = {
	{ "struct", { BK_STRUCT, BK_VOID } },
	{ "union", { BK_UNION, BK_VOID } },
	{ "enum", { BK_ENUM, BK_ENUM64 } },
};

static int unknown_type(struct session *s, const char *text)
{
	struct err e = { 0 };
	struct near near;

	err_set(&e, -1, s->btf ? "There is no %s" : "There is no %s: this kernel has no BTF", text);
	near_start(&near, text);
	types_near(&s->types, text, &near);
	if (near.best)
		err_hint(&e, "Did you mean '%s'?", near.best);
	return report_err(&e);
}

/* "struct x": its definition; with wildcards the names that match, with -v their definitions. */
static int list_types(struct listing *l, size_t word, const char *text)
{
	struct type_listing tl = { l, type_words[word].keyword,
				   text + strlen(type_words[word].keyword) + 1 };

	if (!probe_has_wildcard(tl.pattern)) {
		if (!types_lookup(&l->s->types, text))
			return unknown_type(l->s, text);
		l->found++;
		add_definition(l, text);
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(type_words[word].kinds) && l->s->btf; i++)
		if (type_words[word].kinds[i] != BK_VOID)
			btf_file_each(l->s->btf, type_words[word].kinds[i], each_type, &tl);
	return 0;
}

/* Which of type_words the pattern begins with; their number: none. */
static size_t type_word(const char *pattern)
{
	for (size_t i = 0; pattern && i < ARRAY_SIZE(type_words); i++) {
		size_t n = strlen(type_words[i].keyword);

		if (!strncmp(pattern, type_words[i].keyword, n) && pattern[n] == ' ')
			return i;
	}
	return ARRAY_SIZE(type_words);
}

/* struct a,struct b,enum c */
static int list_all_types(struct listing *l, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, ",");
		const char *one = arena_strndup(&l->s->arena, text, n);
		size_t word = type_word(one);

		if (word == ARRAY_SIZE(type_words))
			return unknown_type(l->s, one);
		if (list_types(l, word, one))
			return 1;
		text += n + (text[n] == ',');
	}
	return 0;
}

static bool is_script(const struct cli_options *opt)
{
	struct stat st;

	if (opt->program)
		return true;
	return opt->file && !strchr(opt->file, ':') &&
	       (!strcmp(opt->file, "-") || (!stat(opt->file, &st) && S_ISREG(st.st_mode)));
}

/* "sonde -l tool.bt" where there is no such file. */
static void warn_of_file(struct listing *l, const char *pattern)
{
	size_t n = pattern ? strlen(pattern) : 0;

	l->warned = n > 3 && !strcmp(pattern + n - 3, ".bt");
	if (l->warned)
		report_warning("It appears that '%s' is a filename but the file does not exist. Treating '%s' as a "
			       "search pattern.", pattern, pattern);
}

static int list_what(struct listing *l, const struct cli_options *opt)
{
	if (is_script(opt))
		return list_script(l, opt);
	if (type_word(opt->file) < ARRAY_SIZE(type_words))
		return list_all_types(l, opt->file);
	warn_of_file(l, opt->file);
	return list_pattern(l, opt->file);
}

int list_probes(const struct cli_options *opt)
{
	struct session s;
	struct listing l = { .s = &s };
	int status;

	session_open(&s, opt);
	s.env.pid = opt->pid;
	status = list_what(&l, opt);
	if (report_text(&l.out))
		status = 1;
	report_diags(&s.diags);
	if (!status && !l.found && !l.warned)
		status = report_error("nothing matches '%s'", opt->file ? opt->file : "*");
	sb_done(&l.out);
	session_close(&s);
	return status;
}

int list_functions(void)
{
	_cleanup_sb_ struct strbuf out = { 0 };
	size_t n;
	const struct fn_ops *const *all = fn_all(&n);

	for (size_t i = 0; i < n; i++)
		sb_addf(&out, "%s\n", all[i]->name);
	return report_text(&out);
}

int list_providers(void)
{
	_cleanup_sb_ struct strbuf out = { 0 };
	size_t n;
	const struct provider *const *all = provider_all(&n);

	for (size_t i = 0; i < n; i++)
		sb_addf(&out, "%s\n", all[i]->name);
	return report_text(&out);
}
