/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/device.h"

#include <net/if.h>
#include <sys/stat.h>

/* The name of a device of this network namespace; NULL if it is of another one. */
static const char *device_name(uint32_t ifindex, uint64_t ns_dev, uint64_t ns_inode,
			       char name[IF_NAMESIZE])
{
	struct stat st;

	if (stat("/proc/self/ns/net", &st) || st.st_dev != ns_dev || st.st_ino != ns_inode)
		return NULL;
	return if_indextoname(ifindex, name);
}

void device_text(struct inspect *in, uint32_t ifindex, uint64_t ns_dev, uint64_t ns_inode)
{
	char buf[IF_NAMESIZE];
	const char *name;

	if (!ifindex)
		return;
	name = device_name(ifindex, ns_dev, ns_inode, buf);
	sb_adds(&in->out, "  offloaded_to ");
	if (name)
		inspect_text(in, name);
	else
		sb_addf(&in->out, "ifindex %u ns_dev %llu ns_ino %llu", ifindex,
			(unsigned long long)ns_dev, (unsigned long long)ns_inode);
}

void device_json(struct inspect *in, uint32_t ifindex, uint64_t ns_dev, uint64_t ns_inode)
{
	char buf[IF_NAMESIZE];
	const char *name;

	if (!ifindex)
		return;
	name = device_name(ifindex, ns_dev, ns_inode, buf);
	jsonw_object_at(&in->w, "dev");
	jsonw_u64_at(&in->w, "ifindex", ifindex);
	jsonw_u64_at(&in->w, "ns_dev", ns_dev);
	jsonw_u64_at(&in->w, "ns_inode", ns_inode);
	if (name)
		jsonw_string_at(&in->w, "ifname", name);
	jsonw_end_object(&in->w);
}
