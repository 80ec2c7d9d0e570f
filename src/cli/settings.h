/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The config block of a script. */
#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include "cli/session.h"

/* Into the session's settings; the environment has the last word. False after diagnostics. */
bool settings_apply(struct session *s);

#endif
