/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compiled scripts as files. A standalone one is this program with the object behind it: a record in the program's own
 * data, found by its mark, says where. So a program without one does not have to look.
 */
#include "cli/build.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "cli/settings.h"
#include "image/image.h"

#define PROGRAM_MAX (256u << 20)
#define MARK_SIZE 16

struct payload {
	char mark[MARK_SIZE];
	uint64_t offset, size; /* in the program's file; 0: none */
};

/* Volatile: the file is changed behind the compiler's back. */
static volatile struct payload payload = { "sonde-payload-1", 0, 0 };

static struct image image_of(struct session *s)
{
	return (struct image){
		.arena = &s->arena, .types = &s->types, .sources = &s->sources, .script = s->script,
		.tables = &s->tables, .module = &s->module,
	};
}

/* Puts offset and size into the record of the program's copy. */
static bool set_payload(struct strbuf *program, uint64_t size)
{
	struct payload p = { "", program->n, size };
	char *at;

	for (int i = 0; i < MARK_SIZE; i++)
		p.mark[i] = payload.mark[i];
	at = memmem(program->p, program->n, p.mark, MARK_SIZE);
	if (!at || (size_t)(program->p + program->n - at) < sizeof(p))
		return false;
	memcpy(at, &p, sizeof(p));
	return true;
}

/* This program, with the object behind it. */
static int make_standalone(const struct strbuf *object, struct strbuf *out, struct err *e)
{
	int rc = file_read("/proc/self/exe", PROGRAM_MAX, out);

	if (rc)
		return err_set(e, rc, "cannot read this program: %s", errname(rc));
	if (payload.size)
		out->n = payload.offset;
	if (!set_payload(out, object->n))
		return err_set(e, -EINVAL, "this program has no place for a script");
	sb_add(out, object->p, object->n);
	return 0;
}

bool build_write(struct session *s)
{
	_cleanup_sb_ struct strbuf object = { 0 }, program = { 0 };
	struct image im = image_of(s);
	bool alone = s->opt->standalone;
	const struct strbuf *text = alone ? &program : &object;
	int r;

	if (image_write(&im, &object, &s->err) || (alone && make_standalone(&object, &program, &s->err)))
		return false;
	r = file_write(s->opt->output, text->p, text->n, alone ? 0777 : 0666);
	return !r || (err_set(&s->err, r, "cannot write %s: %s", s->opt->output, errname(r)), false);
}

/* What the loader is given: the file, and the names of the maps in it. */
static void set_file(struct session *s, const struct image *im, const void *bytes, size_t n)
{
	const char **names = arena_array(&s->arena, const char *, s->module.maps.n + 1);
	_cleanup_sb_ struct strbuf btf = { 0 };

	vec_each(s->module.maps, i)
		names[i] = image_map_name(im, s->module.maps.v[i]);
	s->file = (struct run_object){ .bytes = bytes, .size = n, .map_names = names, .params = s->params };
	if (!image_core_btf(im, bytes, n, &btf))
		return;
	s->file.core_btf = arena_dup(&s->arena, btf.p, btf.n);
	s->file.core_btf_size = btf.n;
}

bool build_linked(struct session *s)
{
	_cleanup_sb_ struct strbuf object = { 0 };
	struct image im = image_of(s);

	im.code_only = true;
	if (image_write(&im, &object, &s->err))
		return false;
	set_file(s, &im, arena_dup(&s->arena, object.p, object.n), object.n);
	return true;
}

bool build_restore(struct session *s, const struct job *job)
{
	struct image im;

	s->script = arena_new(&s->arena, struct script);
	im = image_of(s);
	if (image_read(&im, job->text, job->len, &s->err)) {
		err_prefix(&s->err, s->err.code, "cannot run '%s': ", job->name);
		return false;
	}
	if (s->tables.config.unsafe && !s->opt->unsafe) {
		err_set(&s->err, -EPERM, "'%s' was compiled with --unsafe: it needs --unsafe to run", job->name);
		return false;
	}
	set_file(s, &im, job->text, job->len);
	return settings_apply(s) && image_expand(&im, &s->env, &s->err);
}

bool build_own(struct strbuf *ret_text, int *ret_rc)
{
	_cleanup_fd_ int fd = -1;

	if (!payload.size)
		return false;
	fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	*ret_rc = fd < 0 ? -errno : 0;
	if (!*ret_rc && lseek(fd, (off_t)payload.offset, SEEK_SET) < 0)
		*ret_rc = -errno;
	if (!*ret_rc)
		*ret_rc = fd_read_all(fd, PROGRAM_MAX, ret_text);
	return true;
}
