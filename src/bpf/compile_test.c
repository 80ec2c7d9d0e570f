/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the back end makes of small pieces of IR: its own text, to the letter. */
#include "bpf/kit_test.h"

UNIT_MAIN
