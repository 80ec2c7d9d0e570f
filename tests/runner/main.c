/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "tests/runner/runner.h"

#define SHOWN_LINES 60 /* of each stream of a failed test */
#define EXAMPLE_LINES 14

typedef VEC(char *) path_list;

static int usage(void)
{
	fprintf(stderr, "usage: test-runner [-e] [-l] [-v] [-j JOBS] [-n PREFIX] [-o FOLDER] [-p PROGS] "
			"[-x SCALE] -s SONDE FILE|DIR...\n");
	return 2;
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

/* All *.bt below a folder, or the file itself. */
static void find_scripts(struct arena *a, const char *path, path_list *list)
{
	DIR *dir = opendir(path);

	if (!dir) {
		avec_push(a, list, arena_strdup(a, path));
		return;
	}
	for (struct dirent *e; (e = readdir(dir));) {
		char *below = arena_printf(a, "%s/%s", path, e->d_name);
		struct stat st;

		if (e->d_name[0] == '.' || stat(below, &st))
			continue;
		if (S_ISDIR(st.st_mode) || ends_with(below, ".bt"))
			find_scripts(a, below, list);
	}
	closedir(dir);
}

/* "tests/run/fn/count.bt" is "fn/count". */
static const char *shown_name(struct arena *a, const char *path)
{
	const char *cut = strstr(path, "run/");

	cut = cut ? cut + 4 : strstr(path, "errors/") ? strstr(path, "errors/") : path;
	return arena_strndup(a, cut, strlen(cut) - (ends_with(cut, ".bt") ? 3 : 0));
}

/* The line "  NAME: yes" of sonde --info: 1 yes, 0 no, -1 no such line. */
static int feature_of(const char *info, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = info; (p = strstr(p, name)); p += n) {
		const char *start = p;

		while (start > info && (start[-1] == ' ' || start[-1] == '\t'))
			start--;
		if ((start == info || start[-1] == '\n') && p[n] == ':')
			return strncmp(p + n + 1 + strspn(p + n + 1, " \t"), "yes", 3) == 0;
	}
	return -1;
}

static bool command_exists(const char *name)
{
	_cleanup_sb_ struct strbuf command = { 0 };

	sb_addf(&command, "command -v '%s' >/dev/null 2>&1", name);
	return system(sb_str(&command)) == 0;
}

/* As a line of /proc/filesystems has it, once its module is there. */
static bool has_file_system(const char *name)
{
	_cleanup_sb_ struct strbuf command = { 0 };

	sb_addf(&command, "{ modprobe -q '%s' 2>/dev/null; grep -qw '%s' /proc/filesystems; } 2>/dev/null", name, name);
	return system(sb_str(&command)) == 0;
}

/* Why one need is not met, NULL if it is. An unknown need is an error of the script. */
static const char *need_missing(struct arena *a, struct script *s, const struct options *o,
				const char *info, const char *need)
{
	int has;

	if (!strcmp(need, "native"))
		return o->vm ? "not for virtual machines" : NULL;
	if (!strncmp(need, "cmd:", 4))
		return command_exists(need + 4) ? NULL : arena_printf(a, "no program %s", need + 4);
	if (!strncmp(need, "file:", 5))
		return access(need + 5, R_OK) ? arena_printf(a, "no file %s", need + 5) : NULL;
	if (!strncmp(need, "fs:", 3))
		return has_file_system(need + 3) ? NULL : arena_printf(a, "this kernel has no file system %s", need + 3);
	has = feature_of(info, need);
	if (has < 0)
		s->wrong = arena_printf(a, "sonde --info does not tell of '%s'", need);
	return has == 0 ? arena_printf(a, "this kernel has no %s", need) : NULL;
}

static const char *skip_reason(struct arena *a, struct script *s, const struct options *o,
			       const char *info)
{
	const char *reason = NULL;
	struct utsname u;

	uname(&u);
	if (s->arch && strcmp(s->arch, u.machine))
		return arena_printf(a, "for %s only", s->arch);
	if (!s->needs)
		return NULL;
	for (char *save, *need = strtok_r(arena_strdup(a, s->needs), ",\n", &save);
	     need && !reason; need = strtok_r(NULL, ",\n", &save))
		reason = need_missing(a, s, o, info, need + strspn(need, " "));
	return reason;
}

static void show_stream(const char *title, const struct strbuf *text)
{
	const char *p = sb_str(text), *end = p + text->n;

	if (text->n)
		printf("# %s:\n", title);
	for (int i = 0; p < end; i++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t len = nl ? (size_t)(nl - p) : (size_t)(end - p);

		if (i == SHOWN_LINES) {
			printf("#   (%zu more bytes)\n", (size_t)(end - p));
			return;
		}
		printf("#   %.*s\n", (int)(len > 400 ? 400 : len), p);
		p += len + (nl ? 1 : 0);
	}
}

/*
 * Tests trace programs by name, so two runs on one machine would see each other's: one test at a
 * time, whoever runs it. Held until the test's process ends.
 */
static void take_turn(void)
{
	int fd = open("/tmp/sonde-tests.lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd >= 0)
		flock(fd, LOCK_EX);
}

/* The command of a test that passed and the first lines of its output, into a file of the test's name. */
static void save_example(const struct script *s, const struct outcome *oc, const char *folder)
{
	const char *base = strrchr(s->name, '/');
	char path[4096];
	unsigned lines = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.txt", folder, base ? base + 1 : s->name);
	f = fopen(path, "we");
	if (!f)
		return;
	fprintf(f, "# %s\n", s->command ? s->command : s->file);
	for (const char *p = sb_str(&oc->out); *p && lines < EXAMPLE_LINES; lines++) {
		size_t n = strcspn(p, "\n");

		fprintf(f, "%.*s\n", (int)n, p);
		p += n + (p[n] == '\n');
	}
	fclose(f);
}

/* Runs and reports one; the exit status of its process is 1 if it failed. */
static int test_one(const char *path, const struct options *o, const char *info)
{
	struct arena a = { 0 };
	struct outcome oc = { 0 };
	struct script s;
	const char *wrong, *skip;

	script_read(&a, path, shown_name(&a, path), &s);
	skip = skip_reason(&a, &s, o, info);
	wrong = s.wrong;
	if (!wrong && skip) {
		printf("skip %s%s: %s\n", o->prefix, s.name, skip);
		return 0;
	}
	if (!wrong) {
		if (!o->errors && o->jobs == 1)
			take_turn();
		script_run(&s, o, &oc);
		wrong = outcome_check(&a, &s, o, &oc);
	}
	if (!wrong) {
		printf("ok %s%s\n", o->prefix, s.name);
		if (o->examples)
			save_example(&s, &oc, o->examples);
		return 0;
	}
	printf("not ok %s%s: %s\n", o->prefix, s.name, wrong);
	show_stream("output", &oc.out);
	show_stream("standard error", &oc.err);
	show_stream("workload", &oc.run_out);
	return 1;
}

/* Each in a process of its own, with its report in one piece. */
static void start_test(const char *path, const struct options *o, const char *info)
{
	if (fork())
		return;
	static char report[1 << 20];

	setvbuf(stdout, report, _IOFBF, sizeof(report));
	exit(test_one(path, o, info));
}

static bool wait_test(void)
{
	int status;

	while (wait(&status) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		printf("not ok runner: died of signal %d\n", WTERMSIG(status));
	return status == 0;
}

/* BPF programs in the kernel; 0 without the right to ask. */
static unsigned programs_loaded(void)
{
	union bpf_attr attr = { 0 };
	unsigned n = 0;

	while (!syscall(SYS_bpf, BPF_PROG_GET_NEXT_ID, &attr, sizeof(attr))) {
		attr.start_id = attr.next_id;
		n++;
	}
	return n;
}

/* The kernel frees programs a little after their last user has gone. */
static bool report_leaks(const struct options *o, unsigned before)
{
	unsigned now = 0;

	for (int i = 0; i < 40 && (now = programs_loaded()) > before; i++)
		usleep(100000);
	if (now > before)
		printf("not ok %sleaks: %u programs are left in the kernel\n", o->prefix, now - before);
	else
		printf("ok %sleaks\n", o->prefix);
	return now > before;
}

static bool run_all(const path_list *list, const struct options *o, const char *info)
{
	unsigned running = 0, before = o->leaks ? programs_loaded() : 0;
	bool ok = true;

	fflush(stdout);
	vec_each(*list, i) {
		start_test(list->v[i], o, info);
		if (++running < o->jobs)
			continue;
		ok &= wait_test();
		running--;
	}
	for (; running; running--)
		ok &= wait_test();
	if (o->leaks)
		ok &= !report_leaks(o, before);
	return ok;
}

static bool read_options(int argc, char **argv, struct options *o)
{
	for (int c; (c = getopt(argc, argv, "elvj:n:o:p:s:x:")) != -1;) {
		switch (c) {
		case 'e': o->errors = true; break;
		case 'l': o->leaks = true; break;
		case 'v': o->vm = true; break;
		case 'j': o->jobs = (unsigned)atoi(optarg); break;
		case 'n': o->prefix = optarg; break;
		case 'o': o->examples = optarg; break;
		case 'p': o->progs = realpath(optarg, NULL); break;
		case 's': o->sonde = realpath(optarg, NULL); break;
		case 'x': o->scale = (unsigned)atoi(optarg); break;
		default: return false;
		}
	}
	return o->sonde && o->progs && o->scale && o->jobs && optind < argc;
}

int main(int argc, char **argv)
{
	struct options o = { .prefix = "", .progs = "/nonexistent", .scale = 1, .jobs = 1 };
	struct strbuf info = { 0 };
	struct arena a = { 0 };
	path_list list = { 0 };

	if (!read_options(argc, argv, &o))
		return usage();
	for (int i = optind; i < argc; i++) {
		char *path = realpath(argv[i], NULL);

		if (path)
			find_scripts(&a, path, &list);
	}
	if (list.n)
		qsort(list.v, list.n, sizeof(*list.v), compare_paths);
	if (!command_output("sonde --info", &o, &info))
		sb_adds(&info, "");
	return !run_all(&list, &o, sb_str(&info));
}
