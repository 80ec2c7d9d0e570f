/* SPDX-License-Identifier: GPL-2.0-or-later */
/* import "x.bpf.c": compiled by clang, if there is one; what it has to say it says itself, on standard error. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fdutil.h"
#include "lang/parse.h"

/* Where distributions with several architectures have <asm/...>, which clang does not look into for BPF. */
#if defined(__x86_64__)
#define ASM_HEADERS "/usr/include/x86_64-linux-gnu"
#else
#define ASM_HEADERS "/usr/include/aarch64-linux-gnu"
#endif

extern char **environ;

static char *const *arguments(struct parser *p, const char *clang, const char *path)
{
	static const char *const fixed[] = { "-target", "bpf", "-O2", "-g", "-idirafter", ASM_HEADERS, "-c", "-o", "-" };
	VEC(const char *) args = { 0 };

	avec_push(p->arena, &args, clang);
	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++)
		avec_push(p->arena, &args, fixed[i]);
	for (size_t i = 0; i < p->params->ndirs; i++)
		avec_push(p->arena, &args, arena_printf(p->arena, "-I%s", p->params->dirs[i]));
	avec_push(p->arena, &args, *path == '-' ? arena_printf(p->arena, "./%s", path) : path);
	avec_push(p->arena, &args, NULL);
	return (char *const *)args.v;
}

/* Starts it with its output into a pipe: 0 or an errno. */
static int start(char *const *argv, int out, pid_t *ret_pid)
{
	posix_spawn_file_actions_t act;
	int rc;

	posix_spawn_file_actions_init(&act);
	posix_spawn_file_actions_adddup2(&act, out, STDOUT_FILENO);
	rc = posix_spawnp(ret_pid, argv[0], &act, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&act);
	return rc;
}

const char *import_compile(struct parser *p, const char *path, struct strbuf *ret_object)
{
	const char *clang = getenv("CLANG");
	char *const *argv = arguments(p, clang && *clang ? clang : "clang", path);
	int fds[2], status = 0, rc;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return errname(errno);
	rc = start(argv, fds[1], &pid);
	close(fds[1]);
	if (!rc) {
		rc = -fd_read_all(fds[0], IMPORT_OBJECT_MAX, ret_object);
		waitpid(pid, &status, 0);
	}
	close(fds[0]);
	if (rc == ENOENT)
		return "clang, which compiles C, is not installed";
	return rc ? errname(rc) : status ? "clang could not compile it" : NULL;
}
