#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# stripped.sh STRIP PROGRAM OUT: makes a stripped copy and says how large it is.
set -eu
"$1" -o "$3" "$2"
wc -c <"$3" | awk -v name="$2" '{ printf "%s: %.2f MB stripped\n", name, $1 / 1000000 }'
