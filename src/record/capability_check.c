/* SPDX-License-Identifier: Apache-2.0 */
/* Capability checks, bound to calls and results; see capability_check.h. */
#include "record/capability_check.h"

#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "record/known.h"
#include "snug/capability_verdict.h"
#include "snug/map.h"
#include "snug/memory.h"
#include "snug/text.h"

#define NAMELESS_CALLS 2000	/* after which a check that nobody could name is not waited for: it came at a start */
#define BIT(capability) ((uint64_t)1 << (capability))
#define CAPABILITIES_MAX 64
#define SENT_MAX 4096	/* distinct events remembered; one that is forgotten is sent again */
#define ASKED_MAX 64	/* distinct checks of one call that wait for its result */
#define ASKERS_MAX 1024	/* distinct stacks remembered, some 300 bytes each */
#define MANY 64		/* checks that were noise, before a filter in the kernel is worth it */

/* A call by ABI and number. */
struct known_call {
	const char *name;
	const struct id_call *ids;	/* NULL: it sets none */
	int mode_argument;		/* of a call that sets a file's mode; -1 */
	bool is_prctl;
	size_t unsettled;		/* places */
};

/* A capability asked for by one function in one call. Settled: no result of the call can teach anything new. */
struct place {
	struct known_call *call;	/* borrowed; NULL: not known */
	bool settled;
};

/* A check that waits for its call's result. */
struct asked {
	struct asked *next;
	struct event event;		/* its strings are kept by tracker->names */
	struct place *place;		/* borrowed */
};

struct tracked {
	struct known_call *in_call;	/* NULL: no entry was told */
	struct call call;		/* valid with in_call */
	bool execed;			/* the call's exit may bear the number of another ABI */
	bool was_granted;		/* a capability to set ids, in this call */
	struct asked *asked, **end;	/* owned */
	size_t asked_count;
	bool ids_known;
	struct task_ids ids;
};

/* What a stack says of a check: the same each time. */
struct asker {
	const char *reason, *call;	/* kept by tracker->names */
	bool is_noise;
};

struct capability_tracker {
	struct event_sink sink;
	uint64_t ceiling, needed;
	size_t noise[CAPABILITIES_MAX];
	size_t nameless;		/* unsettled places without a call, */
	size_t calls_since;		/* and calls that began since the last of them was found */
	struct map *tasks;		/* tid → struct tracked */
	struct map *calls;		/* → struct known_call */
	struct map *places;		/* → struct place */
	struct map *askers;		/* a check with its stack → struct asker */
	struct names *names;
	struct known *sent;
	struct text key;		/* scratch */
};

static void drop_asked(struct tracked *tracked)
{
	for (struct asked *asked = tracked->asked, *next; asked; asked = next) {
		next = asked->next;
		free(asked);
	}
	tracked->asked = NULL;
	tracked->end = &tracked->asked;
	tracked->asked_count = 0;
}

static void free_tracked(void *value)
{
	if (value)
		drop_asked(value);
	free(value);
}

struct capability_tracker *capability_tracker_new(const struct event_sink *sink, uint64_t ceiling)
{
	struct capability_tracker *tracker = xcalloc(1, sizeof(*tracker));

	tracker->sink = *sink;
	tracker->ceiling = ceiling;
	tracker->tasks = map_new(free_tracked);
	tracker->calls = map_new(free);
	tracker->places = map_new(free);
	tracker->askers = map_new(free);
	tracker->names = names_new();
	tracker->sent = known_new(SENT_MAX);
	return tracker;
}

void capability_tracker_raise(struct capability_tracker *tracker, uint64_t ceiling)
{
	tracker->ceiling |= ceiling;
}

struct capability_tracker *capability_tracker_free(struct capability_tracker *tracker)
{
	if (!tracker)
		return NULL;
	map_free(tracker->tasks);
	map_free(tracker->calls);
	map_free(tracker->places);
	map_free(tracker->askers);
	names_free(tracker->names);
	known_free(tracker->sent);
	text_done(&tracker->key);
	free(tracker);
	return NULL;
}

/* Slots stay: numbers of tasks come again, and are bounded by pid_max. */
static struct tracked *find_task(struct capability_tracker *tracker, pid_t tid)
{
	void **slot = map_slot(tracker->tasks, &tid, sizeof(tid));

	if (!*slot) {
		struct tracked *tracked = xcalloc(1, sizeof(*tracked));

		tracked->end = &tracked->asked;
		*slot = tracked;
	}
	return *slot;
}

/* The kernel asks for CAP_FSETID at every change of a mode, with a set-group-id bit in it or not: setattr_prepare(). */
static int mode_argument(const char *name)
{
	static const struct {
		const char *name;
		int argument;
	} rows[] = { { "chmod", 1 }, { "fchmod", 1 }, { "fchmodat", 2 }, { "fchmodat2", 2 } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].argument;
	return -1;
}

struct call_key {
	const struct arch *abi;
	uint64_t number;
};

static struct known_call *find_call(struct capability_tracker *tracker, const struct arch *abi, uint64_t number)
{
	struct call_key key = { abi, number };
	void **slot = map_slot(tracker->calls, &key, sizeof(key));
	char name[SYSCALL_NAME_MAX];

	if (!*slot) {
		struct known_call *call = xcalloc(1, sizeof(*call));

		call->name = names_keep(tracker->names, syscall_name(abi, number, name));
		call->ids = id_call_find(abi, number);
		call->mode_argument = mode_argument(name);
		call->is_prctl = strcmp(name, "prctl") == 0;
		*slot = call;
	}
	return *slot;
}

static struct place *find_place(struct capability_tracker *tracker, struct known_call *call,
				const struct event_capability *asked)
{
	void **slot;

	text_clear(&tracker->key);
	text_printf(&tracker->key, "%p %d %d %s", (void *)call, asked->number, asked->granted,
		    asked->reason ? asked->reason : "");
	slot = map_slot(tracker->places, text_cstr(&tracker->key), tracker->key.length);
	if (!*slot) {
		struct place *place = xcalloc(1, sizeof(*place));

		place->call = call;
		*(call ? &call->unsettled : &tracker->nameless) += 1;
		tracker->calls_since = call ? tracker->calls_since : 0;
		*slot = place;
	}
	return *slot;
}

static void settle(struct capability_tracker *tracker, struct place *place)
{
	if (!place->settled)
		*(place->call ? &place->call->unsettled : &tracker->nameless) -= 1;
	place->settled = true;
}

/* --- events ---------------------------------------------------------------------- */

static bool was_sent(struct capability_tracker *tracker, const struct event *event)
{
	const struct event_capability *asked = &event->capability;
	const uint32_t key[] = {
		(uint32_t)asked->number, asked->granted, asked->inferred, asked->own_userns, (uint32_t)asked->instead_of,
		asked->marks, asked->outcome, event->phase, names_number(tracker->names, asked->syscall),
		names_number(tracker->names, asked->reason), names_number(tracker->names, event->by),
	};

	text_clear(&tracker->key);
	text_add(&tracker->key, key, sizeof(key));
	if (known_bits(tracker->sent, &tracker->key))
		return true;
	known_add(tracker->sent, &tracker->key, 1);
	return false;
}

static enum capability_verdict verdict_of(const struct event_capability *asked)
{
	return capability_verdict(&(struct capability_fact){
		.number = asked->number, .instead_of = asked->instead_of, .granted = asked->granted,
		.own_userns = asked->own_userns, .inferred = asked->inferred, .marks = asked->marks,
		.reason = asked->reason, .outcome = asked->outcome });
}

static int send(struct capability_tracker *tracker, const struct event *event)
{
	const struct event_capability *asked = &event->capability;

	if (was_sent(tracker, event))
		return 0;
	if (event->phase == PHASE_PROGRAM && verdict_of(asked) == VERDICT_NEEDED)
		tracker->needed |= BIT(asked->number);
	return tracker->sink.on_event(tracker->sink.context, event);
}

/* What waits goes out, with what is known of the result. */
static int send_asked(struct capability_tracker *tracker, struct tracked *tracked, struct known_call *call,
		      enum outcome outcome, bool is_certain)
{
	int code = 0;

	for (struct asked *asked = tracked->asked; asked; asked = asked->next) {
		struct event_capability *capability = &asked->event.capability;
		bool agrees = outcome == (capability->granted ? OUTCOME_OK : OUTCOME_REFUSED);

		if (call)
			capability->syscall = call->name;
		/* A call that another one's exit stands in for may have ended otherwise. */
		capability->outcome = is_certain || agrees ? outcome : OUTCOME_UNKNOWN;
		if (outcome == OUTCOME_OK || (!capability->granted && outcome != OUTCOME_UNKNOWN))
			settle(tracker, asked->place);
		if (code == 0)
			code = send(tracker, &asked->event);
	}
	drop_asked(tracked);
	return code;
}

/* --- tasks and calls ------------------------------------------------------------- */

void capability_task_starts(struct capability_tracker *tracker, pid_t tid, pid_t parent)
{
	struct tracked *tracked = find_task(tracker, tid);
	const struct tracked *from = map_get(tracker->tasks, &parent, sizeof(parent));

	drop_asked(tracked);
	tracked->in_call = NULL;
	tracked->ids_known = from && from->ids_known;
	if (tracked->ids_known)
		tracked->ids = from->ids;
}

void capability_task_has_ids(struct capability_tracker *tracker, pid_t tid, const struct task_ids *ids)
{
	struct tracked *tracked = find_task(tracker, tid);

	tracked->ids = *ids;
	tracked->ids_known = true;
}

void capability_task_execs(struct capability_tracker *tracker, pid_t tid, pid_t old_tid, bool set_ids)
{
	struct tracked *tracked = find_task(tracker, tid), *old = find_task(tracker, old_tid);

	if (old != tracked) {
		drop_asked(tracked);	/* that thread was killed in its call */
		*tracked = *old;
		if (!tracked->asked)
			tracked->end = &tracked->asked;
		*old = (struct tracked){ .end = &old->asked };
	}
	tracked->execed = true;
	tracked->ids_known &= !set_ids;
	tracked->ids.uid[ID_SAVED] = tracked->ids.uid[ID_EFFECTIVE];	/* begin_new_exec(), fs/exec.c */
	tracked->ids.gid[ID_SAVED] = tracked->ids.gid[ID_EFFECTIVE];
}

static int end_unseen(struct capability_tracker *tracker, struct tracked *tracked)
{
	if (tracked->in_call && tracked->in_call->ids)
		tracked->ids_known = false;
	return send_asked(tracker, tracked, tracked->in_call, OUTCOME_UNKNOWN, true);
}

int capability_task_ends(struct capability_tracker *tracker, pid_t tid)
{
	struct tracked *tracked = find_task(tracker, tid);
	int code = end_unseen(tracker, tracked);

	*tracked = (struct tracked){ .end = &tracked->asked };
	return code;
}

int capability_events_lost(struct capability_tracker *tracker)
{
	int code = 0;

	for (size_t i = 0; i < map_count(tracker->tasks) && code == 0; i++) {
		struct tracked *tracked = map_value_at(tracker->tasks, i);

		code = end_unseen(tracker, tracked);
		tracked->in_call = NULL;
		tracked->ids_known = false;
	}
	return code;
}

int capability_call_begins(struct capability_tracker *tracker, const struct task *task, const struct call *call)
{
	struct tracked *tracked = find_task(tracker, task->tid);
	int code = end_unseen(tracker, tracked);

	tracker->calls_since++;
	tracked->in_call = find_call(tracker, call->abi, call->number);
	tracked->call = *call;
	tracked->execed = tracked->was_granted = false;
	return code;
}

/* PR_CAP_AMBIENT_RAISE asks nobody: what it raises has to be permitted and inheritable. */
static int send_ambient(struct capability_tracker *tracker, const struct tracked *tracked, const struct task *task)
{
	const uint64_t *args = tracked->call.args;

	if (!tracked->in_call->is_prctl || (int)args[0] != PR_CAP_AMBIENT || args[1] != PR_CAP_AMBIENT_RAISE ||
	    args[2] >= CAPABILITIES_MAX)
		return 0;
	return capability_obtained(tracker, task, CAPABILITY_AMBIENT, BIT(args[2]));
}

static int end_known_call(struct capability_tracker *tracker, const struct task *task, struct tracked *tracked,
			  int64_t result)
{
	int code = send_asked(tracker, tracked, tracked->in_call, outcome_from_result(result), true);

	if (result < 0)
		return code;
	if (tracked->in_call->ids && tracked->ids_known)
		tracked->ids_known = ids_after(tracked->in_call->ids, &tracked->call, tracked->was_granted,
					       &tracked->ids);
	return code < 0 ? code : send_ambient(tracker, tracked, task);
}

int capability_call_ends(struct capability_tracker *tracker, const struct task *task, const struct arch *abi,
			 uint64_t number, int64_t result)
{
	struct tracked *tracked = find_task(tracker, task->tid);
	struct known_call *call = find_call(tracker, abi, number);
	int code;

	if (tracked->in_call && (tracked->in_call == call || tracked->execed)) {
		code = end_known_call(tracker, task, tracked, result);
	} else if (tracked->in_call) {
		code = end_unseen(tracker, tracked);
	} else {
		tracked->ids_known &= !call->ids;
		code = send_asked(tracker, tracked, NULL, outcome_from_result(result), false);
	}
	tracked->in_call = NULL;
	tracked->execed = false;
	return code;
}

/* --- checks ---------------------------------------------------------------------- */

static bool asks_for_own_ids(const struct tracked *tracked, int capability)
{
	const struct id_call *row = tracked->in_call ? tracked->in_call->ids : NULL;
	struct task_ids with = tracked->ids, without = tracked->ids;

	return row && tracked->ids_known && capability == id_call_capability(row) &&
	       ids_after(row, &tracked->call, true, &with) && ids_after(row, &tracked->call, false, &without) &&
	       memcmp(&with, &without, sizeof(with)) == 0;
}

static bool asks_for_no_set_id(const struct tracked *tracked, int capability)
{
	int argument = tracked->in_call ? tracked->in_call->mode_argument : -1;

	return argument >= 0 && capability == CAP_FSETID && !(tracked->call.args[argument] & S_ISGID);
}

/* Would the call have had the same effect without the capability that it asks for? */
static bool is_unchanged(const struct tracked *tracked, int capability)
{
	return asks_for_own_ids(tracked, capability) || asks_for_no_set_id(tracked, capability);
}

static uint32_t marks_of(const struct capability_tracker *tracker, const struct tracked *tracked,
			 const struct capability_check *check)
{
	bool unheld = check->granted && !check->own_userns && !(tracker->ceiling & BIT(check->number));

	return (check->unaudited ? CHECK_UNAUDITED : 0) | (unheld ? CHECK_UNHELD : 0) |
	       (is_unchanged(tracked, check->number) ? CHECK_UNCHANGED : 0);
}

static bool is_same(const struct event *a, const struct event *b)
{
	const struct event_capability *x = &a->capability, *y = &b->capability;

	return x->number == y->number && x->granted == y->granted && x->own_userns == y->own_userns &&
	       x->instead_of == y->instead_of && x->marks == y->marks && x->reason == y->reason && a->by == b->by;
}

/* A check of the same call that was refused before, and that the kernel follows up with this one. */
static int instead_of(const struct tracked *tracked, const struct capability_check *check, const char *function)
{
	int before = CAPABILITY_NONE;

	for (const struct asked *asked = tracked->asked; asked; asked = asked->next)
		if (!asked->event.capability.granted && asked->event.capability.reason == function &&
		    capability_is_asked_instead(asked->event.capability.number, check->number, function))
			before = asked->event.capability.number;
	return before;
}

static int wait_for_result(struct capability_tracker *tracker, struct tracked *tracked, const struct event *event)
{
	struct asked *asked;
	int code = 0;

	for (asked = tracked->asked; asked; asked = asked->next)
		if (is_same(&asked->event, event))
			return 0;
	if (tracked->asked_count == ASKED_MAX)
		code = send_asked(tracker, tracked, tracked->in_call, OUTCOME_UNKNOWN, true);
	asked = xcalloc(1, sizeof(*asked));
	asked->event = *event;
	asked->place = find_place(tracker, tracked->in_call, &event->capability);
	*tracked->end = asked;
	tracked->end = &asked->next;
	tracked->asked_count++;
	return code;
}

static void fill_asker(struct capability_tracker *tracker, const struct capability_check *check,
		       struct event_capability *asked, struct asker *ret)
{
	CLEANUP(text_done) struct text function = TEXT_EMPTY;

	if (check->depth) {
		kernel_function_that_asked(&function, check->stack, check->depth, check->number);
		asked->reason = names_keep(tracker->names, text_cstr(&function));
	}
	ret->reason = asked->reason;
	ret->call = names_keep(tracker->names, kernel_function_call(check->stack, check->depth));
	ret->is_noise = verdict_of(asked) == VERDICT_KERNEL;
}

/* Programs that begin ask for the same, from the same places, each time: to go through the table again costs more than their
 * calls did. `asked` is filled but for the reason. */
static const struct asker *find_asker(struct capability_tracker *tracker, const struct capability_check *check,
				      struct event_capability *asked)
{
	const uint32_t head[] = { (uint32_t)check->number, asked->marks, asked->granted, asked->own_userns };
	void **slot;

	if (map_count(tracker->askers) >= ASKERS_MAX) {
		map_free(tracker->askers);
		tracker->askers = map_new(free);
	}
	text_clear(&tracker->key);
	text_add(&tracker->key, head, sizeof(head));
	for (size_t i = 0; i < check->depth; i++)
		text_add(&tracker->key, check->stack[i], strlen(check->stack[i]) + 1);
	slot = map_slot(tracker->askers, text_cstr(&tracker->key), tracker->key.length);
	if (!*slot) {
		*slot = xcalloc(1, sizeof(struct asker));
		fill_asker(tracker, check, asked, *slot);
	}
	return *slot;
}

int capability_checked(struct capability_tracker *tracker, const struct task *task,
		       const struct capability_check *check)
{
	struct tracked *tracked = find_task(tracker, task->tid);
	const struct asker *asker;
	struct event event = {
		.kind = EVENT_CAPABILITY, .phase = task->phase, .by = names_keep(tracker->names, task->by),
		.capability = {
			.number = check->number, .granted = check->granted, .own_userns = check->own_userns,
			.outcome = OUTCOME_UNKNOWN,
			.instead_of = CAPABILITY_NONE,
		},
	};

	if (check->number < 0 || check->number >= CAPABILITIES_MAX)
		return 0;
	event.capability.marks = marks_of(tracker, tracked, check);
	asker = find_asker(tracker, check, &event.capability);
	event.capability.reason = asker->reason;
	if (asker->is_noise) {
		tracker->noise[check->number]++;
		return send(tracker, &event);
	}
	/* Where the entry was seen, that tells. */
	event.capability.syscall = asker->call;
	event.capability.instead_of = instead_of(tracked, check, event.capability.reason);
	if (tracked->in_call && tracked->in_call->ids)
		tracked->was_granted |= check->granted && check->number == id_call_capability(tracked->in_call->ids);
	return wait_for_result(tracker, tracked, &event);
}

int capability_obtained(struct capability_tracker *tracker, const struct task *task, enum capability_way way,
			uint64_t set)
{
	static const struct {
		const char *syscall, *reason;
	} ways[] = {
		[CAPABILITY_OF_FILE] = { "execve", CAPABILITY_OF_FILE_REASON },
		[CAPABILITY_SET] = { "capset", "kept by capset()" },
		[CAPABILITY_AMBIENT] = { "prctl", "made ambient, so that programs that it starts have it" },
	};
	int code = 0;

	for (int i = 0; i < CAPABILITIES_MAX && code == 0; i++) {
		struct event event = {
			.kind = EVENT_CAPABILITY, .phase = task->phase, .by = task->by,
			.capability = {
				.number = i, .granted = true, .inferred = true, .syscall = ways[way].syscall,
				.reason = ways[way].reason, .outcome = OUTCOME_OK, .instead_of = CAPABILITY_NONE,
			},
		};

		if (set & BIT(i))
			code = send(tracker, &event);
	}
	return code;
}

/* --- what the recorder may switch off -------------------------------------------- */

bool capability_entry_wanted(struct capability_tracker *tracker, const struct arch *abi, uint64_t number)
{
	const struct known_call *call = find_call(tracker, abi, number);

	return call->ids || call->is_prctl || call->mode_argument >= 0 || call->unsettled ||
	       (tracker->nameless && tracker->calls_since < NAMELESS_CALLS);
}

bool capability_exit_wanted(struct capability_tracker *tracker, const struct arch *abi, uint64_t number)
{
	return capability_entry_wanted(tracker, abi, number);
}

bool capability_may_be_muted(const struct capability_tracker *tracker, int number)
{
	return number >= 0 && number < CAPABILITIES_MAX && tracker->noise[number] >= MANY &&
	       (!(tracker->ceiling & BIT(number)) || (tracker->needed & BIT(number)));
}
