/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A map with stacks, as it is printed: entries become rows, rows become lines. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/fdutil.h"
#include "out/out_int.h"
#include "tool/stacks_view.h"

static void escape(struct view *v, struct strbuf *out, const char *text)
{
	render_escape(v->o->render, out, text, strlen(text));
}

static const char *lost_text(const struct stack *s)
{
	return s->user ? "[Missed User Stack]" : "[Missed Kernel Stack]";
}

static void add_frame(struct view *v, struct strbuf *out, const struct stack *s, int i, char form)
{
	struct stack_name n;

	if (form == '@') {
		sb_addf(out, "%016llx", (unsigned long long)s->frames[i]);
		return;
	}
	n = stack_name(v->o->render, s, i);
	if (form == '!') {
		escape(v, out, n.module ? view_file(n.module) : s->user ? "unknown" : "kernel");
		return;
	}
	view_function(v, out, &n);
	if (form == '+' && (n.name || n.module))
		sb_addf(out, "+0x%llx", (unsigned long long)n.offset);
}

/* The number that a name in a line stands for. */
static bool find_sum(const struct view *v, const char *name, const struct row *r, uint64_t *ret)
{
	for (size_t i = 0; i < v->s->values.n && i < VALUES_MAX; i++)
		if (!strcmp(name, v->s->values.v[i]))
			return *ret = (uint64_t)r->sums[i], true;
	if (strcmp(name, "entries"))
		return false;
	return *ret = r->n, true;
}

static void add_hist(struct strbuf *out, const struct part *p, const void *bytes)
{
	uint64_t buckets[64] = { 0 };
	size_t n = p->type->agg->log2(p->type, bytes, buckets, ARRAY_SIZE(buckets));

	render_hist_bcc(out, p->name, buckets, n);
	if (out->n && out->p[out->n - 1] == '\n')
		out->n--;
}

static bool is_hist(const struct part *p)
{
	return p && p->type->kind == TY_AGG && p->type->agg->log2;
}

static void add_value(struct view *v, struct strbuf *out, const struct stacks_piece *p, const struct row *r)
{
	const struct part *part = view_part(v, p->text);
	size_t start = out->n;
	uint64_t sum;

	if (is_hist(part))
		add_hist(out, part, view_bytes(part, r->entry));
	else if (p->form == '@' && part && render_number(part->type, view_bytes(part, r->entry), (int64_t *)&sum))
		sb_addx(out, sum);
	else if (find_sum(v, p->text, r, &sum))
		sb_addu(out, sum);
	else if (part)
		render_text(v->o->render, out, part->type, view_bytes(part, r->entry));
	if (out->n - start < p->width)
		sb_fill(out, ' ', p->width - (out->n - start));
}

static const struct stack *stack_of(const struct view *v, const struct stacks_piece *p)
{
	const struct part *part = p->form && p->form != '-' ? view_part(v, p->text) : NULL;

	return part && part->stack >= 0 ? &v->stacks[part->stack] : NULL;
}

/* The stack that a line is of, NULL: it is said once. */
static const struct stack *line_stack(const struct view *v, const struct stacks_line *l)
{
	vec_each(l->pieces, i) {
		const struct stack *s = stack_of(v, &l->pieces.v[i]);

		if (s)
			return s;
	}
	return NULL;
}

/* {--}: between two stacks that are both there. */
static bool stands_between(const struct view *v, const struct stacks_line *lines, size_t n, size_t at)
{
	const struct stack *before = NULL, *behind = NULL;

	for (size_t i = 0; i < n && !behind; i++) {
		const struct stack *s = line_stack(v, &lines[i]);

		if (i < at && s)
			before = s;
		if (i > at)
			behind = s;
	}
	return before && before->n && behind && behind->n;
}

static bool is_divider(const struct stacks_line *l)
{
	vec_each(l->pieces, i)
		if (l->pieces.v[i].form == '-')
			return true;
	return false;
}

/* A line for frame i of the stack s; s NULL: without frames. */
static void add_line(struct view *v, const struct stacks_line *l, const struct row *r, const struct stack *s, int i)
{
	struct strbuf *out = &v->o->buf;

	vec_each(l->pieces, k) {
		const struct stacks_piece *p = &l->pieces.v[k];

		if (!p->form || p->form == '-')
			sb_adds(out, p->text);
		else if (!stack_of(v, p))
			add_value(v, out, p, r);
		else if (s->n < 0)
			sb_adds(out, p->form == 'v' || p->form == '+' ? lost_text(s) : "");
		else
			add_frame(v, out, s, i, p->form);
	}
	sb_addc(out, '\n');
}

static void add_lines(struct view *v, const struct stacks_line *lines, size_t n, const struct row *r)
{
	for (size_t k = 0; k < n; k++) {
		const struct stack *s = line_stack(v, &lines[k]);
		int frames = !s ? 1 : s->n < 0 ? 1 : s->n;

		if (is_divider(&lines[k]) && !stands_between(v, lines, n, k))
			continue;
		for (int i = 0; i < frames; i++)
			add_line(v, &lines[k], r, s, lines[k].turned ? frames - 1 - i : i);
	}
}

/* One name of a folded stack: ; separates them. */
static void add_folded_name(struct strbuf *out, const char *prefix, const char *name, const char *suffix)
{
	size_t start = out->n;

	sb_adds(out, prefix);
	sb_adds(out, name);
	for (size_t i = start; i < out->n; i++)
		if (out->p[i] == ';' || out->p[i] == '\n')
			out->p[i] = ':';
	sb_adds(out, suffix);
}

static enum flame_kind kind_of(const struct stack *s, const struct stack_name *n)
{
	if (!s)
		return FK_OTHER;
	if (!s->user)
		return FK_KERNEL;
	if (n->name && strstr(n->name, "::"))
		return FK_CPP;
	return n->module && strcmp(n->module, "//anon") ? FK_USER : n->name ? FK_JIT : FK_USER;
}

/* The text before and behind the braces of a word. */
static const char *text_at(const struct stacks_line *l, size_t i)
{
	return i < l->pieces.n && !l->pieces.v[i].form ? l->pieces.v[i].text : "";
}

struct folding {
	struct view *v;
	struct strbuf *out;
	bool any;
};

static void fold(struct folding *f, const char *prefix, const char *name, const char *suffix, enum flame_kind kind)
{
	if (f->any)
		sb_addc(f->out, ';');
	f->any = true;
	add_folded_name(f->out, prefix, name, suffix);
	if (f->v->flame && strcmp(name, "-"))
		flame_frame(f->v->flame, kind, name, strlen(name));
}

static void fold_stack(struct folding *f, const struct stacks_line *l, size_t at, const struct stack *s)
{
	struct strbuf *name = &f->v->t->scratch;

	if (s->n < 0)
		fold(f, "", lost_text(s), "", kind_of(s, &(struct stack_name){ 0 }));
	for (int k = 0; k < s->n; k++) {
		int i = l->turned ? k : s->n - 1 - k;
		struct stack_name n = stack_name(f->v->o->render, s, i);

		sb_reset(name);
		view_function(f->v, name, &n);
		fold(f, at ? text_at(l, at - 1) : "", sb_str(name), text_at(l, at + 1), kind_of(s, &n));
	}
}

static void fold_word(struct folding *f, const struct stacks_line *l, const struct row *r)
{
	struct strbuf *name = &f->v->t->scratch;
	size_t at = 0;
	const struct stack *s;

	while (at < l->pieces.n && !l->pieces.v[at].form)
		at++;
	if (at == l->pieces.n) {
		fold(f, "", text_at(l, 0), "", FK_OTHER);
		return;
	}
	s = stack_of(f->v, &l->pieces.v[at]);
	if (s) {
		fold_stack(f, l, at, s);
		return;
	}
	sb_reset(name);
	add_value(f->v, name, &l->pieces.v[at], r);
	fold(f, at ? text_at(l, at - 1) : "", sb_str(name), text_at(l, at + 1), FK_OTHER);
}

/* "-" between two stacks is left out where {--} is. */
static void folded_row(struct view *v, const struct row *r, struct strbuf *out)
{
	struct folding f = { v, out, false };
	const struct tool_stacks *s = v->s;

	if (v->flame)
		flame_start(v->flame);
	vec_each(s->folded, i) {
		const struct stacks_line *l = &s->folded.v[i];

		if (!strcmp(text_at(l, 0), "-") && !stands_between(v, s->folded.v, s->folded.n, i))
			continue;
		fold_word(&f, l, r);
	}
	if (v->flame)
		flame_end(v->flame, (uint64_t)r->sums[0]);
	sb_addc(out, ' ');
	sb_addu(out, (uint64_t)r->sums[0]);
	sb_addc(out, '\n');
}

static void json_stack(struct view *v, const struct stack *s)
{
	struct strbuf *out = &v->o->buf, *name = &v->t->scratch;

	sb_addc(out, '[');
	if (s->n < 0)
		render_json_string(out, lost_text(s), strlen(lost_text(s)));
	for (int i = 0; i < s->n; i++) {
		struct stack_name n = stack_name(v->o->render, s, i);

		sb_reset(name);
		view_function(v, name, &n);
		sb_adds(out, i ? ", " : "");
		render_json_string(out, sb_str(name), name->n);
	}
	sb_addc(out, ']');
}

/* Parts that differ between the entries of a row have no value for the whole of it. */
static bool is_shown(const struct view *v, const struct part *p)
{
	bool found = !v->s->by.n;

	vec_each(v->s->by, i)
		found |= !strcmp(v->s->by.v[i], p->name);
	return found;
}

static bool is_stamp(const struct view *v, const struct part *p)
{
	return v->s->stamp && !strcmp(v->s->stamp, p->name);
}

/* A part as JSON and CSV have it: summed, or one value for all entries of the row. */
static bool has_value(const struct view *v, const struct part *p, const struct row *r, bool *ret_summed, uint64_t *ret_sum)
{
	*ret_summed = p->stack < 0 && find_sum(v, p->name, r, ret_sum);
	return !is_stamp(v, p) && (*ret_summed || is_shown(v, p));
}

static void json_row(struct view *v, const struct row *r)
{
	struct strbuf *out = &v->o->buf;
	const char *comma = "{";

	vec_each(v->parts, i) {
		const struct part *p = &v->parts.v[i];
		uint64_t sum;
		bool summed;

		if (!has_value(v, p, r, &summed, &sum))
			continue;
		sb_addf(out, "%s\"%s\": ", comma, p->name);
		comma = ", ";
		if (p->stack >= 0)
			json_stack(v, &v->stacks[p->stack]);
		else if (is_hist(p))
			p->type->agg->json(v->o->render, out, p->type, view_bytes(p, r->entry), 1);
		else if (summed)
			sb_addu(out, sum);
		else
			render_json(v->o->render, out, p->type, view_bytes(p, r->entry));
	}
	if (v->s->by.n)
		sb_addf(out, "%s\"entries\": %llu", comma, (unsigned long long)r->n);
	sb_adds(out, "}\n");
}

/* A stack's functions from the outermost on, as folded stacks have them. */
static void csv_stack(struct view *v, struct strbuf *out, const struct stack *s)
{
	if (s->n < 0)
		sb_adds(out, lost_text(s));
	for (int i = s->n; i-- > 0;) {
		struct stack_name n = stack_name(v->o->render, s, i);

		view_function(v, out, &n);
		if (i)
			sb_addc(out, ';');
	}
}

static void csv_row(struct view *v, const struct row *r)
{
	struct strbuf *out = &v->o->buf, *text = &v->t->scratch;
	const char *comma = "";

	vec_each(v->parts, i) {
		const struct part *p = &v->parts.v[i];
		uint64_t sum;
		bool summed;

		if (!has_value(v, p, r, &summed, &sum))
			continue;
		sb_reset(text);
		if (p->stack >= 0)
			csv_stack(v, text, &v->stacks[p->stack]);
		else if (summed)
			sb_addu(text, sum);
		else
			render_text(v->o->render, text, p->type, view_bytes(p, r->entry));
		sb_adds(out, comma);
		comma = ",";
		tool_csv_text(out, sb_str(text), text->n);
	}
	if (v->s->by.n)
		sb_addf(out, ",%llu", (unsigned long long)r->n);
	sb_addc(out, '\n');
}

/* Once in a run. */
static void csv_titles(struct view *v)
{
	const struct row none = { 0 };
	const char *comma = "";

	if (v->t->format != TF_CSV || v->s->titled)
		return;
	v->s->titled = true;
	vec_each(v->parts, i) {
		uint64_t sum;
		bool summed;

		if (!has_value(v, &v->parts.v[i], &none, &summed, &sum))
			continue;
		sb_addf(&v->o->buf, "%s%s", comma, v->parts.v[i].name);
		comma = ",";
	}
	sb_adds(&v->o->buf, v->s->by.n ? ",entries\n" : "\n");
}

static bool is_given(struct tool *t, const char *name)
{
	const struct tool_option *o = tool_option(t, name, strlen(name));

	return o && o->given;
}

static void print_row(struct view *v, const struct row *r)
{
	_cleanup_sb_ struct strbuf line = { 0 };
	bool folded = is_given(v->t, "folded");

	view_read_stacks(v, r);
	if (folded || v->flame)
		folded_row(v, r, &line);
	if (v->t->format == TF_JSON)
		json_row(v, r);
	else if (v->t->format == TF_CSV)
		csv_row(v, r);
	else if (folded)
		sb_add(&v->o->buf, line.p, line.n);
	else if (!v->flame)
		add_lines(v, v->s->lines.v, v->s->lines.n, r);
}

static bool is_text(const struct view *v)
{
	return v->t->format == TF_TEXT && !v->flame && !is_given(v->t, "folded");
}

/* An entry by itself, before they are merged. */
static void print_each(struct view *v, const struct row *r)
{
	if (!v->s->each.n || !is_text(v) || !out_more(v->o))
		return;
	view_read_stacks(v, r);
	add_lines(v, v->s->each.v, v->s->each.n, r);
}

/* {time} in the text is the time of day. */
static void add_heading(struct view *v)
{
	const char *text = v->s->heading, *at = text ? strstr(text, "{time}") : NULL;
	struct strbuf *out = &v->o->buf;

	if (!text || !is_text(v))
		return;
	sb_add(out, text, at ? (size_t)(at - text) : strlen(text));
	if (at) {
		tool_add_now(out, "%H:%M:%S");
		sb_adds(out, at + 6);
	}
	sb_addc(out, '\n');
}

int tool_stacks_check(struct tool *t, struct err *e)
{
	const struct tool_option *file = tool_option(t, "flame", 5);
	_cleanup_fd_ int fd = -1;

	if (!t->stacks.map || !file || !file->given || !strcmp(tool_text(file), "-"))
		return 0;
	fd = open(tool_text(file), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	return fd >= 0 ? 0 : err_set(e, -errno, "cannot write %s: %s", tool_text(file), errname(errno));
}

/* The graph replaces that of the output before. A file that cannot be written ends the run. */
static void write_flame(struct view *v)
{
	const struct tool_option *file = tool_option(v->t, "flame", 5);
	struct flame_look look = {
		.title = v->s->title ? v->s->title : v->t->name,
		.unit = v->s->values.v[0], .palette = v->s->palette,
	};
	int rc;

	if (!v->flame)
		return;
	rc = flame_write(v->flame, &look, tool_text(file), NULL);
	if (rc) {
		v->o->broken = true;
		v->o->error = -rc;
	}
	flame_free(v->flame);
}

static void print_rows(struct view *v)
{
	const struct tool_option *top = tool_option(v->t, "top", 3);
	uint64_t most = top ? tool_number(top) : 0;
	size_t first = most && most < v->rows.n ? v->rows.n - most : 0;

	for (size_t i = first; i < v->rows.n && out_more(v->o); i++)
		print_row(v, &v->rows.v[i]);
}

bool tool_stacks_map(struct tool *t, struct out *o, const struct map_dump *m)
{
	struct view v = { .t = t, .s = &t->stacks, .o = o, .m = m };

	if (!v.s->map || strcmp(v.s->map, m->name))
		return false;
	v.flame = is_given(t, "flame") ? flame_new() : NULL;
	add_heading(&v);
	view_fill(&v, print_each);
	csv_titles(&v);
	print_rows(&v);
	write_flame(&v);
	out_flush(o);
	view_done(&v);
	return true;
}
