/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the noun "doctor" share: findings, one after the other. */
#ifndef INSPECT_DOCTOR_H
#define INSPECT_DOCTOR_H

#include "inspect/kconfig.h"
#include "inspect/inspect.h"

struct target;
struct btf_file;

enum state { FINE, LIMITED, MISSING };

struct doctor {
	struct inspect *in;
	struct kconfig_option *options; /* of the kernel; without values if they cannot be read */
	bool options_known;
	struct btf_file *btf;  /* NULL: none */
	struct target *target; /* features */
	unsigned counts[MISSING + 1];
};

/* A heading; findings follow. */
void doctor_area(struct doctor *d, const char *area);
/* what: how it is, or why not; fix: a command, an option, a release; NULL: there is none. */
void doctor_finding(struct doctor *d, const char *name, enum state state, const char *what, const char *fix);
/* A thing that is there, or needs an option of the kernel: what and fix are made of its name. */
void doctor_option(struct doctor *d, const char *name, bool there, const char *option, const char *otherwise);

/* doctor_system.c: rights, file systems, settings */
void doctor_system(struct doctor *d);
/* doctor_probes.c: what can be probed, loaded, called */
void doctor_probes(struct doctor *d);

#endif
