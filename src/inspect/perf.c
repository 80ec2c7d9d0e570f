/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perf show: programs on perf events and raw tracepoints, by the fds of the processes that made them. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "inspect/both.h"
#include "inspect/nouns.h"
#include "run/sys.h"

/* What an fd of another process is attached to; BPF_TASK_FD_QUERY, a name of up to 4095 bytes. */
struct event {
	int pid, fd;
	uint32_t prog_id, type;
	uint64_t offset, addr;
	char name[4096];
};

static int query(struct event *e)
{
	union bpf_attr attr = { .task_fd_query = { .pid = (uint32_t)e->pid, .fd = (uint32_t)e->fd,
						   .buf = (uintptr_t)e->name, .buf_len = sizeof(e->name) } };
	int r;

	e->name[0] = '\0';
	r = sys_bpf(BPF_TASK_FD_QUERY, &attr, sizeof(attr));
	e->prog_id = attr.task_fd_query.prog_id;
	e->type = attr.task_fd_query.fd_type;
	e->offset = attr.task_fd_query.probe_offset;
	e->addr = attr.task_fd_query.probe_addr;
	return r;
}

static const char *type_name(uint32_t type)
{
	static const char *const names[] = {
		[BPF_FD_TYPE_RAW_TRACEPOINT] = "raw_tracepoint", [BPF_FD_TYPE_TRACEPOINT] = "tracepoint",
		[BPF_FD_TYPE_KPROBE] = "kprobe",	       [BPF_FD_TYPE_KRETPROBE] = "kretprobe",
		[BPF_FD_TYPE_UPROBE] = "uprobe",	       [BPF_FD_TYPE_URETPROBE] = "uretprobe",
	};

	return type <= BPF_FD_TYPE_URETPROBE ? names[type] : "unknown";
}

static void show_place(struct inspect *in, const struct event *e)
{
	switch (e->type) {
	case BPF_FD_TYPE_RAW_TRACEPOINT:
	case BPF_FD_TYPE_TRACEPOINT: both_string(in, "tracepoint", "  ", e->name, ""); break;
	case BPF_FD_TYPE_KPROBE:
	case BPF_FD_TYPE_KRETPROBE:
		if (!e->name[0]) {
			both_u64(in, "addr", "  addr ", e->addr, "");
			break;
		}
		both_string(in, "func", "  func ", e->name, "");
		both_u64(in, "offset", "  offset ", e->offset, "");
		break;
	case BPF_FD_TYPE_UPROBE:
	case BPF_FD_TYPE_URETPROBE:
		both_string(in, "filename", "  filename ", e->name, "");
		both_u64(in, "offset", "  offset ", e->offset, "");
		break;
	}
}

static void show_event(struct inspect *in, const struct event *e)
{
	both_object(in);
	both_u64(in, "pid", "pid ", (uint64_t)e->pid, "");
	both_u64(in, "fd", "  fd ", (uint64_t)e->fd, "");
	both_u64(in, "prog_id", ": prog_id ", e->prog_id, "");
	both_string(in, "fd_type", "  ", type_name(e->type), "");
	show_place(in, e);
	both_end_object(in, "\n");
}

/* Only fds of this kind can have a program; asking for each of a machine's files takes long. */
static bool is_anonymous(int dir, const char *name)
{
	char target[16];
	ssize_t n = readlinkat(dir, name, target, sizeof(target));

	return n >= 11 && !memcmp(target, "anon_inode:", 11);
}

static void scan_process(struct inspect *in, struct event *e, const char *pid)
{
	char path[64];
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%.16s/fd", pid);
	d = opendir(path);
	if (!d)
		return; /* gone, or not ours to see */
	e->pid = atoi(pid);
	for (struct dirent *f; (f = readdir(d));) {
		if (!isdigit((unsigned char)*f->d_name) || !is_anonymous(dirfd(d), f->d_name))
			continue;
		e->fd = atoi(f->d_name);
		if (!query(e))
			show_event(in, e);
	}
	closedir(d);
}

/* On a file without a program the kernel has an answer of its own, if it knows the question. */
static int check_support(struct inspect *in, struct event *e)
{
	_cleanup_fd_ int fd = open("/", O_RDONLY | O_CLOEXEC);
	int r;

	*e = (struct event){ .pid = getpid(), .fd = fd };
	r = query(e);
	if (r == -524) /* ENOTSUPP, of the kernel alone */
		return 0;
	inspect_fail(in, r, "cannot ask for programs of file descriptors: %s", errname(r));
	err_hint(&in->err, "It takes root, and a kernel with BPF_TASK_FD_QUERY (4.18).");
	return r;
}

static int perf_show(struct inspect *in, struct words *w)
{
	struct event *e = arena_new(&in->arena, struct event);
	int r = check_support(in, e);
	DIR *proc;

	words_ignore(in, w);
	if (r)
		return r;
	proc = opendir("/proc");
	if (!proc)
		return inspect_fail(in, -errno, "cannot read /proc: %s", errname(errno));
	if (in->json)
		jsonw_array(&in->w);
	for (struct dirent *p; (p = readdir(proc));)
		if (isdigit((unsigned char)*p->d_name))
			scan_process(in, e, p->d_name);
	if (in->json)
		jsonw_end_array(&in->w);
	closedir(proc);
	return 0;
}

static const struct verb verbs[] = { { "show", perf_show }, { "list", perf_show }, { 0 } };

const struct noun noun_perf = {
	.name = "perf",
	.verbs = verbs,
	.synopsis = "{ show | list }\nhelp\n",
};
