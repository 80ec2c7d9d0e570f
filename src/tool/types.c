/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The types of options: how a value is written, and what it is in the script. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/fdutil.h"
#include "fn/cgroupfs.h"
#include "fn/containers.h"
#include "fn/fn.h"
#include "tool/internal.h"
#include "type/syscalls.h"

/* What the option is called in messages. */
static const char *dashes(const struct tool_option *o)
{
	return o->positional ? "" : "--";
}

static const char *called(const struct tool_option *o)
{
	return o->positional ? o->arg : o->name;
}

static int must_be(const struct tool_option *o, const char *what, const char *text, struct err *e)
{
	return err_set(e, -EINVAL, "%s%s must be %s, not '%s'", dashes(o), called(o), what, text);
}

/* Decimal, or hexadecimal with 0x; a leading zero means nothing. */
static bool to_number(const char *text, uint64_t *ret)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*ret = strtoull(text, &end, hex ? 16 : 10);
	return !errno && !*end && *ret <= INT64_MAX;
}

static int set_number(const struct tool_option *o, struct tool_value *v, struct err *e)
{
	return to_number(v->text, &v->number) ? 0 : must_be(o, "a number", v->text, e);
}

static int set_text(const struct tool_option *o, struct tool_value *v, struct err *e)
{
	return 0;
}

static int set_regex(const struct tool_option *o, struct tool_value *v, struct err *e)
{
	return tool_check_regex(v->text, e);
}

static int set_file(const struct tool_option *o, struct tool_value *v, struct err *e)
{
	if (!access(v->text, R_OK))
		return 0;
	return err_set(e, -EINVAL, "%s: %s", v->text, strerror(errno));
}

/* What is pinned there is seen when the script is compiled. */
static int set_map(const struct tool_option *o, struct tool_value *v, struct err *e)
{
	struct stat st;

	return stat(v->text, &st) ? err_set(e, -EINVAL, "no map is pinned at %s: %s", v->text, strerror(errno)) : 0;
}

static int set_folder(const struct tool_option *o, struct tool_value *v, struct err *e)
{
	struct stat st;

	if (stat(v->text, &st))
		return err_set(e, -EINVAL, "%s: %s", v->text, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return must_be(o, "a folder", v->text, e);
	v->number = st.st_ino;
	return 0;
}

/* An address, or (number 0) what has a name in the kernel: kaddr() finds it. */
static int set_symbol(const struct tool_option *o, struct tool_value *v, struct err *e)
{
	if (to_number(v->text, &v->number) && v->number)
		return 0;
	v->number = 0;
	if (*v->text && !isdigit((unsigned char)*v->text))
		return 0;
	return must_be(o, "an address, or the name of something in the kernel", v->text, e);
}

/* Whole disks only: requests know nothing of partitions. */
static int set_disk(const struct tool_option *o, struct tool_value *v, struct err *e)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/block/%s", v->text);
	if (*v->text && !strchr(v->text, '/') && !access(path, F_OK))
		return 0;
	err_set(e, -EINVAL, "there is no disk '%s'", v->text);
	err_hint(e, "ls /sys/block shows the disks; a partition is none.");
	return -EINVAL;
}

/* By /etc/passwd alone: a static program has no other directories of users. */
static bool find_user(const char *name, uint64_t *ret)
{
	FILE *f = fopen("/etc/passwd", "re");
	struct passwd *p;
	bool found = false;

	while (f && !found && (p = fgetpwent(f)))
		if (!strcmp(p->pw_name, name)) {
			*ret = p->pw_uid;
			found = true;
		}
	if (f)
		fclose(f);
	return found;
}

static int set_user(const struct tool_option *o, struct tool_value *v, struct err *e)
{
	if (to_number(v->text, &v->number) || find_user(v->text, &v->number))
		return 0;
	return err_set(e, -EINVAL, "there is no user '%s'", v->text);
}

static int set_pid(const struct tool_option *o, struct tool_value *v, struct err *e)
{
	if (!to_number(v->text, &v->number) || !v->number || v->number > INT32_MAX)
		return must_be(o, "the number of a process or thread", v->text, e);
	if (kill((pid_t)v->number, 0) && errno == ESRCH)
		return err_set(e, -EINVAL, "there is no process or thread %s", v->text);
	return 0;
}

/* "1.5k" with the units of a table, in the smallest of them. */
struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit *find_unit(const struct unit *units, const char *name)
{
	for (; units->name; units++)
		if (!strcmp(units->name, name))
			return units;
	return NULL;
}

/* fallback: the unit of a bare number. */
static bool to_measure(const char *text, const struct unit *units, const char *fallback, uint64_t *ret)
{
	const struct unit *u;
	double d;
	char *end;

	if (!isdigit((unsigned char)*text) && *text != '.')
		return false;
	d = strtod(text, &end);
	u = find_unit(units, *end ? end : fallback);
	if (!u || end == text || !(d * (double)u->factor < 9e18))
		return false;
	*ret = (uint64_t)(d * (double)u->factor + 0.5);
	return true;
}

static int set_bytes(const struct tool_option *o, struct tool_value *v, struct err *e)
{
	static const struct unit units[] = {
		{ "", 1 }, { "b", 1 }, { "B", 1 },
		{ "k", 1 << 10 }, { "K", 1 << 10 }, { "KB", 1 << 10 }, { "KiB", 1 << 10 },
		{ "m", 1 << 20 }, { "M", 1 << 20 }, { "MB", 1 << 20 }, { "MiB", 1 << 20 },
		{ "g", 1 << 30 }, { "G", 1 << 30 }, { "GB", 1 << 30 }, { "GiB", 1 << 30 },
		{ "t", 1ull << 40 }, { "T", 1ull << 40 }, { "TB", 1ull << 40 }, { "TiB", 1ull << 40 },
		{ NULL, 0 },
	};

	return to_measure(v->text, units, "", &v->number) ? 0 : must_be(o, "a size like 4096 or 64k", v->text, e);
}

static int set_time(const struct tool_option *o, struct tool_value *v, struct err *e)
{
	static const struct unit units[] = {
		{ "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 }, { "m", 60000000000 },
		{ "h", 3600000000000 }, { NULL, 0 },
	};

	if (to_measure(v->text, units, o->of ? o->of : "s", &v->number))
		return 0;
	return must_be(o, "a time like 5, 0.5s or 20ms", v->text, e);
}

/* The number of the word in "a,b,c", and the nearest one if it is none of them. */
static bool find_choice(const char *words, const char *word, uint64_t *ret, struct near *near, struct arena *a)
{
	uint64_t i = 0;

	for (const char *p = words; *p; i++) {
		size_t n = strcspn(p, ",");
		const char *one = arena_strndup(a, p, n);

		if (!strcmp(one, word)) {
			*ret = i;
			return true;
		}
		near_try(near, one);
		p += n + (p[n] == ',');
	}
	return false;
}

static int set_choice(struct tool *t, const struct tool_option *o, struct tool_value *v, struct err *e)
{
	struct near near;

	near_start(&near, v->text);
	if (find_choice(o->of, v->text, &v->number, &near, t->arena))
		return 0;
	err_set(e, -EINVAL, "%s%s must be one of %s, not '%s'", dashes(o), called(o), o->of, v->text);
	if (near.best)
		err_hint(e, "Did you mean '%s'?", near.best);
	return -EINVAL;
}

static int set_cgroup(const struct tool_option *o, struct tool_value *v, struct err *e)
{
	struct cgroup_place place;
	int rc;

	if (to_number(v->text, &v->number))
		return 0;
	rc = cgroup_of_folder(v->text, &place);
	if (rc == -EXDEV || (!rc && !place.v2 && !strncmp(place.controllers, "name=", 5)))
		return err_set(e, -EINVAL, "'%s' is no cgroup: no hierarchy with a controller is mounted there", v->text);
	return rc ? err_set(e, -EINVAL, "there is no cgroup '%s'", v->text) : 0;
}

static int set_container(const struct tool_option *o, struct tool_value *v, struct err *e)
{
	_cleanup_sb_ struct strbuf mount = { 0 }, folder = { 0 };
	struct cgroup_place place;

	if (!cgroup_of_containers(&place, &mount) && container_find(sb_str(&mount), v->text, &folder))
		return 0;
	return err_set(e, -EINVAL, "there is no running container '%s'", v->text);
}

/* A namespace is known by the inode number of its file; netns(pid): that of a process. */
static int set_netns(const struct tool_option *o, struct tool_value *v, struct err *e)
{
	char path[64];
	struct stat st;

	if (o->of && set_pid(o, v, e))
		return -EINVAL;
	if (o->of)
		snprintf(path, sizeof(path), "/proc/%llu/ns/net", (unsigned long long)v->number);
	else if (to_number(v->text, &v->number))
		return 0;
	if (stat(o->of ? path : v->text, &st))
		return err_set(e, -EINVAL, "cannot find the namespace '%s': %s", v->text, strerror(errno));
	v->number = st.st_ino;
	return 0;
}

/* O_CREAT|O_TRUNC, or with commas. */
static int set_oflags(const struct tool_option *o, struct tool_value *v, struct err *e)
{
	for (const char *p = v->text; *p;) {
		size_t n = strcspn(p, "|,");
		uint64_t bits;

		if (!fn_open_flag(p, n, &bits))
			return must_be(o, "flags of open() like O_CREAT|O_TRUNC", v->text, e);
		v->number |= bits;
		p += n + (p[n] != 0);
	}
	return v->number ? 0 : must_be(o, "flags of open() like O_CREAT|O_TRUNC", v->text, e);
}

/* By its name, or its number. */
static int set_errno(const struct tool_option *o, struct tool_value *v, struct err *e)
{
	if (to_number(v->text, &v->number))
		return 0;
	for (int code = 1; code < 4096; code++) {
		const char *name = strerrorname_np(code);

		if (name && !strcasecmp(name, v->text)) {
			v->number = (uint64_t)code;
			return 0;
		}
	}
	return must_be(o, "an error like ENOENT, or its number", v->text, e);
}

static int set_syscall(const struct tool_option *o, struct tool_value *v, struct err *e)
{
	struct near near;

	near_start(&near, v->text);
	for (size_t i = 0; i < syscall_count; i++) {
		if (syscall_numbers[i].number < 0)
			continue;
		v->number = (uint64_t)syscall_numbers[i].number;
		if (!strcmp(syscall_numbers[i].name, v->text))
			return 0;
		near_try(&near, syscall_numbers[i].name);
	}
	err_set(e, -EINVAL, "there is no system call '%s'", v->text);
	if (near.best)
		err_hint(e, "Did you mean '%s'?", near.best);
	return -EINVAL;
}

/* Read when the script is made: what a name means may depend on other options. */
static int set_probe(const struct tool_option *o, struct tool_value *v, struct err *e)
{
	return *v->text ? 0 : must_be(o, "a probe", v->text, e);
}

static const struct type_def {
	const char *name;
	enum tool_type type;
	int (*set)(const struct tool_option *o, struct tool_value *v, struct err *e); /* NULL: set_choice() */
} types[] = {
	{ "number", TT_NUMBER, set_number },
	{ "text", TT_TEXT, set_text },
	{ "regex", TT_REGEX, set_regex },
	{ "command", TT_COMMAND, set_text },
	{ "folder", TT_FOLDER, set_folder },
	{ "file", TT_FILE, set_file },
	{ "map", TT_MAP, set_map },
	{ "symbol", TT_SYMBOL, set_symbol },
	{ "disk", TT_DISK, set_disk },
	{ "user", TT_USER, set_user },
	{ "pid", TT_PID, set_pid },
	{ "bytes", TT_BYTES, set_bytes },
	{ "time", TT_TIME, set_time },
	{ "choice", TT_CHOICE, NULL },
	{ "cgroup", TT_CGROUP, set_cgroup },
	{ "container", TT_CONTAINER, set_container },
	{ "oflags", TT_OFLAGS, set_oflags },
	{ "netns", TT_NETNS, set_netns },
	{ "errno", TT_ERRNO, set_errno },
	{ "syscall", TT_SYSCALL, set_syscall },
	{ "probe", TT_PROBE, set_probe },
	{ "span", TT_SPAN, set_probe },
	{ "event", TT_EVENT, set_probe },
	{ "sample", TT_SAMPLE, set_probe },
};

const char *tool_type_names(void)
{
	return "an option's type is number, text, user, pid, bytes, time, choice(a,b,c), cgroup, container, oflags, netns, disk, errno, syscall, regex, command, folder, file, map, symbol, probe, span, event "
	       "or sample; a list of number, text, user, pid, file, probe, span, event or sample with an s at the end";
}

bool tool_is_probe(enum tool_type type)
{
	return type == TT_PROBE || type == TT_SPAN || type == TT_EVENT || type == TT_SAMPLE;
}

static bool may_be_list(enum tool_type type)
{
	return type == TT_NUMBER || type == TT_TEXT || type == TT_USER || type == TT_PID || type == TT_FILE ||
	       tool_is_probe(type);
}

/* A choice has words in parentheses; a time, a folder and a network namespace may have a word there. */
static bool parentheses_fit(enum tool_type type, bool there)
{
	return there ? type == TT_CHOICE || type == TT_TIME || type == TT_NETNS || type == TT_FOLDER : type != TT_CHOICE;
}

bool tool_type(struct tool *t, const char *name, size_t len, struct tool_option *ret)
{
	const char *paren = memchr(name, '(', len);
	size_t n = paren ? (size_t)(paren - name) : len;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		size_t k = strlen(types[i].name);

		if (n < k || memcmp(name, types[i].name, k))
			continue;
		ret->type = types[i].type;
		ret->list = may_be_list(ret->type) && n == k + 1 && name[k] == 's';
		if (paren)
			ret->of = arena_strndup(t->arena, paren + 1, len - n - 2);
		return (n == k || ret->list) && (!paren || name[len - 1] == ')') && parentheses_fit(ret->type, paren);
	}
	return false;
}

static const struct type_def *def_of(const struct tool_option *o)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i].type == o->type)
			return &types[i];
	return NULL;
}

static int add_one(struct tool *t, struct tool_option *o, const char *text, struct err *e)
{
	const struct type_def *def = def_of(o);
	struct tool_value v = { .number = !def, .text = text }; /* a flag is 1 */
	int rc = def ? def->set ? def->set(o, &v, e) : set_choice(t, o, &v, e) : 0;

	if (!rc)
		avec_push(t->arena, &o->values, v);
	return rc;
}

int tool_set(struct tool *t, struct tool_option *o, const char *text, struct err *e)
{
	int rc = 0;

	if (!o->list)
		o->values.n = 0;
	if (!o->list || !*text || tool_is_probe(o->type)) /* probes have commas in them */
		return add_one(t, o, text, e);
	while (!rc && *text) {
		size_t n = strcspn(text, ",");

		rc = add_one(t, o, arena_strndup(t->arena, text, n), e);
		text += n + (text[n] == ',');
	}
	return rc;
}

uint64_t tool_number(const struct tool_option *o)
{
	return o->values.n ? o->values.v[0].number : 0;
}

const char *tool_text(const struct tool_option *o)
{
	return o->values.n ? o->values.v[0].text : "";
}
