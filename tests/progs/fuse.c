/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuse FOLDER: mounts a file system of FUSE there, in whose root folder there may be one file of up to 64 KiB; prints "ready",
 * and serves it. See include/uapi/linux/fuse.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_ID 2

static int device;
static char name[256], data[65536]; /* of the file; no name: there is none */
static unsigned long size;

static void reply(const struct fuse_in_header *in, int error, const void *body, unsigned len)
{
	static char out[sizeof(struct fuse_out_header) + sizeof(data)];
	struct fuse_out_header head = { sizeof(head) + (error ? 0 : len), -error, in->unique };

	memcpy(out, &head, sizeof(head));
	if (!error)
		memcpy(out + sizeof(head), body, len);
	if (write(device, out, head.len) < 0)
		_exit(1);
}

static struct fuse_attr attr_of(unsigned long id)
{
	int is_file = id == FILE_ID;

	return (struct fuse_attr){ .ino = id, .size = is_file ? size : 0, .mode = is_file ? S_IFREG | 0644 : S_IFDIR | 0755, .nlink = 1, .blksize = 4096 };
}

static struct fuse_entry_out entry(void)
{
	return (struct fuse_entry_out){ .nodeid = FILE_ID, .attr = attr_of(FILE_ID) };
}

static void create(const struct fuse_in_header *in, const struct fuse_create_in *c)
{
	struct {
		struct fuse_entry_out entry;
		struct fuse_open_out open;
	} out = { entry() };

	snprintf(name, sizeof(name), "%s", (const char *)(c + 1));
	size = 0;
	out.entry = entry();
	reply(in, 0, &out, sizeof(out));
}

static void take(const struct fuse_in_header *in, const struct fuse_write_in *w)
{
	struct fuse_write_out out = { .size = w->size };

	if (w->offset + w->size > sizeof(data)) {
		reply(in, ENOSPC, NULL, 0);
		return;
	}
	memcpy(data + w->offset, w + 1, w->size);
	size = w->offset + w->size > size ? w->offset + w->size : size;
	reply(in, 0, &out, sizeof(out));
}

static void give(const struct fuse_in_header *in, const struct fuse_read_in *r)
{
	unsigned long n = r->offset < size ? size - r->offset : 0;

	reply(in, 0, data + r->offset, n < r->size ? n : r->size);
}

static void answer(const struct fuse_in_header *in, const void *body)
{
	struct fuse_init_out init = { .major = FUSE_KERNEL_VERSION, .minor = 31, .max_write = 4096 };
	struct fuse_attr_out attr = { .attr = attr_of(in->nodeid) };
	struct fuse_entry_out file = entry();
	struct fuse_open_out opened = { 0 };

	switch (in->opcode) {
	case FUSE_INIT: reply(in, 0, &init, sizeof(init)); break;
	case FUSE_LOOKUP: reply(in, *name && !strcmp(name, body) ? 0 : ENOENT, &file, sizeof(file)); break;
	case FUSE_GETATTR: reply(in, 0, &attr, sizeof(attr)); break;
	case FUSE_SETATTR:
		if (((const struct fuse_setattr_in *)body)->valid & FATTR_SIZE)
			size = ((const struct fuse_setattr_in *)body)->size;
		attr.attr = attr_of(in->nodeid);
		reply(in, 0, &attr, sizeof(attr));
		break;
	case FUSE_CREATE: create(in, body); break;
	case FUSE_OPEN:
	case FUSE_OPENDIR: reply(in, 0, &opened, sizeof(opened)); break;
	case FUSE_WRITE: take(in, body); break;
	case FUSE_READ: give(in, body); break;
	case FUSE_FSYNC:
	case FUSE_FLUSH:
	case FUSE_RELEASE:
	case FUSE_RELEASEDIR: reply(in, 0, NULL, 0); break;
	case FUSE_RENAME: /* old and new name */
		body = (const char *)body + sizeof(struct fuse_rename_in);
		snprintf(name, sizeof(name), "%s", (const char *)body + strlen(body) + 1);
		reply(in, 0, NULL, 0);
		break;
	case FUSE_UNLINK: *name = 0; reply(in, 0, NULL, 0); break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET: break;
	default: reply(in, ENOSYS, NULL, 0);
	}
}

int main(int argc, char **argv)
{
	static struct fuse_in_header in[(65536 + 4096) / sizeof(struct fuse_in_header)];
	char options[100];

	device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", device);
	if (argc != 2 || mount("fuse", argv[1], "fuse", MS_NOSUID | MS_NODEV, options))
		return 1;
	puts("ready");
	fflush(stdout);
	while (read(device, in, sizeof(in)) > 0)
		answer(in, in + 1);
	return 0;
}
