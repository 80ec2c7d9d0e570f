/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "type/consts.h"
#include "type/syscalls.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/falloc.h>
#include <linux/futex.h>
#include <linux/icmpv6.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/magic.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "base/diag.h"
#include "type/type.h"

/*
 * One text for all names, which is searched from its beginning: that happens once for each unknown name of
 * a script, and a table of pointers would be larger than the names.
 */
#define C(name) #name "\0"
#define W(name) #name "\0"
#define V(name, value) #name "\0"
static const char names[] =
#include "type/consts.def"
	;
#undef C
#undef W
#undef V

#define C(name) (int32_t)(name),
#define W(name) 0,
#define V(name, value) (int32_t)(value),
static const int32_t values[] = {
#include "type/consts.def"
};
#undef C
#undef W
#undef V

#define C(name) _Static_assert((name) == (int32_t)(name), #name);
#define W(name)
#define V(name, value) _Static_assert((value) == (int32_t)(value), #name);
#include "type/consts.def"
#undef C
#undef W
#undef V

#define C(name)
#define W(name) { #name, (int64_t)(name) },
#define V(name, value)
static const struct wide {
	const char *name;
	int64_t value;
} wides[] = {
#include "type/consts.def"
};
#undef C
#undef W
#undef V

/* No maximum is negative: UINT64_MAX. */
static const struct type *type_of(const char *name, int64_t value)
{
	size_t len = strlen(name);
	bool is_unsigned = value < 0 && len > 4 && !strcmp(name + len - 4, "_MAX");

	return type_int(!is_unsigned && value == (int32_t)value ? 4 : 8, !is_unsigned);
}

static bool found(const char *name, int64_t value, struct enum_const *ret)
{
	*ret = (struct enum_const){ .value = value, .type = type_of(name, value) };
	return true;
}

/* __NR_openat, SYS_openat */
static bool find_syscall(const char *name, struct enum_const *ret)
{
	size_t skip = !strncmp(name, "__NR_", 5) ? 5 : !strncmp(name, "SYS_", 4) ? 4 : 0;

	for (size_t i = 0; skip && i < syscall_count; i++)
		if (!strcmp(syscall_numbers[i].name, name + skip) && syscall_numbers[i].number >= 0)
			return found(name, syscall_numbers[i].number, ret);
	return false;
}

bool const_find(const char *name, struct enum_const *ret)
{
	const char *p = names;

	for (size_t i = 0; i < ARRAY_SIZE(wides); i++)
		if (!strcmp(wides[i].name, name))
			return found(name, wides[i].value, ret);
	for (size_t i = 0; i < ARRAY_SIZE(values); i++, p += strlen(p) + 1)
		if (!strcmp(p, name))
			return found(name, values[i], ret);
	return find_syscall(name, ret);
}

void const_near(struct near *n)
{
	for (const char *p = names; *p; p += strlen(p) + 1)
		near_try(n, p);
}
