/* SPDX-License-Identifier: Apache-2.0 */
/* A file system of one symbolic link, spoken by hand: fuse(4), include/uapi/linux/fuse.h. */
#include "record/notify_gate.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "record/proc_file.h"
#include "snug/cleanup.h"
#include "snug/listener.h"
#include "snug/memory.h"

#define LINK_NODE 2
#define MINOR 31		/* of the protocol that is spoken: Linux 5.4 has it, later ones go on to understand it */
#define REQUEST_MAX (FUSE_MIN_READ_BUFFER + 4096)

struct notify_gate {
	char *folder, *path, *target;	/* owned; where it is mounted, the link there, and where that leads */
	int fd;				/* owned; /dev/fuse, -1 = it is a plain folder */
};

static void answer(const struct notify_gate *gate, uint64_t unique, int error, const void *body, size_t size)
{
	struct fuse_out_header head = { .len = (uint32_t)(sizeof(head) + size), .error = error, .unique = unique };
	struct iovec parts[] = { { &head, sizeof(head) }, { (void *)body, size } };

	/* Refused when the asker was killed: then nobody waits. */
	if (writev(gate->fd, parts, size ? 2 : 1) < 0)
		errno = 0;
}

static struct fuse_attr attributes(const struct notify_gate *gate, uint64_t node)
{
	return (struct fuse_attr){
		.ino = node, .nlink = 1, .size = node == LINK_NODE ? strlen(gate->target) : 0,
		.mode = node == LINK_NODE ? S_IFLNK | 0777 : S_IFDIR | 0555,
	};
}

/* Nothing is valid for longer than the question: each way through is asked for. */
static void answer_lookup(const struct notify_gate *gate, const struct fuse_in_header *head, const char *name)
{
	const struct fuse_entry_out entry = { .nodeid = LINK_NODE, .attr = attributes(gate, LINK_NODE) };

	if (head->nodeid == FUSE_ROOT_ID && strcmp(name, LISTENER_GATE_LINK) == 0)
		answer(gate, head->unique, 0, &entry, sizeof(entry));
	else
		answer(gate, head->unique, -ENOENT, NULL, 0);
}

/* All but the reading of the link. */
static void answer_at_once(const struct notify_gate *gate, const struct fuse_in_header *head, const char *body)
{
	const struct fuse_init_out init = { .major = FUSE_KERNEL_VERSION, .minor = MINOR, .max_write = 4096 };
	const struct fuse_attr_out attr = { .attr = attributes(gate, head->nodeid) };

	switch (head->opcode) {
	case FUSE_INIT: answer(gate, head->unique, 0, &init, sizeof(init)); break;
	case FUSE_LOOKUP: answer_lookup(gate, head, body); break;
	case FUSE_GETATTR: answer(gate, head->unique, 0, &attr, sizeof(attr)); break;
	case FUSE_FORGET:	/* these want no answer */
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT: break;
	default: answer(gate, head->unique, -ENOSYS, NULL, 0); break;
	}
}

pid_t notify_gate_next(struct notify_gate *gate, uint64_t *ret_pass)
{
	char request[REQUEST_MAX + 1];
	struct fuse_in_header head;
	ssize_t n;

	while ((n = read(gate->fd, request, REQUEST_MAX)) >= (ssize_t)sizeof(head) || (n < 0 && errno == EINTR)) {
		long pid;

		if (n < 0)
			continue;
		request[n] = '\0';
		memcpy(&head, request, sizeof(head));
		if (head.opcode != FUSE_READLINK) {
			answer_at_once(gate, &head, request + sizeof(head));
			continue;
		}
		*ret_pass = head.unique;
		pid = task_status_number((pid_t)head.pid, "Tgid:");
		if (pid > 0)
			return (pid_t)pid;
		notify_gate_open(gate, head.unique);
	}
	return 0;
}

void notify_gate_open(struct notify_gate *gate, uint64_t pass)
{
	answer(gate, pass, 0, gate->target, strlen(gate->target));
}

const char *notify_gate_path(const struct notify_gate *gate)
{
	return gate->path;
}

int notify_gate_descriptor(const struct notify_gate *gate)
{
	return gate->fd;
}

void notify_gate_leave(struct notify_gate *gate)
{
	if (gate)
		closep(&gate->fd);
	if (gate)
		gate->fd = -1;
}

/* Mounted or not: each step is refused where it does not apply. */
static void remove_gate(const char *folder)
{
	auto_free char *link = xasprintf("%s/" LISTENER_GATE_LINK, folder);

	umount2(folder, MNT_DETACH);
	unlink(link);
	rmdir(folder);
}

void notify_gate_clear(const char *socket_path)
{
	auto_free char *folder = xasprintf("%s" LISTENER_GATE, socket_path);

	remove_gate(folder);
}

struct notify_gate *notify_gate_free(struct notify_gate *gate)
{
	if (!gate)
		return NULL;
	closep(&gate->fd);	/* whoever waits goes on, and finds no socket */
	if (gate->folder)
		remove_gate(gate->folder);
	free(gate->folder);
	free(gate->path);
	free(gate->target);
	free(gate);
	return NULL;
}

/* Where it cannot be mounted, all pass unseen. */
static void mount_gate(struct notify_gate *gate)
{
	char options[128];

	gate->fd = open("/dev/fuse", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", gate->fd);
	if (gate->fd >= 0 &&
	    mount("snug", gate->folder, "fuse.snug", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME, options) == 0)
		return;
	closep(&gate->fd);
	gate->fd = -1;
}

/* Under the mount lies the same link: an engine in a mount namespace of its own, to which ours do not come, finds that one. */
static int make_gate(struct notify_gate *gate, struct error *err)
{
	remove_gate(gate->folder);
	if (mkdir(gate->folder, 0700) < 0)
		return error_errno(err, -errno, "cannot make '%s'", gate->folder);
	if (symlink(gate->target, gate->path) < 0)
		return error_errno(err, -errno, "cannot make '%s'", gate->path);
	mount_gate(gate);
	return 0;
}

int notify_gate_new(struct notify_gate **ret, const char *socket_path, struct error *err)
{
	struct notify_gate *gate = xcalloc(1, sizeof(*gate));
	int code = 0;

	gate->fd = -1;
	gate->folder = xasprintf("%s" LISTENER_GATE, socket_path);
	gate->path = xasprintf("%s/" LISTENER_GATE_LINK, gate->folder);
	gate->target = xstrdup(socket_path);
	if (strlen(gate->path) >= sizeof(((struct sockaddr_un *)0)->sun_path))
		code = error_set(err, -ENAMETOOLONG, "'%s' is too long for a socket's path", gate->path);
	if (code == 0)
		code = make_gate(gate, err);
	if (code < 0)
		notify_gate_free(gate);
	else
		*ret = gate;
	return code;
}
