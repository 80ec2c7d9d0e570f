/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compiled scripts: written by `sonde build`, and run from their files (docs/objects.md). */
#ifndef CLI_BUILD_H
#define CLI_BUILD_H

#include "cli/script.h"
#include "cli/session.h"

/* Writes what the session compiled to opt->output. False after a message in s->err. */
bool build_write(struct session *s);

/*
 * For a script that imports objects: what the session compiled and these, as one object that is run from memory. False after a
 * message in s->err.
 */
bool build_linked(struct session *s);

/* The session's tables from a file instead of a script; then, with settings applied, its probes. */
bool build_restore(struct session *s, const struct job *job);

/*
 * The compiled script at the end of this very program, made by `sonde build --standalone`: false if there is
 * none. ret_text is the object; *ret_rc is -errno if it cannot be read.
 */
bool build_own(struct strbuf *ret_text, int *ret_rc);

#endif
