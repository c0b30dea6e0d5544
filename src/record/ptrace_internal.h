/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the ptrace recorder share.
 *
 *	ptrace.c		the loop: one stop in, one resumption out
 *	ptrace_call.c		calls: entry, exit, exec, and the few calls that steer the recorder itself
 *	ptrace_access.c		what we may see of a tracee
 *	ptrace_beside.c		the kernel's tracing beside the stops: the recorder `auto`
 *	ptrace_child.c		children, until they run
 *	ptrace_clone.c		children that ask not to be traced
 *	ptrace_fast.c		letting through what teaches nothing more, late
 *	ptrace_known.c		look-ups of files that are known stop nobody
 *	ptrace_launch.c		starting the command held, seizing it, loading the filter; attaching
 *
 * A call stops twice under PTRACE_SYSCALL and once under our own RET_TRACE filter. The filter is loaded at once where that
 * changes nothing (with CAP_SYS_ADMIN, or under no_new_privs), and late where that is worth it (ptrace_fast.c). Under
 * it a tracee without a tracer would get ENOSYS from every call for ever, so PTRACE_O_EXITKILL ends them all if snug
 * dies. Without it they go on untraced, as the kernel detaches what a dead tracer leaves behind.
 */
#ifndef SNUG_RECORD_PTRACE_INTERNAL_H
#define SNUG_RECORD_PTRACE_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "record/command.h"
#include "record/cpu_awake.h"
#include "record/cpu_follow.h"
#include "record/decode.h"
#include "record/process_tree.h"
#include "record/session.h"
#include "snug/recorder.h"
#include "snug/string_set.h"

struct tracer {
	const struct event_sink *sink;
	struct decoder *decoder;	/* owned */
	struct process_tree tree;
	struct session session;
	struct cpu_follow follow;
	struct cpu_awake awake;
	struct held_command command;
	bool wants_beside;		/* the recorder is `auto` */
	struct tracefs *tracefs;	/* the kernel's tracing, beside our stops; owned, NULL = none */
	struct tracefs_group *beside;	/* its one group */
	struct look_ups *look_ups;	/* owned; NULL = each of them stops */
	unsigned int lone;		/* stops in a row with no other beside them */
	bool foreign_calls;		/* of another ABI than the machine's own were made */
	bool may_be_fast;		/* processes may be made to load a filter of ours, in the middle */
	unsigned int fast_after;	/* calls of a process */
	bool privileged;		/* CAP_SYS_PTRACE: set-user-ID programs keep their privilege under us */
	bool ids_agree;			/* our real ids are those that we act by */
	struct string_set programs;	/* paths of programs that ran before we attached; pointed to by process.by */
	bool lost;			/* an EVENT_LOST was sent */
	uint32_t notes_sent;		/* set of 1 << enum note */
	uint64_t memory_most;		/* bytes, of one process */
	uint64_t descriptors_most;
};

enum note {
	NOTE_PTRACED,
	NOTE_KILLED,
	NOTE_SET_ID,
	NOTE_FAST,
	NOTE_NO_TRACING,
	NOTE_COUNT_,
};

/* ptrace.c */
void tracer_send(struct tracer *tracer, const struct tracee *tracee, struct event *event);
void tracer_note(struct tracer *tracer, enum note note);
void tracer_lost(struct tracer *tracer, const char *source, uint64_t count);
void tracee_resume(struct tracee *tracee, int signal);
void tracee_event_stop(struct tracee *tracee, int signal);	/* PTRACE_EVENT_STOP: it goes on, or stays stopped as it would untraced */
bool tracee_event_message(const struct tracee *tracee, int event, unsigned long *ret);	/* false: it was killed since */
void tracer_halt_siblings(struct tracer *tracer, struct tracee *tracee);	/* it goes on when they have stopped once */

/* ptrace_call.c */
void call_entered(struct tracer *tracer, struct tracee *tracee, const struct call *call);
void call_left(struct tracer *tracer, struct tracee *tracee, int64_t result);
void call_made(struct tracer *tracer, struct tracee *tracee, const struct call *call, int64_t result);	/* without a stop */
void call_cut_short(struct tracer *tracer, struct tracee *tracee);	/* its caller ended within it */
void program_changed(struct tracer *tracer, struct tracee *tracee);	/* at PTRACE_EVENT_EXEC */

struct task call_task(struct tracee *tracee);			/* as the decoder knows it */
bool call_is_watched(const struct call *call);			/* by the recorder itself */

/* ptrace_fast.c */
void fast_begin(struct tracer *tracer);				/* before the launch: is it possible at all? */
void fast_call_entered(struct tracer *tracer, struct tracee *tracee, const struct call *call);	/* may begin a detour */
void fast_nothing_told(const struct tracer *tracer, struct process *process);	/* by a call that seemed to be news */
void fast_detour_left(struct tracer *tracer, struct tracee *tracee, int64_t result);
void fast_forked(struct process *child, const struct process *parent);
void fast_program_changed(struct process *process);
void fast_forget(struct tracee *tracee);

/* ptrace_beside.c */
void beside_begin(struct tracer *tracer);			/* before the launch, if it is asked for and can be had */
int beside_add(struct tracer *tracer, pid_t pid);		/* that process and all that it starts; 0 without tracing */
void beside_capset(struct tracer *tracer, struct tracee *tracee);	/* it succeeded, and its caller stands still */
void beside_program(struct tracer *tracer, pid_t pid, const char *program);	/* it has begun, and its process stands still */
void beside_foreign(struct tracer *tracer);			/* a call of another ABI is about to be made */
void beside_look(struct tracer *tracer);			/* often: reads what is there */
void beside_end(struct tracer *tracer);				/* when all have ended; nothing when it was never begun */
void (*beside_filter(const struct tracer *tracer))(void);	/* what loads the filter in the child; NULL without tracing */

/* ptrace_known.c */
struct call_decision;
void known_begin(struct tracer *tracer);			/* nothing where the kernel does not allow it */
void known_end(struct tracer *tracer);
bool known_passes(const struct tracer *tracer, uint32_t number, struct call_decision *ret);	/* the filter, as a look-up */
void known_follow(struct tracer *tracer, struct tracee *tracee, uint32_t place);	/* before it runs; 0 = not known */
void known_follow_now(struct tracer *tracer, struct tracee *tracee);	/* wherever it stands */
void known_leave(struct tracer *tracer, const struct tracee *tracee);
void known_settle(struct tracer *tracer);			/* a call was decoded to its end, and its caller stands still */
void known_stopped(struct tracer *tracer, struct tracee *tracee);	/* perhaps for a look-up, which is decoded */

/* ptrace_child.c; `child` may be NULL: nothing was heard of it yet */
void child_held(struct tracer *tracer, struct tracee *child, pid_t pid, int signal);	/* its first stop */
void child_ended(struct tracer *tracer, struct tracee *child, pid_t pid);		/* before it was anybody's */
void child_reported(struct tracer *tracer, struct tracee *parent, int event);
void child_looked_after(struct tracer *tracer, struct tracee *child);	/* each turn of the session: one that is nobody's, or ended */

/* ptrace_clone.c */
bool clone_passes(uint32_t number, struct call_decision *ret);	/* the filter, where nothing of it has to be seen */
void clone_reported(struct tracer *tracer, struct tracee *tracee, pid_t child);	/* by a call that may not have stopped */
bool clone_is_like_its_parent(const struct tracee *parent);	/* the child that was just reported */
bool clone_entered(struct tracer *tracer, struct tracee *tracee);
void clone_left(struct tracer *tracer, struct tracee *tracee, int64_t result);
bool clone3_entered(struct tracer *tracer, struct tracee *tracee);
void clone3_left(struct tracer *tracer, struct tracee *tracee, int64_t result);

/* ptrace_access.c */
enum access_way {
	ACCESS_OPEN,
	ACCESS_AS_ITS_USER,	/* until access_end() */
	ACCESS_CLOSED,		/* its calls are seen, and nothing behind them */
};
int access_check(struct error *err);		/* /proc tells of our tracees, by the ids that we know */
enum access_way access_begin(const struct tracer *tracer, const struct tracee *tracee);
void access_end(enum access_way way);

/* ptrace_launch.c */
long status_number(const char *pid, const char *key);	/* of a line in /proc/PID/status, -1 when there is none */
bool launch_may_filter(void);				/* from the start, without no_new_privs */
bool launch_is_unprivileged(void);			/* an ordinary user, without any capability */
int launch_probe(struct error *err);
int launch_command(struct tracer *tracer);
int launch_attach(struct tracer *tracer);

#endif
