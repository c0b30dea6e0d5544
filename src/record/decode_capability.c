/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Capabilities, inferred: the facts for knowledge/capability_inference, and what comes of them.
 *
 * A capability was used when a caller that has it made a call that needs it and that succeeded; it was missed when
 * a caller without it was refused. What a call needs is asked only until the program is known to use it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "record/decode_internal.h"
#include "snug/cleanup.h"

#define CAPABILITIES_MAX 64
#define BIT(capability) ((uint64_t)1 << (capability))

/* Accesses for which the file's own bits are asked, and those for which its folder's are. */
#define READS (ACCESS_READ)
#define WRITES (ACCESS_WRITE | ACCESS_APPEND)
#define NAMES (ACCESS_DELETE | ACCESS_RENAME_FROM | ACCESS_RENAME_TO | ACCESS_LINK_TO)

static struct inference_file file_of(const struct owner *owner)
{
	return (struct inference_file){ owner->uid, owner->gid, owner->mode, owner->acl };
}

static bool refused(const struct refusals *refusals, const struct owner *owner, uint32_t want)
{
	struct inference_file file = file_of(owner);

	return refusals->caller && want && !file_allows(refusals->caller, &file, want);
}

void refuse_by_folder(void *context, const struct owner *folder)
{
	struct refusals *refusals = context;

	refusals->reading |= refused(refusals, folder, 1);
}

void refuse_by_file(struct refusals *refusals, const struct resolved *file, uint32_t access)
{
	bool is_made = !file->found && (access & ACCESS_CREATE);

	if (file->has_parent && (is_made || (access & NAMES)))
		refusals->writing |= refused(refusals, &file->parent, 3);
	if (!file->found || file->kind == FILE_KIND_SYMLINK || (access & ACCESS_EXECUTE))
		return;	/* a program needs no right to be read by the kernel */
	refusals->reading |= refused(refusals, &file->owner, access & READS ? 4 : 0);
	refusals->reading |= refused(refusals, &file->owner, access & ACCESS_ENTER ? 1 : 0);
	refusals->writing |= refused(refusals, &file->owner, access & (WRITES | ACCESS_CONNECT) ? 2 : 0);
}

static struct event capability_event(const struct pending *pending, const struct credentials *caller, int number,
				     const char *reason)
{
	return (struct event){
		.kind = EVENT_CAPABILITY,
		.capability = {
			.number = number, .granted = caller->effective & BIT(number), .inferred = true,
			.own_userns = caller->own_userns, .syscall = pending->row->name, .reason = reason,
			.instead_of = CAPABILITY_NONE,
		},
	};
}

/* The event stays if the outcome fits what the caller had. */
static bool finish_capability(struct decoder *decoder, struct pending *pending, struct draft *draft,
			      const struct conclusion *conclusion)
{
	(void)decoder;
	(void)pending;
	if (!conclusion->seen || draft->event.capability.granted)
		return !conclusion->seen || conclusion->result >= 0;
	return conclusion->result == -EPERM || conclusion->result == -EACCES;
}

static void add_capability(struct decoder *decoder, struct pending *pending, const struct credentials *caller,
			   int number, const char *reason)
{
	struct draft *draft = draft_add(pending, EVENT_CAPABILITY);

	draft->event = capability_event(pending, caller, number, reason);
	draft->finish = finish_capability;
	if (draft->event.capability.granted)
		draft_drop_known(decoder, pending, draft);
}

/* A row at work. */
struct question {
	struct decoder *decoder;
	const struct task *task;
	struct pending *pending;
	const struct capability_inference *row;
	struct inference_facts facts;
	struct inference_file file, parent;	/* what `facts` points to */
	char *name;				/* owned */
	const struct resolved *located;		/* what the call is about, if that was looked up before */
	pid_t target;				/* whose credentials facts.target is; 0 = nobody's */
};

static uint64_t row_argument(const struct question *q, size_t i)
{
	return argument(q->pending, q->row->arg[i]);
}

static void take_file(struct question *q, const struct resolved *file)
{
	q->file = file_of(&file->owner);
	q->parent = file_of(&file->parent);
	q->facts.file = &q->file;
	q->facts.parent = file->has_parent ? &q->parent : NULL;
}

/* The drafts are of the paths that are news; a row about files has nothing to say of the others. */
static bool holds_for_a_file(struct question *q)
{
	for (const struct draft *draft = q->pending->drafts; draft; draft = draft->next) {
		if (draft->event.kind != EVENT_FILE || !draft->found)
			continue;
		take_file(q, &draft->file);
		if (q->row->holds(&q->facts))
			return true;
	}
	return false;
}

static uint32_t id_argument(const struct question *q, size_t i, const char *map)
{
	bool narrow = q->row->narrow && inference_ids_are_narrow(q->pending->call.abi);
	uint32_t id = (uint32_t)row_argument(q, i);

	if (q->row->arg[i] == NO_ARGUMENT || id == UINT32_MAX || (narrow && (id & UINT16_MAX) == UINT16_MAX))
		return UINT32_MAX;
	if (narrow)
		id &= UINT16_MAX;
	return q->facts.caller->own_userns ? task_map_id(q->task->tid, map, id) : id;
}

static bool find_owner(struct question *q)
{
	struct resolved resolved;
	bool found;

	q->facts.ids[0] = id_argument(q, 0, "uid_map");
	q->facts.ids[1] = id_argument(q, 1, "gid_map");
	if (q->located) {
		take_file(q, q->located);
		return q->located->found;
	}
	found = locate_file(q->decoder, q->task, q->pending, &resolved);
	if (found)
		take_file(q, &resolved);
	resolved_done(&resolved);
	return found;
}

static bool find_ids(struct question *q)
{
	for (size_t i = 0; i < ARRAY_SIZE(q->facts.ids); i++)
		q->facts.ids[i] = id_argument(q, i, q->row->need == NEED_UIDS ? "uid_map" : "gid_map");
	return true;
}

static bool take_target(struct question *q, pid_t pid)
{
	if (pid <= 0 || pid == q->task->pid)
		return false;
	q->target = pid;
	task_states_new_credentials(q->decoder->tasks, pid);
	q->facts.target = task_credentials(q->decoder->tasks, pid);
	return q->facts.target;
}

static bool find_target(struct question *q)
{
	int pid = (int)row_argument(q, 0);

	return pid > 0 && take_target(q, task_find_process(q->decoder->tasks, q->task->tid, pid));
}

static bool find_target_of_pidfd(struct question *q)
{
	return take_target(q, process_of_pidfd(q->task->tid, (int)row_argument(q, 0)));
}

static bool find_address(struct question *q)
{
	struct sockaddr_in6 address = { 0 };	/* the port stands where struct sockaddr_in has it */
	size_t length = (uint32_t)row_argument(q, 1);

	if (length > sizeof(address))
		length = sizeof(address);
	if (!read_exactly(q->task, row_argument(q, 0), &address, length))
		return false;
	q->facts.family = address.sin6_family;
	q->facts.port = ntohs(address.sin6_port);
	return true;
}

static bool find_name(struct question *q)
{
	q->facts.name = q->name = read_string(q->task, row_argument(q, 0));
	return q->name;
}

static bool find_pointed(struct question *q)
{
	return read_exactly(q->task, row_argument(q, 0), q->facts.pointed, sizeof(q->facts.pointed));
}

static bool find_own_limit(struct question *q, unsigned int resource)
{
	struct rlimit limit;

	if (prlimit(q->task->pid, resource, NULL, &limit) < 0)
		return false;
	q->facts.limit[0] = limit.rlim_cur;
	q->facts.limit[1] = limit.rlim_max;
	return true;
}

static bool find_limit(struct question *q)
{
	uint64_t at = row_argument(q, 1);

	for (size_t i = 0; i < ARRAY_SIZE(q->facts.asked); i++) {
		if (!at || !read_word(q->task, q->pending->call.abi, &at, &q->facts.asked[i]))
			return false;
		if (q->pending->call.abi->pointer_bits == 32 && q->facts.asked[i] == UINT32_MAX)
			q->facts.asked[i] = RLIM_INFINITY;
	}
	return find_own_limit(q, (unsigned int)row_argument(q, 0));
}

static bool find_limit64(struct question *q)
{
	return row_argument(q, 1) &&
	       read_exactly(q->task, row_argument(q, 1), q->facts.asked, sizeof(q->facts.asked)) &&
	       find_own_limit(q, (unsigned int)row_argument(q, 0));
}

static bool find_memory(struct question *q)
{
	long locked = task_status_number(q->task->tid, "VmLck:"), all = task_status_number(q->task->tid, "VmSize:");

	if (locked < 0 || all < 0)
		return false;
	q->facts.used = (uint64_t)locked * 1024;
	q->facts.asked[0] = (uint64_t)all * 1024;
	return find_own_limit(q, RLIMIT_MEMLOCK);
}

static bool find_nice(struct question *q)
{
	int pid = (int)row_argument(q, 0);

	errno = 0;
	q->facts.nice = getpriority(PRIO_PROCESS, (id_t)(pid ? task_find_process(q->decoder->tasks, q->task->tid, pid)
							     : q->task->tid));
	return errno == 0;
}

/* Only what goes to a netlink address is looked at: other messages are many, and need nothing. */
static bool take_message(struct question *q, uint64_t address, uint64_t buffer)
{
	const struct socket_memory *socket;
	struct nlmsghdr header;
	uint16_t family;

	if (!address || !read_exactly(q->task, address, &family, sizeof(family)) || family != AF_NETLINK ||
	    !read_exactly(q->task, buffer, &header, sizeof(header)))
		return false;
	socket = find_socket(q->decoder, q->task, (int)row_argument(q, 0));
	if (!socket)
		return false;
	q->facts.family = family;
	q->facts.protocol = socket->protocol;
	q->facts.message = header.nlmsg_type;
	return true;
}

static bool find_message(struct question *q)
{
	return take_message(q, row_argument(q, 2), row_argument(q, 1));
}

/* struct msghdr: the address, its length (a word with its padding), the array of buffers; recvmsg(2) */
static bool find_message_header(struct question *q)
{
	const struct arch *abi = q->pending->call.abi;
	uint64_t at = row_argument(q, 1), address, length, buffers, buffer;

	return read_word(q->task, abi, &at, &address) && address && read_word(q->task, abi, &at, &length) &&
	       read_word(q->task, abi, &at, &buffers) && read_word(q->task, abi, &buffers, &buffer) &&
	       take_message(q, address, buffer);
}

/* capset(2): effective, permitted, inheritable, each in two halves */
static bool find_sets(struct question *q)
{
	uint32_t halves[6];

	if (!read_exactly(q->task, row_argument(q, 0), halves, sizeof(halves)))
		return false;
	q->facts.asked[0] = ((uint64_t)halves[4] << 32 | halves[1]) & q->facts.caller->permitted;
	return true;
}

static bool (*const finders[NEED_MAX_])(struct question *q) = {
	[NEED_OWNER] = find_owner,
	[NEED_UIDS] = find_ids,
	[NEED_GIDS] = find_ids,
	[NEED_TARGET] = find_target,
	[NEED_TARGET_PIDFD] = find_target_of_pidfd,
	[NEED_ADDRESS] = find_address,
	[NEED_NAME] = find_name,
	[NEED_POINTED] = find_pointed,
	[NEED_LIMIT] = find_limit,
	[NEED_LIMIT64] = find_limit64,
	[NEED_MEMORY] = find_memory,
	[NEED_NICE] = find_nice,
	[NEED_MESSAGE] = find_message,
	[NEED_MESSAGE_HEADER] = find_message_header,
	[NEED_SETS] = find_sets,
};

static bool holds(struct question *q)
{
	const struct capability_inference *row = q->row;

	if (row->need == NEED_FILE)
		return holds_for_a_file(q);
	if (finders[row->need] && !finders[row->need](q))
		return false;
	return !row->holds || row->holds(&q->facts);
}

static void ask(struct question *q)
{
	const struct credentials *caller = q->facts.caller;
	const char *reason = q->row->reason;

	if (!holds(q))
		return;
	if (q->row->capability != CAPABILITY_EACH_ASKED) {
		add_capability(q->decoder, q->pending, caller, q->row->capability, reason);
		return;
	}
	for (int i = 0; i < CAPABILITIES_MAX; i++)
		if (q->facts.asked[0] & BIT(i))
			add_capability(q->decoder, q->pending, caller, i, reason);
}

/* Can the answer still be news? A refusal is, only if the call or what it names is. */
static bool is_worth_asking(struct decoder *decoder, const struct pending *pending, const struct credentials *caller,
			    const struct capability_inference *row)
{
	struct event event;

	if (row->capability == CAPABILITY_EACH_ASKED)
		return true;
	event = capability_event(pending, caller, row->capability, row->reason);
	if (!event.capability.granted)
		return pending->call_is_news || pending->drafts;
	return !event_succeeded_before(decoder, pending, &event);
}

static struct question question_of(struct decoder *decoder, const struct task *task, struct pending *pending, size_t i)
{
	return (struct question){
		.decoder = decoder, .task = task, .pending = pending, .row = &pending->row->inferences[i],
		.facts = {
			.args = pending->call.args, .family = -1, .protocol = -1,
			.first_free_port = decoder->first_free_port,
		},
	};
}

static void ask_rows(struct decoder *decoder, const struct task *task, struct pending *pending)
{
	for (size_t i = 0; i < pending->row->inference_count; i++) {
		struct question q = question_of(decoder, task, pending, i);

		if (!capability_inference_may_hold(q.row, pending->call.args))
			continue;
		q.facts.caller = task_credentials(decoder->tasks, task->tid);
		if (q.facts.caller && is_worth_asking(decoder, pending, q.facts.caller, q.row))
			ask(&q);
		/* Another process's credentials change unseen, and its number may become a task's of ours. */
		if (q.target)
			task_states_new_credentials(decoder->tasks, q.target);
		free(q.name);
	}
}

/* Reading and searching: either will do, and the kernel asks for the weaker first (generic_permission(), fs/namei.c). */
static void ask_mode_bits(struct decoder *decoder, struct pending *pending, const struct credentials *caller,
			  const struct draft *file)
{
	bool has_override = caller->effective & BIT(CAP_DAC_OVERRIDE);
	bool has_search = caller->effective & BIT(CAP_DAC_READ_SEARCH);

	if (file->writing_refused)
		add_capability(decoder, pending, caller, CAP_DAC_OVERRIDE, "wrote where the mode bits refuse it");
	else if (file->reading_refused)
		add_capability(decoder, pending, caller,
			       has_override && !has_search ? CAP_DAC_OVERRIDE : CAP_DAC_READ_SEARCH,
			       MODE_BITS_REASON);
}

static void ask_refusals(struct decoder *decoder, struct pending *pending, const struct credentials *caller)
{
	for (const struct draft *draft = pending->drafts; draft; draft = draft->next)
		if (draft->event.kind == EVENT_FILE && (draft->reading_refused || draft->writing_refused))
			ask_mode_bits(decoder, pending, caller, draft);
}

void decode_capabilities(struct decoder *decoder, const struct task *task, struct pending *pending)
{
	if (pending->row->inference_count)
		ask_rows(decoder, task, pending);
	if (pending->drafts)
		ask_refusals(decoder, pending, task_credentials(decoder->tasks, task->tid));
}

void decode_capabilities_of_file(struct decoder *decoder, const struct task *task, struct pending *pending,
				 const struct credentials *caller)
{
	const struct draft *first = pending->drafts;

	for (size_t i = 0; i < pending->row->inference_count; i++) {
		struct question q = question_of(decoder, task, pending, i);

		q.facts.caller = caller;
		q.located = &first->file;
		if ((q.row->need == NEED_FILE || q.row->need == NEED_OWNER) &&
		    capability_inference_may_hold(q.row, pending->call.args) &&
		    is_worth_asking(decoder, pending, caller, q.row))
			ask(&q);
	}
	ask_refusals(decoder, pending, caller);
}

void send_file_capabilities(struct decoder *decoder, const struct pending *pending, uint64_t capabilities)
{
	for (int i = 0; i < CAPABILITIES_MAX; i++) {
		struct event event = {
			.kind = EVENT_CAPABILITY,
			.capability = {
				.number = i, .granted = true, .inferred = true, .syscall = "execve",
				.reason = CAPABILITY_OF_FILE_REASON, .outcome = OUTCOME_OK,
				.instead_of = CAPABILITY_NONE,
			},
		};

		if (capabilities & BIT(i))
			send_event(decoder, pending, &event);
	}
}
