#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# stripped.sh STRIP PROGRAM OUT: makes a stripped copy; ./dev build says how large it is.
set -eu
"$1" -o "$3" "$2"
[ -s "$3" ]
