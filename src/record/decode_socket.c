/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets: what kind they are, and to which addresses they are bound and connected. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "record/decode_internal.h"
#include "snug/bytes.h"
#include "snug/cleanup.h"

#define MESSAGES_MAX 1024	/* UIO_MAXIOV: sendmmsg(2) looks at no more */

/* What protocol 0 means: inetsw_array, net/ipv4/af_inet.c and its like for IPv6. */
struct default_protocol {
	int family, type, protocol;
};

static const struct default_protocol default_protocols[] = {
	{ AF_INET, SOCK_STREAM, IPPROTO_TCP }, { AF_INET, SOCK_DGRAM, IPPROTO_UDP },
	{ AF_INET6, SOCK_STREAM, IPPROTO_TCP }, { AF_INET6, SOCK_DGRAM, IPPROTO_UDP },
};

int socket_protocol(int family, int type, int protocol)
{
	for (size_t i = 0; protocol == 0 && i < ARRAY_SIZE(default_protocols); i++)
		if (default_protocols[i].family == family && default_protocols[i].type == type)
			return default_protocols[i].protocol;
	return protocol;
}

/* The socket behind a descriptor, 0 when it is something else. */
static uint64_t socket_inode(pid_t tid, int fd)
{
	char name[64], text[64];
	unsigned long long inode;
	ssize_t n;

	snprintf(name, sizeof(name), "/proc/%d/fd/%d", tid, fd);
	n = readlink(name, text, sizeof(text) - 1);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	return sscanf(text, "socket:[%llu]", &inode) == 1 ? inode : 0;
}

static int socket_option(int fd, int option)
{
	int value;
	socklen_t length = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, option, &value, &length) == 0 ? value : -1;
}

/* A socket that came from outside of the recording is asked itself, where we may (Linux 5.6, and ptrace's rights). */
static void ask_socket(const struct task *task, int fd, struct socket_memory *ret)
{
	auto_close int process = (int)syscall(SYS_pidfd_open, task->pid, 0);
	auto_close int copy = process < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, process, fd, 0);

	if (copy < 0)
		return;
	ret->family = socket_option(copy, SO_DOMAIN);
	ret->type = socket_option(copy, SO_TYPE);
	ret->protocol = socket_option(copy, SO_PROTOCOL);
}

/* NULL when the descriptor is not a socket. */
struct socket_memory *find_socket(struct decoder *decoder, const struct task *task, int fd)
{
	uint64_t inode = fd < 0 ? 0 : socket_inode(task->tid, fd);
	struct socket_memory *socket = &decoder->sockets[inode % SOCKETS_MAX];

	if (!inode)
		return NULL;
	if (socket->inode != inode) {
		*socket = (struct socket_memory){ .inode = inode, .family = -1, .type = -1, .protocol = -1 };
		ask_socket(task, fd, socket);
	}
	return socket;
}

static void remember_socket(struct decoder *decoder, const struct task *task, int fd,
			    const struct socket_memory *made)
{
	uint64_t inode = socket_inode(task->tid, fd);

	if (!inode)
		return;
	decoder->sockets[inode % SOCKETS_MAX] = *made;
	decoder->sockets[inode % SOCKETS_MAX].inode = inode;
}

static struct draft *add_network(struct pending *pending, const struct socket_memory *socket, int family,
				 enum socket_act act)
{
	struct draft *draft = draft_add(pending, EVENT_NETWORK);

	draft->event.network = (struct event_network){
		.family = socket->family >= 0 ? socket->family : family,
		.type = socket->type, .protocol = socket->protocol, .act = act,
	};
	return draft;
}

static struct draft *add_unix(struct pending *pending, const struct socket_memory *socket, enum socket_act act)
{
	struct draft *draft = draft_add(pending, EVENT_UNIX);

	draft->event.unix_socket = (struct event_unix){ .type = socket->type, .act = act };
	return draft;
}

static bool finish_socket(struct decoder *decoder, struct pending *pending, struct draft *draft,
			  const struct conclusion *conclusion)
{
	int pair[2] = { (int)conclusion->result, -1 };

	if (!conclusion->seen || conclusion->result < 0 || decoder->late)
		return true;
	if (draft->address && !read_exactly(conclusion->task, draft->address, pair, sizeof(pair)))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(pair); i++)
		if (pair[i] >= 0)
			remember_socket(decoder, conclusion->task, pair[i], &draft->socket);
	(void)pending;
	return true;
}

SUBJECT_FUNCTION(decode_socket)
{
	struct socket_memory made = {
		.family = (int)argument(pending, access->arg[0]),
		.type = (int)argument(pending, access->arg[1]) & SOCKET_TYPE_MASK,
	};
	struct draft *draft;

	(void)decoder;
	(void)task;
	made.protocol = socket_protocol(made.family, made.type, (int)argument(pending, access->arg[2]));
	draft = made.family == AF_UNIX ? add_unix(pending, &made, access->access)
				       : add_network(pending, &made, made.family, access->access);
	draft->socket = made;
	draft->address = argument(pending, access->arg[3]);
	draft->finish = finish_socket;
}

char *inet_address_text(const struct sockaddr_storage *address, socklen_t length)
{
	const struct sockaddr_in *in = (const void *)address;
	const struct sockaddr_in6 *in6 = (const void *)address;
	char host[INET6_ADDRSTRLEN];

	if (address->ss_family == AF_INET && length >= sizeof(*in) &&
	    inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host)))
		return xasprintf("%s:%u", host, ntohs(in->sin_port));
	/* SIN6_LEN_RFC2133, net/ipv6/af_inet6.c: without the scope */
	if (address->ss_family == AF_INET6 && length >= offsetof(struct sockaddr_in6, sin6_scope_id) &&
	    inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host)))
		return xasprintf("[%s]:%u", host, ntohs(in6->sin6_port));
	return NULL;
}

/* The address is the path as it was resolved; what is bound keeps it. */
static bool finish_unix(struct decoder *decoder, struct pending *pending, struct draft *draft,
			const struct conclusion *conclusion)
{
	struct event_unix *event = &draft->event.unix_socket;

	(void)pending;
	if (draft->path_of) {
		event->address = draft->path_of->event.file.path;
		if (!event->address)
			return false;	/* a known path with a known outcome: sent before */
	}
	if (event->act == SOCKET_BIND && (conclusion->outcome == OUTCOME_OK || !conclusion->seen)) {
		draft->socket.address = names_keep(decoder->names, event->address);
		remember_socket(decoder, conclusion->task, draft->descriptor, &draft->socket);
	}
	return true;
}

static void add_unix_address(struct decoder *decoder, const struct task *task, struct pending *pending,
			     const struct socket_memory *socket, int fd, const struct sockaddr_un *address,
			     size_t path_length, enum socket_act act)
{
	uint32_t access = ACCESS_CONNECT | (act == SOCKET_BIND ? ACCESS_CREATE : 0);
	struct draft *file = NULL, *draft;
	CLEANUP(text_done) struct text abstract = TEXT_EMPTY;

	if (path_length && address->sun_path[0]) {
		char path[sizeof(address->sun_path) + 1] = "";
		struct resolve_request request = {
			.tid = task->tid, .dirfd = AT_FDCWD, .path = path, .name_only = act == SOCKET_BIND,
		};

		memcpy(path, address->sun_path, path_length);
		file = add_path(decoder, pending, &request, access, FILE_KIND_SOCKET);
		if (!file && (act != SOCKET_BIND || decoder->client))
			return;	/* known, and nobody will remember where it was bound */
	} else if (path_length) {
		text_putc(&abstract, '@');
		bytes_escape(&abstract, address->sun_path + 1, path_length - 1);
	}
	draft = add_unix(pending, socket, act);
	draft->socket = *socket;
	draft->descriptor = fd;
	draft->path_of = file;
	draft->finish = finish_unix;
	if (abstract.length)
		draft->event.unix_socket.address = draft_keep(draft, text_steal(&abstract));
	if (!file && act != SOCKET_BIND)
		draft_drop_known(decoder, pending, draft);
}

static void add_address(struct decoder *decoder, const struct task *task, struct pending *pending, int fd,
			uint64_t at, uint32_t length, enum socket_act act)
{
	struct sockaddr_storage address = { 0 };
	struct socket_memory *socket;
	struct draft *draft;
	char *text;

	if (!at || length < sizeof(address.ss_family) || length > sizeof(address) ||
	    !read_exactly(task, at, &address, length) || address.ss_family == AF_UNSPEC)
		return;
	socket = find_socket(decoder, task, fd);
	if (!socket)
		return;
	if (address.ss_family == AF_UNIX) {
		size_t path_length = length - offsetof(struct sockaddr_un, sun_path);

		if (path_length <= sizeof(((struct sockaddr_un *)0)->sun_path))
			add_unix_address(decoder, task, pending, socket, fd, (const void *)&address, path_length, act);
		return;
	}
	draft = add_network(pending, socket, address.ss_family, act);
	text = inet_address_text(&address, length);
	if (text)
		draft->event.network.address = draft_keep(draft, text);
	draft_drop_known(decoder, pending, draft);
}

SUBJECT_FUNCTION(decode_address)
{
	add_address(decoder, task, pending, (int)argument(pending, access->arg[0]), argument(pending, access->arg[1]),
		    (uint32_t)argument(pending, access->arg[2]), access->access);
}

/* struct msghdr begins with the address and its length, recvmsg(2). */
static void add_message(struct decoder *decoder, const struct task *task, struct pending *pending, int fd,
			uint64_t message, enum socket_act act)
{
	uint64_t name;
	uint32_t length;

	if (read_word(task, pending->call.abi, &message, &name) && name &&
	    read_exactly(task, message, &length, sizeof(length)))
		add_address(decoder, task, pending, fd, name, length, act);
}

SUBJECT_FUNCTION(decode_message)
{
	add_message(decoder, task, pending, (int)argument(pending, access->arg[0]),
		    argument(pending, access->arg[1]), access->access);
}

SUBJECT_FUNCTION(decode_messages)
{
	/* struct mmsghdr: a msghdr of seven words (the two ints take one each), and a count with its padding */
	uint64_t each = 8 * (pending->call.abi->pointer_bits / 8), at = argument(pending, access->arg[1]);
	uint32_t count = (uint32_t)argument(pending, access->arg[2]);

	for (uint32_t i = 0; i < count && i < MESSAGES_MAX; i++, at += each)
		add_message(decoder, task, pending, (int)argument(pending, access->arg[0]), at, access->access);
}

SUBJECT_FUNCTION(decode_socket_use)
{
	struct socket_memory *socket = find_socket(decoder, task, (int)argument(pending, access->arg[0]));
	struct draft *draft;

	if (!socket)
		return;
	if (socket->family == AF_UNIX) {
		draft = add_unix(pending, socket, access->access);
		draft->event.unix_socket.address = socket->address;
	} else {
		draft = add_network(pending, socket, -1, access->access);
	}
	draft_drop_known(decoder, pending, draft);
}
