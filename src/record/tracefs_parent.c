/* SPDX-License-Identifier: Apache-2.0 */
/* A thread that starts members; see tracefs_parent.h. */
#include "record/tracefs_parent.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "record/aside.h"
#include "snug/memory.h"

struct tracefs_parent {
	pthread_t thread;
	bool runs;
	pid_t process;		/* whose thread it is: what that has forked has none */
	pid_t tid;
	sem_t asked, done;
	/* What it is asked for. */
	void (*run)(void *context);	/* NULL: that it ends */
	void *context;
	sigset_t mask;
	pid_t child;
	int code;		/* errno of a fork() that failed */
};

static void wait_for(sem_t *semaphore)
{
	while (sem_wait(semaphore) < 0 && errno == EINTR)
		;
}

static void fork_child(struct tracefs_parent *parent)
{
	parent->child = fork();
	if (parent->child == 0) {
		pthread_sigmask(SIG_SETMASK, &parent->mask, NULL);
		parent->run(parent->context);
		_exit(EXIT_FAILURE);
	}
	parent->code = errno;
}

static void *serve(void *argument)
{
	struct tracefs_parent *parent = argument;

	parent->tid = gettid();
	sem_post(&parent->done);
	for (;;) {
		wait_for(&parent->asked);
		if (!parent->run)
			return NULL;
		fork_child(parent);
		sem_post(&parent->done);
	}
}

static bool start_thread(struct tracefs_parent *parent)
{
	parent->runs = aside_thread(&parent->thread, serve, parent);
	if (parent->runs)
		wait_for(&parent->done);
	return parent->runs;
}

struct tracefs_parent *tracefs_parent_start(const struct tracefs_instance *instance)
{
	struct tracefs_parent *parent = xcalloc(1, sizeof(*parent));
	char tid[16];

	parent->process = getpid();
	sem_init(&parent->asked, 0, 0);
	sem_init(&parent->done, 0, 0);
	if (start_thread(parent)) {
		snprintf(tid, sizeof(tid), "%d", (int)parent->tid);
		if (tracefs_file_append(instance->folder, "set_event_pid", tid) == 0)
			return parent;
	}
	return tracefs_parent_free(parent);
}

static pid_t fork_here(void (*run)(void *context), void *context)
{
	pid_t child = fork();

	if (child == 0) {
		run(context);
		_exit(EXIT_FAILURE);
	}
	return child;
}

pid_t tracefs_parent_fork(struct tracefs_parent *parent, void (*run)(void *context), void *context)
{
	if (!tracefs_parent_lives(parent))
		return fork_here(run, context);
	parent->run = run;
	parent->context = context;
	pthread_sigmask(SIG_SETMASK, NULL, &parent->mask);
	sem_post(&parent->asked);
	wait_for(&parent->done);
	errno = parent->code;
	return parent->child;
}

bool tracefs_parent_lives(const struct tracefs_parent *parent)
{
	return parent && parent->runs && parent->process == getpid();
}

bool tracefs_parent_is(const struct tracefs_parent *parent, pid_t tid)
{
	return parent && parent->tid == tid;
}

void tracefs_parent_end(struct tracefs_parent *parent)
{
	if (!tracefs_parent_lives(parent))
		return;
	parent->run = NULL;
	sem_post(&parent->asked);
	pthread_join(parent->thread, NULL);
	parent->runs = false;
}

struct tracefs_parent *tracefs_parent_free(struct tracefs_parent *parent)
{
	tracefs_parent_end(parent);
	free(parent);
	return NULL;
}
