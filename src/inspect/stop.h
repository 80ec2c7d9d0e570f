/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verbs that go on until the user ends them. */
#ifndef INSPECT_STOP_H
#define INSPECT_STOP_H

#include <stdbool.h>

/* From now on SIGINT, SIGTERM and SIGHUP set the flag, and interrupt system calls. */
void stop_catch(void);
bool stop_asked(void);

#endif
