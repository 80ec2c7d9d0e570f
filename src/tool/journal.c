/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows as entries of systemd's journal, by its native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): a datagram for each
 * entry, a line NAME=VALUE for each field, or the name, the length in 8 bytes and the value if that has lines of its own.
 */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "base/fdutil.h"
#include "out/out_int.h"
#include "tool/internal.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"
/* A journal that does not take an entry for so long (us) loses it. */
#define PATIENCE 200000

int tool_declare_journal(struct tool *t, struct tool_line *l, struct err *e)
{
	struct tool_field f = { .name = tool_quoted(t, l) };

	f.text = tool_rest(t, l);
	if (!*f.name || !*f.text)
		return tool_wrong(t, l, e, "journal needs a field's name and its text");
	avec_push(t->arena, &t->fields, f);
	return 0;
}

int tool_journal_open(struct tool *t, struct err *e)
{
	const struct tool_option *o = tool_role(t, TR_JOURNAL);
	const char *path = getenv("SONDE_JOURNAL_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	struct timeval patience = { 0, PATIENCE };

	t->journal = -1;
	if (!o || !o->given)
		return 0;
	path = path ? path : JOURNAL_SOCKET;
	strncpy(to.sun_path, path, sizeof(to.sun_path) - 1);
	t->journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (t->journal < 0 || connect(t->journal, (struct sockaddr *)&to, sizeof(to)))
		return err_set(e, -errno, "cannot write to the journal: %s: %s", path, strerror(errno));
	setsockopt(t->journal, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	return 0;
}

/* What "TITLE" or "TITLE SPEC" stands for: the text of that column's cell, whole. */
static void add_cell(struct tool *t, struct strbuf *out, const char *name, size_t len, const struct tool_cell *cells)
{
	struct tool_line l = { name, name + len, 0 };
	const char *title;
	size_t n;

	tool_word(&l, &title, &n);
	vec_each(t->row.shown, i) {
		struct tool_spec spec = t->row.shown.v[i]->spec;

		if (!tool_word_is(title, n, t->row.shown.v[i]->title))
			continue;
		if (spec.conv == 's')
			spec.precision = -1;
		tool_parse_spec(tool_rest(t, &l), &spec);
		tool_cell_text(t->out->render, out, &spec, &cells[i]);
	}
}

/* The text with what is in braces replaced. */
static void fill(struct tool *t, struct strbuf *out, const char *text, const struct tool_cell *cells)
{
	while (*text) {
		size_t n = strcspn(text, "{");
		const char *end = strchr(text + n, '}');

		sb_add(out, text, n);
		text += n;
		if (!*text)
			return;
		if (end)
			add_cell(t, out, text + 1, (size_t)(end - text - 1), cells);
		text = end ? end + 1 : text + 1;
	}
}

static void add_field(struct strbuf *out, const char *name, const struct strbuf *value)
{
	uint64_t size = htole64(value->n);

	sb_adds(out, name);
	if (value->n && memchr(value->p, '\n', value->n)) {
		sb_addc(out, '\n');
		sb_add(out, &size, sizeof(size));
	} else {
		sb_addc(out, '=');
	}
	sb_add(out, sb_str((struct strbuf *)value), value->n);
	sb_addc(out, '\n');
}

void tool_journal_row(struct tool *t, const struct tool_cell *cells)
{
	_cleanup_sb_ struct strbuf entry = { 0 }, name = { 0 }, value = { 0 };

	if (t->journal < 0)
		return;
	sb_addf(&entry, "SYSLOG_IDENTIFIER=%s\nPRIORITY=5\n", t->name);
	vec_each(t->fields, i) {
		sb_reset(&name);
		sb_reset(&value);
		fill(t, &name, t->fields.v[i].name, cells);
		fill(t, &value, t->fields.v[i].text, cells);
		add_field(&entry, sb_str(&name), &value);
	}
	if (send(t->journal, entry.p, entry.n, MSG_NOSIGNAL) < 0)
		t->unlogged++;
}

void tool_journal_end(struct tool *t)
{
	fd_close(&t->journal);
	if (!t->unlogged)
		return;
	sb_reset(&t->scratch);
	sb_addf(&t->scratch, "WARNING: the journal did not take %llu rows\n", (unsigned long long)t->unlogged);
	out_message(t->out, t->scratch.p, t->scratch.n);
}
