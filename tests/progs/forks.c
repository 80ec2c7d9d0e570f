/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * forks N: N children one after the other, each of which ends at once with status 7.
 * forks N CMD ARG...: each runs that program.
 */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	for (int i = 0; i < (argc > 1 ? atoi(argv[1]) : 1); i++) {
		pid_t pid = fork();

		if (pid == 0) {
			if (argc > 2)
				execvp(argv[2], argv + 2);
			_exit(argc > 2 ? 127 : 7);
		}
		waitpid(pid, NULL, 0);
	}
	return 0;
}
