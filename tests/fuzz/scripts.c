/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scripts, broken in every way that libFuzzer thinks of, compiled as --dry-run does. Nothing is loaded into the kernel:
 * the process gives up its rights to first. Built by ./dev fuzz scripts, with clang and the sanitizers.
 */
#include <linux/capability.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cli/options.h"
#include "cli/script.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

	(void)argc;
	(void)argv;
	if (syscall(SYS_capset, &header, none))
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cli_options opt = { .format = "text", .dry_run = true, .quiet = true };
	const char *params[] = { "1", "text" };
	char *text = malloc(size + 1);
	struct job job = { .opt = &opt, .name = "fuzz.bt", .text = text, .len = size, .params = params, .nparams = 2 };

	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = 0; /* as files are read */
	script_run(&job);
	free(text);
	return 0;
}
