#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The stripped binary stays within its budget.
cd "$(dirname "$0")/../.." || exit
budget=3000000
size=$(wc -c <"${SONDE:-build/sonde}.stripped") || { echo "not ok check/size: no stripped binary"; exit 1; }
if [ "$size" -gt "$budget" ]; then
	echo "not ok check/size: $size bytes stripped, the budget is $budget"; exit 1
fi
echo "ok check/size ($size of $budget bytes)"
