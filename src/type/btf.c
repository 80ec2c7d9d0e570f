/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening BTF images and finding their records. */
#include "type/btf_int.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fdutil.h"

#define BTF_MAGIC 0xeb9f
#define BTF_MAX_FILE (256u << 20)

struct btf_hdr { /* struct btf_header */
	uint16_t magic;
	uint8_t version, flags;
	uint32_t hdr_len, type_off, type_len, str_off, str_len;
};

static bool section_ok(uint64_t off, uint64_t len, uint64_t n)
{
	return off <= n && len <= n - off;
}

static int check_header(const struct btf_hdr *h, size_t n, bool split, struct err *e)
{
	if (h->magic == 0x9feb)
		return err_set(e, -EINVAL, "BTF is of the other byte order");
	if (h->magic != BTF_MAGIC || h->version != 1 || h->hdr_len < sizeof(*h) || h->hdr_len > n)
		return err_set(e, -EINVAL, "not BTF: bad header");
	n -= h->hdr_len;
	if (!section_ok(h->type_off, h->type_len, n) || !section_ok(h->str_off, h->str_len, n) ||
	    (h->hdr_len + h->type_off) % 4 || (!split && !h->str_len))
		return err_set(e, -EINVAL, "broken BTF: sections lie outside the image");
	return 0;
}

static int setup(struct btf_file *b, struct err *e)
{
	struct btf_hdr h;
	int r;

	if (b->size < sizeof(h))
		return err_set(e, -EINVAL, "not BTF: %zu bytes", b->size);
	memcpy(&h, b->data, sizeof(h));
	r = check_header(&h, b->size, b->base != NULL, e);
	if (r)
		return r;
	b->types = b->data + h.hdr_len + h.type_off;
	b->types_len = h.type_len;
	b->strs = (const char *)b->data + h.hdr_len + h.str_off;
	b->strs_len = h.str_len;
	if (h.str_len && (b->strs[h.str_len - 1] || (!b->base && b->strs[0])))
		return err_set(e, -EINVAL, "broken BTF: strings are not terminated");
	b->start_id = b->base ? btf_file_count(b->base) : 1;
	b->start_str = b->base ? b->base->start_str + b->base->strs_len : 0;
	return 0;
}

static int setup_or_free(struct btf_file *b, struct btf_file **ret, struct err *e)
{
	int r = setup(b, e);

	if (r) {
		btf_file_free(b);
		return r;
	}
	*ret = b;
	return 0;
}

/*
 * Only the kernel's own image is mapped: an ordinary file may be cut short by its owner while
 * it is in use, which would end in SIGBUS. Kernels before 6.16 answer ENODEV.
 */
static bool map_image(struct btf_file *b, const char *path)
{
	_cleanup_fd_ int fd = -1;
	struct stat st;
	void *p;

	if (strncmp(path, "/sys/kernel/btf/", 16))
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) || st.st_size <= 0 || st.st_size > BTF_MAX_FILE)
		return false;
	p = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return false;
	b->data = p;
	b->size = st.st_size;
	b->mapped = true;
	return true;
}

int btf_file_open(const char *path, struct btf_file *base, struct btf_file **ret, struct err *e)
{
	struct btf_file *b = xcalloc(1, sizeof(*b));
	struct strbuf text = {};
	int r;

	b->base = base;
	if (!map_image(b, path)) {
		r = file_read(path, BTF_MAX_FILE, &text);
		if (r) {
			sb_done(&text);
			free(b);
			return err_set(e, r, "cannot read %s: %s", path, errname(r));
		}
		b->size = text.n;
		b->data = (const uint8_t *)sb_take(&text);
	}
	return setup_or_free(b, ret, e);
}

int btf_file_from_memory(const void *data, size_t n, struct btf_file *base, struct btf_file **ret,
			 struct err *e)
{
	struct btf_file *b;
	uint8_t *copy;

	if (n > BTF_MAX_FILE)
		return err_set(e, -EFBIG, "BTF of %zu bytes is too big", n);
	b = xcalloc(1, sizeof(*b));
	copy = xmalloc(n ? n : 1);
	if (n)
		memcpy(copy, data, n);
	b->data = copy;
	b->size = n;
	b->base = base;
	return setup_or_free(b, ret, e);
}

void btf_file_free(struct btf_file *b)
{
	if (!b)
		return;
	if (b->mapped)
		munmap((void *)b->data, b->size);
	else
		free((void *)b->data);
	free(b->offs);
	free(b->heads);
	free(b->chain);
	free(b);
}

static void grow_offsets(struct btf_file *b)
{
	b->cap = b->cap ? b->cap * 2 : 2048;
	b->offs = xrealloc(b->offs, b->cap * sizeof(*b->offs));
}

bool btf_walk(struct btf_file *b, uint32_t n)
{
	uint32_t at = b->next;

	while (b->nknown < n && b->types_len - at >= 12) {
		uint64_t size = btf_record_size(((const uint32_t *)(b->types + at))[REC_INFO]);

		if (!size || size > b->types_len - at) {
			at = b->types_len;
			break;
		}
		if (b->nknown == b->cap)
			grow_offsets(b);
		b->offs[b->nknown++] = at;
		at += size;
	}
	b->next = at;
	return b->nknown >= n;
}

const uint32_t *btf_record(struct btf_file *b, uint32_t id)
{
	while (b->base && id < b->start_id)
		b = b->base;
	if (!id || id < b->start_id)
		return NULL;
	return id < UINT32_MAX / 2 ? btf_own(b, id - b->start_id) : NULL;
}

const char *btf_string(const struct btf_file *b, uint32_t off)
{
	while (b->base && off < b->start_str)
		b = b->base;
	off -= b->start_str;
	return off < b->strs_len ? b->strs + off : "";
}

uint32_t btf_file_count(struct btf_file *b)
{
	btf_walk(b, UINT32_MAX);
	return b->start_id + b->nknown;
}

uint32_t btf_strip(struct btf_file *b, uint32_t id)
{
	for (int i = 0; i < 2 * BTF_MAX_DEPTH; i++) {
		const uint32_t *rec = btf_record(b, id);

		if (!rec)
			return 0;
		if (!kind_is_modifier(rec_kind(rec)))
			return id;
		id = rec[REC_TYPE];
	}
	return 0;
}

static bool kind_has_size(enum btf_kind_nr k)
{
	return k == BK_INT || k == BK_STRUCT || k == BK_UNION || k == BK_ENUM || k == BK_ENUM64 ||
	       k == BK_FLOAT || k == BK_DATASEC;
}

static void fill_info(struct btf_file *b, uint32_t id, const uint32_t *rec, struct btf_info *ret)
{
	bool sized = kind_has_size(rec_kind(rec));

	*ret = (struct btf_info){
		.id = id,
		.kind = rec_kind(rec),
		.name = btf_string(b, rec[REC_NAME]),
		.size = sized ? rec[REC_SIZE] : 0,
		.type = sized ? 0 : rec[REC_TYPE],
		.vlen = rec_vlen(rec),
	};
	if (ret->kind == BK_ARRAY) {
		ret->type = rec[REC_EXTRA];
		ret->vlen = rec[REC_EXTRA + 2];
	}
}

bool btf_file_info(struct btf_file *b, uint32_t id, struct btf_info *ret)
{
	const uint32_t *rec = btf_record(b, id);

	if (!id) {
		*ret = (struct btf_info){ .kind = BK_VOID, .name = "" };
		return true;
	}
	if (rec)
		fill_info(b, id, rec, ret);
	return rec != NULL;
}

int btf_file_each(struct btf_file *b, enum btf_kind_nr kind,
		  int (*f)(void *arg, const struct btf_info *info), void *arg)
{
	const uint32_t *rec;
	struct btf_info info;
	int r;

	for (uint32_t i = 0; (rec = btf_own(b, i)); i++) {
		if (kind != BK_VOID && rec_kind(rec) != kind)
			continue;
		fill_info(b, b->start_id + i, rec, &info);
		r = f(arg, &info);
		if (r)
			return r;
	}
	return 0;
}
