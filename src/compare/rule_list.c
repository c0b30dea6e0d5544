/* SPDX-License-Identifier: Apache-2.0 */
/* From a policy to a flat list of rules. */
#include "snug/rule_list.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "snug/bytes.h"
#include "snug/cleanup.h"
#include "snug/endpoint.h"
#include "snug/memory.h"
#include "snug/names.h"
#include "snug/ruling.h"

#define SMALL_NUMBER 1024	/* below it a value of an argument counts something, above it is a set of bits */

/* Rules by class and subject, so that facts of one kind become one rule. */
struct builder {
	const struct policy *policy;
	struct map *rules;	/* class, subject → struct rule * */
	bool by_hand;		/* the facts are those that people added */
};

static struct rule *rule_of(struct builder *b, enum rule_class class, const char *subject)
{
	size_t length = strlen(subject);
	auto_free char *key = xcalloc(length + 2, 1);
	struct rule *rule;
	void **slot;

	key[0] = (char)('a' + class);
	memcpy(key + 1, subject, length);
	slot = map_slot(b->rules, key, length + 1);
	if (!*slot) {
		*slot = rule = xcalloc(1, sizeof(*rule));
		rule->class = class;
		rule->subject = xstrdup(subject);
	}
	return *slot;
}

/* As rule_of(), for what is a rule as it was observed. */
static void add_observed(struct builder *b, enum rule_class class, const struct text *subject, uint32_t access,
			 const struct evidence *evidence)
{
	CLEANUP(text_done) struct text printable = TEXT_EMPTY;
	struct rule *rule;

	bytes_printable(&printable, text_cstr(subject), subject->length);
	rule = rule_of(b, class, text_cstr(&printable));
	if (b->by_hand && !rule->access && !rule->runs.count)
		rule->reason = REASON_BY_HAND;
	rule->access |= access;
	string_set_union(&rule->by, evidence->by);
	string_set_union(&rule->runs, evidence->runs);
}

/* Profiles name the machine's own ABI in any case. */
static void add_abis(struct builder *b)
{
	for (size_t i = 0; i < b->policy->abi_count; i++)
		if (b->policy->abis[i] != b->policy->native)
			rule_of(b, RULE_ABI, b->policy->abis[i]->name);
}

static void name_value(struct text *out, const struct ruling *ruling, uint64_t value)
{
	char name[NAME_LENGTH];

	if (ruling && ruling->names >= 0)
		text_puts(out, name_of((enum name_kind)ruling->names, (int)value, name));
	else if (value < SMALL_NUMBER)
		text_printf(out, "%" PRIu64, value);
	else
		text_printf(out, "0x%" PRIx64, value);
}

static void add_call(struct builder *b, enum rule_class class, const char *subject, const struct policy_syscall *call)
{
	struct rule *rule = rule_of(b, class, subject);

	rule->reason = call->reason;
	rule->line = call->rule;
	string_set_union(&rule->by, &call->by);
}

static void add_syscall(struct builder *b, const struct policy_syscall *call)
{
	const struct ruling *ruling = ruling_of(call->name);
	char name[NAME_LENGTH];

	if (call->answer) {
		auto_free char *subject = xasprintf("%s %s", call->name, name_of(NAME_ERRNO, call->answer, name));

		add_call(b, RULE_REFUSAL, subject, call);
		return;
	}
	if (!call->condition.count)
		add_call(b, RULE_SYSCALL, call->name, call);
	for (size_t i = 0; i < call->condition.count; i++) {
		CLEANUP(text_done) struct text subject = TEXT_EMPTY;

		text_printf(&subject, "%s %s ", call->name, ruling ? ruling->argument : "argument");
		name_value(&subject, ruling, call->condition.values[i]);
		add_call(b, RULE_ARGUMENT, text_cstr(&subject), call);
	}
}

static void add_capability(struct builder *b, const struct policy_capability *capability)
{
	char name[NAME_LENGTH];
	struct rule *rule = rule_of(b, RULE_CAPABILITY, name_of(NAME_CAPABILITY, capability->number, name));

	rule->reason = capability->reason;
	rule->line = capability->rule;
	string_set_union(&rule->by, &capability->by);
}

/* A path that was a file and later a folder has two rules in the policy, and one here. */
static void add_file(struct builder *b, const struct policy_file *file)
{
	uint32_t access = file->access & ~(uint32_t)ACCESS_FREE;
	CLEANUP(text_done) struct text subject = TEXT_EMPTY;
	struct rule *rule;

	if (!access)
		return;
	pattern_text(&subject, file->pieces, file->piece_count);
	rule = rule_of(b, RULE_FILE, text_cstr(&subject));
	rule->access |= access;
	rule->reason = file->reason;
	rule->line = file->rule;
	rule->file = file;
	string_set_union(&rule->by, &file->by);
}

static bool is_needed(enum outcome outcome)
{
	return outcome == OUTCOME_OK || outcome == OUTCOME_UNKNOWN;
}

static void add_endpoints(struct builder *b, const struct trace_network *socket, const struct string_set *addresses,
			  uint32_t acts)
{
	for (size_t i = 0; i < addresses->count; i++) {
		struct endpoint endpoint = endpoint_of(addresses->items[i]);
		CLEANUP(text_done) struct text subject = TEXT_EMPTY;

		if (endpoint.port == ENDPOINT_NO_PORT)
			continue;
		endpoint_words(&subject, endpoint, socket->family, socket->type, socket->protocol);
		text_puts(&subject, endpoint.host == ENDPOINT_LOOPBACK ? " on loopback" : "");
		add_observed(b, RULE_NETWORK, &subject, acts, &socket->evidence);
	}
}

static void add_network(struct builder *b, const struct trace_network *socket)
{
	static const struct endpoint nowhere = { ENDPOINT_OTHER, ENDPOINT_NO_PORT };
	CLEANUP(text_done) struct text kind = TEXT_EMPTY;

	if (!is_needed(socket->outcome))
		return;
	endpoint_words(&kind, nowhere, socket->family, socket->type, socket->protocol);
	add_observed(b, RULE_NETWORK, &kind, SOCKET_CREATE, &socket->evidence);
	add_endpoints(b, socket, &socket->bound, SOCKET_BIND);
	add_endpoints(b, socket, &socket->connected, SOCKET_CONNECT);
}

/* A socket with a path is a file, too, whose rule says where, and knows patterns. */
static void add_unix(struct builder *b, const struct trace_socket *socket)
{
	CLEANUP(text_done) struct text kind = TEXT_EMPTY, place = TEXT_EMPTY;
	uint32_t acts = socket->acts & (SOCKET_BIND | SOCKET_CONNECT);
	char type[NAME_LENGTH];

	if (!is_needed(socket->outcome) && socket->outcome != OUTCOME_ABSENT)	/* made, whatever it met then */
		return;
	text_printf(&kind, "unix %s", name_of(NAME_SOCKET_TYPE, socket->type, type));
	add_observed(b, RULE_UNIX, &kind, SOCKET_CREATE, &socket->evidence);
	if (!socket->address || socket->address[0] != '@' || !acts || !is_needed(socket->outcome))
		return;
	text_puts(&place, "unix ");
	endpoint_abstract(&place, socket->address);
	add_observed(b, RULE_UNIX, &place, acts, &socket->evidence);
}

static void add_signal(struct builder *b, const struct trace_signal *sent)
{
	CLEANUP(text_done) struct text subject = TEXT_EMPTY;
	char name[NAME_LENGTH];

	if (sent->target != SIGNAL_TO_OUTSIDE || !is_needed(sent->outcome))
		return;
	text_puts(&subject, name_of(NAME_SIGNAL, sent->number, name));
	add_observed(b, RULE_SIGNAL, &subject, 0, &sent->evidence);
}

static void add_ptrace(struct builder *b, const struct trace_ptrace *act)
{
	CLEANUP(text_done) struct text subject = TEXT_EMPTY;

	if (act->target != SIGNAL_TO_OUTSIDE || !is_needed(act->outcome))
		return;
	text_puts(&subject, act->act);
	add_observed(b, RULE_PTRACE, &subject, 0, &act->evidence);
}

static void add_mount(struct builder *b, const struct trace_mount *mount)
{
	CLEANUP(text_done) struct text subject = TEXT_EMPTY;

	if (!is_needed(mount->outcome))
		return;
	text_puts(&subject, mount->act);
	if (mount->type)
		text_printf(&subject, " %s", mount->type);
	if (mount->source)
		text_printf(&subject, " %s", mount->source);
	if (mount->target)
		text_printf(&subject, "%s %s", mount->source ? " at" : "", mount->target);
	if (mount->flags)
		text_printf(&subject, " flags 0x%" PRIx64, mount->flags);
	add_observed(b, RULE_MOUNT, &subject, 0, &mount->evidence);
}

static void add_trace(struct builder *b, struct trace *trace)
{
	for (size_t i = 0; i < map_count(trace->network); i++)
		add_network(b, map_value_at(trace->network, i));
	for (size_t i = 0; i < map_count(trace->sockets); i++)
		add_unix(b, map_value_at(trace->sockets, i));
	for (size_t i = 0; i < map_count(trace->signals); i++)
		add_signal(b, map_value_at(trace->signals, i));
	for (size_t i = 0; i < map_count(trace->ptraces); i++)
		add_ptrace(b, map_value_at(trace->ptraces, i));
	for (size_t i = 0; i < map_count(trace->mounts); i++)
		add_mount(b, map_value_at(trace->mounts, i));
}

/* What is executed is told apart from what is opened by its own class, and sorts before it. */
static int compare_rules(const void *a, const void *b)
{
	const struct rule *x = a, *y = b;

	if (x->class != y->class)
		return x->class < y->class ? -1 : 1;
	return strcmp(x->subject, y->subject);
}

void rule_list_from_policy(struct rule_list *ret, const struct policy *policy)
{
	CLEANUP(map_freep) struct map *rules = map_new(free);
	struct builder builder = { policy, rules, false };

	add_abis(&builder);
	for (size_t i = 0; i < policy->syscall_count; i++)
		add_syscall(&builder, &policy->syscalls[i]);
	for (size_t i = 0; i < policy->capability_count; i++)
		add_capability(&builder, &policy->capabilities[i]);
	if (!policy->no_new_privs)
		rule_of(&builder, RULE_PRIVILEGES, "gain");
	for (size_t i = 0; i < policy->file_count; i++)
		add_file(&builder, &policy->files[i]);
	add_trace(&builder, policy->trace);
	builder.by_hand = true;
	if (policy->by_hand)
		add_trace(&builder, policy->by_hand);
	ret->count = map_count(rules);
	ret->items = xcalloc(ret->count ?: 1, sizeof(*ret->items));
	for (size_t i = 0; i < ret->count; i++) {
		ret->items[i] = *(struct rule *)map_value_at(rules, i);
		if (ret->items[i].access & ACCESS_EXECUTE && ret->items[i].class == RULE_FILE)
			ret->items[i].class = RULE_PROGRAM;
	}
	qsort(ret->items, ret->count, sizeof(*ret->items), compare_rules);
}

void rule_list_done(struct rule_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].subject);
		string_set_done(&list->items[i].by);
		string_set_done(&list->items[i].runs);
	}
	free(list->items);
	*list = (struct rule_list){ 0 };
}
