/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the built-ins' files: small typings and lowerings that many use, and the list of all. */
#ifndef FN_INTERNAL_H
#define FN_INTERNAL_H

#include "fn/check.h"
#include "fn/fn.h"
#include "fn/lower.h"
#include "fn/runtime.h"

static inline const struct type *fn_u64(struct check *ck)
{
	return type_u64();
}

static inline const struct type *fn_u32(struct check *ck)
{
	return type_u32();
}

static inline const struct type *fn_i64(struct check *ck)
{
	return type_i64();
}

/* Types of kernel and user symbols, shared by ksym(), usym() and func (sym.c). */
extern const struct value_ops ksym_value, usym_value;
const struct type *fn_ksym_type(struct check *ck);
bool fn_is_stack(const struct type *t);
/* Number of frames of a stack's value; tables.stack_lens must have been set when the script was checked. */
struct ir_val *fn_stack_len(struct lower *lw, struct ir_val *stack);
const struct type *fn_usym_type(struct check *ck);
struct ir_val *fn_pack_usym(struct lower *lw, struct ir_val *addr);
struct ir_val *fn_pack_ksym(struct lower *lw, struct ir_val *addr);
/* The running task's task_struct; the verifier knows what it is where the kernel can tell it (task.c). */
struct ir_val *fn_current_task(struct lower *lw);
/* Of an address, as ntop() makes it: family and 16 bytes (net.c). */
const struct type *fn_inet_type(struct types *ts);
bool fn_is_inet(const struct type *t);
/* The process id of the running task, in the pid namespace of this process (pid.c). */
struct ir_val *fn_lower_pid(struct lower *lw);
/* Nanoseconds since boot (clock.c). */
struct ir_val *fn_lower_boot(struct lower *lw);
/* Now as atomic time (TAI), nanoseconds: of the kernel where it has that clock, else computed (clock.c). */
struct ir_val *fn_lower_tai(struct lower *lw);
/* printf-like calls: format and argument checks, records (printf.c). */
bool fn_check_format(struct check *ck, struct node *call);
struct ir_val *fn_lower_format(struct lower *lw, struct node *call);

/* Every built-in: FN(C name of its struct fn_ops). */
#define FN_LIST                                                                                    \
	FN(fn_pid) FN(fn_tid) FN(fn_uid) FN(fn_gid) FN(fn_comm) FN(fn_cpu) FN(fn_curtask)           \
	FN(fn_cgroup) FN(fn_ppid) FN(fn_numaid) FN(fn_ncpus) FN(fn_rand) FN(fn_username)            \
	FN(fn_nsecs) FN(fn_elapsed) FN(fn_time) FN(fn_strftime)                                     \
	FN(fn_arg0) FN(fn_arg1) FN(fn_arg2) FN(fn_arg3) FN(fn_arg4) FN(fn_arg5) FN(fn_arg6)         \
	FN(fn_arg7) FN(fn_arg8) FN(fn_arg9) FN(fn_arg10) FN(fn_arg11) FN(fn_args) FN(fn_retval)     \
	FN(fn_func) FN(fn_place) FN(fn_probe) FN(fn_reg) FN(fn_ctx)                                              \
	FN(fn_count) FN(fn_sum) FN(fn_min) FN(fn_max) FN(fn_avg) FN(fn_stats) FN(fn_hist)           \
	FN(fn_lhist) FN(fn_tseries)                                                                             \
	FN(fn_delete) FN(fn_clear) FN(fn_zero) FN(fn_len) FN(fn_has_key) FN(fn_print)               \
	FN(fn_printf) FN(fn_cat) FN(fn_system) FN(fn_join)                                          \
	FN(fn_str) FN(fn_buf) FN(fn_strncmp)                                                        \
	FN(fn_ksym) FN(fn_usym) FN(fn_kaddr) FN(fn_uaddr) FN(fn_kstack) FN(fn_ustack) FN(fn_dw_ustack)               \
	FN(fn_ntop) FN(fn_macaddr) FN(fn_exit) FN(fn_signal)                     \
	FN(fn_kptr) FN(fn_uptr) FN(fn_ratio)                                                                    \
	FN(fn_is_array) FN(fn_is_integer) FN(fn_is_unsigned_integer) FN(fn_is_ptr) FN(fn_is_str)     \
	FN(fn_is_scalar) FN(fn_is_literal)                                                          \
	FN(fn_strerror) FN(fn_signal_name) FN(fn_syscall_name) FN(fn_bswap) FN(fn_is_err)           \
	FN(fn_usermode) FN(fn_probetype) FN(fn_jiffies) FN(fn_cpid) FN(fn_has_cpid)                 \
	FN(fn_pcomm) FN(fn_leader_comm) FN(fn_leader_tid) FN(fn_cgroupid) FN(fn_cgroup_path)        \
	FN(fn_pton) FN(fn_signal_thread) FN(fn_strlen) FN(fn_strcap) FN(fn_strstr)                  \
	FN(fn_strcontains) FN(fn_memcmp) FN(fn_errorf) FN(fn_warnf) FN(fn_debugf) FN(fn_assert) FN(fn_str_concat) FN(fn_write_user) FN(fn_override) FN(fn_kfunc_exist) FN(fn_kfunc_allowed) FN(fn_percpu_kaddr) FN(fn_unwatch)                 \
	FN(fn_socket_cookie) FN(fn_skboutput) FN(fn_map_find) FN(fn_fail) FN(fn_static_assert) FN(fn_assert_str) FN(fn_default_str_length) \
	FN(fn_fd_file) FN(fn_fd_sock) FN(fn_fs_name) FN(fn_mntns) FN(fn_pidns) FN(fn_in_cgroup) FN(fn_container) FN(fn_pod) FN(fn_in_container) FN(fn_path) FN(fn_folder) FN(fn_basename) \
	FN(fn_open_flags) FN(fn_mount_flags) FN(fn_clone_flags) FN(fn_tcp_flags) FN(fn_letters) FN(fn_disk_name) FN(fn_pid_comm) FN(fn_errno_name) FN(fn_softirq_name) \
	FN(fn_laddr) FN(fn_raddr) FN(fn_lport) FN(fn_rport) FN(fn_endpoint) FN(fn_tcp_state) FN(fn_capability_name) FN(fn_signal_abbrev) FN(fn_exit_status) \
	FN(fn_dns_reply) FN(fn_dns_name) FN(fn_in_pinned)

#define FN(x) extern const struct fn_ops x;
FN_LIST
#undef FN

#endif
