/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gen skeleton: an object as a C header, for programs that use libbpf (1.1 and newer). What the
 * functions and members are called is what users of skeletons know.
 */
#include <errno.h>
#include <string.h>

#include "inspect/gen.h"

static const char includes[] = "#include <errno.h>\n"
			       "#include <stdlib.h>\n"
			       "#include <bpf/libbpf.h>\n"
			       "\n"
			       "#define BPF_SKEL_SUPPORTS_MAP_AUTO_ATTACH 1\n";

static const char members_cplusplus[] =
	"\n"
	"#ifdef __cplusplus\n"
	"\tstatic inline struct @ *open(const struct bpf_object_open_opts *opts = nullptr);\n"
	"\tstatic inline struct @ *open_and_load();\n"
	"\tstatic inline int load(struct @ *skel);\n"
	"\tstatic inline int attach(struct @ *skel);\n"
	"\tstatic inline void detach(struct @ *skel);\n"
	"\tstatic inline void destroy(struct @ *skel);\n"
	"\tstatic inline const void *elf_bytes(size_t *sz);\n"
	"#endif /* __cplusplus */\n"
	"};\n";

static const char open_opts[] =
	"\n"
	"static inline void\n"
	"@__destroy(struct @ *obj)\n"
	"{\n"
	"\tif (!obj)\n"
	"\t\treturn;\n"
	"\tif (obj->skeleton)\n"
	"\t\tbpf_object__destroy_skeleton(obj->skeleton);\n"
	"\tfree(obj);\n"
	"}\n"
	"\n"
	"static inline int\n"
	"@__create_skeleton(struct @ *obj);\n"
	"\n"
	"static inline struct @ *\n"
	"@__open_opts(const struct bpf_object_open_opts *opts)\n"
	"{\n"
	"\tstruct @ *obj = (struct @ *)calloc(1, sizeof(*obj));\n"
	"\tint err;\n"
	"\n"
	"\tif (!obj) {\n"
	"\t\terrno = ENOMEM;\n"
	"\t\treturn NULL;\n"
	"\t}\n"
	"\terr = @__create_skeleton(obj);\n"
	"\tif (!err)\n"
	"\t\terr = bpf_object__open_skeleton(obj->skeleton, opts);\n"
	"\tif (err) {\n"
	"\t\t@__destroy(obj);\n"
	"\t\terrno = -err;\n"
	"\t\treturn NULL;\n"
	"\t}\n";

static const char functions[] =
	"\treturn obj;\n"
	"}\n"
	"\n"
	"static inline struct @ *\n"
	"@__open(void)\n"
	"{\n"
	"\treturn @__open_opts(NULL);\n"
	"}\n"
	"\n"
	"static inline int\n"
	"@__load(struct @ *obj)\n"
	"{\n"
	"\treturn bpf_object__load_skeleton(obj->skeleton);\n"
	"}\n"
	"\n"
	"static inline struct @ *\n"
	"@__open_and_load(void)\n"
	"{\n"
	"\tstruct @ *obj = @__open();\n"
	"\tint err = obj ? @__load(obj) : 0;\n"
	"\n"
	"\tif (err) {\n"
	"\t\t@__destroy(obj);\n"
	"\t\terrno = -err;\n"
	"\t\treturn NULL;\n"
	"\t}\n"
	"\treturn obj;\n"
	"}\n"
	"\n"
	"static inline int\n"
	"@__attach(struct @ *obj)\n"
	"{\n"
	"\treturn bpf_object__attach_skeleton(obj->skeleton);\n"
	"}\n"
	"\n"
	"static inline void\n"
	"@__detach(struct @ *obj)\n"
	"{\n"
	"\tbpf_object__detach_skeleton(obj->skeleton);\n"
	"}\n";

static const char create_start[] =
	"\n"
	"static inline const void *@__elf_bytes(size_t *sz);\n"
	"\n"
	"static inline int\n"
	"@__create_skeleton(struct @ *obj)\n"
	"{\n"
	"\tstruct bpf_object_skeleton *s;\n"
	"\tstruct bpf_map_skeleton *map __attribute__((unused));\n"
	"\n"
	"\ts = (struct bpf_object_skeleton *)calloc(1, sizeof(*s));\n"
	"\tif (!s)\n"
	"\t\treturn -ENOMEM;\n"
	"\ts->sz = sizeof(*s);\n"
	"\ts->name = \"@\";\n"
	"\ts->obj = &obj->obj;\n";

static const char create_end[] =
	"\n"
	"\ts->data = (void *)@__elf_bytes(&s->data_sz);\n"
	"\tobj->skeleton = s;\n"
	"\treturn 0;\n";

/* Reached by a goto of the tables, where there are any. */
static const char create_failed[] =
	"err:\n"
	"\tbpf_object__destroy_skeleton(s);\n"
	"\treturn -ENOMEM;\n";

static const char bytes_start[] =
	"}\n"
	"\n"
	"static inline const void *@__elf_bytes(size_t *sz)\n"
	"{\n"
	"\tstatic const char data[] __attribute__((__aligned__(8))) = \"\\\n";

static const char bytes_end[] =
	"\";\n"
	"\n"
	"\t*sz = sizeof(data) - 1;\n"
	"\treturn (const void *)data;\n"
	"}\n";

static const char definitions_cplusplus[] =
	"\n"
	"#ifdef __cplusplus\n"
	"struct @ *@::open(const struct bpf_object_open_opts *opts) { return @__open_opts(opts); }\n"
	"struct @ *@::open_and_load() { return @__open_and_load(); }\n"
	"int @::load(struct @ *skel) { return @__load(skel); }\n"
	"int @::attach(struct @ *skel) { return @__attach(skel); }\n"
	"void @::detach(struct @ *skel) { @__detach(skel); }\n"
	"void @::destroy(struct @ *skel) { @__destroy(skel); }\n"
	"const void *@::elf_bytes(size_t *sz) { return @__elf_bytes(sz); }\n"
	"#endif /* __cplusplus */\n";

/*
 * The table is of the size that the oldest libbpf knows, three pointers an entry, but where there
 * are maps of operations, whose links newer ones take from a fourth.
 */
void gen_table_maps(struct gen *g, bool whole)
{
	const char *entry = g->nops && whole ? "sizeof(*s->maps)" : "3 * sizeof(void *)";
	char ident[GEN_IDENT];
	struct bpf_map *map;
	size_t i = 0;

	if (!g->nmaps)
		return;
	sb_addf(g->out, "\n\ts->map_cnt = %zu;\n\ts->map_skel_sz = %s;\n", g->nmaps, entry);
	sb_adds(g->out, "\ts->maps = (struct bpf_map_skeleton *)calloc(s->map_cnt, sizeof(*s->maps));\n"
			"\tif (!s->maps)\n\t\tgoto err;\n");
	bpf_object__for_each_map(map, g->obj) {
		if (!gen_map_ident(map, ident))
			continue;
		sb_addf(g->out, "\n\tmap = (struct bpf_map_skeleton *)((char *)s->maps + %zu * s->map_skel_sz);\n",
			i++);
		gen_put(g, "\tmap->name = \"@\";\n\tmap->map = &obj->maps.$;\n", bpf_map__name(map), ident);
		if (whole && gen_map_mapped(map, ident))
			gen_put(g, "\tmap->mmaped = (void **)&obj->@;\n", ident, "");
		if (whole && gen_map_is_ops(map))
			gen_put(g, "\tif (s->map_skel_sz > (int)(3 * sizeof(void *)))\n"
				   "\t\t((struct bpf_link ***)map)[3] = &obj->links.@;\n", ident, "");
	}
}

void gen_table_progs(struct gen *g, bool links)
{
	struct bpf_program *prog;
	size_t i = 0;

	if (!g->nprogs)
		return;
	sb_addf(g->out, "\n\ts->prog_cnt = %zu;\n\ts->prog_skel_sz = sizeof(*s->progs);\n", g->nprogs);
	sb_adds(g->out, "\ts->progs = (struct bpf_prog_skeleton *)calloc(s->prog_cnt, s->prog_skel_sz);\n"
			"\tif (!s->progs)\n\t\tgoto err;\n");
	bpf_object__for_each_program(prog, g->obj) {
		const char *name = bpf_program__name(prog);

		sb_addf(g->out, "\n\ts->progs[%zu].name = \"%s\";\n", i, name);
		sb_addf(g->out, "\ts->progs[%zu].prog = &obj->progs.%s;\n", i, name);
		if (links)
			sb_addf(g->out, "\ts->progs[%zu].link = &obj->links.%s;\n", i, name);
		i++;
	}
}

static int skeleton(struct gen *g)
{
	int r;

	gen_start(g, "SKEL_H", includes);
	gen_put(g, "struct @ {\n"
		   "\tstruct bpf_object_skeleton *skeleton;\n"
		   "\tstruct bpf_object *obj;\n", g->name, "");
	gen_maps(g, "struct bpf_map *");
	r = gen_ops(g);
	gen_progs(g, "struct bpf_program *");
	gen_links(g, "struct bpf_link *", "");
	if (!r)
		r = gen_sections(g);
	if (r)
		return r;
	gen_put(g, members_cplusplus, g->name, "");
	gen_put(g, open_opts, g->name, "");
	gen_ops_init(g);
	gen_put(g, functions, g->name, "");
	gen_put(g, create_start, g->name, "");
	gen_table_maps(g, true);
	gen_table_progs(g, true);
	gen_put(g, create_end, g->name, "");
	if (g->nmaps || g->nprogs)
		sb_adds(g->out, create_failed);
	gen_put(g, bytes_start, g->name, "");
	gen_bytes(g, g->bytes.p, g->bytes.n);
	sb_adds(g->out, bytes_end);
	gen_put(g, definitions_cplusplus, g->name, "");
	gen_asserts(g);
	gen_end(g, "SKEL_H");
	return 0;
}

/* Code is text whatever the form of messages. */
int gen_skeleton(struct inspect *in, struct words *w)
{
	size_t before = in->out.n; /* what the commands of a batch before this one have left */
	struct gen g = { 0 };
	int r = gen_open(in, w, false, &g);

	if (!r)
		r = in->loader ? gen_light(&g) : skeleton(&g);
	if (r)
		in->out.n = before;
	gen_done(&g);
	return r;
}

static const char sub_functions[] =
	"\n"
	"#ifdef __cplusplus\n"
	"\tstatic inline struct @ *open(const struct bpf_object *src);\n"
	"\tstatic inline void destroy(struct @ *skel);\n"
	"#endif /* __cplusplus */\n"
	"};\n"
	"\n"
	"static inline void\n"
	"@__destroy(struct @ *skel)\n"
	"{\n"
	"\tif (!skel)\n"
	"\t\treturn;\n"
	"\tif (skel->subskel)\n"
	"\t\tbpf_object__destroy_subskeleton(skel->subskel);\n"
	"\tfree(skel);\n"
	"}\n"
	"\n"
	"static inline struct @ *\n"
	"@__open(const struct bpf_object *src)\n"
	"{\n"
	"\tstruct bpf_object_subskeleton *s;\n"
	"\tstruct bpf_map_skeleton *map __attribute__((unused));\n"
	"\tstruct @ *obj;\n"
	"\tint err = -ENOMEM;\n"
	"\n"
	"\tobj = (struct @ *)calloc(1, sizeof(*obj));\n"
	"\ts = (struct bpf_object_subskeleton *)calloc(1, sizeof(*s));\n"
	"\tif (!obj || !s) {\n"
	"\t\tfree(s);\n"
	"\t\tgoto err;\n"
	"\t}\n"
	"\ts->sz = sizeof(*s);\n"
	"\ts->obj = src;\n"
	"\ts->var_skel_sz = sizeof(*s->vars);\n"
	"\tobj->subskel = s;\n";

static const char sub_end[] =
	"\n"
	"\terr = bpf_object__open_subskeleton(s);\n"
	"\tif (err)\n"
	"\t\tgoto err;\n"
	"\treturn obj;\n"
	"err:\n"
	"\t@__destroy(obj);\n"
	"\terrno = -err;\n"
	"\treturn NULL;\n"
	"}\n"
	"\n"
	"#ifdef __cplusplus\n"
	"struct @ *@::open(const struct bpf_object *src) { return @__open(src); }\n"
	"void @::destroy(struct @ *skel) { @__destroy(skel); }\n"
	"#endif /* __cplusplus */\n";

static int subskeleton(struct gen *g)
{
	int r;

	gen_start(g, "SUBSKEL_H", "#include <errno.h>\n#include <stdlib.h>\n#include <bpf/libbpf.h>\n");
	gen_put(g, "struct @ {\n"
		   "\tstruct bpf_object *obj;\n"
		   "\tstruct bpf_object_subskeleton *subskel;\n", g->name, "");
	gen_maps(g, "struct bpf_map *");
	r = gen_ops(g);
	gen_progs(g, "struct bpf_program *");
	if (!r)
		r = gen_section_pointers(g);
	if (r)
		return r;
	gen_put(g, sub_functions, g->name, "");
	gen_table_vars(g);
	gen_table_maps(g, false);
	gen_table_progs(g, false);
	gen_put(g, sub_end, g->name, "");
	gen_end(g, "SUBSKEL_H");
	return 0;
}

int gen_subskeleton(struct inspect *in, struct words *w)
{
	size_t before = in->out.n; /* what the commands of a batch before this one have left */
	struct gen g = { 0 };
	int r = gen_open(in, w, true, &g);

	if (!r)
		r = subskeleton(&g);
	if (r)
		in->out.n = before;
	gen_done(&g);
	return r;
}
