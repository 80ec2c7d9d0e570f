/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prog show */
#include <errno.h>
#include <time.h>

#include "base/fdutil.h"
#include "inspect/both.h"
#include "inspect/device.h"
#include "inspect/names.h"
#include "inspect/owners.h"
#include "inspect/pins.h"
#include "inspect/prog.h"
#include "inspect/prog_all.h"

#define MAPS_MAX 64 /* a program's; BPF's own limit (MAX_USED_MAPS) */

/* So many programs are asked for at once, which costs as much as that one by one. */
#define MANY 80

/* A program as it is shown. */
struct shown {
	const struct bpf_prog_info *info;
	const char *name;
	const uint32_t *maps; /* info->nr_map_ids */
	const uint32_t *data; /* those that may have metadata */
	uint32_t ndata;
	uint64_t memlock; /* bytes; 0: not known */
	bool orphaned;    /* its device is gone */
};

#define TAG_TEXT (2 * BPF_TAG_SIZE + 1)

static const char *tag_text(const struct bpf_prog_info *info, char text[TAG_TEXT])
{
	char *to = text;

	for (int i = 0; i < BPF_TAG_SIZE; i++) {
		*to++ = "0123456789abcdef"[info->tag[i] >> 4];
		*to++ = "0123456789abcdef"[info->tag[i] & 15];
	}
	*to = '\0';
	return text;
}

static void header_text(struct inspect *in, const struct bpf_prog_info *info, const char *name)
{
	char tag[TAG_TEXT];

	object_header_text(in, info->id, name_prog_type(info->type), info->type);
	if (*info->name) {
		sb_adds(&in->out, "name ");
		sb_adds(&in->out, name);
		sb_adds(&in->out, "  ");
	}
	sb_adds(&in->out, "tag ");
	sb_adds(&in->out, tag_text(info, tag));
	device_text(in, info->ifindex, info->netns_dev, info->netns_ino);
	if (info->gpl_compatible)
		sb_adds(&in->out, "  gpl");
	if (info->run_time_ns)
		sb_addf(&in->out, " run_time_ns %llu run_cnt %llu", info->run_time_ns, info->run_cnt);
	if (info->recursion_misses)
		sb_addf(&in->out, " recursion_misses %llu", info->recursion_misses);
	sb_addc(&in->out, '\n');
}

static void header_json(struct inspect *in, const struct bpf_prog_info *info, const char *name)
{
	struct jsonw *w = &in->w;
	const char *type = name_prog_type(info->type);
	char tag[TAG_TEXT];

	jsonw_u64_at(w, "id", info->id);
	if (type)
		jsonw_string_at(w, "type", type);
	else
		jsonw_u64_at(w, "type", info->type);
	if (*info->name)
		jsonw_string_at(w, "name", name);
	jsonw_string_at(w, "tag", tag_text(info, tag));
	jsonw_bool_at(w, "gpl_compatible", info->gpl_compatible);
	if (info->run_time_ns) {
		jsonw_u64_at(w, "run_time_ns", info->run_time_ns);
		jsonw_u64_at(w, "run_cnt", info->run_cnt);
	}
	if (info->recursion_misses)
		jsonw_u64_at(w, "recursion_misses", info->recursion_misses);
}

void prog_header(struct inspect *in, const struct bpf_prog_info *info, int fd)
{
	if (in->json)
		header_json(in, info, prog_full_name(in, fd, info));
	else
		header_text(in, info, prog_full_name(in, fd, info));
}

/* A stamp of the boot clock, of programs' load times, as seconds of the real one. */
static time_t real_seconds(uint64_t boot_ns)
{
	struct timespec real, boot;

	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	return real.tv_sec - boot.tv_sec +
	       (real.tv_nsec - boot.tv_nsec + (int64_t)boot_ns) / 1000000000;
}

/* Programs come in groups that were loaded within a second: the last text serves again. */
static const char *date_text(time_t t)
{
	static struct {
		time_t of;
		char text[64];
	} last;
	struct tm tm;

	if (!*last.text || last.of != t)
		strftime(last.text, sizeof(last.text), "%FT%T%z", localtime_r(&t, &tm));
	last.of = t;
	return last.text;
}

static void loaded_text(struct inspect *in, const struct shown *p)
{
	if (!p->info->load_time)
		return;
	sb_adds(&in->out, "\tloaded_at ");
	sb_adds(&in->out, date_text(real_seconds(p->info->load_time)));
	sb_adds(&in->out, "  uid ");
	sb_addu(&in->out, p->info->created_by_uid);
	sb_addc(&in->out, '\n');
}

static void bytes_text(struct inspect *in, const char *before, uint64_t n)
{
	sb_adds(&in->out, before);
	sb_addu(&in->out, n);
	sb_addc(&in->out, 'B');
}

static void sizes_text(struct inspect *in, const struct shown *p)
{
	bytes_text(in, "\txlated ", p->info->xlated_prog_len);
	if (p->info->jited_prog_len)
		bytes_text(in, "  jited ", p->info->jited_prog_len);
	else
		sb_adds(&in->out, "  not jited");
	if (p->memlock)
		bytes_text(in, "  memlock ", p->memlock);
	if (p->orphaned)
		sb_adds(&in->out, "  orphaned");
	for (uint32_t i = 0; i < p->info->nr_map_ids; i++)
		sb_addf(&in->out, "%s%u", i ? "," : "  map_ids ", p->maps[i]);
}

static void show_text(struct inspect *in, const struct shown *p)
{
	header_text(in, p->info, p->name);
	loaded_text(in, p);
	sizes_text(in, p);
	pins_text(in, OBJECT_PROG, p->info->id, "\n\tpinned ");
	if (p->info->btf_id)
		sb_addf(&in->out, "\n\tbtf_id %u", p->info->btf_id);
	owners_text(in, OBJECT_PROG, p->info->id, "\n\tpids ");
	sb_addc(&in->out, '\n');
	prog_metadata(in, p->data, p->ndata);
}

static void sizes_json(struct inspect *in, const struct shown *p)
{
	struct jsonw *w = &in->w;

	jsonw_bool_at(w, "orphaned", p->orphaned);
	jsonw_u64_at(w, "bytes_xlated", p->info->xlated_prog_len);
	jsonw_bool_at(w, "jited", p->info->jited_prog_len != 0);
	if (p->info->jited_prog_len)
		jsonw_u64_at(w, "bytes_jited", p->info->jited_prog_len);
	if (p->memlock)
		jsonw_u64_at(w, "bytes_memlock", p->memlock);
	if (!p->info->nr_map_ids)
		return;
	jsonw_array_at(w, "map_ids");
	for (uint32_t i = 0; i < p->info->nr_map_ids; i++)
		jsonw_u64(w, p->maps[i]);
	jsonw_end_array(w);
}

static void show_json(struct inspect *in, const struct shown *p)
{
	struct jsonw *w = &in->w;

	jsonw_object(w);
	header_json(in, p->info, p->name);
	device_json(in, p->info->ifindex, p->info->netns_dev, p->info->netns_ino);
	if (p->info->load_time) {
		jsonw_i64_at(w, "loaded_at", real_seconds(p->info->load_time));
		jsonw_u64_at(w, "uid", p->info->created_by_uid);
	}
	sizes_json(in, p);
	if (p->info->btf_id)
		jsonw_u64_at(w, "btf_id", p->info->btf_id);
	pins_json(in, OBJECT_PROG, p->info->id);
	owners_json(in, OBJECT_PROG, p->info->id);
	prog_metadata(in, p->data, p->ndata);
	jsonw_end_object(w);
}

static void show(struct inspect *in, const struct shown *p)
{
	if (in->json)
		show_json(in, p);
	else
		show_text(in, p);
}

/* What fdinfo has as memlock; 0: not known. */
static uint64_t memlock_of(struct inspect *in, uint32_t id, int fd)
{
	uint64_t bytes;

	return owners_memlock(in, id, &bytes) || object_fdinfo(fd, "memlock", &bytes) ? bytes : 0;
}

static int show_fd(struct inspect *in, int fd)
{
	uint32_t maps[MAPS_MAX];
	struct bpf_prog_info info = { .nr_map_ids = MAPS_MAX, .map_ids = (uint64_t)(uintptr_t)maps };
	int r = object_info(fd, &info, sizeof(info));

	if (r && r != -ENODEV)
		return inspect_fail(in, r, "can't get prog info: %s", errname(r));
	if (info.nr_map_ids > MAPS_MAX)
		info.nr_map_ids = MAPS_MAX;
	show(in, &(struct shown){ .info = &info, .name = prog_full_name(in, fd, &info), .maps = maps, .data = maps,
				  .ndata = info.nr_map_ids, .memlock = memlock_of(in, info.id, fd),
				  .orphaned = r == -ENODEV });
	return 0;
}

static int show_told(struct inspect *in, const struct prog_told *told)
{
	if (!inspect_more(in))
		return -EPIPE;
	if (told->in_part) {
		_cleanup_fd_ int fd = object_open(OBJECT_PROG, told->info.id);

		if (fd == -ENOENT) /* gone meanwhile */
			return 0;
		return fd < 0 ? inspect_fail(in, fd, "can't get prog by id (%u): %s", told->info.id, errname(fd))
			      : show_fd(in, fd);
	}
	show(in, &(struct shown){ .info = &told->info, .name = told->name, .maps = told->maps, .data = told->data,
				  .ndata = told->ndata, .memlock = told->memlock });
	return 0;
}

static int show_many(struct inspect *in)
{
	int r = prog_all(in, show_told);

	return in->broken ? 0 : r;
}

int prog_show(struct inspect *in, struct words *w)
{
	static const struct object_show_ops ops = { OBJECT_PROG, show_fd, show_many, MANY };

	return object_show(in, &ops, w);
}
