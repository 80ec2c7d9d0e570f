/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gen skeleton -L: a skeleton that needs no libbpf when it runs. libbpf makes a program that loads
 * the object by bpf(2) from inside the kernel; <bpf/skel_internal.h> runs it.
 */
#include <errno.h>
#include <string.h>

#include "inspect/gen.h"
#include "inspect/quiet.h"

/* skel_internal.h serves the kernel as well and leaves the C library's headers to others. */
static const char includes[] = "#ifndef __KERNEL__\n"
			       "#include <errno.h>\n"
			       "#include <stdlib.h>\n"
			       "#include <string.h>\n"
			       "#include <sys/mman.h>\n"
			       "#include <unistd.h>\n"
			       "#endif\n"
			       "#include <bpf/skel_internal.h>\n";

static void emit_attach(struct gen *g, const struct bpf_program *prog)
{
	const char *name = bpf_program__name(prog), *section = bpf_program__section_name(prog);
	const char *slash = strchr(section, '/');
	enum bpf_prog_type type = bpf_program__type(prog);

	gen_put(g, "\nstatic inline int\n"
		   "@__$__attach(struct @ *skel)\n"
		   "{\n"
		   "\tint prog_fd = skel->progs.$.prog_fd;\n", g->name, name);
	if (type == BPF_PROG_TYPE_RAW_TRACEPOINT && slash)
		gen_put(g, "\tint fd = skel_raw_tracepoint_open(\"@\", prog_fd);\n", slash + 1, "");
	else if (type != BPF_PROG_TYPE_TRACING && type != BPF_PROG_TYPE_LSM)
		sb_adds(g->out, "\tint fd = ((void)prog_fd, 0); /* attached by other means */\n");
	else if (bpf_program__expected_attach_type(prog) == BPF_TRACE_ITER)
		sb_adds(g->out, "\tint fd = skel_link_create(prog_fd, 0, BPF_TRACE_ITER);\n");
	else
		sb_adds(g->out, "\tint fd = skel_raw_tracepoint_open(NULL, prog_fd);\n");
	gen_put(g, "\n\tif (fd > 0)\n\t\tskel->links.$_fd = fd;\n\treturn fd;\n}\n", g->name, name);
}

static void emit_attach_all(struct gen *g)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, g->obj)
		emit_attach(g, prog);
	gen_put(g, "\nstatic inline int\n@__attach(struct @ *skel)\n{\n\tint ret = 0;\n\n", g->name, "");
	bpf_object__for_each_program(prog, g->obj)
		gen_put(g, "\tret = ret < 0 ? ret : @__$__attach(skel);\n", g->name, bpf_program__name(prog));
	gen_put(g, "\treturn ret < 0 ? ret : 0;\n}\n"
		   "\nstatic inline void\n@__detach(struct @ *skel)\n{\n", g->name, "");
	bpf_object__for_each_program(prog, g->obj)
		gen_put(g, "\tskel_closenz(skel->links.@_fd);\n", bpf_program__name(prog), "");
	sb_adds(g->out, "}\n");
}

static void emit_destroy(struct gen *g)
{
	char ident[GEN_IDENT], mapped[GEN_IDENT];
	struct bpf_program *prog;
	struct bpf_map *map;

	gen_put(g, "\nstatic void\n@__destroy(struct @ *skel)\n{\n"
		   "\tif (!skel)\n\t\treturn;\n\t@__detach(skel);\n", g->name, "");
	bpf_object__for_each_program(prog, g->obj)
		gen_put(g, "\tskel_closenz(skel->progs.@.prog_fd);\n", bpf_program__name(prog), "");
	bpf_object__for_each_map(map, g->obj) {
		if (!gen_map_ident(map, ident))
			continue;
		if (bpf_map__is_internal(map) && gen_map_mapped(map, mapped))
			sb_addf(g->out, "\tskel_free_map_data(skel->%s, skel->maps.%s.initial_value, %zu);\n",
				mapped, mapped, gen_map_bytes(map));
		gen_put(g, "\tskel_closenz(skel->maps.@.map_fd);\n", ident, "");
	}
	sb_adds(g->out, "\tskel_free(skel);\n}\n");
}

static void emit_initial(struct gen *g, struct bpf_map *map, const char *ident)
{
	size_t n = 0;
	const void *bytes = bpf_map__initial_value(map, &n);

	sb_adds(g->out, "\t{\n\t\tstatic const char data[] __attribute__((__aligned__(8))) = \"\\\n");
	gen_bytes(g, bytes, bytes ? n : 0);
	gen_put(g, "\";\n\n\t\tskel->@ = (__typeof__(skel->@))skel_prep_map_data((void *)data, ", ident, "");
	sb_addf(g->out, "%zu,\n", gen_map_bytes(map));
	gen_put(g, "\t\t\t\t\t\tsizeof(data) - 1);\n"
		   "\t\tif (!skel->@)\n\t\t\tgoto cleanup;\n"
		   "\t\tskel->maps.@.initial_value = (__u64) (long) skel->@;\n\t}\n", ident, "");
}

static void emit_open(struct gen *g)
{
	char ident[GEN_IDENT];
	struct bpf_map *map;

	gen_put(g, "\nstatic inline struct @ *\n@__open(void)\n{\n"
		   "\tstruct @ *skel = (struct @ *)skel_alloc(sizeof(*skel));\n\n"
		   "\tif (!skel)\n\t\tgoto cleanup;\n"
		   "\tskel->ctx.sz = (char *)&skel->$ - (char *)skel;\n", g->name,
		g->nprogs || g->nops ? "links" : "end");
	bpf_object__for_each_map(map, g->obj)
		if (gen_map_mapped(map, ident))
			emit_initial(g, map, ident);
	gen_put(g, "\treturn skel;\ncleanup:\n\t@__destroy(skel);\n\treturn NULL;\n}\n", g->name, "");
}

static void emit_load(struct gen *g, const struct gen_loader_opts *loader)
{
	char ident[GEN_IDENT];
	struct bpf_map *map;

	gen_put(g, "\nstatic inline int\n@__load(struct @ *skel)\n{\n"
		   "\tstruct bpf_load_and_run_opts opts = {};\n\tint err;\n\n"
		   "\topts.ctx = (struct bpf_loader_ctx *)skel;\n", g->name, "");
	sb_addf(g->out, "\topts.data_sz = %u;\n\topts.data = (void *)\"\\\n", loader->data_sz);
	gen_bytes(g, loader->data, loader->data_sz);
	sb_addf(g->out, "\";\n\topts.insns_sz = %u;\n\topts.insns = (void *)\"\\\n", loader->insns_sz);
	gen_bytes(g, loader->insns, loader->insns_sz);
	sb_adds(g->out, "\";\n\n\terr = bpf_load_and_run(&opts);\n\tif (err < 0)\n\t\treturn err;\n");
	bpf_object__for_each_map(map, g->obj) {
		if (!gen_map_mapped(map, ident))
			continue;
		gen_put(g, "\tskel->@ = (__typeof__(skel->@))skel_finalize_map_data(&skel->maps.@.initial_value,\n",
			ident, "");
		sb_addf(g->out, "\t\t\t%zu, %s, skel->maps.%s.map_fd);\n", gen_map_bytes(map),
			bpf_map__map_flags(map) & BPF_F_RDONLY_PROG ? "PROT_READ" : "PROT_READ | PROT_WRITE",
			ident);
		gen_put(g, "\tif (!skel->@)\n\t\treturn -ENOMEM;\n", ident, "");
	}
	gen_put(g, "\treturn 0;\n}\n"
		   "\nstatic inline struct @ *\n@__open_and_load(void)\n{\n"
		   "\tstruct @ *skel = @__open();\n\n"
		   "\tif (skel && @__load(skel)) {\n\t\t@__destroy(skel);\n\t\treturn NULL;\n\t}\n"
		   "\treturn skel;\n}\n", g->name, "");
}

static int make_loader(struct gen *g, struct gen_loader_opts *loader)
{
	int r = bpf_object__gen_loader(g->obj, loader);

	if (!r)
		r = bpf_object__load(g->obj);
	if (!r)
		return 0;
	inspect_fail(g->in, r, "failed to load object file: %s", errname(r));
	err_hint(&g->in->err, "%s", libbpf_said());
	return r;
}

int gen_light(struct gen *g)
{
	LIBBPF_OPTS(gen_loader_opts, loader);
	int r;

	gen_start(g, "SKEL_H", includes);
	gen_put(g, "struct @ {\n\tstruct bpf_loader_ctx ctx;\n", g->name, "");
	gen_maps(g, "struct bpf_map_desc ");
	r = gen_ops(g);
	gen_progs(g, "struct bpf_prog_desc ");
	gen_links(g, "int ", "_fd");
	if (!g->nprogs && !g->nops)
		sb_adds(g->out, "\tchar end[0];\n");
	if (!r)
		r = gen_sections(g);
	if (!r)
		r = make_loader(g, &loader);
	if (r)
		return r;
	sb_adds(g->out, "};\n");
	emit_attach_all(g);
	emit_destroy(g);
	emit_open(g);
	emit_load(g, &loader);
	gen_asserts(g);
	gen_end(g, "SKEL_H");
	return 0;
}
