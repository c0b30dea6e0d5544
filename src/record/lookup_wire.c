/* SPDX-License-Identifier: Apache-2.0 */
/* Questions and answers as datagrams; see lookup_wire.h. */
#include "record/lookup_wire.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "snug/memory.h"

struct question {
	struct resolve_request request;	/* its path follows */
	uint32_t want, interpreter_access;
};

struct file_head {
	struct looked looked;		/* its path and the visited owners follow */
	size_t path_length;		/* 0 = none */
};

struct link_head {
	struct link_id id;
	size_t length;
};

struct answer_head {
	size_t file_count, link_count;
};

union control {
	char bytes[CMSG_SPACE(2 * sizeof(int))];
	struct cmsghdr align;
};

void answer_done(struct answer *answer)
{
	for (size_t i = 0; i < answer->file_count; i++) {
		resolved_done(&answer->files[i].file);
		free(answer->files[i].visited);
	}
	for (size_t i = 0; i < answer->link_count; i++)
		free(answer->links[i].target);
	answer->file_count = answer->link_count = 0;
}

int question_send(int fd, const struct lookup *lookup)
{
	struct question question = { lookup->request, lookup->want, lookup->interpreter_access };
	struct iovec parts[] = {
		{ &question, sizeof(question) }, { (char *)lookup->request.path, strlen(lookup->request.path) + 1 },
	};
	union control control = { { 0 } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = ARRAY_SIZE(parts) };
	int fds[] = { lookup->origin.root, lookup->origin.at };

	if (fds[0] >= 0 && fds[1] >= 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof(control.bytes);
		control.align = (struct cmsghdr){
			.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(fds)),
		};
		memcpy(CMSG_DATA(&control.align), fds, sizeof(fds));
	}
	return sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
}

static void take_origin(struct origin *origin, struct msghdr *message)
{
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(message);
	int fds[2] = { -1, -1 };

	if (cmsg && cmsg->cmsg_len == CMSG_LEN(sizeof(fds)))
		memcpy(fds, CMSG_DATA(cmsg), sizeof(fds));
	*origin = (struct origin){ fds[0], fds[1] };
}

int question_receive(int fd, struct lookup *ret, char **ret_path)
{
	struct question question;
	char path[2 * PATH_MAX];
	struct iovec parts[] = { { &question, sizeof(question) }, { path, sizeof(path) } };
	union control control;
	struct msghdr message = {
		.msg_iov = parts, .msg_iovlen = ARRAY_SIZE(parts),
		.msg_control = control.bytes, .msg_controllen = sizeof(control.bytes),
	};
	ssize_t n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);

	if (n <= (ssize_t)sizeof(question))
		return n < 0 ? -errno : -ENODATA;
	*ret_path = xmemdup(path, (size_t)n - sizeof(question));
	*ret = (struct lookup){
		.request = question.request, .want = question.want, .interpreter_access = question.interpreter_access,
	};
	ret->request.path = *ret_path;
	take_origin(&ret->origin, &message);
	return 0;
}

static void add_file(struct text *out, const struct looked *looked)
{
	struct file_head head = { .looked = *looked, .path_length = looked->file.path ? strlen(looked->file.path) : 0 };

	text_add(out, &head, sizeof(head));
	text_add(out, looked->file.path ? looked->file.path : "", head.path_length);
	text_add(out, looked->visited, looked->visited_count * sizeof(*looked->visited));
}

static void add_link(struct text *out, const struct read_link *link)
{
	struct link_head head = { link->id, strlen(link->target) };

	text_add(out, &head, sizeof(head));
	text_add(out, link->target, head.length);
}

int answer_send(int fd, const struct answer *answer)
{
	struct answer_head head = { answer->file_count, answer->link_count };
	CLEANUP(text_done) struct text message = TEXT_EMPTY;

	text_add(&message, &head, sizeof(head));
	for (size_t i = 0; i < answer->file_count; i++)
		add_file(&message, &answer->files[i]);
	for (size_t i = 0; i < answer->link_count; i++)
		add_link(&message, &answer->links[i]);
	if (message.length > ANSWER_MAX)	/* a path beyond all measure: given up */
		message.length = sizeof(head), memset(message.data, 0, sizeof(head));
	return send(fd, message.data, message.length, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* Bytes of an answer that are still to be read. */
struct rest {
	const char *data;
	size_t length;
};

static const void *take(struct rest *rest, size_t length)
{
	const char *data = rest->data;

	if (length > rest->length)
		return NULL;
	rest->data += length;
	rest->length -= length;
	return data;
}

static bool take_file(struct rest *rest, struct looked *ret)
{
	struct file_head head;
	const void *data = take(rest, sizeof(head)), *path, *visited;

	if (!data)
		return false;
	memcpy(&head, data, sizeof(head));
	path = take(rest, head.path_length);
	visited = head.looked.visited_count > VISITED_MAX ? NULL
		: take(rest, head.looked.visited_count * sizeof(struct owner));
	if (!path || !visited)
		return false;
	*ret = head.looked;
	ret->file.fd = ret->file.stood = -1;
	ret->file.rest = NULL;
	ret->file.path = head.path_length ? xmemdup(path, head.path_length) : NULL;
	ret->visited = xmemdup(visited, head.looked.visited_count * sizeof(struct owner));
	return true;
}

static bool take_link(struct rest *rest, struct read_link *ret)
{
	struct link_head head;
	const void *data = take(rest, sizeof(head)), *target;

	if (!data)
		return false;
	memcpy(&head, data, sizeof(head));
	target = take(rest, head.length);
	if (!target)
		return false;
	*ret = (struct read_link){ head.id, xmemdup(target, head.length) };
	return true;
}

/* A helper may be made to say anything by what it looks at: nothing that it says is trusted to fit. */
int answer_receive(int fd, struct answer *ret)
{
	auto_free char *buffer = xcalloc(1, ANSWER_MAX);
	ssize_t n = recv(fd, buffer, ANSWER_MAX, MSG_DONTWAIT);
	struct rest rest = { buffer, n < 0 ? 0 : (size_t)n };
	struct answer_head head;
	const void *data = take(&rest, sizeof(head));

	ret->file_count = ret->link_count = 0;
	if (!data)
		return n < 0 ? -errno : -EPIPE;
	memcpy(&head, data, sizeof(head));
	while (ret->file_count < head.file_count && ret->file_count < LOOKED_MAX &&
	       take_file(&rest, &ret->files[ret->file_count]))
		ret->file_count++;
	while (ret->link_count < head.link_count && ret->link_count < READ_LINKS_MAX &&
	       take_link(&rest, &ret->links[ret->link_count]))
		ret->link_count++;
	return 0;
}
