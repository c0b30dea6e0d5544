/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is being recorded: tasks, and the processes that they belong to.
 *
 * A `struct tracee` is one task (thread) under our ptrace, found by its id; a `struct process` is what the
 * tasks of one thread group share, and ends with the last of them. A tracee without a process is
 * held: its first stop came before its parent's report of it. Ids are those of our own pid namespace.
 */
#ifndef SNUG_RECORD_PROCESS_TREE_H
#define SNUG_RECORD_PROCESS_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "record/decode.h"
#include "record/tracee_memory.h"

struct detour;
struct watch;

/* How far a process has come on its way into a container; a plain command is at STAGE_PROGRAM from the start. */
enum stage {
	STAGE_HOST,		/* the container runtime before the filter: not recorded */
	STAGE_RUNTIME,		/* the container runtime under the filter: phase "runtime" */
	STAGE_PROGRAM,		/* the container's program, or the command */
};

/* In the order in which they are taken. */
enum fast_step {
	FAST_NOT,
	FAST_PROMISE,		/* no_new_privs */
	FAST_MAP,
	FAST_LOAD,
	FAST_UNMAP,
	FAST_GIVE_UP,		/* the memory goes back, without a filter */
	FAST_DONE,
	FAST_NEVER,		/* it was tried in vain, or not seen to its end */
};

#define FAST_PIECES 8		/* in which its last calls are counted */

struct process {
	pid_t pid;
	const char *by;		/* path of its program, NULL = not known; owned by the decoder */
	enum stage stage;
	bool filtered;		/* our RET_TRACE filter is in place for all of its tasks */
	enum fast_step fast;	/* how far it is on the way to such a filter, see ptrace_fast.c */
	pid_t fast_task;	/* the task that makes the way */
	uint64_t parcel;	/* address in it, of what it is to load */
	struct {
		unsigned int calls, news[FAST_PIECES], pieces;	/* the last piece is being made of so many calls yet */
	} lately;		/* what may make it fast */
	struct empty_paths looked;	/* paths of its looks that may be empty, for such a filter */
	bool own_filter;	/* may have loaded a seccomp filter of its own, or inherited one that it saw loaded */
	enum memory_way memory_way;
	size_t task_count;
	size_t halting;		/* tasks that were interrupted and have not stopped yet */
};

#define PIECE_MAX 256		/* bytes: a path is read in pieces, and most are one */

struct tracee {
	pid_t tid;
	struct process *process;	/* NULL = held */
	struct process_tree *tree;
	uint32_t place;			/* where its look-ups are known, see ptrace_known.c; 0 = not known yet */
	struct pending *pending;	/* owned; what decode_entry() left for the exit */
	const struct watch *watch;	/* the row for its latest call, NULL = none */
	bool watch_due;			/* that row's exit function is to be called */
	struct call watch_call;		/* that call */
	const char *told_text;		/* borrowed, while a look-up that has ended is decoded: what its memory holds */
	uint64_t told_address;		/* from there on; NULL = nobody has told */
	struct {
		uint64_t address;
		size_t length;
		char bytes[PIECE_MAX];
	} piece;			/* of its memory, read last at the stop it stands in */
	bool closed;			/* its memory was refused to us */
	bool was_open;			/* at the entry of the call it is in we might look at its files */
	uint64_t child_flags;		/* of the call by which it makes a child, <linux/sched.h>; all of them where we could not read them */
	uint64_t stripped;		/* of the flags in its memory, to be put back */
	bool had_own_filter;		/* what process->own_filter was before that call */
	struct detour *detour;		/* owned; it is about to make, or makes a call of ours, NULL = its own */
	bool in_call;			/* its entry was handled and its exit stop is due, */
	bool exit_is_next;		/* which comes before any other stop at a call, and tells nothing */
	bool had_child;			/* a child of the call it is in was reported */
	bool group_stopped;
	bool interrupted;		/* counted in process->halting */
	bool waits;			/* is not resumed before process->halting is 0 */
	unsigned int wait_turns;
	int held_signal;		/* of the stop in which it is held, 0 = it has not stopped */
	bool ended;			/* while it was held, or before: only kept until its parent's report */
	unsigned int held_turns;
	struct tracee *next;		/* of the same hash bucket */
};

#define TREE_BUCKETS 1024	/* a power of two */

struct process_tree {
	struct tracee *buckets[TREE_BUCKETS];
	size_t tracee_count;
	size_t process_count;
	size_t recorded_count;		/* processes past STAGE_HOST */
	size_t most_recorded;
};

struct tracee *tree_find(const struct process_tree *tree, pid_t tid);	/* NULL when unknown */
struct tracee *tree_add(struct process_tree *tree, pid_t tid);		/* held */
void tree_remove(struct process_tree *tree, struct tracee *tracee);	/* frees it; its pending must be over */
void tree_done(struct process_tree *tree);

/* Ends the hold: as a further task of `process`, or as a process of its own that is like `parent` (NULL = like none). */
void tree_join(struct tracee *tracee, struct process *process);
void tree_start_process(struct tracee *tracee, pid_t pid, const struct process *parent);

/* After an exec by another thread: `tracee` goes on under the id of its thread group. */
void tree_rename(struct process_tree *tree, struct tracee *tracee, pid_t tid);

void tree_set_stage(struct process_tree *tree, struct process *process, enum stage stage);

/* No task is left that lives, as far as we know. */
bool tree_has_ended(const struct process_tree *tree);

/* For a walk that may remove the current one: for (t = tree_next(tree, NULL); t; t = next) { next = tree_next(tree, t); … } */
struct tracee *tree_next(const struct process_tree *tree, const struct tracee *after);

#endif
