/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prog run: BPF_PROG_TEST_RUN with data and context from files. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "inspect/prog.h"
#include "run/sys.h"

#define PTR(p) ((uint64_t)(uintptr_t)(p))
#define OUT_SIZE (32u << 10) /* room for output unless the command line says more */
#define IN_MAX (1u << 28)

/* Data or context: what goes in, where it comes out to. */
struct stream {
	const char *name;     /* "data", "ctx" */
	const char *from, *to; /* files; "-" for standard input and output; NULL: not asked for */
	struct strbuf in;
	uint8_t *out;         /* in the session's arena */
	uint32_t out_size;
};

struct run {
	struct stream data, ctx;
	uint32_t repeat;
};

static void stream_done(struct stream *s)
{
	sb_done(&s->in);
}

static int read_stream(struct inspect *in, struct stream *s)
{
	int r;

	if (!s->from)
		return 0;
	r = strcmp(s->from, "-") ? file_read(s->from, IN_MAX, &s->in)
				 : fd_read_all(STDIN_FILENO, IN_MAX, &s->in);
	if (r)
		return inspect_fail(in, r, "failed to open %s: %s", s->from, errname(r));
	if (!s->out_size)
		s->out_size = OUT_SIZE;
	s->out = arena_alloc(&in->arena, s->out_size);
	return 0;
}

/* "0000010\t3e20 4865 ... | > He..." */
static void hex_rows(struct strbuf *out, const uint8_t *bytes, uint32_t n)
{
	for (uint32_t i = 0; i < n; i += 16) {
		sb_addf(out, "%07x\t", i);
		for (uint32_t j = i; j < i + 16; j++) {
			if (j < n)
				sb_addf(out, "%02x", bytes[j]);
			else
				sb_adds(out, "  ");
			sb_adds(out, j % 2 ? " " : "");
		}
		sb_adds(out, "| ");
		for (uint32_t j = i; j < i + 16 && j < n; j++) {
			sb_addc(out, bytes[j] >= ' ' && bytes[j] <= '~' ? (char)bytes[j] : '.');
			if (j == i + 7)
				sb_addc(out, ' ');
		}
		sb_addc(out, '\n');
	}
}

static int write_stream(struct inspect *in, const struct stream *s, uint32_t n)
{
	int r;

	if (!s->to || !n)
		return 0;
	if (!strcmp(s->to, "-") && in->json) {
		jsonw_name(&in->w, !strcmp(s->name, "data") ? "data_out" : "ctx_out");
		jsonw_array(&in->w);
		for (uint32_t i = 0; i < n; i++)
			jsonw_u64(&in->w, s->out[i]);
		jsonw_end_array(&in->w);
		return 0;
	}
	if (!strcmp(s->to, "-")) {
		hex_rows(&in->out, s->out, n);
		return 0;
	}
	r = file_write(s->to, s->out, n, 0666);
	return r ? inspect_fail(in, r, "failed to write output data/ctx to %s: %s", s->to, errname(r)) : 0;
}

/* NAME_in FILE, NAME_out FILE, NAME_size_out N; false: it is none of these. */
static bool parse_stream(struct inspect *in, struct words *w, struct stream *s, int *ret)
{
	const char *word = w->v[0];
	size_t n = strlen(s->name);
	uint64_t size;

	if (strncmp(word, s->name, n) || word[n] != '_')
		return false;
	word_next(w);
	if (!w->n)
		*ret = inspect_fail(in, -EINVAL, "'%s' needs at least 1 argument, 0 found", word);
	else if (!strcmp(word + n, "_in"))
		s->from = word_next(w);
	else if (!strcmp(word + n, "_out"))
		s->to = word_next(w);
	else if (!strcmp(word + n, "_size_out"))
		*ret = word_number(in, w, "output size", OUT_SIZE << 10, &size) ?: (s->out_size = size, 0);
	else
		return false;
	return true;
}

static int parse(struct inspect *in, struct words *w, struct run *run)
{
	uint64_t n;
	int r = 0;

	while (w->n && !r) {
		if (parse_stream(in, w, &run->data, &r) || parse_stream(in, w, &run->ctx, &r))
			continue;
		if (!word_take(w, "repeat"))
			return inspect_fail(in, -EINVAL,
					    "expected no more arguments, 'data_in', 'data_out', 'data_size_out', "
					    "'ctx_in', 'ctx_out', 'ctx_size_out' or 'repeat', got: '%s'?", w->v[0]);
		r = word_number(in, w, "repeat number", UINT32_MAX, &n);
		run->repeat = (uint32_t)n;
	}
	if (!r && run->data.from && run->ctx.from && !strcmp(run->data.from, "-") &&
	    !strcmp(run->ctx.from, "-"))
		r = inspect_fail(in, -EINVAL, "cannot use standard input for both data_in and ctx_in");
	return r;
}

static int test_run(struct inspect *in, int fd, struct run *run, union bpf_attr *a)
{
	int r;

	a->test.prog_fd = (uint32_t)fd;
	a->test.repeat = run->repeat;
	a->test.data_in = run->data.from ? PTR(sb_str(&run->data.in)) : 0;
	a->test.data_size_in = (uint32_t)run->data.in.n;
	a->test.data_out = PTR(run->data.out);
	a->test.data_size_out = run->data.out ? run->data.out_size : 0;
	a->test.ctx_in = run->ctx.from ? PTR(sb_str(&run->ctx.in)) : 0;
	a->test.ctx_size_in = (uint32_t)run->ctx.in.n;
	a->test.ctx_out = PTR(run->ctx.out);
	a->test.ctx_size_out = run->ctx.out ? run->ctx.out_size : 0;
	r = inspect_pass(in, sys_bpf(BPF_PROG_TEST_RUN, a, sizeof(*a)));
	return r ? inspect_fail(in, r, "failed to run program: %s", errname(r)) : 0;
}

static int show_result(struct inspect *in, const struct run *run, const union bpf_attr *a)
{
	int r;

	if (in->json)
		jsonw_object(&in->w);
	r = write_stream(in, &run->data, a->test.data_size_out);
	if (!r)
		r = write_stream(in, &run->ctx, a->test.ctx_size_out);
	if (in->json) {
		jsonw_u64_at(&in->w, "retval", a->test.retval);
		jsonw_u64_at(&in->w, "duration", a->test.duration);
		jsonw_end_object(&in->w);
	} else {
		sb_addf(&in->out, "Return value: %u, duration%s: %uns\n", a->test.retval,
			run->repeat > 1 ? " (average)" : "", a->test.duration);
	}
	return r;
}

int prog_run(struct inspect *in, struct words *w)
{
	struct run run = { .data.name = "data", .ctx.name = "ctx", .repeat = 1 };
	_cleanup_fd_ int fd = -1;
	union bpf_attr attr = { 0 };
	int r = words_need(in, w, "'run'", 4);

	if (r)
		return r;
	fd = prog_named(in, w);
	if (fd < 0)
		return fd;
	r = parse(in, w, &run);
	if (!r)
		r = read_stream(in, &run.data);
	if (!r)
		r = read_stream(in, &run.ctx);
	if (!r)
		r = test_run(in, fd, &run, &attr);
	if (!r)
		r = show_result(in, &run, &attr);
	stream_done(&run.data);
	stream_done(&run.ctx);
	return r;
}
