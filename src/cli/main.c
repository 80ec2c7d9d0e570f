/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this program is depends on the name it is called by: sonde, bpftrace, bpftool, or a tool's. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "cli/build.h"
#include "cli/command.h"
#include "cli/report.h"
#include "cli/script.h"
#include "inspect/inspect.h"

/* The script that this program was built with: all words are its parameters. */
static int own_script(struct strbuf *object, int rc, int argc, char **argv, const char *self)
{
	struct job job = { .name = self, .text = sb_str(object), .len = object->n };
	struct cli_options opt = { 0 };
	struct err e = { 0 };
	int status;

	if (rc)
		err_set(&e, rc, "cannot read the script in this program: %s", errname(rc));
	if (rc || options_parse(CM_SCRIPT, argc, argv, &opt, &e)) {
		status = report_err(&e);
	} else {
		job.opt = &opt;
		job.params = opt.params.v;
		job.nparams = opt.params.n;
		job.named = opt.named.v;
		job.nnamed = opt.named.n;
		status = opt.mode == CM_SCRIPT ? script_run(&job) : command_run_options(&opt, self, false);
	}
	options_done(&opt);
	return status;
}

/*
 * Where a caller closed one of these, what is opened next would take its number, and get what is meant for it. What is
 * put there instead answers as a closed one does: -EBADF, for it is open in the other direction.
 */
static void hold_standard_files(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd ? O_RDONLY : O_WRONLY) != fd)
			_exit(1);
}

int main(int argc, char **argv)
{
	const char *slash = argc ? strrchr(argv[0], '/') : NULL;
	const char *self = slash ? slash + 1 : argc ? argv[0] : "sonde";
	const struct tool_source *src = tool_source_find(self);
	_cleanup_sb_ struct strbuf object = { 0 };
	int rc;

	hold_standard_files();
	if (build_own(&object, &rc))
		return own_script(&object, rc, argc, argv, self);
	if (!strcmp(self, "bpftool"))
		return inspect_main(self, argc, argv);
	if (!strcmp(self, "bpftrace"))
		return command_script(CM_RUN, argc, argv, self, true);
	if (src)
		return command_tool(src, "", argc, argv);
	return command_sonde(argc, argv);
}
