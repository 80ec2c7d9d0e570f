#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# embed-tools.sh DIR OUT: writes every DIR/*.bt as a table of C strings (src/tool/sources.h).
# OUT is left alone when nothing changed, so that nothing is compiled again.
set -eu
export LC_ALL=C
dir=$1 out=$2
n=0
{
	cat <<-END
	/* Made by scripts/embed-tools.sh from the scripts in tools/. */
	#include "tool/sources.h"

	#define TOOL(name, text) { name, text, sizeof(text) - 1 },

	const struct tool_source tool_sources[] = {
	END
	for f in "$dir"/*.bt; do
		[ -f "$f" ] || continue
		n=$((n + 1))
		echo "	TOOL(\"$(basename "$f" .bt)\", \"\""
		# A question mark is escaped for the sake of trigraphs.
		sed 's/["\\?]/\\&/g; s/.*/	     "&\\n"/' "$f"
		echo '	)'
	done
	cat <<-END
		{ 0, 0, 0 }
	};
	const size_t tool_sources_n = $n;
	END
} >"$out.new"

if cmp -s "$out.new" "$out"; then rm -f "$out.new"; else mv "$out.new" "$out"; fi
