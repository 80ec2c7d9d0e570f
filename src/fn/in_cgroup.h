/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions about the running task's control group that several built-ins compile (in_cgroup.c). */
#ifndef FN_IN_CGROUP_H
#define FN_IN_CGROUP_H

#include "fn/cgroupfs.h"
#include "fn/check.h"
#include "fn/lower.h"

/* Can programs ask for groups of this hierarchy? Keeps the place (of the arena) with the call; else a diagnostic. */
bool cgroup_check_place(struct check *ck, struct node *call, const struct cgroup_place *place);
/* 1 if the task is in the place that was kept, or below it. */
struct ir_val *cgroup_lower_in(struct lower *lw, struct node *call);
/* The id of the task's group in that hierarchy. */
struct ir_val *cgroup_lower_id(struct lower *lw, const struct node *call);

#endif
