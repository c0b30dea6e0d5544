/* SPDX-License-Identifier: Apache-2.0 */
/* Helpers, and the look-ups that wait for one; see lookup.h. */
#include "record/lookup.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "record/lookup_helper.h"
#include "record/lookup_wire.h"
#include "snug/clock.h"
#include "snug/map.h"
#include "snug/memory.h"

#define HELPERS_MAX 8		/* processes, with those that are given up and not gone yet */
#define DISK_HELPERS_MAX 2	/* of them busy with disks; more would only queue at the disk */
#define QUEUE_MAX 256		/* look-ups of one container that wait; each holds two descriptors */
#define PATIENCE_MS 5000	/* a disk or a server that takes longer is taken to be dead */
#define EVENTS_MAX 16

struct helper {
	pid_t pid;		/* 0 = free slot */
	int fd;			/* owned; -1 = given up, to be reaped */
	struct lookup *lookup;	/* NULL = idle */
	uint64_t due_ms;
};

struct queue {
	struct lookup *first, **end;
};

struct lookups {
	int epoll_fd, timer_fd;		/* owned */
	struct helper helpers[HELPERS_MAX];
	struct queue disk, server;
};

struct lookup_client {
	struct lookups *lookups;	/* borrowed */
	struct resolver *resolver;	/* borrowed */
	size_t waiting;
	bool asks_server;		/* one look-up at a time may be stuck there */
	bool gave_up;
	struct map *dead_mounts;	/* ids; the values mean nothing but "there" */
};

static void queue_add(struct queue *queue, struct lookup *lookup)
{
	lookup->next = NULL;
	*queue->end = lookup;
	queue->end = &lookup->next;
}

static struct lookup *queue_take(struct queue *queue, struct lookup **link)
{
	struct lookup *lookup = *link;

	*link = lookup->next;
	if (!*link)
		queue->end = link;
	return lookup;
}

struct lookups *lookups_new(void)
{
	struct lookups *lookups = xcalloc(1, sizeof(*lookups));
	struct epoll_event event = { .events = EPOLLIN };

	lookups->disk.end = &lookups->disk.first;
	lookups->server.end = &lookups->server.first;
	lookups->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	lookups->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	epoll_ctl(lookups->epoll_fd, EPOLL_CTL_ADD, lookups->timer_fd, &event);
	return lookups;
}

/* Whether it dies now is the kernel's affair: in the middle of a look-up it may stay for as long as that takes. */
static void dismiss(struct helper *helper)
{
	kill(helper->pid, SIGKILL);
	close(steal_fd(&helper->fd));
	helper->lookup = NULL;
}

static void reap(struct lookups *lookups)
{
	for (size_t i = 0; i < HELPERS_MAX; i++) {
		struct helper *helper = &lookups->helpers[i];

		if (helper->pid && helper->fd < 0 && waitpid(helper->pid, NULL, WNOHANG) != 0)
			helper->pid = 0;
	}
}

struct lookups *lookups_free(struct lookups *lookups)
{
	if (!lookups)
		return NULL;
	for (size_t i = 0; i < HELPERS_MAX; i++)
		if (lookups->helpers[i].pid && lookups->helpers[i].fd >= 0)
			dismiss(&lookups->helpers[i]);
	reap(lookups);
	close(lookups->epoll_fd);
	close(lookups->timer_fd);
	free(lookups);
	return NULL;
}

int lookups_descriptor(const struct lookups *lookups)
{
	return lookups->epoll_fd;
}

static void finish(struct lookup *lookup, const struct looked *files, size_t count)
{
	struct lookup_client *client = lookup->client;

	client->waiting--;
	client->gave_up |= count == 0;
	lookup->done(lookup, files, count);
}

static struct helper *free_helper(struct lookups *lookups)
{
	struct helper *room = NULL;

	for (size_t i = 0; i < HELPERS_MAX; i++) {
		struct helper *helper = &lookups->helpers[i];

		if (helper->pid && helper->fd >= 0 && !helper->lookup)
			return helper;
		if (!helper->pid && !room)
			room = helper;
	}
	return room;
}

static int start_helper(struct lookups *lookups, struct helper *helper)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = helper };
	pid_t pid = lookup_helper_start(&helper->fd);

	if (pid < 0)
		return pid;
	helper->pid = pid;
	return epoll_ctl(lookups->epoll_fd, EPOLL_CTL_ADD, helper->fd, &event) < 0 ? -errno : 0;
}

static void give_up(struct lookup *lookup)
{
	origin_close(&lookup->origin);
	finish(lookup, NULL, 0);
}

static void hand_over(struct lookups *lookups, struct helper *helper, struct lookup *lookup)
{
	if ((!helper->pid && start_helper(lookups, helper) < 0) || question_send(helper->fd, lookup) < 0) {
		if (helper->pid)
			dismiss(helper);
		give_up(lookup);
		return;
	}
	helper->lookup = lookup;
	helper->due_ms = monotonic_ms() + PATIENCE_MS;
	lookup->client->asks_server |= lookup->request.wait == WAIT_SERVER;
}

static size_t busy_helpers(const struct lookups *lookups, enum wait wait)
{
	size_t count = 0;

	for (size_t i = 0; i < HELPERS_MAX; i++)
		count += lookups->helpers[i].lookup && lookups->helpers[i].lookup->request.wait == wait;
	return count;
}

static bool is_dead(struct lookup_client *client, uint64_t mount)
{
	return map_get(client->dead_mounts, &mount, sizeof(mount));
}

static void serve_disk_queue(struct lookups *lookups)
{
	struct helper *helper;

	while (lookups->disk.first && busy_helpers(lookups, WAIT_DISK) < DISK_HELPERS_MAX &&
	       (helper = free_helper(lookups)))
		hand_over(lookups, helper, queue_take(&lookups->disk, &lookups->disk.first));
}

/* Of the helpers some are kept free for disks: servers may be stuck. */
static bool has_room_for_server(const struct lookups *lookups)
{
	size_t count = 0;

	for (size_t i = 0; i < HELPERS_MAX; i++)
		count += lookups->helpers[i].pid && (lookups->helpers[i].fd < 0 ||
			 (lookups->helpers[i].lookup && lookups->helpers[i].lookup->request.wait == WAIT_SERVER));
	return count < HELPERS_MAX - DISK_HELPERS_MAX;
}

static void serve_server_queue(struct lookups *lookups)
{
	struct lookup **link = &lookups->server.first;
	struct helper *helper;

	while (*link) {
		if (is_dead((*link)->client, (*link)->mount))
			give_up(queue_take(&lookups->server, link));
		else if (!(*link)->client->asks_server && has_room_for_server(lookups) &&
			 (helper = free_helper(lookups)))
			hand_over(lookups, helper, queue_take(&lookups->server, link));
		else
			link = &(*link)->next;
	}
}

static void set_timer(struct lookups *lookups)
{
	struct itimerspec when = { 0 };
	uint64_t due = 0;

	for (size_t i = 0; i < HELPERS_MAX; i++) {
		struct helper *helper = &lookups->helpers[i];

		if (helper->lookup && (!due || helper->due_ms < due))
			due = helper->due_ms;
	}
	when.it_value.tv_sec = (time_t)(due / 1000);
	when.it_value.tv_nsec = (long)(due % 1000) * 1000000;
	timerfd_settime(lookups->timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
}

static void serve_queues(struct lookups *lookups)
{
	reap(lookups);
	serve_disk_queue(lookups);
	serve_server_queue(lookups);
	set_timer(lookups);
}

/* What a server would have to tell goes on to the other queue. */
static void take_answer(struct lookup *lookup, const struct answer *answer)
{
	struct lookup_client *client = lookup->client;

	for (size_t i = 0; i < answer->link_count; i++)
		resolver_learn_link(client->resolver, &answer->links[i].id, answer->links[i].target);
	if (answer->file_count && answer->files[0].file.waits && lookup->request.wait == WAIT_DISK) {
		lookup->request.wait = WAIT_SERVER;
		lookup->mount = answer->files[0].file.mount;
		queue_add(&client->lookups->server, lookup);
		return;
	}
	origin_close(&lookup->origin);
	finish(lookup, answer->files, answer->file_count);
}

static struct lookup *lookup_of(struct helper *helper)
{
	struct lookup *lookup = steal_ptr(helper->lookup);

	if (lookup && lookup->request.wait == WAIT_SERVER)
		lookup->client->asks_server = false;
	return lookup;
}

static void serve_helper(struct helper *helper)
{
	struct answer *answer = xcalloc(1, sizeof(*answer));
	int code = answer_receive(helper->fd, answer);
	struct lookup *lookup = code == -EAGAIN ? NULL : lookup_of(helper);

	if (code < 0 && code != -EAGAIN)
		dismiss(helper);	/* killed by somebody */
	if (lookup && code < 0)
		give_up(lookup);
	else if (lookup)
		take_answer(lookup, answer);
	answer_done(answer);
	free(answer);
}

static void give_up_late(struct lookups *lookups)
{
	uint64_t now = monotonic_ms(), expirations;

	if (read(lookups->timer_fd, &expirations, sizeof(expirations)) < 0)
		return;
	for (size_t i = 0; i < HELPERS_MAX; i++) {
		struct helper *helper = &lookups->helpers[i];
		struct lookup *lookup;

		if (!helper->lookup || helper->due_ms > now)
			continue;
		lookup = lookup_of(helper);
		dismiss(helper);
		if (lookup->request.wait == WAIT_SERVER)
			*map_slot(lookup->client->dead_mounts, &lookup->mount, sizeof(lookup->mount)) = lookups;
		give_up(lookup);
	}
}

void lookups_step(struct lookups *lookups)
{
	struct epoll_event events[EVENTS_MAX];
	int count = epoll_wait(lookups->epoll_fd, events, EVENTS_MAX, 0);

	for (int i = 0; i < count; i++) {
		struct helper *helper = events[i].data.ptr;

		if (!helper)
			give_up_late(lookups);
		else if (helper->fd >= 0)
			serve_helper(helper);
	}
	serve_queues(lookups);
}

struct lookup_client *lookup_client_new(struct lookups *lookups, struct resolver *resolver)
{
	struct lookup_client *client = xcalloc(1, sizeof(*client));

	client->lookups = lookups;
	client->resolver = resolver;
	client->dead_mounts = map_new(NULL);
	return client;
}

static void give_up_queued(struct queue *queue, const struct lookup_client *client)
{
	struct lookup **link = &queue->first;

	while (*link) {
		if ((*link)->client == client)
			give_up(queue_take(queue, link));
		else
			link = &(*link)->next;
	}
}

struct lookup_client *lookup_client_free(struct lookup_client *client)
{
	if (!client)
		return NULL;
	give_up_queued(&client->lookups->disk, client);
	give_up_queued(&client->lookups->server, client);
	for (size_t i = 0; i < HELPERS_MAX; i++) {
		struct helper *helper = &client->lookups->helpers[i];

		if (helper->lookup && helper->lookup->client == client) {
			struct lookup *lookup = lookup_of(helper);

			dismiss(helper);
			give_up(lookup);
		}
	}
	map_free(client->dead_mounts);
	free(client);
	return NULL;
}

void lookup_ask(struct lookup_client *client, struct lookup *lookup)
{
	lookup->client = client;
	lookup->request.wait = WAIT_DISK;
	client->waiting++;
	if (client->waiting > QUEUE_MAX) {
		give_up(lookup);
		return;
	}
	queue_add(&client->lookups->disk, lookup);
	serve_queues(client->lookups);
}

size_t lookup_client_waits(const struct lookup_client *client)
{
	return client->waiting;
}

void lookup_client_ends(struct lookup_client *client)
{
	give_up_queued(&client->lookups->server, client);
}

bool lookup_client_gave_up(const struct lookup_client *client)
{
	return client->gave_up;
}
