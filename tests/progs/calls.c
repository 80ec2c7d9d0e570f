/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * calls NAME N [MS]: makes exactly N system calls of that name, MS milliseconds apart.
 * Straight system calls, so the numbers are exact whatever the C library does.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int null_fd;

static long call(const char *name, long i)
{
	if (!strcmp(name, "getpgid"))
		return syscall(SYS_getpgid, 0);
	if (!strcmp(name, "getppid"))
		return syscall(SYS_getppid);
	if (!strcmp(name, "sched_yield"))
		return syscall(SYS_sched_yield);
	if (!strcmp(name, "close")) /* of a descriptor that is not open: -EBADF */
		return syscall(SYS_close, 1000 + i);
	if (!strcmp(name, "write")) /* i bytes to nowhere */
		return syscall(SYS_write, null_fd, "0123456789abcdef", i % 17);
	fprintf(stderr, "calls: cannot make '%s'\n", name);
	exit(2);
}

int main(int argc, char **argv)
{
	long n = argc > 2 ? atol(argv[2]) : 1, ms = argc > 3 ? atol(argv[3]) : 0;

	if (argc < 2)
		return 2;
	null_fd = open("/dev/null", O_WRONLY);
	for (long i = 0; i < n; i++) {
		call(argv[1], i);
		if (ms)
			usleep((useconds_t)ms * 1000);
	}
	return 0;
}
