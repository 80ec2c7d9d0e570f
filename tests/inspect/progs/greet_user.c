// SPDX-License-Identifier: GPL-2.0-or-later
// Runs greet.c by its skeleton: three calls of getppid(2), then what the program left.
#include <stdio.h>
#include <unistd.h>

#include "greet.skel.h"

int main(void)
{
	struct greet *skel = greet__open();
	int err;

	if (!skel)
		return 1;
	skel->rodata->listener = getpid();
	err = greet__load(skel);
	if (!err)
		err = greet__attach(skel);
	for (int i = 0; !err && i < 3; i++)
		getppid();
	if (!err)
		printf("%s, %d times\n", skel->bss->words, skel->bss->greetings);
	greet__destroy(skel);
	return err ? 2 : 0;
}
