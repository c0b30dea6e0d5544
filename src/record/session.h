/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes on around a recording of one command, whichever recorder it is: signals to us that are meant for the
 * command, the test beside a server, checkpoints, and when to end.
 *
 *	session_begin()			before the launch: checks what was asked for
 *	session_enter_loop()		from here on our signals are the session's, a timer wakes the loop, and we run
 *					before what we record
 *	session_turn()			whenever the loop wakes up
 *	session_leave_loop(), session_end()
 *
 * The recorder keeps `main`, `started` and `main_ended` true, and tells whom it records by its `session_host`.
 */
#ifndef SNUG_RECORD_SESSION_H
#define SNUG_RECORD_SESSION_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "snug/recorder.h"

struct session_host {
	/* Is there a process in the recording for which is_it() is true? Asked of each, until one is. */
	bool (*find_process)(void *context, bool (*is_it)(pid_t pid, const void *what), const void *what);
	bool (*has_tasks)(const void *context);		/* has anything begun? */
	bool (*has_ended)(const void *context);		/* all of it? */
	bool (*is_stopped)(const void *context);	/* the command, by a signal; NULL: /proc tells */
	void (*look)(void *context);			/* between two turns, where session.look_ms asks for it */
	void (*leave)(void *context);			/* in a child that becomes another program; may be NULL */
};

#define SIGNALS_MAX 65	/* one more than the highest signal number, 64 */

/* A signal on its way: to us, or to the command. */
struct sighting {
	uint64_t at_ms;		/* 0 = none */
	pid_t sender;		/* -1 = the kernel */
};

struct session {
	/* Of the recorder that it belongs to. */
	const struct record_request *request;	/* borrowed, as the next four */
	struct record_result *result;
	struct error *err;
	const struct session_host *host;
	void *context;
	pid_t main;			/* the command, or what was attached to */
	bool started;			/* the command's exec was seen */
	bool main_ended;
	int main_status;		/* raw, from waitpid(2); valid with main_ended */
	bool stop;			/* the loop is to be left */
	int code;			/* negative errno of the first failure */

	unsigned int look_ms;			/* below 100: how often the recorder has to look at something; 0 = never */
	uint64_t next_turn_ms;
	uint64_t next_tick_ms;			/* when request.tick is due */
	pid_t test;				/* the test's process, 0 = not running */
	bool test_started, test_ended;
	int test_status;			/* raw, from waitpid(2) */
	uint64_t ready_deadline_ms;
	bool late;				/* it passed */
	uint64_t kill_due_ms;			/* when SIGKILL follows SIGTERM, 0 = SIGTERM was not sent */
	struct sighting ours[SIGNALS_MAX];	/* reached snug; not settled whether the command has it too */
	struct sighting theirs[SIGNALS_MAX];	/* reached the command */
	uint64_t stop_asked_ms;			/* when the terminal asked our process group to stop, 0 = not */
	uint64_t continued_ms;			/* when we went on after a stop, 0 = settled */
};

/* What a trace is told of a recording that was attached. */
extern const struct event_note session_attached;

int session_begin(struct session *session);
void session_enter_loop(const struct session *session);
void session_leave_loop(void);
bool session_turn(struct session *session);			/* true when it was time for a look around */
void session_test_ended(struct session *session, int status);
void session_main_ended(struct session *session, int status);
void session_main_signalled(struct session *session, int signal, const siginfo_t *info);	/* where a recorder can see it */
void session_reap(struct session *session);			/* of a recorder that traces none of its children: who has ended? */
bool session_is_over(const struct session *session);		/* though we may have children left */
void session_fill_status(const struct session *session);	/* of the result: as the command or the test ended */
int session_end(struct session *session);			/* after the loop: did it go as it was asked for? */

#endif
