/* SPDX-License-Identifier: GPL-2.0-or-later */
/* opens N: files opened and closed. */
#include <fcntl.h>
#include <unistd.h>

#include "traced.h"

static void open_one(int i)
{
	int fd = open("/etc/hostname", O_RDONLY | O_CLOEXEC);

	(void)i;
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	run_traced(argc, argv, open_one);
	return 0;
}
