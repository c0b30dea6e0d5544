/* SPDX-License-Identifier: Apache-2.0 */
/* The table of tasks and processes. */
#include "record/process_tree.h"

#include <stdlib.h>

#include "snug/memory.h"

static size_t bucket_of(pid_t tid)
{
	return (size_t)tid & (TREE_BUCKETS - 1);
}

struct tracee *tree_find(const struct process_tree *tree, pid_t tid)
{
	struct tracee *tracee = tree->buckets[bucket_of(tid)];

	while (tracee && tracee->tid != tid)
		tracee = tracee->next;
	return tracee;
}

static void link_in(struct process_tree *tree, struct tracee *tracee)
{
	struct tracee **bucket = &tree->buckets[bucket_of(tracee->tid)];

	tracee->next = *bucket;
	*bucket = tracee;
}

static void link_out(struct process_tree *tree, struct tracee *tracee)
{
	struct tracee **at = &tree->buckets[bucket_of(tracee->tid)];

	while (*at != tracee)
		at = &(*at)->next;
	*at = tracee->next;
}

struct tracee *tree_add(struct process_tree *tree, pid_t tid)
{
	struct tracee *tracee = xcalloc(1, sizeof(*tracee));

	tracee->tid = tid;
	tracee->tree = tree;
	link_in(tree, tracee);
	tree->tracee_count++;
	return tracee;
}

static void leave_process(struct process_tree *tree, struct process *process)
{
	if (!process || --process->task_count > 0)
		return;
	tree->process_count--;
	if (process->stage != STAGE_HOST)
		tree->recorded_count--;
	free(process);
}

void tree_remove(struct process_tree *tree, struct tracee *tracee)
{
	link_out(tree, tracee);
	leave_process(tree, tracee->process);
	tree->tracee_count--;
	free(tracee);
}

void tree_done(struct process_tree *tree)
{
	struct tracee *tracee;

	while ((tracee = tree_next(tree, NULL)))
		tree_remove(tree, tracee);
}

void tree_join(struct tracee *tracee, struct process *process)
{
	tracee->process = process;
	process->task_count++;
}

static void count_recorded(struct process_tree *tree)
{
	tree->recorded_count++;
	if (tree->recorded_count > tree->most_recorded)
		tree->most_recorded = tree->recorded_count;
}

void tree_start_process(struct tracee *tracee, pid_t pid, const struct process *parent)
{
	struct process *process = xcalloc(1, sizeof(*process));

	process->pid = pid;
	if (parent) {
		process->by = parent->by;
		process->stage = parent->stage;
		process->own_filter = parent->own_filter;
		process->filtered = parent->filtered;
		process->memory_way = parent->memory_way;
	}
	tracee->tree->process_count++;
	if (process->stage != STAGE_HOST)
		count_recorded(tracee->tree);
	tree_join(tracee, process);
}

void tree_rename(struct process_tree *tree, struct tracee *tracee, pid_t tid)
{
	link_out(tree, tracee);
	tracee->tid = tid;
	link_in(tree, tracee);
}

void tree_set_stage(struct process_tree *tree, struct process *process, enum stage stage)
{
	if (process->stage == STAGE_HOST && stage != STAGE_HOST)
		count_recorded(tree);
	process->stage = stage;
}

struct tracee *tree_next(const struct process_tree *tree, const struct tracee *after)
{
	size_t i = 0;

	if (after && after->next)
		return after->next;
	if (after)
		i = bucket_of(after->tid) + 1;
	while (i < TREE_BUCKETS && !tree->buckets[i])
		i++;
	return i < TREE_BUCKETS ? tree->buckets[i] : NULL;
}

bool tree_has_ended(const struct process_tree *tree)
{
	const struct tracee *tracee = tree_next(tree, NULL);

	while (tracee && tracee->ended)
		tracee = tree_next(tree, tracee);
	return !tracee;
}
