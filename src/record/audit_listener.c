/* SPDX-License-Identifier: Apache-2.0 */
/* See audit_listener.h: who asks for a login uid, whose containers run, and when they are over. */
#include "record/audit_listener.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "record/audit_group.h"
#include "record/audit_reader.h"
#include "record/audit_setup.h"
#include "record/running_container.h"
#include "record/runtime_program.h"
#include "snug/cleanup.h"
#include "snug/clock.h"
#include "snug/memory.h"
#include "snug/text.h"

#define TURN_MS 200		/* between two looks around, and two changes of the rules */
#define LOOK_MS 1000		/* between two looks at who is in a container that ran already */
#define BEGINNING_MS 30000	/* a session's, from its runtime to its program */
#define STEP_RECORDS 4096	/* read between two looks */
#define STEP_EVENTS 64
#define QUESTION_MAX 8192	/* bytes */

/* What a ready descriptor is: the first member of whatever waits. */
enum kind { OF_READER, OF_TIMER, OF_HOOKS, OF_QUESTION, OF_PROCESS, OF_CHECKS };

struct waiting {
	enum kind kind;
	void *of;			/* the question or container */
};

/* A connection whose question has not come as a whole. */
struct question {
	struct waiting waiting;
	int fd;				/* owned */
	pid_t pid;
	struct text text;		/* owned */
	struct question *next;
};

struct container {
	struct waiting process, checks;
	char *id;			/* owned; the runtime's */
	uint32_t login;
	struct running_container running;	/* owned; of one that ran already */
	struct running_container_look seen;	/* the last time */
	uint64_t beginning_since_ms;
	uint64_t next_look_ms;
	struct event_sink sink;
	struct audit_group *group;	/* owned */
	int process_fd;			/* owned; pidfd of any of its processes, -1 = it has to be looked for */
	bool parting;			/* its last process is gone, what was logged is on its way */
	bool failed;			/* audit could not be told what to tell */
	uint64_t deadline_ms;		/* of a parting one */
	struct container *next;
};

struct audit_listener {
	struct listener_hooks hooks;
	struct audit_setup setup;
	struct audit_reader reader;
	int epoll_fd, timer_fd;		/* owned */
	struct waiting of_reader, of_timer, of_hooks;
	struct question *questions;	/* owned */
	struct container *containers;	/* owned, the newest first */
	bool hooks_wait;		/* something of a container that has ended is still to be done */
};

static void watch(const struct audit_listener *listener, int fd, struct waiting *waiting)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = waiting };

	if (fd >= 0)
		epoll_ctl(listener->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

/* A fork may hold it too, so that closing it is not enough: epoll(7). */
static void unwatch(const struct audit_listener *listener, int fd)
{
	if (fd >= 0)
		epoll_ctl(listener->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}

static void close_watched(const struct audit_listener *listener, int *fd)
{
	unwatch(listener, *fd);
	closep(fd);
	*fd = -1;
}

/* --- a container's life --------------------------------------------------------- */

static void complain_of(struct audit_listener *listener, const struct error *err)
{
	listener->hooks.refused(listener->hooks.context, err->text);
}

static void watch_process(struct audit_listener *listener, struct container *container, pid_t pid)
{
	container->process_fd = (int)syscall(SYS_pidfd_open, pid, 0);	/* Linux 5.3; where it fails, the timer looks */
	watch(listener, container->process_fd, &container->process);
}

static void container_free(struct audit_listener *listener, struct container *container)
{
	unwatch(listener, audit_group_descriptor(container->group));
	close_watched(listener, &container->process_fd);
	audit_group_free(container->group);
	running_container_done(&container->running);
	free(container->id);
	free(container);
}

static void end_container(struct audit_listener *listener, struct container *container, bool whole)
{
	struct container **link = &listener->containers;
	struct error err = ERROR_NONE;
	bool complete = false;

	while (*link != container)
		link = &(*link)->next;
	*link = container->next;
	if (audit_group_end(container->group, listener->setup.kernel, &listener->reader, &complete, &err) < 0)
		complain_of(listener, &err);
	listener->hooks.ended(listener->hooks.context, container->sink.context, complete && whole && !container->failed);
	container_free(listener, container);
}

static void part_from(struct audit_listener *listener, struct container *container)
{
	struct error err = ERROR_NONE;

	container->parting = true;
	container->deadline_ms = monotonic_ms() + AUDIT_END_MS;
	if (audit_group_part(container->group, listener->setup.kernel, &err) < 0) {
		complain_of(listener, &err);
		container->failed = true;
	}
}

/* A session that begins is not confined yet; a runtime that does not go on is none. */
static pid_t look_at_running(struct container *container)
{
	const struct running_container_look seen = running_container_look(&container->running);
	uint64_t now = monotonic_ms();

	if (seen.beginning != container->seen.beginning)
		container->beginning_since_ms = now;
	if ((seen.other && seen.other == container->seen.other) ||
	    (seen.beginning && now - container->beginning_since_ms > BEGINNING_MS))
		audit_group_lost(container->group, "audit-other-profile");
	if (seen.stranger && seen.stranger == container->seen.stranger)
		audit_group_lost(container->group, "audit-shared-profile");
	container->seen = seen;
	container->next_look_ms = now + LOOK_MS;
	return seen.confined;
}

/* Whichever of its processes there is, it lasts as long as that. */
static void look_for_process(struct audit_listener *listener, struct container *container)
{
	pid_t pid;

	close_watched(listener, &container->process_fd);
	pid = container->running.profile ? look_at_running(container)
					 : audit_login_find(container->login, audit_login_is_alive, NULL);
	if (pid)
		watch_process(listener, container, pid);
	else
		part_from(listener, container);
}

/* `ret` is in the list when it could be begun. `profile` NULL = by a login uid. */
static int begin_container(struct audit_listener *listener, const struct container_state *state, const char *profile, struct container **ret,
			   struct error *err)
{
	struct container *made;
	const struct filter *base;	/* whoever judges the container's calls, it is not us */
	struct event_sink sink;
	uint32_t login;
	int code = audit_setup_free_login(&listener->setup, &login, err);

	if (code < 0)
		return code;
	if (listener->hooks.began(listener->hooks.context, state, &sink, &base) < 0)
		return error_set(err, -ECANCELED, "the listener does not record it");
	made = xcalloc(1, sizeof(*made));
	*made = (struct container){ .process = { OF_PROCESS, made }, .checks = { OF_CHECKS, made }, .id = xstrdup(state->id),
				    .login = login, .sink = sink, .process_fd = -1, .next = listener->containers };
	made->group = audit_group_new(&(struct audit_group_options){ .sink = sink, .login = login, .profile = profile, .container = true });
	listener->containers = made;
	code = audit_group_begin(made->group, listener->setup.kernel, &listener->reader, err);
	if (code < 0) {
		end_container(listener, made, false);
		return code;
	}
	watch(listener, audit_group_descriptor(made->group), &made->checks);
	watch_process(listener, made, state->pid);
	*ret = made;
	return 0;
}

/* --- who asks for a login uid ------------------------------------------------------- */

static struct container *find_container(const struct audit_listener *listener, const char *id)
{
	for (struct container *c = listener->containers; c; c = c->next)
		if (!c->parting && strcmp(c->id, id) == 0)
			return c;
	return NULL;
}

static void answer(const struct question *question, const char *words)
{
	send(question->fd, words, strlen(words), MSG_NOSIGNAL);		/* an empty socket takes it */
}

static uint32_t random_number(void)
{
	uint32_t number;

	return getrandom(&number, sizeof(number), 0) == sizeof(number) ? number : (uint32_t)monotonic_ms();
}

/* Of LISTENER_LOGIN. */
struct words {
	const char *id, *bundle, *runtime;
};

/* One that has a bundle makes a container, one that has none joins it. */
static void answer_login(struct audit_listener *listener, struct question *question, const struct words *words)
{
	struct runtime_program runtime;
	struct container_state state = { .id = words->id, .bundle = words->bundle, .pid = question->pid, .runtime = &runtime,
					 .since = time(NULL), .random = random_number() };
	struct container *container = words->bundle[0] ? NULL : find_container(listener, words->id);
	struct error err = ERROR_NONE;

	runtime_program_of_file(&runtime, question->pid, words->runtime);
	if (words->bundle[0] && begin_container(listener, &state, NULL, &container, &err) < 0) {
		auto_free char *refusal = xasprintf(LISTENER_LOGIN_REFUSED "%s", err.text);

		answer(question, refusal);
	} else if (!container) {
		answer(question, LISTENER_LOGIN_NONE);
	} else {
		auto_free char *login = xasprintf("%" PRIu32, container->login);

		audit_group_add(container->group, question->pid);
		answer(question, login);
	}
}

static void drop_question(struct audit_listener *listener, struct question *question)
{
	struct question **link = &listener->questions;

	while (*link != question)
		link = &(*link)->next;
	*link = question->next;
	close_watched(listener, &question->fd);
	text_done(&question->text);
	free(question);
}

/* The words of LISTENER_LOGIN, each with its NUL; false for anything else. */
static bool read_words(const struct text *text, struct words *ret)
{
	const char *end = text->data + text->length, *at = text->data;
	const char **words[] = { &ret->id, &ret->bundle, &ret->runtime };

	if (text->length <= sizeof(LISTENER_LOGIN) || end[-1] != '\0' || memcmp(at, LISTENER_LOGIN, sizeof(LISTENER_LOGIN)) != 0)
		return false;
	at += sizeof(LISTENER_LOGIN);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++, at += strlen(at) + 1) {
		if (at >= end)
			return false;
		*words[i] = at;
	}
	return at == end && ret->id[0];
}

static void read_question(struct audit_listener *listener, struct question *question)
{
	struct words words;
	char data[1024];
	ssize_t n;

	while ((n = recv(question->fd, data, sizeof(data), 0)) > 0 && question->text.length <= QUESTION_MAX)
		text_add(&question->text, data, (size_t)n);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (question->text.length == 0)		/* it only asked whether somebody listens */
		;
	else if (n == 0 && read_words(&question->text, &words))
		answer_login(listener, question, &words);
	else
		listener->hooks.refused(listener->hooks.context, "a container runs under a record profile, and is not recorded: this "
					"listener records by audit (hint: start it with the runtime of 'snug setup', without the profile)");
	drop_question(listener, question);
}

void audit_listener_take(struct audit_listener *listener, int fd, pid_t peer)
{
	struct question *question = xcalloc(1, sizeof(*question));

	*question = (struct question){ .waiting = { OF_QUESTION, question }, .fd = fd, .pid = peer, .text = TEXT_EMPTY,
				       .next = listener->questions };
	listener->questions = question;
	watch(listener, fd, &question->waiting);
}

/* --- a container that runs already --------------------------------------------------- */

int audit_listener_join(struct audit_listener *listener, const char *id, struct error *err)
{
	static const struct runtime_program unseen;
	CLEANUP(running_container_done) struct running_container running = RUNNING_CONTAINER_NONE;
	struct container *container;
	int code = running_container_find(&running, id, err);

	if (code < 0)
		return code;
	code = begin_container(listener, &(struct container_state){ .id = running.id, .pid = running.pid, .runtime = &unseen,
								   .since = time(NULL), .random = random_number() },
			       running.profile, &container, err);
	if (code < 0)
		return code;
	audit_group_add(container->group, running.pid);
	if (!listener->setup.before.enabled)
		audit_group_lost(container->group, "audit-older");
	container->running = running;
	running = (struct running_container)RUNNING_CONTAINER_NONE;
	return 0;
}

void audit_listener_leave(struct audit_listener *listener)
{
	for (struct container *c = listener->containers; c; c = c->next)
		if (c->running.profile && !c->parting) {
			look_at_running(c);
			part_from(listener, c);
		}
}

/* --- all of them --------------------------------------------------------------------- */

static void call_hooks(struct audit_listener *listener)
{
	listener->hooks_wait = listener->hooks.step && listener->hooks.step(listener->hooks.context);
}

static void end_whole(struct audit_listener *listener)
{
	struct container *next;

	for (struct container *c = listener->containers; c; c = next) {
		next = c->next;
		if (c->parting && (audit_group_is_whole(c->group) || monotonic_ms() >= c->deadline_ms))
			end_container(listener, c, true);
	}
}

/* Each group takes what is its own. A container that goes while others make records is waited for as long as any come. */
static bool read_records(struct audit_listener *listener)
{
	char words[AUDIT_RECORD_MAX + 1];
	unsigned int type;
	size_t length = 0, count;

	for (count = 0; count < STEP_RECORDS && (length = audit_reader_next(&listener->reader, words, &type)); count++) {
		words[length] = '\0';
		for (struct container *c = listener->containers; c; c = c->next)
			if (audit_group_read(c->group, type, words, length) < 0)
				c->failed = true;
	}
	for (struct container *c = listener->containers; c && count; c = c->next)
		c->deadline_ms = monotonic_ms() + AUDIT_END_MS;
	return count;
}

static void look_around(struct audit_listener *listener)
{
	uint64_t expirations;
	ssize_t n = read(listener->timer_fd, &expirations, sizeof(expirations));

	(void)n;	/* how often does not matter */
	for (struct container *c = listener->containers; c; c = c->next) {
		struct error err = ERROR_NONE;

		if (c->parting)
			continue;
		if (!c->failed && audit_group_install(c->group, listener->setup.kernel, &err) < 0) {
			complain_of(listener, &err);
			c->failed = true;
		}
		if (c->process_fd < 0)
			look_for_process(listener, c);
		else if (c->running.profile && monotonic_ms() >= c->next_look_ms)
			look_at_running(c);
	}
	call_hooks(listener);
}

static void handle(struct audit_listener *listener, const struct waiting *ready)
{
	switch (ready->kind) {
	case OF_READER:
		read_records(listener);
		break;
	case OF_TIMER:
		look_around(listener);
		break;
	case OF_HOOKS:
		call_hooks(listener);
		break;
	case OF_QUESTION:
		read_question(listener, ready->of);
		break;
	case OF_PROCESS:
		look_for_process(listener, ready->of);
		break;
	case OF_CHECKS:
		audit_group_step(((struct container *)ready->of)->group);
		break;
	}
	end_whole(listener);
}

/* One at a time: what one does may be the end of another. */
void audit_listener_step(struct audit_listener *listener)
{
	struct epoll_event event;

	for (int i = 0; i < STEP_EVENTS && epoll_wait(listener->epoll_fd, &event, 1, 0) == 1; i++)
		handle(listener, event.data.ptr);
}

int audit_listener_descriptor(const struct audit_listener *listener)
{
	return listener->epoll_fd;
}

bool audit_listener_is_idle(const struct audit_listener *listener)
{
	return !listener->containers && !listener->questions && !listener->hooks_wait;
}

int audit_listener_open(struct audit_listener **ret, const struct listener_hooks *hooks, struct error *err)
{
	const struct itimerspec turn = { .it_interval.tv_nsec = TURN_MS * 1000000L, .it_value.tv_nsec = TURN_MS * 1000000L };
	struct audit_listener *listener = xcalloc(1, sizeof(*listener));
	int code;

	*listener = (struct audit_listener){
		.hooks = *hooks, .setup = AUDIT_SETUP_NONE, .reader = AUDIT_READER_NONE,
		.of_reader = { .kind = OF_READER }, .of_timer = { .kind = OF_TIMER }, .of_hooks = { .kind = OF_HOOKS },
	};
	*ret = listener;
	listener->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	listener->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (listener->epoll_fd < 0 || listener->timer_fd < 0 || timerfd_settime(listener->timer_fd, 0, &turn, NULL) < 0)
		return error_errno(err, -errno, "cannot make descriptors to wait on");
	if ((code = audit_setup_begin(&listener->setup, err)) < 0 ||
	    (code = audit_reader_open(&listener->reader, listener->setup.kernel, err)) < 0)
		return code;
	watch(listener, listener->reader.fd, &listener->of_reader);
	watch(listener, listener->timer_fd, &listener->of_timer);
	watch(listener, hooks->own_fd, &listener->of_hooks);
	return 0;
}

void audit_listener_stop(struct audit_listener *listener)
{
	while (read_records(listener))
		continue;
	while (listener->containers)
		end_container(listener, listener->containers, false);
	while (listener->questions)
		drop_question(listener, listener->questions);
	if (listener->hooks.close)
		listener->hooks.close(listener->hooks.context);
	listener->hooks_wait = false;
}

struct audit_listener *audit_listener_free(struct audit_listener *listener)
{
	struct error err = ERROR_NONE;

	if (!listener)
		return NULL;
	if (audit_setup_end(&listener->setup, &err) < 0)
		complain_of(listener, &err);
	audit_reader_close(&listener->reader);
	closep(&listener->epoll_fd);
	closep(&listener->timer_fd);
	free(listener);
	return NULL;
}
