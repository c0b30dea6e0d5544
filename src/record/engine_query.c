/* SPDX-License-Identifier: Apache-2.0 */
/* Asking engines, on a thread that nobody waits for. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "snug/clock.h"
#include "snug/engine.h"
#include "snug/file.h"
#include "snug/memory.h"
#include "snug/text.h"

#define ID_LENGTH 64		/* hexadecimal digits of 256 random bits */
#define ANSWER_MAX ((size_t)4 << 20)	/* bytes; Docker's are some 10,000 */
#define STORAGE_MAX ((size_t)64 << 20)
#define USERDATA "/userdata"	/* podman's bundle is STORAGE/DRIVER-containers/ID/userdata */

struct engine_query {
	char *id;			/* owned */
	char *bundle;			/* owned; NULL = not known */
	struct string_set sockets;	/* in any order: at most one of their engines knows the id */
	uint64_t deadline_ms;		/* CLOCK_MONOTONIC */
	pthread_t thread;
	bool joined;
	int ended_fd;			/* owned; eventfd, written by the thread when the two below are final */
	int cancel_fd;			/* owned; eventfd, written to end the thread's waiting */
	int code;
	struct engine_answer answer;
};

bool engine_knows_ids_like(const char *id)
{
	return strlen(id) == ID_LENGTH && strspn(id, "0123456789abcdef") == ID_LENGTH;
}

/* 0 when `fd` is ready. */
static int wait_until(const struct engine_query *query, int fd, short events)
{
	struct pollfd ready[] = { { .fd = fd, .events = events }, { .fd = query->cancel_fd, .events = POLLIN } };
	uint64_t now;

	while ((now = monotonic_ms()) < query->deadline_ms) {
		if (poll(ready, ARRAY_SIZE(ready), (int)(query->deadline_ms - now)) < 0 && errno != EINTR)
			return -errno;
		if (ready[1].revents)
			return -ECANCELED;
		if (ready[0].revents)
			return 0;
	}
	return -ETIMEDOUT;
}

static int connect_to(const struct engine_query *query, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	auto_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int code = 0;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path));
	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		code = errno == EINPROGRESS ? wait_until(query, fd, POLLOUT) : -errno;
	return code < 0 ? code : steal_fd(&fd);
}

static int send_all(const struct engine_query *query, int fd, const char *data, size_t length)
{
	while (length) {
		ssize_t n = send(fd, data, length, MSG_NOSIGNAL);
		int code = n < 0 && errno == EAGAIN ? wait_until(query, fd, POLLOUT) : n < 0 && errno != EINTR ? -errno : 0;

		if (code < 0)
			return code;
		data += n > 0 ? n : 0;
		length -= n > 0 ? (size_t)n : 0;
	}
	return 0;
}

static int receive_all(const struct engine_query *query, int fd, struct text *out)
{
	char piece[16384];

	for (;;) {
		ssize_t n = recv(fd, piece, sizeof(piece), 0);
		int code = n < 0 && errno == EAGAIN ? wait_until(query, fd, POLLIN) : n < 0 && errno != EINTR ? -errno : 0;

		if (n == 0 || code < 0)
			return code;
		if (n > 0)
			text_add(out, piece, (size_t)n);
		if (out->length > ANSWER_MAX)
			return -EMSGSIZE;
	}
}

/* Where the body of an HTTP/1.0 answer begins: RFC 1945, 6. NULL unless its status is 200. */
static const char *body_of(const struct text *answer)
{
	const char *status = strchr(text_cstr(answer), ' '), *blank = strstr(text_cstr(answer), "\r\n\r\n");

	if (!status || !blank || status > blank || strncmp(text_cstr(answer), "HTTP/1.", 7) != 0 ||
	    strncmp(status, " 200", 4) != 0)
		return NULL;
	return blank + 4;
}

/* Version 1.0, so that the body ends with the connection and comes in one piece. */
static int get(const struct engine_query *query, const char *socket, const char *kind, const char *id, struct text *ret)
{
	auto_free char *request = xasprintf("GET /%s/%s/json HTTP/1.0\r\nHost: engine\r\n\r\n", kind, id);
	CLEANUP(text_done) struct text answer = TEXT_EMPTY;
	auto_close int fd = connect_to(query, socket);
	const char *body;
	int code = fd < 0 ? fd : send_all(query, fd, request, strlen(request));

	if (code == 0)
		code = receive_all(query, fd, &answer);
	if (code < 0)
		return code;
	body = body_of(&answer);
	if (!body)
		return -ENOENT;
	text_add(ret, body, answer.length - (size_t)(body - answer.data));
	return 0;
}

/* What comes from an engine goes back to it only if it can be a part of a path. */
static bool is_image_id(const char *id)
{
	return id && strspn(id, "0123456789abcdefghijklmnopqrstuvwxyz:") == strlen(id);
}

static int ask_socket(const struct engine_query *query, const char *socket, struct engine_answer *ret)
{
	CLEANUP(text_done) struct text container = TEXT_EMPTY, image = TEXT_EMPTY;
	int code = get(query, socket, "containers", query->id, &container);

	if (code == 0)
		code = engine_answer_parse(ret, container.data, container.length);
	/* Without an image's digests there is still its id. */
	if (code == 0 && is_image_id(ret->digest) && get(query, socket, "images", ret->digest, &image) == 0)
		engine_answer_parse_digest(ret, image.data, image.length);
	return code;
}

/* Podman's own record of the container, two folders above its bundle. */
static int read_storage(const struct engine_query *query, struct engine_answer *ret)
{
	size_t length = query->bundle ? strlen(query->bundle) : 0, tail = ID_LENGTH + strlen(USERDATA);
	CLEANUP(text_done) struct text json = TEXT_EMPTY;
	auto_free char *path = NULL;
	int code;

	if (length <= tail || strcmp(query->bundle + length - strlen(USERDATA), USERDATA) != 0 ||
	    strncmp(query->bundle + length - tail, query->id, ID_LENGTH) != 0)
		return -ENOENT;
	path = xasprintf("%.*scontainers.json", (int)(length - tail), query->bundle);
	code = file_read(path, STORAGE_MAX, &json, NULL);
	return code < 0 ? code : engine_answer_parse_storage(ret, text_cstr(&json), json.length, query->id);
}

static void *ask(void *context)
{
	struct engine_query *query = context;
	int code = -ENOENT;

	for (size_t i = 0; i < query->sockets.count && code != 0 && code != -ECANCELED && code != -ETIMEDOUT; i++) {
		engine_answer_done(&query->answer);
		code = ask_socket(query, query->sockets.items[i], &query->answer);
	}
	if (code != 0 && code != -ECANCELED) {
		engine_answer_done(&query->answer);
		query->code = read_storage(query, &query->answer) == 0 ? 0 : code == -ETIMEDOUT ? code : -ENOENT;
	} else {
		query->code = code;
	}
	eventfd_write(query->ended_fd, 1);
	return NULL;
}

static void add_socket(struct string_set *sockets, const char *folder, const char *name)
{
	auto_free char *path = folder && folder[0] == '/' ? xasprintf("%s/%s", folder, name) : NULL;

	if (path && access(path, F_OK) == 0)
		string_set_add(sockets, path);
}

static void add_url(struct string_set *sockets, const char *url)
{
	static const char scheme[] = "unix://";

	if (url && strncmp(url, scheme, strlen(scheme)) == 0 && url[strlen(scheme)] == '/')
		string_set_add(sockets, url + strlen(scheme));
}

/* Where the engines of this machine and of this user are reached. */
static void add_sockets(struct string_set *sockets)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	add_url(sockets, getenv("DOCKER_HOST"));
	add_url(sockets, getenv("CONTAINER_HOST"));
	add_socket(sockets, "/run", "docker.sock");
	add_socket(sockets, "/run", "podman/podman.sock");
	add_socket(sockets, runtime, "docker.sock");
	add_socket(sockets, runtime, "podman/podman.sock");
	/* A listener that is a container itself has no such folder; its host, whose processes it sees, has. */
	if (sockets->count == 0)
		add_socket(sockets, "/proc/1/root/run", "docker.sock");
}

struct engine_query *engine_ask(const char *id, const char *bundle, unsigned int deadline_ms)
{
	struct engine_query *query = xcalloc(1, sizeof(*query));

	query->id = xstrdup(id);
	query->bundle = bundle ? xstrdup(bundle) : NULL;
	query->deadline_ms = monotonic_ms() + deadline_ms;
	query->ended_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	query->cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	add_sockets(&query->sockets);
	query->code = query->ended_fd < 0 || query->cancel_fd < 0 ? -EMFILE : 0;
	if (query->code == 0)
		query->code = -pthread_create(&query->thread, NULL, ask, query);
	query->joined = query->code < 0;
	if (query->joined && query->ended_fd >= 0)
		eventfd_write(query->ended_fd, 1);
	return query;
}

int engine_query_descriptor(const struct engine_query *query)
{
	return query->ended_fd;
}

static void join(struct engine_query *query)
{
	if (!query->joined)
		pthread_join(query->thread, NULL);
	query->joined = true;
}

int engine_query_take(struct engine_query *query, struct engine_answer *ret)
{
	eventfd_t count;

	*ret = (struct engine_answer){ .labels = STRING_SET_EMPTY };
	if (query->ended_fd >= 0 && eventfd_read(query->ended_fd, &count) < 0)
		return -EAGAIN;
	join(query);
	if (query->code == 0) {
		*ret = query->answer;
		query->answer = (struct engine_answer){ .labels = STRING_SET_EMPTY };
	}
	return query->code;
}

struct engine_query *engine_query_free(struct engine_query *query)
{
	if (!query)
		return NULL;
	if (query->cancel_fd >= 0)
		eventfd_write(query->cancel_fd, 1);
	join(query);
	engine_answer_done(&query->answer);
	string_set_done(&query->sockets);
	if (query->ended_fd >= 0)
		close(query->ended_fd);
	if (query->cancel_fd >= 0)
		close(query->cancel_fd);
	free(query->id);
	free(query->bundle);
	free(query);
	return NULL;
}
