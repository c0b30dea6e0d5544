/* SPDX-License-Identifier: Apache-2.0 */
/* Syscall events of an instance; see tracefs_events.h. */
#include "record/tracefs_events.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/kernel_symbols.h"
#include "record/tracefs_numbers.h"
#include "record/tracefs_probe.h"
#include "record/tracefs_setup.h"
#include "record/tracefs_strings.h"
#include "snug/memory.h"
#include "snug/text.h"

/* Besides the calls themselves. */
static const struct {
	const char *event;
	enum tracefs_record_kind kind;
	bool raw;
} others[] = {
	{ "raw_syscalls/sys_enter", TRACEFS_ENTER, true },
	{ "raw_syscalls/sys_exit", TRACEFS_EXIT, true },
	{ "task/task_newtask", TRACEFS_NEW_TASK, false },
	{ "sched/sched_process_exec", TRACEFS_EXEC, false },
	{ "sched/sched_process_exit", TRACEFS_TASK_END, false },
};

/* Functions by which the kernel makes the calls of another ABI, and no others. Where a program of the machine's own ABI asks for such
 * a call, raw_syscalls may be off, or its filter let nothing of this program through. */
static const struct {
	const char *function, *source;
} foreign_doors[] = {
	{ "ia32_sys_call", "arch/x86/entry/syscall_32.c: int 0x80, too. Debian's 6.1 has it; its 7.3 lets no probe stand there" },
};

struct syscall_event {
	unsigned int id;
	char *path;		/* owned; "syscalls/sys_enter_openat" */
	enum tracefs_side side;
	bool on, filtered;
};

struct tracefs_events {
	const struct tracefs_instance *instance;	/* borrowed */
	struct tracefs_reader *reader;		/* borrowed */
	struct tracefs_formats *formats;		/* borrowed */
	struct syscall_event *all;		/* owned; sorted by id */
	size_t count;
	struct syscall_event *by_number[TRACEFS_NUMBERS_MAX][2];
	struct syscall_event *probes;		/* owned; in the place of others, not more than there are numbers */
	size_t probe_count;
	struct tracefs_checks *checks;		/* owned; NULL: the kernel tells of none */
	struct tracefs_raw *raw;		/* owned */
	uint64_t user_namespace;		/* the address of the initial one, 0 = not known */
	struct tracefs_setup setup;
	struct tracefs_parent *parent;		/* owned; NULL: there is none */
};

static int write_event_file(const struct tracefs_events *events, const char *event, const char *file, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "events/%s/%s", event, file);
	return tracefs_file_write(events->instance->folder, path, text);
}

static bool read_event_file(const struct tracefs_events *events, const char *event, const char *file, struct text *out)
{
	char path[256];

	snprintf(path, sizeof(path), "events/%s/%s", event, file);
	return tracefs_file_read(events->instance->folder, path, out) == 0;
}

static int compare_ids(const void *a, const void *b)
{
	const struct syscall_event *one = a, *other = b;

	return one->id < other->id ? -1 : one->id > other->id;
}

static unsigned int read_id(const struct tracefs_events *events, const char *path)
{
	CLEANUP(text_done) struct text id = TEXT_EMPTY;

	return read_event_file(events, path, "id", &id) ? (unsigned int)strtoul(text_cstr(&id), NULL, 10) : 0;
}

static bool learn(struct tracefs_events *events, const char *event, enum tracefs_record_kind kind, bool raw)
{
	return tracefs_event_learn(events->instance, events->formats, kind, raw, event) >= 0;
}

/* Each exit will be told while numbers are measured, so that its format is needed, which has the id; few entries' formats are. */
static void add_event(struct tracefs_events *events, const char *name)
{
	bool exits = strncmp(name, "sys_exit_", 9) == 0;
	struct syscall_event event = { .side = exits ? TRACEFS_SIDE_EXIT : TRACEFS_SIDE_ENTER };
	auto_free char *path = xasprintf("syscalls/%s", name);
	int id = exits ? tracefs_event_learn(events->instance, events->formats, TRACEFS_EXIT, false, path) :
			 (int)read_id(events, path);

	if (id <= 0)
		return;
	event.id = (unsigned int)id;
	event.path = steal_ptr(path);
	events->all = xrealloc(events->all, events->count + 1, sizeof(event));
	events->all[events->count++] = event;
}

static int find_events(struct tracefs_events *events)
{
	int fd = tracefs_file_open(events->instance->folder, "events/syscalls", O_RDONLY | O_DIRECTORY);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		if (strncmp(entry->d_name, "sys_enter_", 10) == 0 || strncmp(entry->d_name, "sys_exit_", 9) == 0)
			add_event(events, entry->d_name);
	if (folder)
		closedir(folder);
	if (!events->count)
		return -ENOENT;
	qsort(events->all, events->count, sizeof(*events->all), compare_ids);
	return 0;
}

static struct syscall_event *event_by_id(const struct tracefs_events *events, unsigned int id)
{
	const struct syscall_event key = { .id = id };

	return bsearch(&key, events->all, events->count, sizeof(key), compare_ids);
}

static struct syscall_event *event_by_name(const struct tracefs_events *events, const char *side, const char *name)
{
	auto_free char *path = xasprintf("syscalls/%s%s", side, name);

	for (size_t i = 0; i < events->count; i++)
		if (strcmp(events->all[i].path, path) == 0)
			return &events->all[i];
	return NULL;
}

bool tracefs_events_learn(struct tracefs_events *events, unsigned int id)
{
	const struct syscall_event *event = event_by_id(events, id);

	return event && learn(events, event->path, event->side == TRACEFS_SIDE_EXIT ? TRACEFS_EXIT : TRACEFS_ENTER, false);
}

bool tracefs_events_has(const struct tracefs_events *events, uint64_t number)
{
	return number < TRACEFS_NUMBERS_MAX && events->by_number[number][TRACEFS_SIDE_ENTER];
}

static struct syscall_event *event_of(const struct tracefs_events *events, uint64_t number, enum tracefs_side side)
{
	return number < TRACEFS_NUMBERS_MAX ? events->by_number[number][side] : NULL;
}

void tracefs_event_switch(struct tracefs_events *events, uint64_t number, enum tracefs_side side, bool on)
{
	struct syscall_event *event = event_of(events, number, side);

	if (!event || (event->on == on && !(on && event->filtered)))
		return;
	if (on && event->filtered) {
		write_event_file(events, event->path, "filter", "0");
		event->filtered = false;
	}
	if (event->on != on)
		write_event_file(events, event->path, "enable", on ? "1" : "0");
	event->on = on;
}

int tracefs_event_filter(struct tracefs_events *events, uint64_t number, enum tracefs_side side, const char *filter)
{
	struct syscall_event *event = event_of(events, number, side);
	int code;

	if (!event)
		return -ENOENT;
	if (strlen(filter) > TRACEFS_FILTER_MAX)
		return -E2BIG;
	code = write_event_file(events, event->path, "filter", filter);
	event->filtered |= code == 0;
	return code;
}

bool tracefs_event_is_on(const struct tracefs_events *events, uint64_t number, enum tracefs_side side)
{
	const struct syscall_event *event = event_of(events, number, side);

	return event && event->on;
}

const char *tracefs_event_argument(const struct tracefs_events *events, uint64_t number, unsigned int index)
{
	const struct syscall_event *event = event_of(events, number, TRACEFS_SIDE_ENTER);

	return event ? tracefs_formats_argument(events->formats, event->id, index) : NULL;
}

struct tracefs_checks *tracefs_events_checks(const struct tracefs_events *events)
{
	return events->checks;
}

struct tracefs_raw *tracefs_events_raw(const struct tracefs_events *events)
{
	return events->raw;
}

uint64_t tracefs_events_user_namespace(const struct tracefs_events *events)
{
	return events->user_namespace;
}

bool tracefs_events_enlarge(struct tracefs_events *events)
{
	return tracefs_setup_enlarge(&events->setup);
}

/* A refused call's exit: the event is that call's, and the event of its entry has the same name. */
static void take_number(struct tracefs_events *events, const struct tracefs_record *record)
{
	struct syscall_event *exit = event_by_id(events, record->event), *enter;

	if (record->raw || !exit || record->result != -REFUSED_ERRNO || record->number >= TRACEFS_NUMBERS_MAX)
		return;
	enter = event_by_name(events, "sys_enter_", exit->path + strlen("syscalls/sys_exit_"));
	if (!enter)
		return;
	events->by_number[record->number][TRACEFS_SIDE_EXIT] = exit;
	events->by_number[record->number][TRACEFS_SIDE_ENTER] = enter;
}

static void take_numbers(struct tracefs_events *events)
{
	struct tracefs_record record;
	const void *data;
	uint64_t time_ns;
	size_t size;

	while (tracefs_reader_next(events->reader, &data, &size, &time_ns)) {
		int id = tracefs_record_event(events->formats, data, size);

		if (id >= 0 && !tracefs_formats_has(events->formats, (unsigned int)id))
			tracefs_events_learn(events, (unsigned int)id);
		if (!tracefs_record_parse(events->formats, data, size, &record))	/* nobody else is a member yet */
			continue;
		if (record.kind == TRACEFS_EXIT)
			take_number(events, &record);
		else if (record.kind == TRACEFS_CHECK && record.number == CAP_SYS_ADMIN)
			events->user_namespace = record.target;
	}
}

/* Members first: an event without a list of members would be everybody's, and so would one that is made while the list is empty
 * (trace_create_new_event(), kernel/trace/trace_events.c). */
static int start_member(const struct tracefs_events *events, struct refused_child *ret, struct error *err)
{
	char pid[16];
	int code = refused_child_start(ret, events->parent, err);

	if (code < 0 || tracefs_parent_lives(events->parent))
		return code;
	snprintf(pid, sizeof(pid), "%d", (int)ret->pid);
	code = tracefs_file_append(events->instance->folder, "set_event_pid", pid);
	if (code == 0)
		return 0;
	refused_child_run(ret, 0);
	return error_errno(err, code, "cannot make a process a member of the recording");
}

static int measure_numbers(struct tracefs_events *events, bool few_events, struct error *err)
{
	struct refused_child child;
	int code;

	events->parent = tracefs_parent_start(events->instance);
	code = start_member(events, &child, err);

	if (code < 0)
		return code;
	events->checks = tracefs_checks_open(events->instance, events->formats, few_events);
	code = tracefs_file_write(events->instance->folder, "events/syscalls/enable", "1");
	refused_child_run(&child, TRACEFS_NUMBERS_MAX);
	if (code < 0)
		return error_errno(err, code, "cannot switch on the kernel's syscall events");
	take_numbers(events);
	return 0;
}

static bool carries(const struct tracefs_events *events, const struct syscall_event *event, unsigned int arguments)
{
	for (unsigned int i = 0; i < TRACEFS_ARGS_MAX; i++)
		if (arguments & 1u << i && !tracefs_formats_points_to(events->formats, event->id, i))
			return false;
	return true;
}

/* An event probe takes the place of the entry's event. */
static bool replace(struct tracefs_events *events, uint64_t number, unsigned int arguments)
{
	struct syscall_event *event = events->by_number[number][TRACEFS_SIDE_ENTER], *probe = &events->probes[events->probe_count];
	int id = tracefs_strings_probe(events->instance, events->formats, event->id, event->path, arguments, &probe->path);

	if (id < 0)
		return false;
	probe->id = (unsigned int)id;
	probe->side = TRACEFS_SIDE_ENTER;
	events->probe_count++;
	tracefs_event_switch(events, number, TRACEFS_SIDE_ENTER, false);
	events->by_number[number][TRACEFS_SIDE_ENTER] = probe;
	tracefs_event_switch(events, number, TRACEFS_SIDE_ENTER, true);
	return true;
}

static bool carry_paths(struct tracefs_events *events, const struct call_table *table)
{
	for (uint64_t number = 0; number < TRACEFS_NUMBERS_MAX; number++) {
		const struct syscall_event *event = events->by_number[number][TRACEFS_SIDE_ENTER];
		unsigned int arguments = tracefs_paths_of(call_table_find(table, number));

		if (!event || !arguments)
			continue;
		if (!tracefs_formats_has(events->formats, event->id))
			tracefs_events_learn(events, event->id);
		if (!carries(events, event, arguments) && !replace(events, number, arguments))
			return false;
	}
	tracefs_strings_repair(events->instance, events->formats);
	return true;
}

bool tracefs_events_carry_paths(struct tracefs_events *events, const struct call_table *table)
{
	struct error ignored = ERROR_NONE;
	struct refused_child member;
	bool carried;

	if (!events->probes)
		events->probes = xcalloc(TRACEFS_NUMBERS_MAX, sizeof(*events->probes));
	if (start_member(events, &member, &ignored) < 0)
		return false;
	carried = carry_paths(events, table);
	refused_child_run(&member, 0);
	take_numbers(events);	/* what the member did is nobody's */
	return carried;
}

pid_t tracefs_events_fork(struct tracefs_events *events, void (*run)(void *context), void *context)
{
	pid_t child = tracefs_parent_fork(events->parent, run, context);

	tracefs_parent_end(events->parent);	/* a process of one thread works faster: there is one command */
	return child;
}

bool tracefs_events_started(const struct tracefs_events *events, pid_t tid)
{
	return tracefs_parent_is(events->parent, tid);
}

/* Runs of numbers that have no event, and all that lie behind: x32's, and what no kernel has. */
static void write_eventless(const struct tracefs_events *events, struct text *filter)
{
	for (unsigned int from = 0, to; from < TRACEFS_NUMBERS_MAX; from = to + 1) {
		to = from;
		if (tracefs_events_has(events, from))
			continue;
		while (to + 1 < TRACEFS_NUMBERS_MAX && !tracefs_events_has(events, to + 1))
			to++;
		text_puts(filter, filter->length ? " || " : "");
		if (to + 1 == TRACEFS_NUMBERS_MAX)
			text_printf(filter, "id >= %u || id < -1", from);	/* -1: somebody made it skip a call */
		else if (from == to)
			text_printf(filter, "id == %u", from);
		else
			text_printf(filter, "(id >= %u && id <= %u)", from, to);
	}
}

static int switch_on_others(struct tracefs_events *events, bool raw_on_demand, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		int code = learn(events, others[i].event, others[i].kind, others[i].raw) ? 0 : -ENOENT;

		if (code == 0 && !(others[i].raw && raw_on_demand))
			code = write_event_file(events, others[i].event, "enable", "1");
		if (code < 0)
			return error_errno(err, code, "cannot switch on the kernel's event '%s'", others[i].event);
	}
	return 0;
}

static void watch_foreign_doors(const struct tracefs_events *events)
{
	for (size_t i = 0; i < ARRAY_SIZE(foreign_doors); i++)
		tracefs_probe_make(events->instance, events->formats, TRACEFS_FOREIGN, 'p', foreign_doors[i].function,
				   foreign_doors[i].function, "");
}

static int switch_all_on(struct tracefs_events *events, bool raw_on_demand, struct error *err)
{
	CLEANUP(text_done) struct text numbers = TEXT_EMPTY;
	int code;

	write_eventless(events, &numbers);
	events->raw = tracefs_raw_open(events->instance, &numbers, raw_on_demand);
	for (size_t i = 0; i < events->count; i++)
		events->all[i].on = true;
	code = switch_on_others(events, raw_on_demand, err);
	if (!raw_on_demand)
		watch_foreign_doors(events);
	return code;
}

static int open_events(struct tracefs_events *events, bool rest_elsewhere, struct error *err)
{
	int found, code;

	tracefs_setup_begin(&events->setup, events->instance);
	found = find_events(events);
	code = tracefs_setup_end(&events->setup, err);
	if (code == 0 && found < 0)
		code = error_set(err, -ENOENT, "this kernel has no syscall events (hint: it was built without "
				 "CONFIG_FTRACE_SYSCALLS; use the recorder 'ptrace')");
	if (code == 0)
		code = measure_numbers(events, rest_elsewhere, err);
	return code < 0 ? code : switch_all_on(events, rest_elsewhere, err);
}

int tracefs_events_open(struct tracefs_events **ret, const struct tracefs_instance *instance, struct tracefs_reader *reader,
		      struct tracefs_formats *formats, bool rest_elsewhere, struct error *err)
{
	CLEANUP(kernel_symbols_freep) struct kernel_symbols *symbols = kernel_symbols_read();
	struct tracefs_events *events = xcalloc(1, sizeof(*events));
	int code;

	events->instance = instance;
	events->reader = reader;
	events->formats = formats;
	code = open_events(events, rest_elsewhere, err);
	if (code < 0) {
		tracefs_events_free(events);
		return code;
	}
	if (events->checks)
		tracefs_checks_know(events->checks, steal_ptr(symbols));
	*ret = events;
	return 0;
}

struct tracefs_events *tracefs_events_free(struct tracefs_events *events)
{
	for (size_t i = 0; events && i < events->count; i++)
		free(events->all[i].path);
	for (size_t i = 0; events && i < events->probe_count; i++)
		free(events->probes[i].path);
	if (events) {
		free(events->probes);
		tracefs_parent_free(events->parent);
		tracefs_checks_free(events->checks);
		tracefs_raw_free(events->raw);
		free(events->all);
	}
	free(events);
	return NULL;
}
