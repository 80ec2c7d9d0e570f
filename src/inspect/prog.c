/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The noun prog. */
#include "inspect/prog.h"

#include "inspect/nouns.h"
#include "inspect/terms.h"

static const struct verb verbs[] = {
	{ "show", prog_show },
	{ "list", prog_show },
	{ "dump", prog_dump },
	{ "pin", prog_pin },
	{ "load", prog_load },
	{ "loadall", prog_loadall },
	{ "attach", prog_attach },
	{ "detach", prog_detach },
	{ "tracelog", prog_tracelog },
	{ "run", prog_run },
	{ "profile", prog_profile },
	{ 0 },
};

const struct noun noun_prog = {
	.name = "prog",
	.verbs = verbs,
	.synopsis = "{ show | list } [PROG]\n"
		    "dump xlated PROG [{ file FILE | [opcodes] [linum] [visual] }]\n"
		    "dump jited  PROG [{ file FILE | [opcodes] [linum] }]\n"
		    "pin   PROG FILE\n"
		    "{ load | loadall } OBJ  PATH \\\n"
		    "           [type TYPE] [{ offload_dev | xdpmeta_dev } NAME] \\\n"
		    "           [map { idx IDX | name NAME } MAP] \\\n"
		    "           [pinmaps MAP_DIR] [autoattach] [kernel_btf BTF_FILE]\n"
		    "-L load OBJ\n"
		    "attach PROG ATTACH_TYPE [MAP]\n"
		    "detach PROG ATTACH_TYPE [MAP]\n"
		    "run PROG [data_in FILE] [data_out FILE [data_size_out L]] \\\n"
		    "           [ctx_in FILE] [ctx_out FILE [ctx_size_out M]] \\\n"
		    "           [repeat N]\n"
		    "profile PROG [duration DURATION] METRICs\n"
		    "tracelog [{ stdout | stderr } PROG]\n"
		    "help",
	.terms = TERM_MAP
		 TERM_PROG
		 "TYPE := the beginning of a section's name: xdp, classifier, kprobe, tracepoint, ...\n"
		 "ATTACH_TYPE := { sk_msg_verdict | sk_skb_verdict | sk_skb_stream_verdict |\n"
		 "                 sk_skb_stream_parser | flow_dissector }\n"
		 "METRIC := { cycles | instructions | l1d_loads | llc_misses | itlb_misses | dtlb_misses }\n",
};
