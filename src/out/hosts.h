/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of hosts by their addresses: those that replies of the domain name system brought (hosts_learn()), and those of
 * /etc/hosts. Nothing is ever asked of a server. The last 16384 addresses are kept.
 */
#ifndef OUT_HOSTS_H
#define OUT_HOSTS_H

#include <stddef.h>
#include <stdint.h>

struct hosts;

/* A table with what the file says (/etc/hosts); a file that cannot be read says nothing. Never NULL. */
struct hosts *hosts_new(const char *path);
void hosts_free(struct hosts *h); /* NULL is fine */
/*
 * Takes in one message as it came over UDP (RFC 1035, section 4); ns: its time since boot. The name that was asked for becomes
 * that of all its addresses (A and AAAA). How many they are; 0 also if it is no reply, or broken.
 */
unsigned hosts_learn(struct hosts *h, const void *message, size_t len, uint64_t ns);
/*
 * The name of an address (AF_INET: 4 bytes, AF_INET6: 16), valid until the next hosts_learn(); NULL: not known. ret_ns: when it
 * was learnt, 0: from the file.
 */
const char *hosts_name(struct hosts *h, int family, const void *address, uint64_t *ret_ns);

#endif
