/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs and maps of a compiled script, loaded by libbpf: it knows relocations, this kernel's structures and what
 * older kernels cannot read. What it says of a program that was refused is its verifier's log.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "base/fdutil.h"
#include "run/internal.h"

#define SAID_MAX (16u << 20)

/* All that libbpf said; its callback has no argument for it. */
static struct strbuf said;

static int listen(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	if (level == LIBBPF_WARN && said.n < SAID_MAX)
		sb_addv(&said, fmt, ap);
	return 0;
}

static const struct probe *probe_named(const struct runtime *rt, const char *name, size_t n)
{
	vec_each(rt->tables->probes, i) {
		const struct probe *p = rt->tables->probes.v[i];

		if (strlen(p->prog->name) == n && !strncmp(p->prog->name, name, n))
			return p;
	}
	return NULL;
}

/* The program that "libbpf: prog 'NAME': BPF program load failed" names. */
static const struct probe *failed_probe(const struct runtime *rt, const char *text)
{
	const char *p = strstr(text, "prog '");

	return p ? probe_named(rt, p + 6, strcspn(p + 6, "'")) : NULL;
}

static void keep_log(struct runtime *rt, const char *text)
{
	static const char begin[] = "BEGIN PROG LOAD LOG --\n", end[] = "-- END PROG LOAD LOG";
	const char *from = strstr(text, begin), *to = from ? strstr(from, end) : NULL;

	sb_reset(&rt->log);
	if (to)
		sb_add(&rt->log, from + strlen(begin), (size_t)(to - from) - strlen(begin));
}

/* Its last line, for what is no program's fault. */
static void add_last_line(struct err *e, int rc, struct strbuf *text)
{
	char *line;

	while (text->n && text->p[text->n - 1] == '\n')
		text->p[--text->n] = 0;
	line = text->n ? strrchr(text->p, '\n') : NULL;
	line = line ? line + 1 : text->n ? text->p : "";
	if (!strncmp(line, "libbpf: ", 8))
		line += 8;
	err_set(e, rc, "cannot load the compiled script: %s%s%s", errname(rc), *line ? ": " : "", line);
	run_rights_hint(e, rc);
}

static int explain(struct runtime *rt, int rc, struct err *e)
{
	const struct probe *p = failed_probe(rt, sb_str(&said));

	if (!p) {
		add_last_line(e, rc, &said);
		return rc;
	}
	keep_log(rt, sb_str(&said));
	if (rt->opt->verbose)
		run_note(rt, sb_str(&said));
	return verifier_explain(rt, p, rc, NULL, e);
}

/* Programs are loaded as their probes want it here; those of probes that are not there stay out. */
static void prepare_programs(struct runtime *rt, struct bpf_object *obj)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, obj) {
		const char *name = bpf_program__name(prog);
		const struct probe *p = probe_named(rt, name, strlen(name));
		struct prog_kind kind = { 0 };

		if (!p) {
			bpf_program__set_autoload(prog, false);
			continue;
		}
		p->provider->kind(rt->target, p, &kind);
		if (kind.attach_btf_obj_fd > 0)
			fd_close(&kind.attach_btf_obj_fd);
		if (kind.type != BPF_PROG_TYPE_TRACING)
			bpf_program__set_expected_attach_type(prog, (enum bpf_attach_type)kind.attach_type);
	}
}

static struct bpf_map *find_map(struct runtime *rt, struct bpf_object *obj, const struct ir_map *m)
{
	return bpf_object__find_map_by_name(obj, rt->opt->object->map_names[m->index]);
}

/* Those whose size depends on the machine. */
static void size_maps(struct runtime *rt, struct bpf_object *obj)
{
	struct bpf_map *ring = rt->module->ring ? find_map(rt, obj, rt->module->ring) : NULL;
	struct bpf_map *bulk = rt->module->bulk ? find_map(rt, obj, rt->module->bulk) : NULL;

	vec_each(rt->module->maps, i) {
		const struct ir_map *m = rt->module->maps.v[i];
		struct bpf_map *packets = m->role == IM_PACKETS ? find_map(rt, obj, m) : NULL;

		if (packets)
			bpf_map__set_max_entries(packets, rt->target->ncpus);
	}
	if (ring)
		bpf_map__set_max_entries(ring, run_ring_size(rt));
	if (bulk)
		bpf_map__set_max_entries(bulk, rt->target->ncpus);
}

static int take_maps(struct runtime *rt, struct bpf_object *obj, struct err *e)
{
	int rc = 0;

	rt->nmaps = rt->module->maps.n;
	rt->map_fds = xcalloc(rt->nmaps + 1, sizeof(*rt->map_fds));
	for (size_t i = 0; i < rt->nmaps; i++)
		rt->map_fds[i] = -1;
	for (size_t i = 0; i < rt->nmaps && !rc; i++) {
		const struct ir_map *m = rt->module->maps.v[i];
		struct bpf_map *map = find_map(rt, obj, m);
		int fd = map ? fcntl(bpf_map__fd(map), F_DUPFD_CLOEXEC, 0) : -1;

		if (fd < 0)
			return err_set(e, -EINVAL, "the compiled script lacks its map %s", m->name);
		rc = run_adopt_map(rt, m, fd, e);
	}
	if (!rc)
		rc = run_seed_digests(rt, e);
	return rc ? rc : run_set_late(rt, e);
}

static int take_programs(struct runtime *rt, struct bpf_object *obj, struct err *e)
{
	vec_each(rt->tables->probes, i) {
		struct probe *p = rt->tables->probes.v[i];
		struct bpf_program *prog = bpf_object__find_program_by_name(obj, p->prog->name);

		p->prog_fd = prog ? fcntl(bpf_program__fd(prog), F_DUPFD_CLOEXEC, 0) : -1;
		if (p->prog_fd < 0)
			return err_set(e, -EINVAL, "the compiled script lacks the program of %s", p->name);
	}
	return 0;
}

static int load(struct runtime *rt, struct bpf_object *obj, struct err *e)
{
	int rc;

	prepare_programs(rt, obj);
	size_maps(rt, obj);
	run_raise_memlock();
	rc = bpf_object__load(obj);
	if (rc)
		return explain(rt, rc, e);
	rc = take_maps(rt, obj, e);
	return rc ? rc : take_programs(rt, obj, e);
}

/* A file in memory with the types that relocate the object; -1: libbpf looks at the kernel's. */
static int core_btf_file(const struct run_object *o, char *path, size_t size)
{
	_cleanup_fd_ int fd = o->core_btf ? memfd_create("core", MFD_CLOEXEC) : -1;
	int ret = fd;

	snprintf(path, size, "/proc/self/fd/%d", fd);
	if (fd < 0 || file_write(path, o->core_btf, o->core_btf_size, 0600))
		return -1;
	fd = -1;
	return ret;
}

int run_load_object(struct runtime *rt, struct err *e)
{
	const struct run_object *o = rt->opt->object;
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "sonde");
	char path[64];
	_cleanup_fd_ int types = core_btf_file(o, path, sizeof(path));
	struct bpf_object *obj;
	int rc;

	opts.btf_custom_path = types < 0 ? NULL : path;

	libbpf_set_print(listen);
	sb_reset(&said);
	obj = bpf_object__open_mem(o->bytes, o->size, &opts);
	if (!obj) {
		rc = -errno;
		add_last_line(e, rc, &said);
	} else {
		rc = load(rt, obj, e);
	}
	bpf_object__close(obj);
	sb_done(&said);
	sb_done(&rt->log);
	return rc;
}
