/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program run by the kernel for every open file (iter/task_file). What kind a file is of is told by
 * its operations' address, which no symbol gives away everywhere; but this process has one file of
 * each kind itself, and sees what their addresses are.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "bpf/insn.h"
#include "inspect/code.h"
#include "inspect/owners.h"
#include "run/sys.h"
#include "type/btf.h"
#include "type/type.h"

#define PTR(p) ((uint64_t)(uintptr_t)(p))

/* What the program writes for each file: the id is read as if it were of each kind. */
struct seen {
	uint64_t operations;
	uint32_t tgid, fd;
	uint32_t prog_id, map_id, link_id, pages;
};

/* Where things are in the kernel's structures. */
struct places {
	uint32_t tgid, operations, show_fdinfo, private_data, aux, pages, prog_id, map_id, link_id;
};

#define SEEN(member) (-(int)sizeof(struct seen) + (int)offsetof(struct seen, member))
#define SCRATCH (-(int)sizeof(struct seen) - 8)

/* size bytes at r9 + off to the stack, whatever is there. */
static void read_kernel(struct code *c, int to, uint32_t off, int size)
{
	code_add(c, BPF_ALU64 | BPF_MOV | BPF_X, 1, 10, 0, 0);
	code_add(c, BPF_ALU64 | BPF_ADD | BPF_K, 1, 0, 0, to);
	code_add(c, BPF_ALU64 | BPF_MOV | BPF_K, 2, 0, 0, size);
	code_add(c, BPF_ALU64 | BPF_MOV | BPF_X, 3, 9, 0, 0);
	code_add(c, BPF_ALU64 | BPF_ADD | BPF_K, 3, 0, 0, (int)off);
	code_add(c, BPF_CALL_K, 0, 0, 0, BPF_FUNC_probe_read_kernel);
}

static void leave_if_null(struct code *c, int reg)
{
	code_add(c, BPF_JMP | BPF_JNE | BPF_K, reg, 0, 2, 0);
	code_add(c, BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0);
	code_add(c, BPF_EXIT_K, 0, 0, 0, 0);
}

/* The context (struct bpf_iter__task_file): meta, task, fd, file; meta begins with the file that is read. */
static void write_code(struct code *c, const struct places *p)
{
	code_add(c, BPF_LDX | BPF_MEM | BPF_DW, 7, 1, 8, 0);
	leave_if_null(c, 7);
	code_add(c, BPF_LDX | BPF_MEM | BPF_DW, 8, 1, 24, 0);
	leave_if_null(c, 8);
	/* Most files are of a kind that has nothing to say in fdinfo; BPF's have. */
	code_add(c, BPF_LDX | BPF_MEM | BPF_DW, 3, 8, (int)p->operations, 0);
	code_add(c, BPF_LDX | BPF_MEM | BPF_DW, 2, 3, (int)p->show_fdinfo, 0);
	leave_if_null(c, 2);
	code_add(c, BPF_STX | BPF_MEM | BPF_DW, 10, 3, SEEN(operations), 0);
	code_add(c, BPF_LDX | BPF_MEM | BPF_W, 2, 1, 16, 0);
	code_add(c, BPF_STX | BPF_MEM | BPF_W, 10, 2, SEEN(fd), 0);
	code_add(c, BPF_LDX | BPF_MEM | BPF_DW, 6, 1, 0, 0);
	code_add(c, BPF_LDX | BPF_MEM | BPF_DW, 6, 6, 0, 0);
	code_add(c, BPF_LDX | BPF_MEM | BPF_W, 2, 7, (int)p->tgid, 0);
	code_add(c, BPF_STX | BPF_MEM | BPF_W, 10, 2, SEEN(tgid), 0);
	code_add(c, BPF_LDX | BPF_MEM | BPF_DW, 9, 8, (int)p->private_data, 0);
	leave_if_null(c, 9);
	code_add(c, BPF_ST | BPF_MEM | BPF_W, 10, 0, SEEN(pages), 0);
	read_kernel(c, SEEN(map_id), p->map_id, sizeof(uint32_t));
	read_kernel(c, SEEN(link_id), p->link_id, sizeof(uint32_t));
	read_kernel(c, SEEN(pages), p->pages, sizeof(uint16_t));
	read_kernel(c, SCRATCH, p->aux, sizeof(uint64_t));
	code_add(c, BPF_LDX | BPF_MEM | BPF_DW, 9, 10, SCRATCH, 0);
	read_kernel(c, SEEN(prog_id), p->prog_id, sizeof(uint32_t));
	code_add(c, BPF_ALU64 | BPF_MOV | BPF_X, 1, 6, 0, 0);
	code_add(c, BPF_ALU64 | BPF_MOV | BPF_X, 2, 10, 0, 0);
	code_add(c, BPF_ALU64 | BPF_ADD | BPF_K, 2, 0, 0, -(int)sizeof(struct seen));
	code_add(c, BPF_ALU64 | BPF_MOV | BPF_K, 3, 0, 0, sizeof(struct seen));
	code_add(c, BPF_CALL_K, 0, 0, 0, BPF_FUNC_seq_write);
	code_add(c, BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0);
	code_add(c, BPF_EXIT_K, 0, 0, 0, 0);
}

static bool place_of(struct types *ts, const char *type, const char *member, uint32_t *ret)
{
	const struct type *t = types_lookup(ts, type);
	struct field f;

	if (!t || !type_field(ts, t, member, &f))
		return false;
	*ret = f.offset;
	return true;
}

static bool find_places(struct types *ts, struct places *p)
{
	return place_of(ts, "struct task_struct", "tgid", &p->tgid) &&
	       place_of(ts, "struct file", "f_op", &p->operations) &&
	       place_of(ts, "struct file_operations", "show_fdinfo", &p->show_fdinfo) &&
	       place_of(ts, "struct file", "private_data", &p->private_data) &&
	       place_of(ts, "struct bpf_prog", "aux", &p->aux) &&
	       place_of(ts, "struct bpf_prog", "pages", &p->pages) &&
	       place_of(ts, "struct bpf_prog_aux", "id", &p->prog_id) &&
	       place_of(ts, "struct bpf_map", "id", &p->map_id) &&
	       place_of(ts, "struct bpf_link", "id", &p->link_id) && p->tgid < 1 << 15;
}

/* fd or -errno */
static int load(void)
{
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_TRACING, .expected_attach_type = BPF_TRACE_ITER,
				.license = PTR("GPL"), .prog_name = "holders" };
	struct code c = { .n = 0 };
	struct places p;
	struct btf_file *btf;
	struct arena arena = { 0 };
	struct types ts;
	bool found;

	if (btf_file_open("/sys/kernel/btf/vmlinux", NULL, &btf, NULL))
		return -ENOTSUP;
	types_init(&ts, &arena, btf);
	attr.attach_btf_id = btf_file_find(btf, BK_FUNC, "bpf_iter_task_file");
	found = attr.attach_btf_id && find_places(&ts, &p);
	arena_done(&arena);
	btf_file_free(btf);
	if (!found)
		return -ENOTSUP;
	write_code(&c, &p);
	attr.insns = PTR(c.insns);
	attr.insn_cnt = c.n;
	return sys_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
}

/* Files of our own, whose kinds are known. */
struct own {
	int prog, map, link, iter;
};

static int read_all(int fd, struct strbuf *text)
{
	/* More than a buffer of the kernel's at once saves calls; whole records come either way. */
	char part[32 << 10];
	ssize_t n;

	while ((n = read(fd, part, sizeof(part))) > 0 || (n < 0 && errno == EAGAIN))
		if (n > 0)
			sb_add(text, part, (size_t)n);
	return n < 0 ? -errno : 0;
}

static uint64_t operations_of(const struct seen *s, size_t n, int fd)
{
	uint32_t self = (uint32_t)getpid();

	for (size_t i = 0; i < n; i++)
		if (s[i].tgid == self && s[i].fd == (uint32_t)fd)
			return s[i].operations;
	return 0;
}

static int sort_out(const struct seen *s, size_t n, const struct own *own, hold_list *ret)
{
	uint64_t prog = operations_of(s, n, own->prog), map = operations_of(s, n, own->map);
	uint64_t link = operations_of(s, n, own->link);
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint32_t self = (uint32_t)getpid();

	if (!prog || !map || !link)
		return -ENOTSUP; /* not our view of processes: another pid namespace */
	for (size_t i = 0; i < n; i++) {
		struct hold h = { .by = { (int)s[i].tgid, NULL } };

		if (s[i].tgid == self)
			continue;
		if (s[i].operations == prog)
			h = (struct hold){ OBJECT_PROG, s[i].prog_id, h.by, s[i].pages * page };
		else if (s[i].operations == map)
			h = (struct hold){ OBJECT_MAP, s[i].map_id, h.by };
		else if (s[i].operations == link)
			h = (struct hold){ OBJECT_LINK, s[i].link_id, h.by };
		else
			continue;
		vec_push(ret, h);
	}
	return 0;
}

static int run(struct own *own, hold_list *ret)
{
	_cleanup_sb_ struct strbuf text = { 0 };
	union bpf_attr attr = { 0 };
	int r;

	attr.link_create.prog_fd = (uint32_t)own->prog;
	attr.link_create.attach_type = BPF_TRACE_ITER;
	own->link = sys_bpf(BPF_LINK_CREATE, &attr, sizeof(attr));
	if (own->link < 0)
		return own->link;
	attr = (union bpf_attr){ .iter_create.link_fd = (uint32_t)own->link };
	own->iter = sys_bpf(BPF_ITER_CREATE, &attr, sizeof(attr));
	if (own->iter < 0)
		return own->iter;
	r = read_all(own->iter, &text);
	return r ? r : sort_out((const struct seen *)(const void *)sb_str(&text), text.n / sizeof(struct seen), own, ret);
}

int owners_iterate(hold_list *ret)
{
	struct own own = { .prog = load(), .map = -1, .link = -1, .iter = -1 };
	int r = own.prog;

	if (own.prog >= 0) {
		own.map = sys_map_create(BPF_MAP_TYPE_ARRAY, "holders", sizeof(uint32_t), sizeof(uint32_t), 1, 0);
		r = own.map < 0 ? own.map : run(&own, ret);
	}
	fd_close(&own.iter);
	fd_close(&own.link);
	fd_close(&own.map);
	fd_close(&own.prog);
	return r;
}
