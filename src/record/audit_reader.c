/* SPDX-License-Identifier: Apache-2.0 */
/* See audit_reader.h. */
#include "record/audit_reader.h"

#include <errno.h>
#include <libaudit.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "record/audit_kernel.h"
#include "snug/cleanup.h"

#define BUFFER_BYTES (32 << 20)	/* of the socket: some 20000 records, each counted with its skb (about 1.5 KB) */

/* As large as root may have it; a kernel that refuses keeps its own, and says later that it was too small. */
static void widen(int fd)
{
	const int bytes = BUFFER_BYTES;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

/*
 * The group is sent to in the first network namespace only (kernel/audit.c, kauditd_send_multicast_skb()). That one alone has the settings
 * that are the machine's (net/core/sysctl_net_core.c, net_core_table), beside those that each has.
 */
static bool hears_group(void)
{
	return access("/proc/sys/net/core/netdev_budget", F_OK) == 0 || access("/proc/sys/net/core/somaxconn", F_OK) < 0;
}

static int join(struct audit_reader *reader, struct error *err)
{
	const int group = AUDIT_NLGRP_READLOG;

	if (!hears_group()) {
		error_set(err, -EPERM, "audit's records cannot be read beside the daemon that does, from a network namespace of one's own");
		return error_hint(err, "record in the machine's own one, or stop the daemon for the recording");
	}
	reader->multicast = true;
	if (setsockopt(reader->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) == 0)
		return 0;
	error_errno(err, -errno, "cannot read audit's records beside the daemon that does");
	return error_hint(err, "it takes CAP_AUDIT_READ, and Linux 3.16");
}

/* The kernel sends to whoever asked for it by this very socket. */
static int become_daemon(const struct audit_reader *reader, int kernel, bool *ret_is, struct error *err)
{
	struct audit_status status;
	int code = audit_set_pid(reader->fd, (uint32_t)getpid(), WAIT_YES);

	*ret_is = false;
	if (code == -EEXIST)	/* one is there, and it answers */
		return 0;
	if (code < 0)
		return error_errno(err, code, "cannot become the reader of audit's records");
	code = audit_kernel_status(kernel, &status, err);
	*ret_is = code >= 0 && status.pid == (uint32_t)getpid();
	return code;
}

int audit_reader_open(struct audit_reader *ret, int kernel, struct error *err)
{
	bool is_daemon;
	int code = audit_kernel_open(&ret->fd, err);

	if (code < 0)
		return code;
	widen(ret->fd);
	code = become_daemon(ret, kernel, &is_daemon, err);
	return code < 0 || is_daemon ? code : join(ret, err);
}

void audit_reader_close(struct audit_reader *reader)
{
	if (reader->fd < 0)
		return;
	if (!reader->multicast)
		audit_set_pid(reader->fd, 0, WAIT_NO);
	close(steal_fd(&reader->fd));
}

/* Else an answer, or the question of somebody who would take our place. */
static bool is_record(unsigned int type)
{
	return type == AUDIT_LOGIN || (type >= AUDIT_FIRST_USER_MSG && type != AUDIT_REPLACE);
}

/* One datagram a record. Of the header only the type is to be trusted: its length has been wrong for decades (kernel/audit.c,
 * audit_log_end(), before Linux 6.4). */
size_t audit_reader_next(struct audit_reader *reader, char buffer[static AUDIT_RECORD_MAX], unsigned int *ret_type)
{
	struct nlmsghdr header;
	struct sockaddr_nl sender;
	struct iovec parts[] = { { &header, sizeof(header) }, { buffer, AUDIT_RECORD_MAX } };
	struct msghdr message = { .msg_name = &sender, .msg_namelen = sizeof(sender), .msg_iov = parts, .msg_iovlen = 2 };

	for (;;) {
		ssize_t n = recvmsg(reader->fd, &message, MSG_DONTWAIT);

		if (n < 0 && errno == ENOBUFS)
			reader->overruns++;
		if (n < 0 && (errno == EINTR || errno == ENOBUFS))
			continue;
		if (n < (ssize_t)sizeof(header))
			return 0;
		if (sender.nl_pid != 0)		/* not the kernel */
			continue;
		*ret_type = header.nlmsg_type;
		n -= (ssize_t)sizeof(header);
		while (n > 0 && (buffer[n - 1] == '\0' || buffer[n - 1] == '\n'))
			n--;
		if (n <= 0 || !is_record(header.nlmsg_type))
			continue;
		reader->records++;
		return (size_t)n;
	}
}
