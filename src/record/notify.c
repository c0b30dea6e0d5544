/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The notify recorder: each call of a container waits for our answer (seccomp_unotify(2)).
 *
 * While a call waits, notify_call.c learns of it what there is to learn; then it goes on, or is refused as the base
 * profile would have refused it.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "record/lookup.h"
#include "record/notify_call.h"
#include "record/notify_socket.h"
#include "record/notify_state.h"
#include "snug/listener.h"
#include "snug/memory.h"

#define EVENTS_MAX 16		/* taken from epoll at once */
#define CALLS_AT_ONCE 64	/* of one container before the others have their turn */
#define SWEEP_EVERY 1024	/* calls between two looks at which processes are gone */

/* Linux 6.6: the caller is woken on our own CPU, which halves the cost of a call (ioctl and flag of <linux/seccomp.h>). */
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#endif
#ifndef SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

struct container {
	char *id;			/* owned */
	struct notify_calls *calls;	/* owned */
	void *sink_context;		/* what began() gave, for ended() */
	const struct filter *base;	/* NULL = unconfined */
	size_t session_count;
	uint64_t served;		/* calls */
	struct container *next;
};

/* One notify descriptor: the container's first process and its children, or those of one exec. */
struct session {
	int fd;				/* owned */
	struct container *container;	/* NULL = not recorded, calls only go on */
	struct session *next;
};

struct listener {
	struct listener_hooks hooks;
	struct notify_socket *socket;	/* owned */
	struct lookups *lookups;	/* owned */
	int epoll_fd;			/* owned */
	struct container *containers;	/* owned */
	struct session *sessions;	/* owned */
	struct seccomp_notif *request;	/* owned; as large as this kernel's */
	struct seccomp_notif_resp *response;
	size_t request_size, response_size;
};

static struct container *find_container(struct listener *listener, const char *id)
{
	for (struct container *c = listener->containers; c; c = c->next)
		if (strcmp(c->id, id) == 0)
			return c;
	return NULL;
}

/* NULL when the hook refuses it. */
static struct container *add_container(struct listener *listener, const struct notify_state *state)
{
	struct container_state told = { .id = state->id, .bundle = state->bundle, .name = state->name, .pid = state->pid };
	struct container *container = xcalloc(1, sizeof(*container));
	struct event_sink sink = { 0 };

	if (listener->hooks.began(listener->hooks.context, &told, &sink, &container->base) < 0) {
		free(container);
		return NULL;
	}
	container->id = xstrdup(state->id);
	container->sink_context = sink.context;
	container->calls = notify_calls_new(&sink, container->base, listener->lookups);
	container->next = listener->containers;
	listener->containers = container;
	return container;
}

static void end_container(struct listener *listener, struct container *container, bool complete)
{
	struct container **link = &listener->containers;

	while (*link != container)
		link = &(*link)->next;
	*link = container->next;
	notify_calls_free(container->calls);
	listener->hooks.ended(listener->hooks.context, container->sink_context, complete);
	free(container->id);
	free(container);
}

/* Its trace waits for what is being looked up for it, which takes a few seconds at most. */
static void end_if_settled(struct listener *listener, struct container *container)
{
	if (container->session_count == 0 && notify_calls_settled(container->calls))
		end_container(listener, container, true);
}

static void end_session(struct listener *listener, struct session *session, bool complete)
{
	struct session **link = &listener->sessions;
	struct container *container = session->container;

	while (*link != session)
		link = &(*link)->next;
	*link = session->next;
	close(session->fd);
	free(session);
	if (!container || --container->session_count > 0)
		return;
	if (complete)
		end_if_settled(listener, container);
	else
		end_container(listener, container, false);
}

static int add_session(struct listener *listener, int fd, const struct notify_state *state)
{
	struct session *session = xcalloc(1, sizeof(*session));
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = session };

	session->fd = fd;
	session->container = find_container(listener, state->id);
	if (!session->container)
		session->container = add_container(listener, state);
	if (session->container)
		session->container->session_count++;
	session->next = listener->sessions;
	listener->sessions = session;
	ioctl(fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);	/* refused before Linux 6.6 */
	return epoll_ctl(listener->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

/* One call of a session. -EAGAIN when none waits. */
static int serve_call(struct listener *listener, struct session *session)
{
	struct container *container = session->container;
	struct seccomp_notif *request = listener->request;
	struct seccomp_notif_resp *response = listener->response;
	int code = 0, refusal;

	memset(request, 0, listener->request_size);
	memset(response, 0, listener->response_size);
	if (ioctl(session->fd, SECCOMP_IOCTL_NOTIF_RECV, request) < 0) {
		/* ENOENT: a signal or a kill ended the call in the moment in which we took it. */
		if (errno != ENOENT)
			return errno == EINTR ? 0 : -EAGAIN;
		if (container)
			notify_call_interrupted(container->calls);
		return 0;
	}
	if (container)
		code = notify_call_learn(container->calls, session->fd, request);
	refusal = container ? notify_call_refusal(container->base, &request->data) : 0;
	response->id = request->id;
	response->error = -refusal;
	response->flags = refusal ? 0 : SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	if (ioctl(session->fd, SECCOMP_IOCTL_NOTIF_SEND, response) < 0 && container)
		notify_call_interrupted(container->calls);
	if (container && ++container->served % SWEEP_EVERY == 0)
		notify_calls_sweep(container->calls);
	return code;
}

/* HUP comes when the last task under the filter is gone (Linux 5.8). */
static int serve_session(struct listener *listener, struct session *session, uint32_t ready)
{
	struct pollfd more = { .fd = session->fd, .events = POLLIN };
	int code = 0;

	for (int i = 0; i < CALLS_AT_ONCE && ready & EPOLLIN && code == 0; i++) {
		code = serve_call(listener, session);
		if (code == 0 && poll(&more, 1, 0) > 0)
			ready = (uint32_t)more.revents;
		else
			ready = 0;
	}
	if (ready & (EPOLLHUP | EPOLLERR) && !(ready & EPOLLIN))
		end_session(listener, session, true);
	return code == -EAGAIN ? 0 : code;
}

/* The descriptors that runtimes have brought since. What is wrong with one of them is that runtime's trouble. */
static int serve_socket(struct listener *listener)
{
	for (;;) {
		struct notify_state state = { 0 };
		struct error err = ERROR_NONE;
		int fd = notify_socket_next(listener->socket, &state, &err), code;

		if (fd == -EAGAIN)
			return 0;
		if (fd < 0) {
			if (listener->hooks.refused)
				listener->hooks.refused(listener->hooks.context, err.text);
			continue;
		}
		code = add_session(listener, fd, &state);
		notify_state_done(&state);
		if (code < 0)
			return code;
	}
}

static void serve_lookups(struct listener *listener)
{
	struct container *next;

	lookups_step(listener->lookups);
	for (struct container *c = listener->containers; c; c = next) {
		next = c->next;
		end_if_settled(listener, c);
	}
}

int listener_step(struct listener *listener)
{
	struct epoll_event events[EVENTS_MAX];
	int count = epoll_wait(listener->epoll_fd, events, EVENTS_MAX, 0), code = 0;

	for (int i = 0; i < count && code == 0; i++) {
		if (events[i].data.ptr == listener->socket)
			code = serve_socket(listener);
		else if (events[i].data.ptr == listener->lookups)
			serve_lookups(listener);
		else
			code = serve_session(listener, events[i].data.ptr, events[i].events);
	}
	return code;
}

int listener_descriptor(const struct listener *listener)
{
	return listener->epoll_fd;
}

size_t listener_container_count(const struct listener *listener)
{
	size_t count = 0;

	for (const struct container *c = listener->containers; c; c = c->next)
		count++;
	return count;
}

/* The kernel's structs may be larger than the headers that we were built with. */
static int allocate_messages(struct listener *listener, struct error *err)
{
	struct seccomp_notif_sizes sizes;

	if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) < 0)
		return error_errno(err, -errno, "this kernel has no seccomp notifications (Linux 5.0 and later have)");
	listener->request_size = sizes.seccomp_notif > sizeof(struct seccomp_notif)
		? sizes.seccomp_notif : sizeof(struct seccomp_notif);
	listener->response_size = sizes.seccomp_notif_resp > sizeof(struct seccomp_notif_resp)
		? sizes.seccomp_notif_resp : sizeof(struct seccomp_notif_resp);
	listener->request = xcalloc(1, listener->request_size);
	listener->response = xcalloc(1, listener->response_size);
	return 0;
}

int listener_new(struct listener **ret, const char *path, const struct listener_hooks *hooks, struct error *err)
{
	CLEANUP(listener_freep) struct listener *listener = xcalloc(1, sizeof(*listener));
	struct epoll_event event = { .events = EPOLLIN };
	int code;

	listener->hooks = *hooks;
	listener->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (listener->epoll_fd < 0)
		return error_errno(err, -errno, "cannot make an epoll descriptor");
	code = allocate_messages(listener, err);
	if (code == 0)
		code = notify_socket_new(&listener->socket, path, err);
	if (code < 0)
		return code;
	listener->lookups = lookups_new();
	event.data.ptr = listener->lookups;
	if (epoll_ctl(listener->epoll_fd, EPOLL_CTL_ADD, lookups_descriptor(listener->lookups), &event) < 0)
		return error_errno(err, -errno, "cannot wait for look-ups");
	event.data.ptr = listener->socket;
	if (epoll_ctl(listener->epoll_fd, EPOLL_CTL_ADD, notify_socket_descriptor(listener->socket), &event) < 0)
		return error_errno(err, -errno, "cannot wait on '%s'", path);
	*ret = steal_ptr(listener);
	return 0;
}

struct listener *listener_free(struct listener *listener)
{
	if (!listener)
		return NULL;
	while (listener->sessions)
		end_session(listener, listener->sessions, false);
	while (listener->containers)	/* their processes are gone; only look-ups were waited for */
		end_container(listener, listener->containers, true);
	lookups_free(listener->lookups);
	notify_socket_free(listener->socket);
	if (listener->epoll_fd >= 0)
		close(listener->epoll_fd);
	free(listener->request);
	free(listener->response);
	free(listener);
	return NULL;
}
