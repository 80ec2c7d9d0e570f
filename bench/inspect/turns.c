/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * turns N COMMAND [COMMAND]: runs each N times, in turns, without its output, and prints a line for each: medians of
 * wall clock and of processor time (ms), the peak of its memory (KiB). A command is words between blanks. 1: one failed.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNS_MAX 1001
#define WORDS_MAX 32

struct command {
	char *words[WORDS_MAX + 1];
	double wall[RUNS_MAX], cpu[RUNS_MAX];
	long rss;
};

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static double ms(struct timeval t)
{
	return t.tv_sec * 1e3 + t.tv_usec / 1e3;
}

static void split(struct command *c, char *text)
{
	int n = 0;

	for (char *word = strtok(text, " "); word && n < WORDS_MAX; word = strtok(NULL, " "))
		c->words[n++] = word;
}

static void run(struct command *c, int i, int null)
{
	double since = now_ms();
	struct rusage usage;
	int status;
	pid_t pid = vfork();

	if (!pid) {
		dup2(null, 1);
		execv(c->words[0], c->words);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid || status) {
		fprintf(stderr, "turns: %s failed\n", c->words[0]);
		exit(1);
	}
	c->wall[i] = now_ms() - since;
	c->cpu[i] = ms(usage.ru_utime) + ms(usage.ru_stime);
	c->rss = usage.ru_maxrss > c->rss ? usage.ru_maxrss : c->rss;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *v, int n)
{
	qsort(v, n, sizeof(*v), compare);
	return v[n / 2];
}

int main(int argc, char **argv)
{
	static struct command commands[2];
	int n = argc > 1 ? atoi(argv[1]) : 0, count = argc - 2, null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (n < 1 || n > RUNS_MAX || count < 1 || count > 2)
		return 2;
	for (int i = 0; i < count; i++)
		split(&commands[i], argv[2 + i]);
	for (int i = 0; i < n * count; i++)
		run(&commands[(i + i / count) % count], i / count, null);
	for (int i = 0; i < count; i++)
		printf("%.2f %.2f %ld\n", median(commands[i].wall, n), median(commands[i].cpu, n), commands[i].rss);
	return 0;
}
