/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The noun map. */
#include "inspect/map.h"

#include "inspect/nouns.h"
#include "inspect/terms.h"

static const struct verb verbs[] = {
	{ "show", map_show },
	{ "list", map_show },
	{ "dump", map_dump },
	{ "update", map_update },
	{ "lookup", map_lookup },
	{ "getnext", map_getnext },
	{ "delete", map_delete },
	{ "pin", map_pin },
	{ "event_pipe", map_event_pipe },
	{ "create", map_create },
	{ "peek", map_lookup },
	{ "push", map_update },
	{ "enqueue", map_update },
	{ "pop", map_pop },
	{ "dequeue", map_pop },
	{ "freeze", map_freeze },
	{ 0 },
};

const struct noun noun_map = {
	.name = "map",
	.verbs = verbs,
	.synopsis = "{ show | list }   [MAP]\n"
		    "create     FILE type TYPE key KEY_SIZE value VALUE_SIZE \\\n"
		    "           entries MAX_ENTRIES name NAME [flags FLAGS] \\\n"
		    "           [inner_map MAP] [offload_dev NAME]\n"
		    "dump       MAP\n"
		    "update     MAP [key DATA] [value VALUE] [UPDATE_FLAGS]\n"
		    "lookup     MAP [key DATA]\n"
		    "getnext    MAP [key DATA]\n"
		    "delete     MAP  key DATA\n"
		    "pin        MAP  FILE\n"
		    "event_pipe MAP [cpu N index M]\n"
		    "{ peek | pop | dequeue }  MAP\n"
		    "{ push | enqueue }  MAP value VALUE\n"
		    "freeze     MAP\n"
		    "help",
	.terms = TERM_MAP
		 "DATA := { [hex] BYTES }\n"
		 TERM_PROG
		 "VALUE := { DATA | MAP | PROG }\n"
		 "UPDATE_FLAGS := { any | exist | noexist }\n"
		 "TYPE := a word of 'feature list_builtins map_types'",
};
