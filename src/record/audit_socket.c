/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets, as the SOCKADDR record of an event and the calls before it tell them. */
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "record/audit_internal.h"
#include "record/decode_internal.h"
#include "snug/bytes.h"
#include "snug/memory.h"

static void send_socket(struct told_call *call, const struct audit_socket *socket, const char *address, uint32_t act)
{
	struct event event = { .kind = socket->family == AF_UNIX ? EVENT_UNIX : EVENT_NETWORK };

	if (event.kind == EVENT_UNIX)
		event.unix_socket = (struct event_unix){ address, socket->type, act, call->outcome };
	else
		event.network = (struct event_network){
			socket->family, socket->type, socket->protocol, act, address, call->outcome,
		};
	told_send(call, &event);
}

static void remember(struct told_call *call, int fd, const struct audit_socket *socket, const char *address)
{
	struct audit_descriptor made = { .fd = fd, .is_socket = true, .socket = *socket };

	made.socket.address = address ? xstrdup(address) : NULL;
	told_descriptor(call, &made);
}

void told_socket(struct told_call *call, const struct syscall_access *access)
{
	struct audit_socket made = {
		.family = (int)told_argument(call, access->arg[0]),
		.type = (int)told_argument(call, access->arg[1]) & SOCKET_TYPE_MASK,
	};

	made.protocol = socket_protocol(made.family, made.type, (int)told_argument(call, access->arg[2]));
	send_socket(call, &made, NULL, access->access);
	if (told_succeeded(call) && access->arg[3] == NO_ARGUMENT)
		remember(call, (int)call->details.result, &made, NULL);
}

/* What the descriptor is, if it was told and fits the address's family. */
static struct audit_socket socket_of(const struct told_call *call, int fd, int family)
{
	const struct audit_descriptor *descriptor = told_descriptor_of(call, fd);

	if (descriptor && descriptor->is_socket && (family < 0 || descriptor->socket.family == family))
		return descriptor->socket;
	return (struct audit_socket){ .family = family, .type = -1, .protocol = -1 };
}

static void send_unix(struct told_call *call, int fd, uint32_t act)
{
	const struct sockaddr_un *address = (const void *)&call->details.address;
	size_t length = call->details.address_length - offsetof(struct sockaddr_un, sun_path);
	struct audit_socket socket = socket_of(call, fd, AF_UNIX);
	CLEANUP(text_done) struct text abstract = TEXT_EMPTY;
	char name[sizeof(address->sun_path) + 1] = "";
	struct audit_item item = { .type = AUDIT_NAME_UNKNOWN, .name = name };
	auto_free char *path = NULL;

	if (length > sizeof(address->sun_path))
		return;
	memcpy(name, address->sun_path, length);
	if (name[0]) {
		path = told_place(call, &item, AT_FDCWD, false);
		if (!path)
			return;
		told_send(call, &(struct event){
			.kind = EVENT_FILE, .file = {
				path, FILE_KIND_SOCKET, ACCESS_CONNECT | (act == SOCKET_BIND ? ACCESS_CREATE : 0), call->outcome,
			} });
	} else if (length) {
		text_putc(&abstract, '@');
		bytes_escape(&abstract, name + 1, length - 1);
	}
	send_socket(call, &socket, path ?: abstract.data, act);
	if (act == SOCKET_BIND && told_succeeded(call))
		remember(call, fd, &socket, path ?: abstract.data);
}

static void use_address(struct told_call *call, int fd, uint32_t act)
{
	const struct sockaddr_storage *address = &call->details.address;
	struct audit_socket socket = socket_of(call, fd, address->ss_family);
	auto_free char *text = NULL;

	if (call->details.address_length < sizeof(address->ss_family) || address->ss_family == AF_UNSPEC)
		return;
	if (address->ss_family == AF_UNIX) {
		send_unix(call, fd, act);
		return;
	}
	text = inet_address_text(address, call->details.address_length);
	send_socket(call, &socket, text, act);
}

void told_address(struct told_call *call, const struct syscall_access *access)
{
	use_address(call, (int)told_argument(call, access->arg[0]), access->access);
}

/* Of many messages the record tells one address. */
void told_message(struct told_call *call, const struct syscall_access *access)
{
	use_address(call, (int)told_argument(call, access->arg[0]), access->access);
}

void told_socket_use(struct told_call *call, const struct syscall_access *access)
{
	int fd = (int)told_argument(call, access->arg[0]);
	struct audit_socket socket = socket_of(call, fd, -1);

	if (socket.family < 0) {
		told_unknown(call, "sockets by a descriptor that is not told");
		return;
	}
	send_socket(call, &socket, socket.family == AF_UNIX ? socket.address : NULL, access->access);
	if (access->access == SOCKET_ACCEPT && told_succeeded(call))
		remember(call, (int)call->details.result, &socket, NULL);
}
