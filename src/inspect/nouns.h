/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The nouns, each defined in a file of its own. */
#ifndef INSPECT_NOUNS_H
#define INSPECT_NOUNS_H

#include "inspect/inspect.h"

extern const struct noun noun_help;    /* main.c */
extern const struct noun noun_batch;   /* batch.c */
extern const struct noun noun_version; /* version.c */
extern const struct noun noun_prog;    /* prog.c */
extern const struct noun noun_net;     /* net.c */
extern const struct noun noun_feature; /* feature.c */
extern const struct noun noun_map;     /* map.c */
extern const struct noun noun_link;    /* link.c */
extern const struct noun noun_btf;     /* btf_noun.c */
extern const struct noun noun_gen;     /* gen.c */
extern const struct noun noun_cgroup; /* cgroup.c */
extern const struct noun noun_perf; /* perf.c */
extern const struct noun noun_struct_ops; /* struct_ops.c */
extern const struct noun noun_iter; /* iter.c */
extern const struct noun noun_token; /* token.c */
extern const struct noun noun_top; /* top.c */
extern const struct noun noun_doctor; /* doctor.c */

#endif
