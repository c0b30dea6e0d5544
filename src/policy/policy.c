/* SPDX-License-Identifier: Apache-2.0 */
/* From a trace to a policy: what holds for all of it; the sections have files of their own. */
#include "snug/policy.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/build.h"
#include "snug/memory.h"

#define ABIS_MAX 32	/* bits of policy_syscall.abis */
#define GAINED_PRIVILEGES "gained-privileges"	/* note of a recorder that saw an exec gain some */

const char *reason_name(enum reason reason)
{
	static const char *const names[] = {
		[REASON_OBSERVED] = "observed",
		[REASON_RUNTIME] = "runtime",
		[REASON_ASSUMED] = "assumed",
		[REASON_EQUIVALENT] = "equivalent",
		[REASON_GENERALISED] = "generalised",
		[REASON_BY_HAND] = "by hand",
	};

	return names[reason];
}

void policy_note(struct policy *policy, const char *format, ...)
{
	char sentence[256];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	string_set_add(&policy->notes, sentence);
}

unsigned int policy_abi_index(const struct policy *policy, const struct arch *abi)
{
	unsigned int i = 0;

	while (policy->abis[i] != abi)
		i++;
	return i;
}

static void add_abi(struct policy *policy, const struct arch *abi)
{
	size_t at = 0;

	while (at < policy->abi_count && strcmp(policy->abis[at]->name, abi->name) < 0)
		at++;
	if (at < policy->abi_count && policy->abis[at] == abi)
		return;
	policy->abis = xrealloc(policy->abis, policy->abi_count + 1, sizeof(*policy->abis));
	memmove(policy->abis + at + 1, policy->abis + at, (policy->abi_count - at) * sizeof(*policy->abis));
	policy->abis[at] = abi;
	policy->abi_count++;
}

/* The machine's own ABI is always one of them: the container runtime is a program of that. */
static int collect_abis(struct policy *policy, const struct policy_options *options, struct error *err)
{
	struct trace *trace = policy->trace;

	for (size_t i = 0; i < map_count(trace->runs); i++) {
		const struct trace_run *run = map_value_at(trace->runs, i);
		const struct arch *abi = run->abi ? arch_by_name(run->abi) : NULL;

		if (run->abi && !abi)
			return error_set(err, -EINVAL, "the trace names an unknown machine '%s'", run->abi);
		if (abi && !policy->native)
			policy->native = abi;
		if (abi)
			add_abi(policy, abi);
	}
	if (!policy->native) {
		policy->native = options->native_abi ? arch_by_name(options->native_abi) : arch_native();
		if (!policy->native)
			return error_set(err, -EINVAL, "no table knows the machine '%s'",
					 options->native_abi ? options->native_abi : "that this is");
		add_abi(policy, policy->native);
	}
	for (size_t i = 0; i < map_count(trace->syscalls); i++)
		add_abi(policy, ((const struct trace_syscall *)map_value_at(trace->syscalls, i))->abi);
	if (policy->abi_count > ABIS_MAX)
		return error_set(err, -EINVAL, "the trace holds more than %d ABIs", ABIS_MAX);
	return 0;
}

/* no-new-privileges changes nothing for a run that had it, and for one in which no exec gained anything. */
static bool allows_no_new_privs(struct trace *trace)
{
	bool all_had_it = map_count(trace->runs) > 0, gained = false;

	for (size_t i = 0; i < map_count(trace->runs); i++)
		all_had_it &= ((const struct trace_run *)map_value_at(trace->runs, i))->no_new_privs;
	for (size_t i = 0; i < map_count(trace->notes); i++)
		gained |= strcmp(((const struct trace_note *)map_value_at(trace->notes, i))->code, GAINED_PRIVILEGES) == 0;
	return all_had_it || !gained;
}

static void collect_origin(struct policy *policy)
{
	struct trace *trace = policy->trace;

	for (size_t i = 0; i < map_count(trace->runs); i++) {
		const struct trace_run *run = map_value_at(trace->runs, i);
		const char *command = text_cstr(&run->command);
		const char *slash = strrchr(command, '/');

		if (command[0])
			string_set_add(&policy->programs, slash && slash[1] ? slash + 1 : command);
		if (run->image)
			string_set_add(&policy->images, run->image);
	}
}

static void collect_notes(struct policy *policy)
{
	struct trace *trace = policy->trace;

	for (size_t i = 0; i < map_count(trace->notes); i++) {
		const struct trace_note *note = map_value_at(trace->notes, i);

		if (note->text && !trace_note_is_of_recording(note->code))
			string_set_add(&policy->notes, note->text);
	}
}

int policy_from_trace(struct policy **ret, struct trace *trace, const struct policy_options *options,
		      struct error *err)
{
	CLEANUP(policy_freep) struct policy *policy = xcalloc(1, sizeof(*policy));
	int code;

	if (!map_count(trace->syscalls) && !map_count(trace->files))
		return error_set(err, -ENODATA, "nothing was recorded");
	policy->trace = trace;
	policy->rules = options->rules;
	policy->complete = trace_is_complete(trace);
	policy->no_new_privs = allows_no_new_privs(trace);
	collect_origin(policy);
	collect_notes(policy);
	code = collect_abis(policy, options, err);
	if (code < 0)
		return code;
	code = policy_add_syscalls(policy, options, err);
	if (code < 0)
		return code;
	code = policy_add_files(policy, err);
	if (code < 0)
		return code;
	policy_add_capabilities(policy);
	code = policy_apply_rules(policy, err);
	if (code < 0)
		return code;
	*ret = steal_ptr(policy);
	return 0;
}

struct policy *policy_free(struct policy *policy)
{
	if (!policy)
		return NULL;
	for (size_t i = 0; i < policy->syscall_count; i++)
		policy_syscall_done(&policy->syscalls[i]);
	for (size_t i = 0; i < policy->file_count; i++)
		policy_file_done(&policy->files[i]);
	for (size_t i = 0; i < policy->capability_count; i++)
		policy_capability_done(&policy->capabilities[i]);
	trace_free(policy->by_hand);
	free(policy->unneeded);
	findings_done(&policy->findings);
	free(policy->abis);
	free(policy->syscalls);
	free(policy->files);
	free(policy->capabilities);
	string_set_done(&policy->programs);
	string_set_done(&policy->images);
	string_set_done(&policy->notes);
	free(policy);
	return NULL;
}
