/* SPDX-License-Identifier: Apache-2.0 */
/* A trace on one screen: each list cut to a few lines. */
#include "snug/summary.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare/page.h"
#include "snug/bytes.h"
#include "snug/capability_finding.h"
#include "snug/cleanup.h"
#include "snug/memory.h"
#include "snug/names.h"
#include "snug/risk.h"

#define LINES_MAX 8		/* of a list with a line each */
#define RUNS_MAX 4

static void add_formatted(struct string_set *set, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add_formatted(struct string_set *set, const char *format, ...)
{
	auto_free char *item = NULL;
	va_list args;

	va_start(args, format);
	item = xvasprintf(format, args);
	va_end(args);
	string_set_add(set, item);
}

/* --- what ran ------------------------------------------------------------------- */

static void describe_duration(struct text *out, uint64_t ms)
{
	if (ms < 60000)
		text_printf(out, ", %" PRIu64 ".%" PRIu64 " s", ms / 1000, ms % 1000 / 100);
	else
		text_printf(out, ", %" PRIu64 " min %" PRIu64 " s", ms / 60000, ms % 60000 / 1000);
}

static void describe_losses(struct text *out, struct map *lost)
{
	for (size_t i = 0; i < map_count(lost); i++) {
		const uint64_t *count = map_value_at(lost, i);

		text_puts(out, i ? ", " : "lost ");
		if (*count == UINT64_MAX)
			text_puts(out, "an unknown number");
		else
			text_printf(out, "%" PRIu64, *count);
		text_printf(out, " (%s)", (const char *)map_key_at(lost, i, NULL));
	}
}

static void describe_command(struct text *out, const struct text *command)
{
	for (size_t i = 0; i < command->length; i += strlen(command->data + i) + 1)
		text_printf(out, "%s%s", i ? " " : "", command->data + i);
}

static void put_run(struct page *page, const struct trace_run *run)
{
	CLEANUP(text_done) struct text command = TEXT_EMPTY, how = TEXT_EMPTY, image = TEXT_EMPTY, lost = TEXT_EMPTY;

	describe_command(&command, &run->command);
	text_printf(&how, "%s", run->recorder ? run->recorder : "unknown recorder");
	if (run->kernel)
		text_printf(&how, ", Linux %s%s%s", run->kernel, run->abi ? " " : "", run->abi ? run->abi : "");
	if (run->runtime)
		text_printf(&how, ", %s", run->runtime);
	if (run->duration_ms)
		describe_duration(&how, run->duration_ms);
	if (run->exit_status >= 0)
		text_printf(&how, ", exit %d", run->exit_status);
	if (run->name)
		text_printf(&image, "container %s", run->name);
	if (run->image)
		text_printf(&image, "%simage %s", run->name ? ", " : "", run->image);
	describe_losses(&lost, run->lost);
	if (!run->complete && lost.length == 0)
		text_puts(&lost, "its end was not seen");
	page->labelled = false;
	page_line(page, "Run", &command, NULL);
	page_line(page, "Run", &image, NULL);
	page_line(page, "Run", &how, NULL);
	page_line(page, "Run", &lost, RED);
}

static void put_runs(struct page *page, struct trace *trace)
{
	size_t count = map_count(trace->runs), incomplete = 0;

	for (size_t i = 0; i < count; i++)
		incomplete += !((const struct trace_run *)map_value_at(trace->runs, i))->complete;
	page_begin(page, "Recording");
	if (incomplete == 0 && count > 0)
		page_paint(page, GREEN, "complete");
	else
		page_paint(page, RED, "incomplete");
	if (count > 1)
		text_printf(page->out, ", %zu runs", count);
	text_putc(page->out, '\n');
	if (incomplete)
		page_sentence(page, "Recording", "Its profiles may refuse what the program needs.");
	for (size_t i = 0; i < count && i < RUNS_MAX; i++)
		put_run(page, map_value_at(trace->runs, i));
	if (count > RUNS_MAX)
		page_more(page, count - RUNS_MAX);
}

/* --- what it needed --------------------------------------------------------------- */

struct call_counts {
	size_t succeeded, failed, runtime;
	size_t assumed;		/* and not seen in another run */
};

static bool was_seen_too(struct trace *trace, const struct trace_syscall *assumed)
{
	for (size_t i = 0; i < map_count(trace->syscalls); i++) {
		const struct trace_syscall *call = map_value_at(trace->syscalls, i);

		if (call->abi == assumed->abi && call->phase == assumed->phase && !call->assumed &&
		    strcmp(call->name, assumed->name) == 0)
			return true;
	}
	return false;
}

static void count_call(struct trace *trace, const struct trace_syscall *call, struct call_counts *counts)
{
	if (call->assumed)
		counts->assumed += call->phase == PHASE_PROGRAM && !was_seen_too(trace, call);
	else if (call->phase == PHASE_RUNTIME)
		counts->runtime++;
	else if (call->ok)
		counts->succeeded++;
	else
		counts->failed++;
}

static void put_syscalls(struct page *page, struct trace *trace)
{
	page->labelled = false;
	for (size_t row = 0; arch_at(row); row++) {
		CLEANUP(text_done) struct text line = TEXT_EMPTY;
		struct call_counts counts = { 0 };

		for (size_t i = 0; i < map_count(trace->syscalls); i++) {
			const struct trace_syscall *call = map_value_at(trace->syscalls, i);

			if (call->abi == arch_at(row))
				count_call(trace, call, &counts);
		}
		if (counts.succeeded + counts.failed + counts.runtime + counts.assumed == 0)
			continue;
		text_printf(&line, "%zu %s", counts.succeeded, arch_at(row)->name);
		if (counts.failed)
			text_printf(&line, ", %zu more that only failed", counts.failed);
		if (counts.runtime)
			text_printf(&line, ", %zu by the container runtime", counts.runtime);
		if (counts.assumed)
			text_printf(&line, ", %zu assumed", counts.assumed);
		page_sentence(page, "System calls", text_cstr(&line));
	}
}

static void put_capabilities(struct page *page, const struct capability_findings *findings)
{
	static const char *const labels[VERDICT_MAX_] = {
		[VERDICT_REFUSED] = "  refused", [VERDICT_EFFECT] = "  decide", [VERDICT_HARMLESS] = "  not needed",
		[VERDICT_KERNEL] = "  kernel's own", [VERDICT_OTHER_USERNS] = "  own userns",
	};
	struct string_set kept = STRING_SET_EMPTY, rest[VERDICT_MAX_] = { 0 };

	for (size_t i = 0; i < findings->count; i++) {
		const struct capability_finding *finding = &findings->items[i];
		CLEANUP(text_done) struct text words = TEXT_EMPTY;
		char name[NAME_LENGTH];

		finding_describe(&words, finding);
		if (finding->kept)
			string_set_add(&kept, name_of(NAME_CAPABILITY, finding->number, name));
		else
			string_set_add(&rest[finding->verdict], text_cstr(&words));
	}
	page_items(page, "Capabilities", &kept);
	string_set_done(&kept);
	for (size_t i = 0; i < VERDICT_MAX_; i++) {
		page_items(page, labels[i], &rest[i]);
		string_set_done(&rest[i]);
	}
}

static void put_programs(struct page *page, struct trace *trace)
{
	CLEANUP(string_set_done) struct string_set programs = STRING_SET_EMPTY;

	for (size_t i = 0; i < map_count(trace->execs); i++)
		string_set_add(&programs, ((const struct trace_exec *)map_value_at(trace->execs, i))->to);
	page_items(page, "Programs", &programs);
}

static void put_network(struct page *page, struct trace *trace)
{
	CLEANUP(string_set_done) struct string_set listens = STRING_SET_EMPTY, connects = STRING_SET_EMPTY;

	for (size_t i = 0; i < map_count(trace->network); i++) {
		const struct trace_network *network = map_value_at(trace->network, i);
		char name[NAME_LENGTH];

		if (network->outcome != OUTCOME_OK && network->outcome != OUTCOME_UNKNOWN)
			continue;
		name_of(network->protocol > 0 ? NAME_PROTOCOL : NAME_FAMILY,
			network->protocol > 0 ? network->protocol : network->family, name);
		for (size_t j = 0; j < network->bound.count; j++)
			add_formatted(&listens, "%s %s", name, network->bound.items[j]);
		for (size_t j = 0; j < network->connected.count; j++)
			add_formatted(&connects, "%s %s", name, network->connected.items[j]);
		listens.more |= network->bound.more;
		connects.more |= network->connected.more;
	}
	for (size_t i = 0; i < map_count(trace->sockets); i++) {
		const struct trace_socket *socket = map_value_at(trace->sockets, i);

		if (socket->address && socket->outcome == OUTCOME_OK && socket->acts & (SOCKET_BIND | SOCKET_LISTEN))
			add_formatted(&listens, "unix %s", socket->address);
		if (socket->address && socket->outcome == OUTCOME_OK && socket->acts & SOCKET_CONNECT)
			add_formatted(&connects, "unix %s", socket->address);
	}
	page_items(page, "Listens", &listens);
	page_items(page, "Connects", &connects);
}

/* --- what it wrote ------------------------------------------------------------------ */

struct place {
	char *path;	/* owned; a folder once `count` is above 1 */
	size_t length;	/* of its first bytes, that are looked at */
	size_t count;	/* paths that it stands for */
};

static size_t depth_of(const struct place *place)
{
	size_t depth = 0;

	for (size_t i = 0; i + 1 < place->length; i++)
		depth += place->path[i] == '/';
	return depth;
}

static size_t deepest(const struct place *places, size_t count)
{
	size_t depth = 0;

	for (size_t i = 0; i < count; i++)
		if (depth_of(&places[i]) > depth)
			depth = depth_of(&places[i]);
	return depth;
}

/* The length of what holds it: "/a/b" and "/a/b/" lie in "/a/". */
static size_t parent_length(const struct place *place)
{
	size_t length = place->length;

	if (length > 1 && place->path[length - 1] == '/')
		length--;
	while (length > 1 && place->path[length - 1] != '/')
		length--;
	return length;
}

/* How many places lie directly in each folder: folder → size_t *. Owned by the caller. */
static struct map *count_children(const struct place *places, size_t count, size_t *ret_most)
{
	struct map *children = map_new(free);

	*ret_most = 0;
	for (size_t i = 0; i < count; i++) {
		size_t **slot = (size_t **)map_slot(children, places[i].path, parent_length(&places[i]));

		if (!*slot)
			*slot = xcalloc(1, sizeof(**slot));
		if (++**slot > *ret_most)
			*ret_most = **slot;
	}
	return children;
}

/* "/a/b" lies in "/a/"; so does "/a", the folder itself. */
static bool lies_in(const struct place *place, const struct place *folder)
{
	return place->length + 1 >= folder->length &&
	       memcmp(place->path, folder->path, place->length < folder->length ? place->length : folder->length) == 0;
}

/* Adds a place behind those that are kept; what lies in a folder is one with it. The list is sorted. */
static size_t keep_place(struct place *kept, size_t count, struct place place)
{
	if (count && kept[count - 1].path[kept[count - 1].length - 1] == '/' && lies_in(&place, &kept[count - 1])) {
		kept[count - 1].count += place.count;
		free(place.path);
		return count;
	}
	while (count && place.path[place.length - 1] == '/' && lies_in(&kept[count - 1], &place)) {
		place.count += kept[--count].count;
		free(kept[count].path);
	}
	kept[count] = place;
	return count + 1;
}

/* Replaces places by the folders that hold them: of the folders that hold the most, where no folder holds
 * two, of the deepest. Returns how many places are left. */
static size_t fold_places(struct place *places, size_t count)
{
	size_t most, depth = deepest(places, count), kept = 0;
	CLEANUP(map_freep) struct map *children = count_children(places, count, &most);

	for (size_t i = 0; i < count; i++) {
		struct place place = places[i];
		size_t length = parent_length(&place);
		const size_t *siblings = map_get(children, place.path, length);

		if (most > 1 ? *siblings == most : depth_of(&place) == depth)
			place.length = length;
		kept = keep_place(places, kept, place);
	}
	return kept;
}

static void put_place(struct page *page, const struct place *place)
{
	auto_free char *folder = xmemdup(place->path, place->length);
	auto_free char *path = page_cut(place->count > 1 ? folder : place->path, page_room(page) - 14);

	page_begin(page, "Writes");
	text_puts(page->out, path);
	if (place->count > 1)
		text_printf(page->out, " (%zu paths)", place->count);
	text_putc(page->out, '\n');
}

/* The paths that were written, in order, each once. Owned by the caller. */
static struct place *written_places(struct trace *trace, size_t *ret_count)
{
	struct place *places = xcalloc(map_count(trace->files), sizeof(*places));
	size_t count = 0;

	for (size_t i = 0; i < map_count(trace->files); i++) {
		const struct trace_file *file = map_value_at(trace->files, i);

		if (file->outcome == OUTCOME_OK && file->access & ACCESS_CHANGES)
			places[count++] = (struct place){ xstrdup(file->path), strlen(file->path), 1 };
	}
	*ret_count = count;
	return places;
}

static void put_writes(struct page *page, struct trace *trace)
{
	size_t count;
	auto_free struct place *places = written_places(trace, &count);

	while (count > LINES_MAX)
		count = fold_places(places, count);
	page->labelled = false;
	for (size_t i = 0; i < count; i++) {
		put_place(page, &places[i]);
		free(places[i].path);
	}
}

/* --- what deserves a second look ------------------------------------------------------ */

struct finding {
	const struct risk *risk;
	const char *name;
	const struct string_set *by;
};

struct findings {
	struct finding *items;	/* owned */
	size_t count;
};

static void find(struct findings *findings, const struct risk *risk, const char *name, const struct string_set *by)
{
	if (!risk || risk->level < RISK_MEDIUM)
		return;
	for (size_t i = 0; i < findings->count; i++)
		if (strcmp(findings->items[i].name, name) == 0)
			return;
	findings->items = xrealloc(findings->items, findings->count + 1, sizeof(*findings->items));
	findings->items[findings->count++] = (struct finding){ risk, name, by };
}

static void find_risks(struct findings *findings, struct trace *trace, const struct capability_findings *capabilities)
{
	for (size_t i = 0; i < map_count(trace->syscalls); i++) {
		const struct trace_syscall *call = map_value_at(trace->syscalls, i);

		if (call->ok && call->phase == PHASE_PROGRAM)
			find(findings, risk_of_syscall(call->name), call->name, call->evidence.by);
	}
	for (size_t i = 0; i < map_count(trace->files); i++) {
		const struct trace_file *file = map_value_at(trace->files, i);
		const struct risk *risk = file->outcome == OUTCOME_OK && file->access & ACCESS_CHANGES
			? risk_of_written_path(file->path) : NULL;

		if (risk)	/* the place, not each path in it */
			find(findings, risk, risk->name, file->evidence.by);
	}
	for (size_t i = 0; i < capabilities->count; i++) {
		const struct capability_finding *capability = &capabilities->items[i];
		char name[NAME_LENGTH];
		const struct risk *risk = capability->kept
			? risk_of_capability(name_of(NAME_CAPABILITY, capability->number, name)) : NULL;

		if (risk)
			find(findings, risk, risk->name, &capability->by);
	}
}

static int compare_findings(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;

	if (x->risk->level != y->risk->level)
		return x->risk->level > y->risk->level ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* The program's name without its folder, where it fits. */
static void describe_witness(struct text *out, const struct string_set *by, size_t room)
{
	const char *slash = by->count ? strrchr(by->items[0], '/') : NULL;
	auto_free char *name = NULL;

	if (!slash)
		return;
	name = xasprintf(" (%s%s)", slash + 1, by->count > 1 || by->more ? ", ..." : "");
	if (text_columns(text_cstr(out)) + text_columns(name) <= room)
		text_puts(out, name);
}

static void put_finding(struct page *page, const struct finding *finding)
{
	CLEANUP(text_done) struct text rest = TEXT_EMPTY;
	auto_free char *name = page_cut(finding->name, page_room(page) / 2), *words = NULL;
	size_t room = page_room(page) - text_columns(name);

	text_printf(&rest, ": %s", finding->risk->words);
	describe_witness(&rest, finding->by, room);
	words = page_cut(text_cstr(&rest), room);
	page_begin(page, "Look twice");
	page_paint(page, finding->risk->level == RISK_HIGH ? RED : YELLOW, name);
	text_puts(page->out, words);
	text_putc(page->out, '\n');
}

static void put_risks(struct page *page, struct trace *trace, const struct capability_findings *capabilities)
{
	struct findings findings = { 0 };

	find_risks(&findings, trace, capabilities);
	if (findings.count)
		qsort(findings.items, findings.count, sizeof(*findings.items), compare_findings);
	page->labelled = false;
	for (size_t i = 0; i < findings.count && i < LINES_MAX; i++)
		put_finding(page, &findings.items[i]);
	if (findings.count > LINES_MAX)
		page_more(page, findings.count - LINES_MAX);
	free(findings.items);
}

static void put_notes(struct page *page, struct trace *trace)
{
	page->labelled = false;
	for (size_t i = 0; i < map_count(trace->notes); i++)
		page_sentence(page, "Notes", ((const struct trace_note *)map_value_at(trace->notes, i))->text);
}

void summary_write(struct trace *trace, const struct summary_options *options, struct text *out)
{
	CLEANUP(findings_done) struct capability_findings capabilities;
	struct page page = { .out = out, .options = options };

	findings_of_trace(&capabilities, trace, false);
	put_runs(&page, trace);
	text_putc(out, '\n');
	put_syscalls(&page, trace);
	put_risks(&page, trace, &capabilities);
	put_capabilities(&page, &capabilities);
	put_programs(&page, trace);
	put_network(&page, trace);
	put_writes(&page, trace);
	put_notes(&page, trace);
}
