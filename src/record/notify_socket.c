/* SPDX-License-Identifier: Apache-2.0 */
/* The listening socket, and what arrives on it. */
#include "record/notify_socket.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "snug/cleanup.h"
#include "snug/memory.h"
#include "snug/text.h"

#define DESCRIPTORS_MAX 8	/* a message may pass others beside ours; runc and crun pass one */
#define MESSAGE_WAIT_MS 2000	/* a runtime writes its message at once; a peer that does not is dropped */
#define BACKLOG 128

struct notify_socket {
	int fd;			/* owned */
	char *path;		/* owned */
};

struct received {
	struct text message;
	int fds[DESCRIPTORS_MAX];
	size_t fd_count;
};

static void received_done(struct received *received)
{
	for (size_t i = 0; i < received->fd_count; i++)
		if (received->fds[i] >= 0)
			close(received->fds[i]);
	text_done(&received->message);
}

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

static int check_peer(int fd, struct error *err)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
		return error_errno(err, -errno, "cannot tell who connects to the listener");
	if (peer.uid != 0 && peer.uid != geteuid())
		return error_set(err, -EPERM, "a process of user %u connected to the listener: refused", peer.uid);
	return 0;
}

static void take_descriptors(struct received *received, const struct cmsghdr *cmsg)
{
	size_t count = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	int fds[DESCRIPTORS_MAX];

	memcpy(fds, CMSG_DATA(cmsg), count * sizeof(int));
	for (size_t i = 0; i < count; i++) {
		if (received->fd_count < DESCRIPTORS_MAX)
			received->fds[received->fd_count++] = fds[i];
		else
			close(fds[i]);
	}
}

/* One piece of the message; 0 at its end. */
static ssize_t receive_piece(int fd, struct received *received)
{
	union {
		char bytes[CMSG_SPACE(DESCRIPTORS_MAX * sizeof(int))];
		struct cmsghdr align;
	} control;
	char data[4096];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes,
				  .msg_controllen = sizeof(control.bytes) };
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	ssize_t n;

	if (poll(&ready, 1, MESSAGE_WAIT_MS) == 0)
		return -ETIMEDOUT;
	n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	if (n < 0)
		return -errno;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
			take_descriptors(received, c);
	text_add(&received->message, data, (size_t)n);
	return received->message.length > NOTIFY_STATE_MAX ? -EMSGSIZE : n;
}

/* runc leaves the connection open until the container has started, so that the end of the message is the end of its JSON. */
static int receive(int fd, struct received *received, struct notify_state *ret_state, struct error *err)
{
	struct error unread = ERROR_NONE;
	ssize_t n;

	while ((n = receive_piece(fd, received)) > 0) {
		unread = (struct error)ERROR_NONE;
		if (notify_state_parse(ret_state, received->message.data, received->message.length, &unread) == 0)
			return 0;
	}
	if (n < 0)
		return error_errno(err, (int)n, "cannot read a runtime's message");
	if (received->message.length == 0 && received->fd_count == 0)
		return -ENODATA;
	return error_set(err, -EBADMSG, "%s", unread.text);
}

/* One connection; -ENODATA when its peer only asked whether somebody listens ('snug runtime', another listener). */
static int next_connection(struct notify_socket *socket, struct notify_state *ret_state, struct error *err)
{
	auto_close int fd = accept4(socket->fd, NULL, NULL, SOCK_CLOEXEC);
	CLEANUP(received_done) struct received received = { .message = TEXT_EMPTY };
	int code;

	if (fd < 0)
		return errno == EAGAIN || errno == ECONNABORTED || errno == EINTR ? -EAGAIN
			: error_errno(err, -errno, "cannot accept a runtime's connection");
	code = check_peer(fd, err);
	if (code == 0)
		code = receive(fd, &received, ret_state, err);
	if (code < 0)
		return code;
	if (ret_state->fd_index >= received.fd_count) {
		code = error_set(err, -EBADMSG, "the runtime passed no descriptor for container '%.64s'", ret_state->id);
		notify_state_done(ret_state);
		return code;
	}
	return steal_fd(&received.fds[ret_state->fd_index]);
}

int notify_socket_next(struct notify_socket *socket, struct notify_state *ret_state, struct error *err)
{
	int fd;

	do {
		fd = next_connection(socket, ret_state, err);
	} while (fd == -ENODATA);
	return fd;
}
