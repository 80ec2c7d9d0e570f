/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fdutil.h"
#include "inspect/netlink.h"

enum { ANSWER_MAX = 64 << 10 }; /* the kernel fills at most 32 KiB at once */

int netlink_open(struct netlink *nl, struct err *e)
{
	int one = 1;

	nl->seq = 0;
	nl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (nl->fd < 0)
		return err_set(e, -errno, "failed to open a netlink socket: %s", errname(errno));
	/* Without it (kernels before 4.12) errors are only numbers. */
	setsockopt(nl->fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	return 0;
}

void netlink_done(struct netlink *nl)
{
	fd_close(&nl->fd);
}

const void *netlink_attr(const void *attrs, size_t len, uint16_t type, size_t min, size_t *ret_len)
{
	const struct rtattr *a = attrs;

	for (int left = (int)len; RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		if ((a->rta_type & NLA_TYPE_MASK) != type || RTA_PAYLOAD(a) < min)
			continue;
		if (ret_len)
			*ret_len = RTA_PAYLOAD(a);
		return RTA_DATA(a);
	}
	return NULL;
}

uint32_t netlink_u32(const void *attrs, size_t len, uint16_t type)
{
	const void *p = netlink_attr(attrs, len, type, sizeof(uint32_t), NULL);
	uint32_t v = 0;

	if (p)
		memcpy(&v, p, sizeof(v));
	return v;
}

const char *netlink_text(const void *attrs, size_t len, uint16_t type)
{
	size_t n;
	const char *p = netlink_attr(attrs, len, type, 1, &n);

	return p && memchr(p, 0, n) ? p : NULL;
}

/* The kernel's words on an error, behind the copy of the request's header. */
static void explain(const struct nlmsghdr *h, struct err *e)
{
	const struct nlmsgerr *error = NLMSG_DATA(h);
	size_t skip = sizeof(*error), n = NLMSG_PAYLOAD(h, 0);
	const char *text;

	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(h->nlmsg_flags & NLM_F_CAPPED))
		skip += error->msg.nlmsg_len - sizeof(error->msg);
	skip = NLMSG_ALIGN(skip);
	if (skip >= n)
		return;
	text = netlink_text((const char *)error + skip, n - skip, NLMSGERR_ATTR_MSG);
	if (text)
		err_hint(e, "The kernel says: %s.", text);
}

/* -errno of an acknowledgement or the end of a dump. */
static int ack(const struct nlmsghdr *h, struct err *e)
{
	int code = 0;

	if (NLMSG_PAYLOAD(h, 0) >= sizeof(code))
		memcpy(&code, NLMSG_DATA(h), sizeof(code));
	if (!code)
		return 0;
	err_set(e, code, "%s", errname(code));
	if (h->nlmsg_type == NLMSG_ERROR && NLMSG_PAYLOAD(h, 0) >= sizeof(struct nlmsgerr))
		explain(h, e);
	return code;
}

static int send_all(struct netlink *nl, struct nlmsghdr *h, size_t n, struct err *e)
{
	h->nlmsg_len = (uint32_t)n;
	h->nlmsg_seq = ++nl->seq;
	if (send(nl->fd, h, n, 0) < 0)
		return err_set(e, -errno, "cannot send on netlink: %s", errname(errno));
	return 0;
}

static ssize_t receive(struct netlink *nl, void *answer, struct err *e)
{
	ssize_t n;

	do
		n = recv(nl->fd, answer, ANSWER_MAX, 0);
	while (n < 0 && errno == EINTR);
	return n < 0 ? err_set(e, -errno, "cannot receive from netlink: %s", errname(errno)) : n;
}

struct dump {
	netlink_fn *f;
	void *arg;
	size_t fixed_size;
	int result;
	bool done;
};

static int dump_message(struct dump *d, const struct nlmsghdr *h, struct err *e)
{
	size_t fixed = NLMSG_ALIGN(d->fixed_size), n = NLMSG_PAYLOAD(h, 0);
	struct netlink_msg m = { h->nlmsg_type, NLMSG_DATA(h), (const char *)NLMSG_DATA(h) + fixed,
				 n > fixed ? n - fixed : 0 };

	if (h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR) {
		d->done = true;
		return ack(h, e);
	}
	/* The rest of a dump that f has seen enough of is still read. */
	if (!d->result && n >= d->fixed_size)
		d->result = d->f(d->arg, &m);
	return 0;
}

int netlink_dump(struct netlink *nl, uint16_t type, const void *fixed, size_t fixed_size,
		 netlink_fn *f, void *arg, struct err *e)
{
	struct {
		struct nlmsghdr h;
		char fixed[64];
	} request = { .h = { .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP } };
	struct dump d = { .f = f, .arg = arg, .fixed_size = fixed_size };
	_cleanup_free_ char *answer = xmalloc(ANSWER_MAX);
	int r;

	memcpy(request.fixed, fixed, fixed_size);
	r = send_all(nl, &request.h, NLMSG_LENGTH(fixed_size), e);
	while (!r && !d.done) {
		ssize_t n = receive(nl, answer, e);
		const struct nlmsghdr *h = (const void *)answer;

		if (n <= 0)
			return n ? (int)n : -EIO;
		for (; !r && !d.done && NLMSG_OK(h, n); h = NLMSG_NEXT(h, n))
			if (h->nlmsg_seq == nl->seq)
				r = dump_message(&d, h, e);
	}
	return r ? r : d.result;
}

int netlink_request(struct netlink *nl, void *request, size_t n, struct err *e)
{
	_cleanup_free_ char *answer = xmalloc(ANSWER_MAX);
	struct nlmsghdr *h = request;
	int r;

	h->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	r = send_all(nl, h, n, e);
	while (!r) {
		ssize_t got = receive(nl, answer, e);

		if (got <= 0)
			return got ? (int)got : -EIO;
		for (h = (void *)answer; NLMSG_OK(h, got); h = NLMSG_NEXT(h, got))
			if (h->nlmsg_seq == nl->seq && h->nlmsg_type == NLMSG_ERROR)
				return ack(h, e);
	}
	return r;
}
