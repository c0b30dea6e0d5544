/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recording by the kernel's tracing: calls and their results, without a stop.
 *
 *	tracefs_open()		an instance of our own, all events on, and nobody a member
 *	tracefs_add_group()	whose calls go into one sink: a command, a container
 *	tracefs_add_process()	its tasks are members from now on, and so are all that they will start
 *	tracefs_step()		whenever tracefs_descriptor() is ready: reads what is there, and sends events
 *	tracefs_end_group()	sends what is open, forgets the group
 *	tracefs_free()		reads the rest, removes the instance
 *
 * One session serves many groups, since each instance slows down every task of the machine a little. An event is switched off as soon
 * as no group can learn from it. What is read is some milliseconds old: nothing in /proc is trusted to be as it was.
 * The descriptor is an epoll(7) set: a recorder, `auto` and the listener each wait for it in their own loop.
 */
#ifndef SNUG_RECORD_TRACEFS_H
#define SNUG_RECORD_TRACEFS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "record/decode.h"
#include "record/process_tree.h"
#include "snug/error.h"
#include "snug/event.h"

struct tracefs;
struct tracefs_group;

struct tracefs_group_options {
	struct event_sink sink;
	bool until_exec;	/* the calls of a process that was added are ours, up to the execve() that makes it a member's */
	bool paths_elsewhere;	/* somebody else records them: the trace need not be told that they are missing */
	bool capset_elsewhere;	/* somebody else tells what capset() kept, by tracefs_kept_by_capset() */
	bool programs_elsewhere; /* the same for the programs that processes begin: tracefs_program_told() */
	bool members_only;	/* groups come and go: a task that is nobody's here, nor its parent, is none of this one's */
	/* Its runtime joins before it is known whose it is: tracefs_begin_group() comes later. */
	bool from_runtime;
	bool any_filter;	/* with STAGE_HOST: whichever filter a process loads, it is on its way into a container then */
	/* That exec was seen, or a container's program began. NULL = nobody asks. */
	void (*started)(void *context, pid_t pid);
	void *context;
};

int tracefs_probe(struct error *err);		/* usable here? Else why not, and what would make it so */
/* What needs capabilities (the kernel's addresses: CAP_SYSLOG) is done then: whoever goes on with it may have dropped them.
 * With `rest_elsewhere` somebody else tells of the calls that tracefs_tells_call() denies, and of other ABIs' from their first on. */
int tracefs_open(struct tracefs **ret, bool rest_elsewhere, struct error *err);
struct tracefs *tracefs_free(struct tracefs *tracefs);	/* accepts NULL, returns NULL; its groups must have ended */
/* The same in two: the kernel takes some 0.1 s to remove the instance, in which the caller may do something else. */
struct tracefs_removal *tracefs_free_begin(struct tracefs *tracefs);
struct tracefs_removal *tracefs_free_end(struct tracefs_removal *removal);	/* accepts NULL, returns NULL */

/* Has events carry the paths of calls, for all groups to come. False: this kernel cannot. What is looked up by such a path
 * is what stands there some milliseconds after the call: files whose way was taken away by then count as lost. */
bool tracefs_tell_paths(struct tracefs *tracefs);
bool tracefs_tells_call(const struct tracefs *tracefs, uint64_t number);	/* of the machine's own ABI: by an event of its own? */
/* With `rest_elsewhere`, before each call of another ABI: what the kernel checks in it belongs to it. */
void tracefs_foreign_call(struct tracefs *tracefs);
bool tracefs_tells_checks(const struct tracefs *tracefs);	/* of capabilities, as the kernel makes them? */
/* Waits for what is still read at the beginning: before a process is forked that goes on with it. */
void tracefs_settle(struct tracefs *tracefs);
bool tracefs_is_settled(const struct tracefs *tracefs);	/* else a step may wait for that, some 0.1 s */

struct tracefs_group *tracefs_add_group(struct tracefs *tracefs, const struct tracefs_group_options *options);
/* All tasks of `pid`. With STAGE_HOST nothing is recorded before it has entered a container. Returns how many were added. */
int tracefs_add_process(struct tracefs_group *group, pid_t pid, enum stage stage, struct error *err);
/* A child of ours, for which adding it takes no time; it runs run(), which does not return. To the caller as fork(2). */
pid_t tracefs_fork(struct tracefs *tracefs, void (*run)(void *context), void *context);
/* The program that a process of the group is about to execute, by a path of ours: what has to be known of it before. */
void tracefs_expects(struct tracefs_group *group, const char *program);
/* The same of a process that waits before its execve(), by a path of its own: which file that is, and whether it is of another ABI, whose
 * calls are then told from the first on. */
void tracefs_expects_of(struct tracefs_group *group, pid_t pid, const char *program);
/* Somebody saw a call of another ABI by a process of the group, whatever its program: such calls are told from now on. Those before it
 * are a loss, unless they were told, too. */
void tracefs_met_foreign(struct tracefs_group *group);
/* The same for a process that runs already, and for all that it has started. */
int tracefs_attach(struct tracefs_group *group, pid_t pid, struct error *err);
/* A container runtime that is about to start a container, and all that it has started. Those that are under more filters
 * than itself are recorded at once, as runtime, others when they load a filter with a listener. */
int tracefs_attach_runtime(struct tracefs_group *group, pid_t pid, struct error *err);
/* Is there a task that is recorded, as far as was read? */
bool tracefs_is_recording(const struct tracefs_group *group);
bool tracefs_has_followed(const struct tracefs_group *group);	/* was one a member before its program began? */
pid_t tracefs_first_recorded(const struct tracefs_group *group);	/* a process of that kind, 0 = there is none */
/* How far process `pid` has come, as far as was read; STAGE_HOST too when it is not a member. */
enum stage tracefs_stage(const struct tracefs *tracefs, pid_t pid);
/* What its processes do is news; with `like`: only what is so for that group, too, which is the same recording. */
void tracefs_begin_group(struct tracefs_group *group, const struct tracefs_group *like);
/* Groups of one family are one recording: the processes of one are members for the others. */
void tracefs_set_family(struct tracefs_group *group, const void *family);
/* Is there a process in the group for which is_it() is true? Asked of each, until one is. */
bool tracefs_find_process(const struct tracefs_group *group, bool (*is_it)(pid_t pid, const void *what), const void *what);
/* A capset() of this task has succeeded, and the task stands still. */
void tracefs_kept_by_capset(struct tracefs_group *group, const struct task *task);
/* With `programs_elsewhere`: process `pid` has begun this program, which is this file, and stands still. */
void tracefs_program_told(struct tracefs_group *group, pid_t pid, const char *program, const struct statx *file);
bool tracefs_has_tasks(const struct tracefs_group *group);	/* are any left, as far as was read? */
size_t tracefs_most_processes(const struct tracefs_group *group);
/* What the buffers dropped while the group was there goes into its sink as a loss. Returns whether nothing was lost. */
bool tracefs_end_group(struct tracefs_group *group);

int tracefs_descriptor(const struct tracefs *tracefs);	/* readable when it is time for a step; borrowed */
/* Reads and sends, until nothing is left or some milliseconds are over. 0: nothing was there; positive: something was;
 * negative: a sink refused an event. */
int tracefs_step(struct tracefs *tracefs, struct error *err);

#endif
