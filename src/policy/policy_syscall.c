/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which calls are allowed, with which arguments, and why.
 *
 * Everything that is known of a call is gathered first, from the recording, the runtimes and the table of
 * fallbacks; then each call becomes at most one rule.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/build.h"
#include "policy/call.h"
#include "snug/baseline.h"
#include "snug/docker_default.h"
#include "snug/fallback.h"
#include "snug/memory.h"
#include "snug/names.h"
#include "snug/risk.h"
#include "snug/ruling.h"
#include "snug/syscall_argument.h"

#define RECORDING "recording"	/* stands for the runtime under which it was recorded */

static void call_free(void *value)
{
	struct call *call = value;

	string_set_done(&call->values);
	string_set_done(&call->refusals);
	string_set_done(&call->programs);
	string_set_done(&call->runtimes);
	string_set_done(&call->instead_of);
	string_set_done(&call->values_by_hand);
	free(call);
}

void policy_syscall_done(struct policy_syscall *rule)
{
	free(rule->name);
	free(rule->condition.values);
	string_set_done(&rule->by);
}

struct call *call_of(struct map *calls, const char *name)
{
	void **slot = map_slot(calls, name, strlen(name));
	struct call *call = *slot;

	if (!call) {
		*slot = call = xcalloc(1, sizeof(*call));
		call->name = name;
	}
	return call;
}

/* A name goes into a profile as it is: nothing but what kernels call their calls may be one. */
static bool is_call_name(const char *name)
{
	size_t length = strlen(name);

	for (const char *p = name; *p; p++)
		if (!islower((unsigned char)*p) && !isdigit((unsigned char)*p) && *p != '_')
			return false;
	return length > 0 && length < SYSCALL_NAME_MAX;
}

static bool exists_somewhere(const struct policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->abi_count; i++)
		if (syscall_number(policy->abis[i], name) >= 0)
			return true;
	return false;
}

static void gather_values(struct call *call, const struct trace_syscall *seen)
{
	const struct ruling *ruling = ruling_of(seen->name);

	/* One that nobody is told of has none of the bits that are ruled on: not_notified.h. */
	if (!ruling || seen->assumed)
		return;
	for (size_t i = 0; i < seen->arg_count; i++) {
		if (strcmp(seen->args[i].name, ruling->argument) != 0)
			continue;
		string_set_union(&call->values, &seen->args[i].values);
		return;
	}
	call->any_value = true;
}

static bool is_refusal(const char *name)
{
	return strcmp(name, "EPERM") == 0 || strcmp(name, "EACCES") == 0;
}

bool policy_call_worked(const struct trace_syscall *seen)
{
	for (size_t i = 0; i < seen->errnos.count; i++)
		if (!is_refusal(seen->errnos.items[i]) && strcmp(seen->errnos.items[i], "ENOSYS") != 0)
			return true;
	return seen->ok || !seen->errnos.count;
}

/* ENOSYS is neither success nor refusal: the profile answers the same. Returns whether the call worked. */
static bool gather_outcome(struct call *call, const struct trace_syscall *seen)
{
	bool worked = policy_call_worked(seen);

	for (size_t i = 0; i < seen->errnos.count; i++)
		if (is_refusal(seen->errnos.items[i]))
			string_set_add(&call->refusals, seen->errnos.items[i]);
	call->worked |= worked;
	return worked;
}

static void gather_observed(struct map *calls, const struct policy *policy, const struct trace_syscall *seen)
{
	struct call *call = call_of(calls, seen->name);

	call->observed |= !seen->assumed;
	call->assumed |= seen->assumed;
	call->abis |= 1u << policy_abi_index(policy, seen->abi);
	if (gather_outcome(call, seen))
		gather_values(call, seen);
	string_set_union(&call->programs, seen->evidence.by);
}

/* runc 1.3 asks for mounts of its own, and does without where a profile like Docker's default one refuses them. */
static bool is_tried_only(const struct trace_syscall *seen)
{
	const struct risk *risk = risk_of_syscall(seen->name);
	bool dangerous = risk && risk->level == RISK_HIGH;

	for (size_t i = 0; i < seen->errnos.count; i++)
		if (strcmp(seen->errnos.items[i], "ENOSYS") != 0 &&
		    !(dangerous && strcmp(seen->errnos.items[i], "EPERM") == 0))
			return false;
	return !seen->ok && seen->errnos.count > 0;
}

static void gather_runtime(struct map *calls, const struct policy *policy, const struct trace_syscall *seen)
{
	struct call *call;

	if (is_tried_only(seen))
		return;
	/* The recording's own doing: who enforces a profile has no listener. */
	if (baseline_is_for_listener(seen->name))
		return;
	call = call_of(calls, seen->name);
	call->runtime = true;
	call->abis |= 1u << policy_abi_index(policy, seen->abi);
	string_set_add(&call->runtimes, RECORDING);
}

bool policy_keeps_runtime_call(const struct trace_syscall *call)
{
	const struct baseline *row;

	if (is_tried_only(call) || baseline_is_for_listener(call->name))
		return false;
	for (size_t i = 0; (row = baseline_at(i)) != NULL; i++)
		if (strcmp(row->call, call->name) == 0 && strcmp(row->start, "listen") != 0)
			return false;
	return true;
}

static int gather_trace(struct map *calls, struct policy *policy, bool with_runtime, bool *ret_runtime_seen,
			struct error *err)
{
	struct trace *trace = policy->trace;

	*ret_runtime_seen = false;
	for (size_t i = 0; i < map_count(trace->syscalls); i++) {
		const struct trace_syscall *seen = map_value_at(trace->syscalls, i);

		if (seen->name[0] == '#') {
			policy_note(policy, "call %s of %s has no name that a profile could hold: it is refused with ENOSYS",
				    seen->name + 1, seen->abi->name);
			continue;
		}
		if (!is_call_name(seen->name))
			return error_set(err, -EINVAL, "the trace names a call that no kernel has: '%.80s'", seen->name);
		*ret_runtime_seen |= seen->phase == PHASE_RUNTIME;
		if (seen->phase == PHASE_PROGRAM)
			gather_observed(calls, policy, seen);
		else if (with_runtime)
			gather_runtime(calls, policy, seen);
	}
	return 0;
}

/* Was this runtime the recording's? "runc" of "runc 1.1.5"; a recording that does not say may be of any. */
static bool is_recorded_runtime(const struct policy *policy, const char *runtime)
{
	struct trace *trace = policy->trace;
	size_t length = strlen(runtime);
	bool said = false;

	for (size_t i = 0; i < map_count(trace->runs); i++) {
		const struct trace_run *run = map_value_at(trace->runs, i);

		if (!run->runtime)
			continue;
		said = true;
		if (strncmp(run->runtime, runtime, length) == 0 && strchr(" ", run->runtime[length]))
			return true;
	}
	return !said;
}

/* The tight form takes from the tables only what a recording may lack: what is a matter of chance, as Go's scheduler
 * decides it anew each time, and what runc does not let a listener see. */
static bool may_be_missed(const struct baseline *row)
{
	return row->chance || strcmp(row->call, "write") == 0;
}

static void gather_baseline(struct map *calls, const struct policy *policy, enum runtime_form form)
{
	const struct baseline *row;

	for (size_t i = 0; (row = baseline_at(i)) != NULL; i++) {
		auto_free char *label = NULL;
		struct call *call;

		if (strcmp(row->start, "listen") == 0)
			continue;
		if (form == RUNTIME_RECORDED && (!may_be_missed(row) || !is_recorded_runtime(policy, row->runtime)))
			continue;
		if (!exists_somewhere(policy, row->call))
			continue;
		call = call_of(calls, row->call);
		call->runtime = true;
		label = strcmp(row->version, "*") == 0 ? xstrdup(row->runtime)
						       : xasprintf("%s %s", row->runtime, row->version);
		string_set_add(&call->runtimes, label);
	}
}

/* Is there anything that `row` would do the work of? */
static bool fallback_applies(struct map *calls, const struct fallback *row)
{
	const struct call *call;

	if (strcmp(row->call, "*") == 0)
		return true;
	call = map_get(calls, row->call, strlen(row->call));
	return call && call->worked;
}

static void gather_fallbacks(struct map *calls, const struct policy *policy)
{
	const struct fallback *row;

	for (size_t i = 0; (row = fallback_at(i)) != NULL; i++) {
		const struct call *original;
		struct call *instead;

		if (!exists_somewhere(policy, row->instead) || !fallback_applies(calls, row))
			continue;
		instead = call_of(calls, row->instead);
		instead->equivalent = true;
		string_set_add(&instead->instead_of, row->call);
		original = map_get(calls, row->call, strlen(row->call));
		if (original && row->unless)
			string_set_union(&instead->values, &original->values);
	}
}

static int compare_values(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void condition_fill(struct policy_condition *condition, const struct string_set *values, bool and_none)
{
	size_t count = 0;

	condition->values = xcalloc(values->count + 1, sizeof(*condition->values));
	for (size_t i = 0; i < values->count; i++)
		condition->values[i] = strtoull(values->items[i], NULL, 10) & condition->mask;
	condition->count = values->count + (and_none ? 1 : 0);
	qsort(condition->values, condition->count, sizeof(*condition->values), compare_values);
	for (size_t i = 0; i < condition->count; i++)
		if (count == 0 || condition->values[count - 1] != condition->values[i])
			condition->values[count++] = condition->values[i];
	condition->count = count;
}

bool condition_choose(const struct policy *policy, struct policy_condition *condition, const char *call, const char *name,
		      uint64_t mask)
{
	const struct syscall_argument *argument = syscall_argument_find(policy->native, call, name);

	for (size_t i = 0; i < policy->abi_count; i++) {
		const struct syscall_argument *there = syscall_argument_find(policy->abis[i], call, name);

		if (!argument || !there || there->index != argument->index)
			return false;
	}
	condition->index = argument->index;
	condition->argument = argument->name;
	condition->mask = mask ? mask : argument->mask;
	return true;
}

/* Rules on an argument where the table says so and all values are known. */
static void rule_on_argument(struct policy *policy, struct policy_syscall *rule, const struct call *call)
{
	const struct ruling *ruling = ruling_of(call->name);

	if (!ruling || call->runtime)
		return;
	if (fallback_refused(call->name)) {
		policy_note(policy, "%s is allowed, and with it new namespaces: it was asked for what its fallback cannot do",
			    call->name);
		return;
	}
	if (call->any_value || call->values.more) {
		policy_note(policy, "%s is allowed whatever its %s: not every value was recorded", call->name,
			    ruling->argument);
		return;
	}
	if (condition_choose(policy, &rule->condition, call->name, ruling->argument, ruling->mask))
		/* In place of another call, or unseen, it is asked for what anybody may ask: clone for no new namespace. */
		condition_fill(&rule->condition, &call->values, call->equivalent || call->assumed);
}

/* A call that was only ever refused, and that is dangerous or was refused by the profile that containers have anyhow: the
 * program lived with that errno. Allowed, it would go where it was not seen to go (MariaDB falls back from io_uring_setup;
 * once that works, its io_uring_enter is refused). */
static int refusal_of(const struct call *call)
{
	const struct risk *risk = risk_of_syscall(call->name);
	int number = EPERM;

	if (call->worked || call->runtime || (!call->beyond_default && (!risk || risk->level != RISK_HIGH)))
		return 0;
	if (call->refusals.count == 1)
		value_of(NAME_ERRNO, call->refusals.items[0], &number);
	return number;
}

/* That the recording showed it, too, is worth a word only where no table knows: else files would change with the engine. */
static void name_runtimes(struct policy_syscall *rule, const struct call *call)
{
	for (size_t i = 0; i < call->runtimes.count; i++)
		if (call->runtimes.count == 1 || strcmp(call->runtimes.items[i], RECORDING) != 0)
			string_set_add(&rule->by, call->runtimes.items[i]);
}

static void explain(struct policy_syscall *rule, const struct call *call)
{
	bool asked = call->observed && (call->worked || call->refusals.count);

	/* That a runtime needs it for any argument is the reason why it is allowed for any. */
	if (asked && !(call->runtime && ruling_of(call->name))) {
		rule->reason = REASON_OBSERVED;
		string_set_union(&rule->by, &call->programs);
	} else if (call->runtime) {
		rule->reason = REASON_RUNTIME;
		name_runtimes(rule, call);
	} else if (call->assumed) {
		rule->reason = REASON_ASSUMED;
	} else {
		rule->reason = REASON_EQUIVALENT;
		string_set_union(&rule->by, &call->instead_of);
	}
}

static bool has_value_of(const struct call *call, uint64_t bits)
{
	for (size_t i = 0; i < call->values.count; i++)
		if (strtoull(call->values.items[i], NULL, 10) & bits)
			return true;
	return false;
}

/* Answered with ENOSYS although it was observed, unless a runtime or a flag that only it knows speaks against that. */
bool call_is_replaced(const struct call *call)
{
	const struct fallback *row = fallback_refused(call->name);

	return row && !call->runtime && !has_value_of(call, row->unless);
}

/* Only ever answered with ENOSYS, or a call that must be: the default does that. */
static bool needs_no_rule(const struct call *call)
{
	if (call_is_replaced(call))
		return true;
	return !call->worked && !call->refusals.count && !call->runtime && !call->equivalent;
}

struct policy_syscall *policy_new_syscall(struct policy *policy, const struct call *call)
{
	struct policy_syscall *rule = &policy->syscalls[policy->syscall_count++];

	*rule = (struct policy_syscall){ .name = xstrdup(call->name), .abis = call->abis };
	return rule;
}

/* NULL when it needs none. */
static struct policy_syscall *add_rule(struct policy *policy, const struct call *call)
{
	struct policy_syscall *rule;

	if (needs_no_rule(call))
		return NULL;
	rule = policy_new_syscall(policy, call);
	rule->answer = refusal_of(call);
	explain(rule, call);
	if (!rule->answer)
		rule_on_argument(policy, rule, call);
	return rule;
}

/* At most two rules: what is needed, and what people add. */
static int add_rules(struct policy *policy, struct map *calls, const struct call *call, struct error *err)
{
	struct policy_syscall *rule = add_rule(policy, call);
	int code = syscall_check_never(policy, calls, &rule, err);

	if (code < 0)
		return code;
	return syscall_add_by_hand(policy, call, rule, err);
}

static int compare_rules(const void *a, const void *b)
{
	const struct policy_syscall *x = a, *y = b;

	if (x->answer != y->answer)
		return x->answer < y->answer ? -1 : 1;
	if (x->reason != y->reason)
		return x->reason < y->reason ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* The multiplexer of 32-bit ABIs: what it is asked stands in memory. */
static void note_socketcall(struct policy *policy, const struct map *calls)
{
	const struct call *call = map_get(calls, "socketcall", strlen("socketcall"));

	if (call && call->worked)
		policy_note(policy, "32-bit programs open sockets by socketcall, of which a profile cannot tell the family");
}

/* Calls of this machine's own ABI: Docker's profile knows those of the others by the same names. */
static void compare_with_default(const struct policy *policy, struct map *calls)
{
	CLEANUP(string_set_done) struct string_set allowed = STRING_SET_EMPTY;

	docker_default_calls(&allowed, policy->native);
	for (size_t i = 0; i < map_count(calls); i++) {
		struct call *call = map_value_at(calls, i);

		call->beyond_default = syscall_number(policy->native, call->name) >= 0 &&
				       !string_set_has(&allowed, call->name);
	}
}

/* Where neither the program was seen to call it nor a runtime needs it. */
static void note_assumed(struct policy *policy, struct map *calls)
{
	CLEANUP(text_done) struct text assumed = TEXT_EMPTY;

	for (size_t i = 0; i < map_count(calls); i++) {
		const struct call *call = map_value_at(calls, i);

		if (call->assumed && !call->observed && !call->runtime)
			text_printf(&assumed, "%s%s", assumed.length ? ", " : "", call->name);
	}
	if (assumed.length)
		policy_note(policy, "assumed, since no listener is told of them: %s", text_cstr(&assumed));
}

int policy_add_syscalls(struct policy *policy, const struct policy_options *options, struct error *err)
{
	CLEANUP(map_freep) struct map *calls = map_new(call_free);
	bool runtime_seen;
	int code;

	code = gather_trace(calls, policy, options->runtime != RUNTIME_NONE, &runtime_seen, err);
	if (code < 0)
		return code;
	if (options->runtime == RUNTIME_RECORDED && !runtime_seen) {
		error_set(err, -EINVAL, "the recording shows no container runtime");
		return error_hint(err, "leave --runtime at 'union'");
	}
	gather_fallbacks(calls, policy);
	if (options->runtime != RUNTIME_NONE)
		gather_baseline(calls, policy, options->runtime);
	note_socketcall(policy, calls);
	note_assumed(policy, calls);
	compare_with_default(policy, calls);
	calls_gather_rules(calls, options->rules);
	policy->syscalls = xcalloc(2 * map_count(calls) ?: 1, sizeof(*policy->syscalls));
	for (size_t i = 0; code == 0 && i < map_count(calls); i++)
		code = add_rules(policy, calls, map_value_at(calls, i), err);
	if (code < 0)
		return code;
	qsort(policy->syscalls, policy->syscall_count, sizeof(*policy->syscalls), compare_rules);
	return 0;
}
