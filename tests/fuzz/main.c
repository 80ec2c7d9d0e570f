/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz [--minutes N] [--count N] [--seed N] [--script FILE] [--sonde PROGRAM] [--print]: random scripts from that seed on, until
 * the time or the count is through. A script that fails is kept as fuzz-SEED.bt in the current folder. Status 1
 * if there was one.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "tests/fuzz/fuzz.h"
#include "lower/lower.h"
#include "run/run.h"
#include "sema/sema.h"

struct options {
	double minutes;
	uint64_t count, seed;
	const char *sonde; /* NULL: no kernel */
	const char *script; /* this one alone, as --print shows them; NULL: random ones */
	bool print;
};

enum verdict { SAME, REFUSED, TOO_LARGE, DIFFERENT };

struct tally {
	uint64_t same, refused, different, ran, too_large;
};

/* One script under test. */
struct trial {
	const struct options *opt;
	uint64_t seed;
	struct strbuf script, want, got;
	struct session s;
	char why[512];
};

static enum verdict fail(struct trial *t, const char *what, const char *detail)
{
	snprintf(t->why, sizeof(t->why), "%s: %.400s", what, detail ? detail : "no reason is known");
	return DIFFERENT;
}

static bool analyse(struct trial *t)
{
	struct session *s = &t->s;
	struct sema_input in = { .env = &s->env, .tables = &s->tables, .module = &s->module, .params = &s->params };
	struct source *src = session_source(s, "fuzz", sb_str(&t->script), t->script.n);

	config_init(&s->tables.config, &s->err);
	s->script = in.script = parse_script(&s->arena, &s->diags, &s->types, src, &s->params);
	return !s->diags.nerrors && sema_run(&in) && !s->diags.nerrors;
}

static enum verdict compile(struct trial *t)
{
	struct session *s = &t->s;
	struct bpf_fault fault;
	const char *why = NULL;

	vec_each(s->tables.probes, i)
		if (!lower_probe_fn(&s->module, &s->tables, &s->types, &s->diags, s->tables.probes.v[i]))
			return fail(t, "not lowered", "see its diagnostics");
	for (size_t i = 0; i < s->module.fns.n; i++)
		if (ir_run_passes(s->module.fns.v[i], true, NULL, NULL, &why))
			return fail(t, "passes", why);
	vec_each(s->tables.probes, i) {
		struct probe *p = s->tables.probes.v[i];

		if (bpf_compile(&s->object, p->fn, &p->prog, &fault))
			return fail(t, "back end", fault.why);
	}
	return SAME;
}

static enum verdict compare(struct trial *t, const char *who)
{
	const char *a = sb_str(&t->want), *b = sb_str(&t->got);
	size_t same = 0;

	if (!strcmp(a, b))
		return SAME;
	for (size_t i = 0; a[i] && a[i] == b[i]; i++)
		if (a[i] == '\n')
			same = i + 1;
	a += same;
	b += same;
	snprintf(t->why, sizeof(t->why), "%s: %.*s, not %.*s", who, (int)strcspn(b, "\n"), b, (int)strcspn(a, "\n"), a);
	return DIFFERENT;
}

static enum verdict interpret(struct trial *t, struct fuzz_world *evaluated)
{
	struct fuzz_world w = { .arena = &t->s.arena };

	if (!fuzz_interpret(&t->s, &w))
		return fail(t, "interpreter", w.error);
	sb_reset(&t->want);
	sb_reset(&t->got);
	fuzz_print(&t->s, evaluated, &t->want);
	fuzz_print(&t->s, &w, &t->got);
	return compare(t, "interpreter");
}

/* Of the processor, for a busy machine is no difference; and by the clock, should it hang. */
static void limit_time(void)
{
	struct rlimit sixty = { 60, 60 };

	setrlimit(RLIMIT_CPU, &sixty);
	alarm(900);
}

/* Everything that a program wrote until it ended; its status. */
static int output_of(const char *program, const char *script, struct strbuf *out)
{
	int fds[2], status = -1;
	char buf[4096];
	ssize_t n;
	pid_t pid;

	if (pipe(fds))
		return -1;
	fflush(stdout);
	pid = fork();
	if (!pid) {
		dup2(fds[1], STDOUT_FILENO);
		dup2(fds[1], STDERR_FILENO);
		close(fds[0]);
		limit_time();
		execl(program, program, "-q", "-f", "json", "-e", script, NULL);
		_exit(127);
	}
	close(fds[1]);
	while ((n = read(fds[0], buf, sizeof(buf))) > 0)
		sb_add(out, buf, (size_t)n);
	close(fds[0]);
	waitpid(pid, &status, 0);
	return status;
}

/* Lines that tell of maps and of printf; others tell of the run, divisions by zero among them. */
static bool is_result(const char *line)
{
	static const char *const kinds[] = { "printf", "map", "hist", "stats" };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strncmp(line, "{\"type\": \"", 10) && !strncmp(line + 10, kinds[i], strlen(kinds[i])) &&
		    line[10 + strlen(kinds[i])] == '"')
			return true;
	return false;
}

static void results_of(const char *text, struct strbuf *out)
{
	for (const char *end; *text; text = end) {
		end = strchr(text, '\n');
		end = end ? end + 1 : text + strlen(text);
		if (is_result(text))
			sb_add(out, text, (size_t)(end - text));
	}
}

/* What the kernel's verifier gives up on. */
static bool is_too_much(const char *message)
{
	return strstr(message, "too large") || strstr(message, "too complex");
}

static enum verdict run(struct trial *t, struct fuzz_world *evaluated)
{
	struct strbuf all = { 0 }, script = { 0 };
	enum verdict v;
	int status;

	sb_add(&script, sb_str(&t->script), t->script.n);
	sb_adds(&script, "begin { exit(); }\n");
	sb_reset(&t->want);
	sb_reset(&t->got);
	sb_add(&t->want, sb_str(&evaluated->printed), evaluated->printed.n);
	fuzz_print(&t->s, evaluated, &t->want);
	status = output_of(t->opt->sonde, sb_str(&script), &all);
	results_of(sb_str(&all), &t->got);
	if (status && is_too_much(sb_str(&all)))
		v = TOO_LARGE;
	else
		v = status ? fail(t, "kernel", sb_str(&all)) : compare(t, "kernel");
	sb_done(&all);
	sb_done(&script);
	return v;
}

static enum verdict judge(struct trial *t, struct tally *tally)
{
	struct fuzz_world w = { .arena = &t->s.arena };
	enum verdict v;

	if (!analyse(t))
		return REFUSED;
	if (!fuzz_evaluate(&t->s, &w)) {
		sb_done(&w.printed);
		return REFUSED;
	}
	v = compile(t);
	if (v == SAME)
		v = interpret(t, &w);
	if (v == SAME && t->opt->sonde) {
		v = run(t, &w);
		tally->ran++;
	}
	sb_done(&w.printed);
	return v;
}

static void keep(const struct trial *t)
{
	char name[64];
	FILE *f;

	printf("fuzz: seed %llu: %s\n", (unsigned long long)t->seed, t->why);
	snprintf(name, sizeof(name), "fuzz-%llu.bt", (unsigned long long)t->seed);
	f = fopen(name, "w");
	if (!f)
		return;
	fputs(sb_str(&t->script), f);
	fclose(f);
}

static void usage(void)
{
	fputs("usage: fuzz [--minutes N] [--count N] [--seed N] [--script FILE] [--sonde PROGRAM] [--print]\n", stderr);
	exit(2);
}

static void try_seed(const struct options *opt, uint64_t seed, struct tally *tally)
{
	static const struct cli_options quiet = { .no_warnings = true };
	struct trial t = { .opt = opt, .seed = seed };
	enum verdict v;

	if (!opt->script)
		fuzz_generate(seed, &t.script);
	else if (file_read(opt->script, 1 << 20, &t.script))
		usage();
	if (opt->print)
		fputs(sb_str(&t.script), stdout);
	session_open(&t.s, &quiet);
	v = judge(&t, tally);
	if (v == REFUSED && opt->print)
		for (size_t i = 0; i < t.s.diags.list.n; i++)
			printf("// %s\n", t.s.diags.list.v[i]->text);
	if (v == DIFFERENT && !opt->script)
		keep(&t);
	else if (v == DIFFERENT)
		printf("fuzz: %s\n", t.why);
	else if (v == TOO_LARGE)
		printf("fuzz: seed %llu: more work than the kernel's verifier does\n", (unsigned long long)seed);
	fflush(stdout);
	tally->same += v == SAME;
	tally->refused += v == REFUSED;
	tally->too_large += v == TOO_LARGE;
	tally->different += v == DIFFERENT;
	session_close(&t.s);
	sb_done(&t.script);
	sb_done(&t.want);
	sb_done(&t.got);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void parse_options(int argc, char **argv, struct options *o)
{
	static const struct option names[] = {
		{ "minutes", required_argument, NULL, 'm' }, { "count", required_argument, NULL, 'c' },
		{ "seed", required_argument, NULL, 's' }, { "sonde", required_argument, NULL, 'p' },
		{ "script", required_argument, NULL, 'f' }, { "print", no_argument, NULL, 'v' }, { 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (c) {
		case 'm': o->minutes = atof(optarg); break;
		case 'c': o->count = strtoull(optarg, NULL, 10); break;
		case 's': o->seed = strtoull(optarg, NULL, 10); break;
		case 'f': o->script = optarg; o->count = 1; break;
		case 'p': o->sonde = optarg; break;
		case 'v': o->print = true; break;
		default: usage();
		}
	}
	if (optind != argc)
		usage();
}

int main(int argc, char **argv)
{
	struct options o = { .seed = 1, .minutes = 1 };
	struct tally tally = { 0 };
	uint64_t i;
	double end;

	parse_options(argc, argv, &o);
	end = seconds() + o.minutes * 60;
	for (i = 0; o.count ? i < o.count : seconds() < end; i++)
		try_seed(&o, o.seed + i, &tally);
	printf("fuzz: seeds %llu to %llu: %llu alike, %llu run by the kernel, %llu more work than its verifier does, "
	       "%llu left out, %llu different\n",
	       (unsigned long long)o.seed, (unsigned long long)(o.seed + i - 1), (unsigned long long)tally.same,
	       (unsigned long long)tally.ran, (unsigned long long)tally.too_large, (unsigned long long)tally.refused,
	       (unsigned long long)tally.different);
	return tally.different != 0;
}
