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
#include "inspect/kernel_iter.h"
#include "inspect/owners.h"
#include "run/sys.h"

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

/* The context (struct bpf_iter__task_file): meta, task, fd, file; meta begins with the file that is read. */
static void write_code(struct code *c, const struct places *p)
{
	code_add(c, BPF_LDX | BPF_MEM | BPF_DW, 7, 1, 8, 0);
	code_leave_if_null(c, 7);
	code_add(c, BPF_LDX | BPF_MEM | BPF_DW, 8, 1, 24, 0);
	code_leave_if_null(c, 8);
	/* Most files are of a kind that has nothing to say in fdinfo; BPF's have. */
	code_add(c, BPF_LDX | BPF_MEM | BPF_DW, 3, 8, (int)p->operations, 0);
	code_add(c, BPF_LDX | BPF_MEM | BPF_DW, 2, 3, (int)p->show_fdinfo, 0);
	code_leave_if_null(c, 2);
	code_to_stack(c, BPF_DW, SEEN(operations), 3);
	code_add(c, BPF_LDX | BPF_MEM | BPF_W, 2, 1, 16, 0);
	code_to_stack(c, BPF_W, SEEN(fd), 2);
	code_add(c, BPF_LDX | BPF_MEM | BPF_DW, 6, 1, 0, 0);
	code_add(c, BPF_LDX | BPF_MEM | BPF_DW, 6, 6, 0, 0);
	code_add(c, BPF_LDX | BPF_MEM | BPF_W, 2, 7, (int)p->tgid, 0);
	code_to_stack(c, BPF_W, SEEN(tgid), 2);
	code_add(c, BPF_LDX | BPF_MEM | BPF_DW, 9, 8, (int)p->private_data, 0);
	code_leave_if_null(c, 9);
	code_add(c, BPF_ST | BPF_MEM | BPF_W, 10, 0, SEEN(pages), 0);
	code_read_kernel(c, SEEN(map_id), 9, p->map_id, sizeof(uint32_t));
	code_read_kernel(c, SEEN(link_id), 9, p->link_id, sizeof(uint32_t));
	code_read_kernel(c, SEEN(pages), 9, p->pages, sizeof(uint16_t));
	code_read_kernel(c, SCRATCH, 9, p->aux, sizeof(uint64_t));
	code_from_stack(c, BPF_DW, 9, SCRATCH);
	code_read_kernel(c, SEEN(prog_id), 9, p->prog_id, sizeof(uint32_t));
	code_mov_add(c, 1, 6, 0);
	code_mov_add(c, 2, 10, -(int)sizeof(struct seen));
	code_mov_imm(c, 3, sizeof(struct seen));
	code_call(c, BPF_FUNC_seq_write);
	code_leave(c);
}

static bool find_places(struct kernel_types *k, struct places *p)
{
	const struct type *file = kernel_type(k, "struct file"), *prog = kernel_type(k, "struct bpf_prog");
	const struct type *aux = kernel_target(k, prog, "aux");

	return kernel_place(k, kernel_type(k, "struct task_struct"), "tgid", &p->tgid) &&
	       kernel_place(k, file, "f_op", &p->operations) &&
	       kernel_place(k, kernel_target(k, file, "f_op"), "show_fdinfo", &p->show_fdinfo) &&
	       kernel_place(k, file, "private_data", &p->private_data) && kernel_place(k, prog, "aux", &p->aux) &&
	       kernel_place(k, prog, "pages", &p->pages) && kernel_place(k, aux, "id", &p->prog_id) &&
	       kernel_place(k, kernel_target(k, aux, "used_maps"), "id", &p->map_id) &&
	       kernel_place(k, kernel_type(k, "struct bpf_link"), "id", &p->link_id) && p->tgid < 1 << 15;
}

/* fd or -errno */
static int load(struct inspect *in)
{
	struct kernel_types *k = kernel_types(in);
	struct code c = { .n = 0 };
	struct places p;

	if (!k || !find_places(k, &p))
		return -ENOTSUP;
	write_code(&c, &p);
	return kernel_iter_load(k, ITER_TASK_FILE, &c);
}

/* Files of our own, whose kinds are known. */
struct own {
	struct kernel_iter it;
	int map;
};

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
	uint64_t prog = operations_of(s, n, own->it.prog), map = operations_of(s, n, own->map);
	uint64_t link = operations_of(s, n, own->it.link);
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

static int keep(void *arg, const char *text, size_t n)
{
	sb_add(arg, text, n);
	return 0;
}

static int run(struct own *own, hold_list *ret)
{
	_cleanup_sb_ struct strbuf text = { 0 };
	int r = kernel_iter_start(&own->it);

	if (!r)
		r = kernel_iter_read(&own->it, keep, &text);
	return r ? r : sort_out((const struct seen *)(const void *)sb_str(&text), text.n / sizeof(struct seen), own, ret);
}

int owners_iterate(struct inspect *in, hold_list *ret)
{
	struct own own = { .it = { load(in), -1, -1 }, .map = -1 };
	int r = own.it.prog;

	if (r >= 0) {
		own.map = sys_map_create(BPF_MAP_TYPE_ARRAY, "holders", sizeof(uint32_t), sizeof(uint32_t), 1, 0);
		r = own.map < 0 ? own.map : run(&own, ret);
	}
	kernel_iter_done(&own.it);
	fd_close(&own.map);
	return r;
}
