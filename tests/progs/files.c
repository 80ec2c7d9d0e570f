/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * files NAME [MS]: makes the file, writes 3000 bytes, 10 more at 8192, syncs it, reads on 16 and from 1024 5 bytes,
 * stats it, waits, renames it to NAME.new and removes that.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static char bytes[3000];
	char renamed[256];
	struct stat st;
	int fd;

	if (argc < 2)
		return 2;
	fd = open(argv[1], O_CREAT | O_RDWR | O_TRUNC, 0600);
	if (fd < 0 || write(fd, bytes, 3000) != 3000 || pwrite(fd, bytes, 10, 8192) != 10 || fsync(fd))
		return 1;
	if (read(fd, bytes, 16) != 16 || pread(fd, bytes, 5, 1024) != 5 || stat(argv[1], &st))
		return 1;
	if (argc > 2)
		usleep((useconds_t)atoi(argv[2]) * 1000);
	snprintf(renamed, sizeof(renamed), "%s.new", argv[1]);
	return rename(argv[1], renamed) || unlink(renamed);
}
