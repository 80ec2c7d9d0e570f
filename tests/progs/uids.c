/* SPDX-License-Identifier: GPL-2.0-or-later */
/* uids: gives up its user by setresuid(-1, 65534, -1), then by setuid(65534) and asks to be root again, which fails. */
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	syscall(SYS_setresuid, -1, 65534, -1);
	syscall(SYS_setresuid, 0, 0, 0);
	syscall(SYS_setuid, 65534);
	syscall(SYS_setuid, 0);
	return 0;
}
