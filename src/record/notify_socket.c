/* SPDX-License-Identifier: Apache-2.0 */
/* The listening socket, and what arrives on it. */
#include "record/notify_socket.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "record/notify_state.h"
#include "snug/cleanup.h"
#include "snug/memory.h"

#define DESCRIPTORS_MAX 8	/* a message may pass others beside ours; runc and crun pass one */
#define BACKLOG 128

struct notify_socket {
	int fd;			/* owned */
	char *path;		/* owned */
};

static int make_address(const char *path, struct sockaddr_un *ret, struct error *err)
{
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(ret->sun_path))
		return error_set(err, -ENAMETOOLONG, "the socket's path '%s' is longer than %zu bytes", path,
				 sizeof(ret->sun_path) - 1);
	memcpy(ret->sun_path, path, strlen(path));
	return 0;
}

/* A socket file that nobody listens on is a leftover of a listener that was killed. */
static int remove_stale(const struct sockaddr_un *address, struct error *err)
{
	auto_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat st;

	if (lstat(address->sun_path, &st) < 0)
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return error_set(err, -EEXIST, "'%s' is there already and is no socket", address->sun_path);
	if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0)
		return error_set(err, -EADDRINUSE, "another listener serves '%s'", address->sun_path);
	if (unlink(address->sun_path) < 0 && errno != ENOENT)
		return error_errno(err, -errno, "cannot remove the stale socket '%s'", address->sun_path);
	return 0;
}

int notify_socket_new(struct notify_socket **ret, const char *path, struct error *err)
{
	auto_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct notify_socket *made;
	struct sockaddr_un address;
	mode_t mask;
	int code = make_address(path, &address, err);

	if (code == 0)
		code = remove_stale(&address, err);
	if (code < 0)
		return code;
	mask = umask(0177);
	code = bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
	umask(mask);
	if (code < 0 || listen(fd, BACKLOG) < 0)
		return error_errno(err, code < 0 ? code : -errno, "cannot listen on '%s'", path);
	made = xcalloc(1, sizeof(*made));
	made->fd = steal_fd(&fd);
	made->path = xstrdup(path);
	*ret = made;
	return 0;
}

struct notify_socket *notify_socket_free(struct notify_socket *socket)
{
	if (!socket)
		return NULL;
	close(socket->fd);
	unlink(socket->path);
	free(socket->path);
	free(socket);
	return NULL;
}

int notify_socket_descriptor(const struct notify_socket *socket)
{
	return socket->fd;
}

static int read_peer(int fd, struct ucred *ret)
{
	socklen_t length = sizeof(*ret);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, ret, &length) < 0 ? -errno : 0;
}

static int check_peer(int fd, struct error *err)
{
	struct ucred peer;
	int code = read_peer(fd, &peer);

	if (code < 0)
		return error_errno(err, code, "cannot tell who connects to the listener");
	if (peer.uid != 0 && peer.uid != geteuid())
		return error_set(err, -EPERM, "a process of user %u connected to the listener: refused", peer.uid);
	return 0;
}

pid_t notify_connection_peer(int connection_fd)
{
	struct ucred peer;

	return read_peer(connection_fd, &peer) < 0 ? 0 : peer.pid;
}

int notify_socket_accept(struct notify_socket *socket, struct error *err)
{
	auto_close int fd = accept4(socket->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	int code;

	if (fd < 0)
		return errno == EAGAIN || errno == ECONNABORTED || errno == EINTR ? -EAGAIN
			: error_errno(err, -errno, "cannot accept a runtime's connection");
	code = check_peer(fd, err);
	return code < 0 ? code : steal_fd(&fd);
}

/* The name that the kernel gives to it since Linux 5.0: init_listener(), kernel/seccomp.c. */
static bool is_notify_descriptor(int fd)
{
	static const char name[] = "anon_inode:seccomp notify";
	char link[64], target[sizeof(name)];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return readlink(link, target, sizeof(target)) == sizeof(name) - 1 &&
	       memcmp(target, name, sizeof(name) - 1) == 0;
}

static void take_descriptors(const struct cmsghdr *cmsg, int *notify_fd)
{
	size_t count = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	int fds[DESCRIPTORS_MAX];

	memcpy(fds, CMSG_DATA(cmsg), count * sizeof(int));
	for (size_t i = 0; i < count; i++) {
		if (*notify_fd < 0 && is_notify_descriptor(fds[i]))
			*notify_fd = fds[i];
		else
			close(fds[i]);
	}
}

ssize_t notify_connection_read(int connection_fd, struct text *message, int *notify_fd)
{
	union {
		char bytes[CMSG_SPACE(DESCRIPTORS_MAX * sizeof(int))];
		struct cmsghdr align;
	} control;
	char data[4096];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr header = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes,
				 .msg_controllen = sizeof(control.bytes) };
	ssize_t n = recvmsg(connection_fd, &header, MSG_CMSG_CLOEXEC);

	if (n < 0)
		return errno == EINTR ? -EAGAIN : -errno;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&header); c; c = CMSG_NXTHDR(&header, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
			take_descriptors(c, notify_fd);
	if (message->length + (size_t)n > NOTIFY_STATE_MAX)
		return -EMSGSIZE;
	text_add(message, data, (size_t)n);
	return n;
}
