/* SPDX-License-Identifier: Apache-2.0 */
/* From events to facts: an event is an entry with one witness, absorbed like any other. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "snug/memory.h"
#include "trace/section.h"

#define ERRNO_MAX 4095	/* the kernel's MAX_ERRNO, include/linux/err.h: larger results are addresses */

/* Who did it, in sets that live during one event. */
struct witness {
	char *by_item, *run_item;
	struct string_set by, run;
	struct evidence evidence;
};

static void witness_init(struct witness *witness, const struct trace *trace, const struct event *event)
{
	witness->by_item = (char *)event->by;
	witness->run_item = trace->current->id;
	witness->by = (struct string_set){ .items = &witness->by_item, .count = event->by != NULL };
	witness->run = (struct string_set){ .items = &witness->run_item, .count = 1 };
	witness->evidence = (struct evidence){ .by = &witness->by, .runs = &witness->run };
}

/* What could not be turned into a fact is a loss like any other. */
static int lose(struct trace *trace, const char *source, uint64_t count)
{
	struct map *lost = trace->current->lost;
	const uint64_t *before = map_get(lost, source, strlen(source));
	uint64_t sum;

	if (__builtin_add_overflow(before ? *before : 0, count, &sum))
		sum = UINT64_MAX;
	counters_raise(lost, source, sum);
	return 0;
}

static bool is_absolute(const char *path)
{
	return path && path[0] == '/';
}

#define ABSORB(key, ...) trace_absorb(trace, section_by_key(key), &(__VA_ARGS__))

static int add_syscall(struct trace *trace, const struct event *event, struct evidence evidence)
{
	const struct event_syscall *call = &event->syscall;
	bool failed = !call->assumed && call->has_result && call->result < 0 && call->result >= -ERRNO_MAX;
	size_t arg_count = call->assumed ? 0 : call->arg_count;
	char name[SYSCALL_NAME_MAX], error[NAME_LENGTH], *error_item = error;
	char digits[EVENT_ARGS_MAX][24], *digit_items[EVENT_ARGS_MAX];
	struct trace_argument args[EVENT_ARGS_MAX];

	for (size_t i = 0; i < arg_count; i++) {
		snprintf(digits[i], sizeof(digits[i]), "%020" PRIu64, call->args[i].value);
		digit_items[i] = digits[i];
		args[i] = (struct trace_argument){ .name = (char *)call->args[i].name,
						   .values = { .items = &digit_items[i], .count = 1 } };
	}
	if (failed)
		name_of(NAME_ERRNO, (int)-call->result, error);
	ABSORB("syscalls", (struct trace_syscall){
		.abi = call->abi, .name = (char *)syscall_name(call->abi, call->number, name),
		.phase = event->phase, .assumed = call->assumed, .ok = !failed,
		.errnos = { .items = &error_item, .count = failed },
		.args = args, .arg_count = arg_count, .evidence = evidence });
	return 0;
}

static int add_file(struct trace *trace, const struct event *event, struct evidence evidence)
{
	const struct event_file *file = &event->file;

	if (!is_absolute(file->path))
		return lose(trace, "paths", 1);
	ABSORB("files", (struct trace_file){
		.path = (char *)file->path, .kinds = file->kind ? KIND_BIT(file->kind) : 0,
		.outcome = file->outcome, .access = file->access, .evidence = evidence });
	return 0;
}

static int add_exec(struct trace *trace, const struct event *event, struct evidence evidence)
{
	if (!is_absolute(event->exec.to))
		return lose(trace, "paths", 1);
	ABSORB("execs", (struct trace_exec){
		.from = is_absolute(event->exec.from) ? (char *)event->exec.from : NULL,
		.to = (char *)event->exec.to, .evidence = evidence });
	return 0;
}

static int add_network(struct trace *trace, const struct event *event, struct evidence evidence)
{
	const struct event_network *network = &event->network;
	char *item = (char *)network->address;
	struct string_set address = { .items = &item, .count = item != NULL }, none = STRING_SET_EMPTY;

	ABSORB("network", (struct trace_network){
		.family = network->family, .type = network->type, .protocol = network->protocol,
		.outcome = network->outcome, .acts = network->act,
		.bound = network->act == SOCKET_BIND || network->act == SOCKET_LISTEN ? address : none,
		.connected = network->act == SOCKET_CONNECT ? address : none, .evidence = evidence });
	return 0;
}

static int add_unix(struct trace *trace, const struct event *event, struct evidence evidence)
{
	const struct event_unix *socket = &event->unix_socket;

	ABSORB("sockets", (struct trace_socket){
		.address = (char *)socket->address, .type = socket->type, .outcome = socket->outcome,
		.acts = socket->act, .evidence = evidence });
	return 0;
}

static int add_signal(struct trace *trace, const struct event *event, struct evidence evidence)
{
	if (event->signal.number < 0)
		return lose(trace, "signals", 1);
	ABSORB("signals", (struct trace_signal){
		.number = event->signal.number, .target = event->signal.target,
		.outcome = event->signal.outcome, .evidence = evidence });
	return 0;
}

static int add_mount(struct trace *trace, const struct event *event, struct evidence evidence)
{
	const struct event_mount *mount = &event->mount;

	ABSORB("mounts", (struct trace_mount){
		.act = (char *)mount->act, .source = (char *)mount->source, .target = (char *)mount->target,
		.type = (char *)mount->type, .flags = mount->flags, .outcome = mount->outcome,
		.evidence = evidence });
	return 0;
}

static int add_ptrace(struct trace *trace, const struct event *event, struct evidence evidence)
{
	ABSORB("ptraces", (struct trace_ptrace){
		.act = (char *)event->ptrace.act, .target = event->ptrace.target,
		.outcome = event->ptrace.outcome, .evidence = evidence });
	return 0;
}

static int add_capability(struct trace *trace, const struct event *event, struct evidence evidence)
{
	const struct event_capability *capability = &event->capability;

	if (capability->number < 0)
		return lose(trace, "capabilities", 1);
	ABSORB("capabilities", (struct trace_capability){
		.number = capability->number, .granted = capability->granted, .inferred = capability->inferred,
		.own_userns = capability->own_userns, .syscall = (char *)capability->syscall,
		.reason = (char *)capability->reason, .outcome = capability->outcome,
		.instead_of = capability->instead_of, .marks = capability->marks, .evidence = evidence });
	return 0;
}

static int add_limit(struct trace *trace, const struct event *event, struct evidence evidence)
{
	(void)evidence;
	counters_raise(trace->limits, event->limit.name, event->limit.value);
	return 0;
}

static int add_note(struct trace *trace, const struct event *event, struct evidence evidence)
{
	ABSORB("notes", (struct trace_note){
		.code = (char *)event->note.code, .text = (char *)event->note.text, .count = event->note.count,
		.runs = evidence.runs });
	return 0;
}

static int add_lost(struct trace *trace, const struct event *event, struct evidence evidence)
{
	(void)evidence;
	return lose(trace, event->lost.source, event->lost.count);
}

/* In phase "runtime" the seccomp filter is loaded already, and nothing else of the container's is: the AppArmor profile
 * and the container's capabilities take effect at the program's exec. What the runtime does but its calls is its own. */
static bool concerns_container(const struct event *event)
{
	return event->phase == PHASE_PROGRAM || event->kind == EVENT_SYSCALL || event->kind == EVENT_NOTE ||
	       event->kind == EVENT_LOST;
}

static int (*const adders[EVENT_KIND_MAX_])(struct trace *, const struct event *, struct evidence) = {
	[EVENT_SYSCALL] = add_syscall,
	[EVENT_FILE] = add_file,
	[EVENT_EXEC] = add_exec,
	[EVENT_NETWORK] = add_network,
	[EVENT_UNIX] = add_unix,
	[EVENT_SIGNAL] = add_signal,
	[EVENT_MOUNT] = add_mount,
	[EVENT_PTRACE] = add_ptrace,
	[EVENT_CAPABILITY] = add_capability,
	[EVENT_LIMIT] = add_limit,
	[EVENT_NOTE] = add_note,
	[EVENT_LOST] = add_lost,
};

int trace_add_event(void *context, const struct event *event)
{
	struct trace *trace = context;
	struct witness witness;

	if (!trace->current)
		return -EINVAL;
	if (!concerns_container(event))
		return 0;
	witness_init(&witness, trace, event);
	return adders[event->kind](trace, event, witness.evidence);
}

struct trace_run *trace_begin_run(struct trace *trace, const char *id)
{
	trace->current = ABSORB("runs", (struct trace_run){ .id = (char *)id, .exit_status = -1 });
	return trace->current;
}

void trace_end_run(struct trace *trace, bool end_seen)
{
	trace->current->complete = end_seen && map_count(trace->current->lost) == 0;
	trace->current = NULL;
}
