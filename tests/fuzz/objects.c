/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of objects, broken in every way that libFuzzer thinks of, given to the commands that read them: what
 * passes our checks must be safe with libelf and libbpf. Nothing is loaded into the kernel: the process gives up
 * its rights to first. Built by ./dev fuzz objects, with clang and the sanitizers.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "inspect/inspect.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[64];
static int file = -1;

static int drop_rights(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return (int)syscall(SYS_capset, &header, none);
}

/* The commands' output is of no interest, libFuzzer's own goes to standard error. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	(void)argc;
	(void)argv;
	file = memfd_create("object", MFD_CLOEXEC);
	if (null < 0 || file < 0 || dup2(null, STDOUT_FILENO) < 0 || drop_rights())
		abort();
	close(null);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	return 0;
}

/* A command of up to five words; "@" is the file. */
static void run(const char *const words[5])
{
	char *argv[8] = { "bpftool", "-j", "-n" };
	int argc = 3;

	for (int i = 0; i < 5 && words[i]; i++)
		argv[argc++] = *words[i] == '@' ? path : (char *)words[i];
	inspect_main("bpftool", argc, argv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const commands[][5] = {
		{ "gen", "skeleton", "@" },
		{ "gen", "object", "/nonexistent/whole.o", "@" },
		{ "btf", "dump", "file", "@" },
		{ "prog", "load", "@", "/nonexistent/pin" },
	};

	if (ftruncate(file, 0) || pwrite(file, data, size, 0) != (ssize_t)size)
		abort();
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		run(commands[i]);
	return 0;
}
