/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What load.c asks of the running kernel's target beyond its features. */
#ifndef RUN_FEATURE_H
#define RUN_FEATURE_H

#include "run/run.h"

/* The BTF that feature_target() was given; NULL for none and for other targets. */
struct btf_file *feature_btf(struct target *t);

#endif
