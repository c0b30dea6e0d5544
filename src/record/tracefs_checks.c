/* SPDX-License-Identifier: Apache-2.0 */
/* Where capability checks come from; see tracefs_checks.h. */
#include "record/tracefs_checks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/tracefs_probe.h"
#include "snug/memory.h"
#include "snug/text.h"

#define TRACEPOINT "capability/cap_capable"
#define CAPABILITIES_MAX 64

struct tracefs_checks {
	const struct tracefs_instance *instance;	/* borrowed */
	struct kernel_symbols *symbols;			/* owned; NULL: they are hidden from us */
	char asked[128];		/* event that tells what was asked, "" = none */
	char answered[128];		/* event that tells the answer, "" = the same */
	char condition[512];		/* of checks that are wanted, "" = all are */
	bool by_trigger;		/* stacks come with checks alone, not with each event of the instance */
	uint64_t muted;
};

static int write_file(const struct tracefs_checks *checks, const char *event, const char *file, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "events/%s/%s", event, file);
	return tracefs_file_write(checks->instance->folder, path, text);
}

static bool learn(const struct tracefs_checks *checks, struct tracefs_formats *formats, const char *event,
		  enum tracefs_record_kind kind)
{
	return tracefs_event_learn(checks->instance, formats, kind, false, event) >= 0;
}

/* Arguments of cap_capable(), security/commoncap.c, the same since Linux 5.1; $argN needs Linux 4.20. */
static bool make_probes(struct tracefs_checks *checks)
{
	const struct tracefs_instance *instance = checks->instance;
	char group[64], line[256];

	tracefs_instance_group(instance, group);
	snprintf(line, sizeof(line), "p:%s/asked cap_capable cred=$arg1:x64 target_ns=$arg2:x64 cap=$arg3:s32 opts=$arg4:u32",
		 group);
	if (tracefs_file_append(instance->root, "dynamic_events", line) < 0)
		return false;
	snprintf(line, sizeof(line), "r:%s/answered cap_capable ret=$retval:s32", group);
	if (tracefs_file_append(instance->root, "dynamic_events", line) < 0)
		return false;
	snprintf(checks->asked, sizeof(checks->asked), "%s/asked", group);
	snprintf(checks->answered, sizeof(checks->answered), "%s/answered", group);
	return true;
}

static bool choose_events(struct tracefs_checks *checks)
{
	if (!tracefs_file_exists(checks->instance->folder, "events/" TRACEPOINT))
		return make_probes(checks);
	snprintf(checks->asked, sizeof(checks->asked), TRACEPOINT);
	return true;
}

/* This trigger runs after its record was made, and so after the list of members was asked; with a condition it would be waited for twice
 * when it is removed (trigger_data_free(), kernel/trace/trace_events_trigger.c), so that it has none until something is muted. */
static void set_trigger(const struct tracefs_checks *checks)
{
	const char *condition = checks->condition;
	char trigger[600];

	snprintf(trigger, sizeof(trigger), "stacktrace%s%s", condition[0] ? " if " : "", condition);
	write_file(checks, checks->asked, "trigger", trigger);
}

static void bring_all_stacks(const struct tracefs_checks *checks, bool bring)
{
	tracefs_file_write(checks->instance->folder, "options/stacktrace", bring ? "1" : "0");
}

static void set_filter(const struct tracefs_checks *checks)
{
	write_file(checks, checks->asked, "filter", checks->condition[0] ? checks->condition : "0");
}

/* An event has one trigger of a kind, and the kernel returns from removing it some 10 ms after it did no more: meanwhile all
 * events of the instance bring their stacks, since a check without one cannot be told from what the kernel asks for itself. */
static void set_trigger_again(const struct tracefs_checks *checks)
{
	bring_all_stacks(checks, true);
	write_file(checks, checks->asked, "trigger", "!stacktrace");
	set_trigger(checks);
	set_filter(checks);
	bring_all_stacks(checks, false);
}

static void set_condition(struct tracefs_checks *checks, const char *condition)
{
	snprintf(checks->condition, sizeof(checks->condition), "%s", condition);
	if (checks->by_trigger)
		set_trigger_again(checks);
	else
		set_filter(checks);
}

struct tracefs_checks *tracefs_checks_open(const struct tracefs_instance *instance, struct tracefs_formats *formats, bool few_events)
{
	struct tracefs_checks *checks = xcalloc(1, sizeof(*checks));
	bool ok;

	checks->instance = instance;
	checks->by_trigger = !few_events;
	ok = choose_events(checks) && learn(checks, formats, checks->asked, TRACEFS_CHECK) &&
	     learn(checks, formats, "ftrace/kernel_stack", TRACEFS_STACK);
	if (ok && checks->answered[0])
		ok = learn(checks, formats, checks->answered, TRACEFS_ANSWER) &&
		     write_file(checks, checks->answered, "enable", "1") == 0;
	if (ok) {
		if (checks->by_trigger)
			set_trigger(checks);
		else
			bring_all_stacks(checks, true);
		ok = write_file(checks, checks->asked, "enable", "1") == 0;
	}
	return ok ? checks : tracefs_checks_free(checks);
}

struct tracefs_checks *tracefs_checks_free(struct tracefs_checks *checks)
{
	if (checks)
		kernel_symbols_free(checks->symbols);
	free(checks);
	return NULL;
}

void tracefs_checks_mute(struct tracefs_checks *checks, int number, bool mute)
{
	uint64_t bit = number >= 0 && number < CAPABILITIES_MAX ? (uint64_t)1 << number : 0;
	CLEANUP(text_done) struct text condition = TEXT_EMPTY;

	if (!bit || mute == !!(checks->muted & bit))
		return;
	checks->muted ^= bit;
	for (int i = 0; i < CAPABILITIES_MAX; i++)
		if (checks->muted & (uint64_t)1 << i)
			text_printf(&condition, "%scap != %d", condition.length ? " && " : "", i);
	set_condition(checks, text_cstr(&condition));
}

bool tracefs_checks_muted(const struct tracefs_checks *checks, int number)
{
	return number >= 0 && number < CAPABILITIES_MAX && (checks->muted & (uint64_t)1 << number);
}

bool tracefs_checks_answer_apart(const struct tracefs_checks *checks)
{
	return checks->answered[0];
}

void tracefs_checks_know(struct tracefs_checks *checks, struct kernel_symbols *symbols)
{
	checks->symbols = symbols;
}

void tracefs_checks_settle(struct tracefs_checks *checks)
{
	if (checks)
		kernel_symbols_settle(checks->symbols);
}

bool tracefs_checks_are_settled(const struct tracefs_checks *checks)
{
	return !checks || kernel_symbols_are_settled(checks->symbols);
}

void tracefs_checks_rest(struct tracefs_checks *checks, uint64_t now_ms)
{
	if (checks)
		kernel_symbols_rest(checks->symbols, now_ms);
}

size_t tracefs_checks_stack(struct tracefs_checks *checks, const uint64_t *addresses, size_t depth,
			    const char *ret[static TRACEFS_STACK_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < depth && count < TRACEFS_STACK_MAX; i++) {
		const char *name = kernel_symbols_find(checks->symbols, addresses[i]);

		if (name && strcmp(name, "cap_capable") == 0)
			count = 0;	/* what stands before it is the probe itself */
		else if (name)
			ret[count++] = name;
	}
	return count;
}
