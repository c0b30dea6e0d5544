/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of a tracing session share.
 *
 *	tracefs_session.c	one record in: whose it is, and what is to be done
 *	tracefs_call.c		calls: entry and exit put together, and sent through the decoder
 *	tracefs_capability.c	capability checks put together, and told to the tracker
 *	tracefs_task.c		who is recorded
 *	tracefs_join.c		who joins while it runs
 *	tracefs_program.c	which program a process runs
 */
#ifndef SNUG_RECORD_TRACEFS_INTERNAL_H
#define SNUG_RECORD_TRACEFS_INTERNAL_H

#include "record/call_table.h"
#include "record/capability_check.h"
#include "record/decode.h"
#include "record/program_facts.h"
#include "record/resolve.h"
#include "record/task_state.h"
#include "record/tracefs.h"
#include "record/tracefs_again.h"
#include "record/tracefs_checks.h"
#include "record/tracefs_events.h"
#include "record/tracefs_files.h"
#include "record/tracefs_format.h"
#include "record/tracefs_interest.h"
#include "record/tracefs_known.h"
#include "record/tracefs_place.h"
#include "record/tracefs_reader.h"
#include "record/tracefs_strings.h"
#include "snug/map.h"
#include "snug/string_set.h"

enum tracefs_note {
	TRACEFS_NOTE_NO_PATHS,
	TRACEFS_NOTE_LATE_PATHS,
	TRACEFS_NOTE_WIDENED,
	TRACEFS_NOTE_INFERRED,
	TRACEFS_NOTE_FOREIGN,
	TRACEFS_NOTE_COUNT_,
};

struct tracefs_process {
	pid_t pid;
	struct tracefs_group *group;
	const char *by;			/* path of its program, NULL = not known; kept by the group */
	enum stage stage;
	struct tracefs_place *place;	/* NULL = not known */
	struct tracefs_files *files;	/* NULL = not known: none is told */
	bool until_exec;		/* its calls are ours */
	const struct arch *foreign;	/* ABI of its program, where that is another than the machine's */
	size_t task_count;
};

/* A check of which not all records have come. */
struct held_check {
	bool open;
	int number;
	bool granted, unaudited;
	uint64_t target;	/* user namespace */
	uint64_t stack[TRACEFS_STACK_MAX];
	size_t depth;
};

/* What a pointer of the call in hand pointed to. */
struct kept_memory {
	uint64_t address;
	char *bytes;		/* owned */
	size_t length;
};

struct tracefs_task {
	pid_t tid;
	struct tracefs_process *process;
	bool in_call;
	const char *by;			/* the program that made the call in hand; kept by the group */
	bool taught;			/* the call in hand was looked at when it entered; */
	bool news;			/* and taught something by its entry */
	bool exec_told;		/* its execve() has been told, the exit of that not */
	struct call call;
	struct held_check check;
	struct kept_memory memory[TRACEFS_STRINGS_MAX];
	size_t memory_count;
	uint64_t fault;			/* address of what could not be read, 0 = none */
	bool faults;			/* there were several */
	char *names[TRACEFS_STRINGS_MAX];	/* owned; paths that the call in hand has brought into the kernel */
	size_t name_count;
	bool closes_on_exec;		/* what the call in hand opens */
	uint64_t made_flags;		/* of the task that the call in hand has made, 0 = none */
	struct tracefs_task *next;	/* of the same hash bucket */
};

struct tracefs_group {
	struct tracefs *tracefs;
	struct tracefs_group_options options;
	struct tracefs_group *next;
	const void *family;		/* NULL = it is alone */
	struct decoder *decoder;	/* owned */
	struct tracefs_again *again;	/* owned */
	struct tracefs_lessons *lessons;	/* owned; NULL = it has not begun */
	struct capability_tracker *tracker;	/* owned; NULL until the first task, and where the kernel tells of no checks */
	bool joined;				/* by a process, which told: */
	uint64_t permitted;			/* its capabilities */
	bool in_user_namespace;			/* that is not in the initial one, */
	uint64_t user_namespace;		/* but in this */
	struct string_set programs;	/* paths; pointed to by `by` */
	struct told_program *told, **told_end;	/* owned; begun, and not yet read of */
	size_t task_count, process_count, most_processes;
	bool lost;			/* an EVENT_LOST was sent */
	uint64_t began_ns;		/* CLOCK_MONOTONIC, when the first program began, 0 = none has; */
	uint64_t ready_ns;		/* and when all events were on, 0 = they were never off */
	uint64_t lost_before;		/* what the buffers had dropped when it began */
	uint32_t notes_sent;		/* set of 1 << enum tracefs_note */
	bool lost_foreign;
};

#define TRACEFS_BUCKETS 1024	/* a power of two */

struct tracefs {
	struct tracefs_instance instance;
	struct tracefs_formats *formats;	/* all owned */
	struct tracefs_reader *reader;
	struct tracefs_events *events;
	struct tracefs_interest *interest;
	struct call_table *table;		/* of the machine's own ABI */
	struct names *names;
	struct task_states *states;
	struct tracefs_checks *checks;		/* of `events`; NULL: there are none */
	struct tracefs_raw *raw;		/* of `events` */
	int exec_numbers[2], load_number;	/* -1 = there is no such call */
	bool all_wanted;			/* no event may be off */
	bool paths;				/* events carry them */
	struct tracefs_known *known;		/* owned */
	struct resolver *resolver;
	struct program_memory *programs;
	struct tracefs_group *groups;
	struct tracefs_task *buckets[TRACEFS_BUCKETS];
	int epoll, timer;
	unsigned int interval_ms;		/* until the next look at buffers that fill slowly */
	uint64_t lost;				/* by the buffers, when they were last asked */
	uint64_t lost_checked_ns;
	int code;				/* of a sink's first refusal */
};

/* tracefs_session.c */
void tracefs_send(struct tracefs_group *group, const struct tracefs_process *process, struct event *event);
void tracefs_note(struct tracefs_group *group, enum tracefs_note note);
void tracefs_lost(struct tracefs_group *group, const char *source, uint64_t count);
void tracefs_lost_foreign(struct tracefs_group *group);
void tracefs_task_end(struct tracefs *tracefs, struct tracefs_task *task);	/* and what is open of it */
void tracefs_keep_code(struct tracefs *tracefs, int code);
bool tracefs_is_exec(const struct tracefs *tracefs, uint64_t number);

/* tracefs_task.c */
struct tracefs_task *tracefs_task_find(const struct tracefs *tracefs, pid_t tid);	/* NULL when unknown */
struct tracefs_task *tracefs_task_add(struct tracefs_group *group, pid_t tid, struct tracefs_process *process);
struct tracefs_process *tracefs_process_new(struct tracefs_group *group, pid_t pid, const struct tracefs_process *parent);
void tracefs_process_moved(struct tracefs *tracefs, struct tracefs_process *process);	/* to where it stands now */
void tracefs_process_runs(struct tracefs *tracefs, struct tracefs_process *process, const struct arch *foreign);
void tracefs_task_remove(struct tracefs *tracefs, struct tracefs_task *task);
void tracefs_task_rename(struct tracefs *tracefs, struct tracefs_task *task, pid_t tid);
/* Whose record of it was lost, or comes later: by /proc, NULL when it is gone and nobody can tell. */
struct tracefs_task *tracefs_task_adopt(struct tracefs *tracefs, pid_t tid);
void tracefs_tasks_of(struct tracefs *tracefs, struct tracefs_group *group,
		      void (*visit)(struct tracefs *tracefs, struct tracefs_task *task));	/* may remove it */

/* tracefs_call.c */
void tracefs_call_entered(struct tracefs *tracefs, struct tracefs_task *task, const struct tracefs_record *record);
void tracefs_call_left(struct tracefs *tracefs, struct tracefs_task *task, const struct tracefs_record *record);
void tracefs_call_foreign(const struct tracefs_task *task);	/* it makes a call of another ABI */
void tracefs_call_cut_short(struct tracefs *tracefs, struct tracefs_task *task);
void tracefs_call_exec_told(struct tracefs *tracefs, struct tracefs_task *task);
void tracefs_call_made_task(struct tracefs_task *task, uint64_t flags);

struct task tracefs_task_told(struct tracefs_task *task);	/* as the decoder knows it */

/* tracefs_capability.c */
void tracefs_capability_begins(struct tracefs_group *group);	/* nobody holds anything yet, and no check is muted */
void tracefs_capability_joins(struct tracefs_group *group, pid_t tid);
void tracefs_capability_made_task(struct tracefs_group *group, pid_t tid, pid_t parent);
void tracefs_capability_entered(struct tracefs *tracefs, struct tracefs_task *task);
void tracefs_capability_left(struct tracefs *tracefs, struct tracefs_task *task, const struct call *call, int64_t result);
void tracefs_capability_execs(struct tracefs *tracefs, struct tracefs_task *task, pid_t old_tid,
			      const struct program_facts *facts);
void tracefs_capability_task_ends(struct tracefs *tracefs, struct tracefs_task *task);
void tracefs_capability_calls(struct tracefs *tracefs);		/* the groups are others: which calls' events are wanted? */
void tracefs_check_asked(struct tracefs *tracefs, struct tracefs_task *task, const struct tracefs_record *record);
void tracefs_check_stack(struct tracefs *tracefs, struct tracefs_task *task, const struct tracefs_record *record);
void tracefs_check_answered(struct tracefs *tracefs, struct tracefs_task *task, const struct tracefs_record *record);
void tracefs_check_over(struct tracefs *tracefs, struct tracefs_task *task);	/* no more of its records will come */

/* tracefs_past.c */
extern const struct past tracefs_past;
bool tracefs_past_follows(const struct call_row *row);	/* are its calls to be told, to know where their callers stand? */
void tracefs_past_keep(const struct tracefs *tracefs, struct tracefs_task *task, const struct tracefs_record *record);
void tracefs_past_name(struct tracefs_task *task, const struct tracefs_record *record);
/* What could not be read then is told by what the kernel copied. False when it is not known. */
bool tracefs_past_repair(struct tracefs_task *task, int64_t result);
void tracefs_past_forget(struct tracefs_task *task);
ssize_t tracefs_past_read(const struct tracefs_task *task, uint64_t address, void *buffer, size_t length);
void tracefs_past_opened_known(struct tracefs *tracefs, struct tracefs_process *process, const struct call *call,
			       int64_t result);
/* Has its call, made before, told all that it would? What it has opened is known then. */
bool tracefs_past_again(struct tracefs_task *task, int64_t result);
void tracefs_past_moves(struct tracefs *tracefs, struct tracefs_task *task, int64_t result);

/* tracefs_program.c */
void tracefs_program_began(struct tracefs *tracefs, struct tracefs_task *task, const struct tracefs_record *record);
void tracefs_programs_forget(struct tracefs_group *group);	/* those that were told */
const struct arch *tracefs_abi_now(pid_t pid);			/* the same; NULL: the machine's own */
const char *tracefs_program_now(struct tracefs_group *group, pid_t pid);	/* by /proc; NULL when not to be seen */

#endif
