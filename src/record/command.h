/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starting the command that is to be recorded, so that nothing of it is missed and nothing of ours is recorded.
 *
 *	command_hold()		a child of ours is there, and waits
 *	…			its recorder makes itself ready for that process
 *	command_release()	the child calls execve(), once
 */
#ifndef SNUG_RECORD_COMMAND_H
#define SNUG_RECORD_COMMAND_H

#include <sys/types.h>

#include "record/tracefs.h"
#include "snug/error.h"
#include "snug/recorder.h"

struct held_command {
	pid_t child;		/* 0 = none */
	int go;			/* owned: a byte lets the child run; its end means that snug died */
	int report;		/* owned: the errno of an execve() that failed */
	char *program;		/* owned: what it will execute */
};

#define COMMAND_NONE { 0, -1, -1, NULL }

struct command_start {
	void (*prepare)(void);		/* called in the child, right before its execve(); NULL = nothing */
	struct tracefs *tracefs;	/* borrowed; the child is to be added to it; NULL = to none */
};

/* What the command is to inherit of the signals that libc keeps for its threads and hides from us: with our first thread it
 * has handlers for them. Once, before that. */
void command_remember_signals(void);

/* On failure result->exit_status is set. */
int command_hold(struct held_command *ret, char *const *command, const struct command_start *start,
		 struct record_result *result, struct error *err);
int command_release(struct held_command *held, struct error *err);
void command_done(struct held_command *held);	/* who was not released has ended */

/* Why it never ran. Sets result->exit_status, returns the error's code. */
int command_failure(const struct held_command *held, char *const *command, struct record_result *result,
		    struct error *err);

/* Fills the result's facts about a program that has just started. */
void command_describe(pid_t pid, struct record_result *result);

#endif
