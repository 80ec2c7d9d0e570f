/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The providers' ops, one for each kind of probe; used by the registry alone. */
#ifndef PROBE_PROVIDERS_H
#define PROBE_PROVIDERS_H

#include "probe/probe.h"

extern const struct provider provider_begin, provider_end;
extern const struct provider provider_tracepoint, provider_rawtracepoint;
extern const struct provider provider_kprobe, provider_kretprobe;
extern const struct provider provider_fentry, provider_fexit;
extern const struct provider provider_uprobe, provider_uretprobe, provider_usdt;
extern const struct provider provider_profile, provider_interval, provider_software, provider_hardware;
extern const struct provider provider_watchpoint, provider_iter, provider_self;
extern const struct provider provider_test, provider_bench;

#endif
