/* SPDX-License-Identifier: Apache-2.0 */
/* Layouts of trace records, by libtraceevent; see tracefs_format.h. */
#include "record/tracefs_format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <traceevent/event-parse.h>

#include "snug/memory.h"
#include "snug/text.h"

#define EVENTS_MAX 65536	/* ids: common_type is an unsigned short */

/* Where a number or a text stands in a record; size 0 = it has none. */
struct place {
	unsigned int offset, size;
	bool is_signed;
	bool dynamic;		/* __data_loc: offset and length of what is meant stand there */
};

/* Members of struct tracefs_record that are read by name. */
enum column {
	COLUMN_TYPE, COLUMN_TID, COLUMN_NUMBER, COLUMN_RESULT, COLUMN_OTHER, COLUMN_FLAGS, COLUMN_TEXT,
	COLUMN_TARGET, COLUMN_ARGS, COLUMN_STACK_DEPTH, COLUMN_STACK, COLUMN_COUNT_,
};

/* Which field a column is, by the kinds that have it. A format may have one of several names. */
static const struct {
	enum tracefs_record_kind kind;
	enum column column;
	const char *field;
	bool required;
	const char *source;
} columns[] = {
	{ TRACEFS_ENTER, COLUMN_NUMBER, "__syscall_nr", false, "kernel/trace/trace_syscalls.c" },
	{ TRACEFS_ENTER, COLUMN_NUMBER, "nr", false, "kernel/trace/trace_syscalls.c, before Linux 4.7; our event probes" },
	{ TRACEFS_ENTER, COLUMN_NUMBER, "id", false, "include/trace/events/syscalls.h" },
	{ TRACEFS_ENTER, COLUMN_ARGS, "args", false, "include/trace/events/syscalls.h" },
	{ TRACEFS_EXIT, COLUMN_NUMBER, "__syscall_nr", false, "kernel/trace/trace_syscalls.c" },
	{ TRACEFS_EXIT, COLUMN_NUMBER, "nr", false, "kernel/trace/trace_syscalls.c, before Linux 4.7" },
	{ TRACEFS_EXIT, COLUMN_NUMBER, "id", false, "include/trace/events/syscalls.h" },
	{ TRACEFS_EXIT, COLUMN_RESULT, "ret", true, "kernel/trace/trace_syscalls.c, include/trace/events/syscalls.h" },
	{ TRACEFS_NEW_TASK, COLUMN_OTHER, "pid", true, "include/trace/events/task.h" },
	{ TRACEFS_NEW_TASK, COLUMN_FLAGS, "clone_flags", true, "include/trace/events/task.h" },
	{ TRACEFS_EXEC, COLUMN_TEXT, "filename", true, "include/trace/events/sched.h" },
	{ TRACEFS_EXEC, COLUMN_OTHER, "old_pid", true, "include/trace/events/sched.h" },
	{ TRACEFS_CHECK, COLUMN_NUMBER, "cap", true, "include/trace/events/capability.h; our kprobe event" },
	{ TRACEFS_CHECK, COLUMN_RESULT, "ret", false, "include/trace/events/capability.h" },
	{ TRACEFS_CHECK, COLUMN_FLAGS, "opts", false, "our kprobe event: CAP_OPT_*, include/linux/security.h" },
	{ TRACEFS_CHECK, COLUMN_TARGET, "target_ns", false, "include/trace/events/capability.h; our kprobe event" },
	{ TRACEFS_ANSWER, COLUMN_RESULT, "ret", true, "our kprobe event" },
	{ TRACEFS_NAME, COLUMN_TEXT, "name", true, "our kprobe event" },
	{ TRACEFS_STACK, COLUMN_STACK_DEPTH, "size", true, "kernel/trace/trace_entries.h" },
	{ TRACEFS_STACK, COLUMN_STACK, "caller", true, "kernel/trace/trace_entries.h" },
};

struct layout {
	enum tracefs_record_kind kind;
	bool raw;
	struct place places[COLUMN_COUNT_];
	struct place args[TRACEFS_ARGS_MAX];
	char *arg_names[TRACEFS_ARGS_MAX];	/* owned */
	unsigned int arg_count;
	struct place memory[TRACEFS_STRINGS_MAX];
	unsigned int memory_of[TRACEFS_STRINGS_MAX];
	bool memory_is_string[TRACEFS_STRINGS_MAX];
	size_t memory_count;
	size_t least;			/* bytes of a record */
};

struct tracefs_formats {
	struct tep_handle *tep;
	struct layout *layouts[EVENTS_MAX];	/* by id */
	struct place type;			/* common to all; known with the first format */
};

struct tracefs_formats *tracefs_formats_new(void)
{
	struct tracefs_formats *formats = xcalloc(1, sizeof(*formats));

	formats->tep = memory_checked(tep_alloc());
	tep_set_loglevel(TEP_LOG_NONE);
	return formats;
}

static void free_layout(struct layout *layout)
{
	for (size_t i = 0; layout && i < TRACEFS_ARGS_MAX; i++)
		free(layout->arg_names[i]);
	free(layout);
}

struct tracefs_formats *tracefs_formats_free(struct tracefs_formats *formats)
{
	if (!formats)
		return NULL;
	for (size_t i = 0; i < EVENTS_MAX; i++)
		free_layout(formats->layouts[i]);
	tep_free(formats->tep);
	free(formats);
	return NULL;
}

static struct place place_of(const struct tep_format_field *field)
{
	return (struct place){
		(unsigned int)field->offset, (unsigned int)field->size, field->flags & TEP_FIELD_IS_SIGNED,
		field->flags & TEP_FIELD_IS_DYNAMIC,
	};
}

static bool fill_columns(struct layout *layout, struct tep_event *event)
{
	struct tep_format_field *type = tep_find_common_field(event, "common_type");
	struct tep_format_field *tid = tep_find_common_field(event, "common_pid");

	if (!type || !tid)
		return false;
	layout->places[COLUMN_TYPE] = place_of(type);
	layout->places[COLUMN_TID] = place_of(tid);
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		const struct tep_format_field *field;

		if (columns[i].kind != layout->kind || layout->places[columns[i].column].size)
			continue;
		field = tep_find_field(event, columns[i].field);
		if (!field && columns[i].required)
			return false;
		if (field)
			layout->places[columns[i].column] = place_of(field);
	}
	return true;
}

/* "__filename_val" is what the argument "filename" points to (Linux 6.19); our event probes name theirs so, too. */
static bool is_memory_field(const struct tep_format_field *field, char name[static 64])
{
	size_t length = strlen(field->name);

	if (length < 7 || length >= 64 || strncmp(field->name, "__", 2) != 0 ||
	    strcmp(field->name + length - 4, "_val") != 0)
		return false;
	memcpy(name, field->name + 2, length - 6);
	name[length - 6] = '\0';
	return true;
}

static void add_memory(struct layout *layout, const struct tep_format_field *field, const char *name)
{
	for (unsigned int i = 0; i < layout->arg_count && layout->memory_count < TRACEFS_STRINGS_MAX; i++) {
		if (strcmp(layout->arg_names[i], name) != 0)
			continue;
		layout->memory[layout->memory_count] = place_of(field);
		layout->memory_of[layout->memory_count] = i;
		layout->memory_is_string[layout->memory_count++] = field->flags & TEP_FIELD_IS_STRING;
	}
}

/* The arguments follow the number, in their order. */
static void fill_arguments(struct layout *layout, const struct tep_event *event)
{
	const struct tep_format_field *field = event->format.fields;
	char name[64];

	for (; field; field = field->next) {
		if (is_memory_field(field, name))
			add_memory(layout, field, name);
		else if ((unsigned int)field->offset > layout->places[COLUMN_NUMBER].offset &&
			 layout->arg_count < TRACEFS_ARGS_MAX && !(field->flags & TEP_FIELD_IS_ARRAY)) {
			layout->arg_names[layout->arg_count] = xstrdup(field->name);
			layout->args[layout->arg_count++] = place_of(field);
		}
	}
}

static void measure(struct layout *layout, const struct tep_event *event)
{
	const struct tep_format_field *lists[] = { event->format.common_fields, event->format.fields };

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		for (const struct tep_format_field *field = lists[i]; field; field = field->next) {
			size_t end = (size_t)field->offset + (size_t)field->size;

			/* A stack is as long as it is: `caller` says how long it is at most. */
			if (layout->kind == TRACEFS_STACK && strcmp(field->name, "caller") == 0)
				end = (size_t)field->offset;
			if (end > layout->least)
				layout->least = end;
		}
}

static bool fill_layout(struct layout *layout, struct tep_event *event)
{
	if (!fill_columns(layout, event))
		return false;
	if ((layout->kind == TRACEFS_ENTER || layout->kind == TRACEFS_EXIT) && !layout->places[COLUMN_NUMBER].size)
		return false;
	if (layout->kind == TRACEFS_ENTER && !layout->raw)
		fill_arguments(layout, event);
	measure(layout, event);
	return true;
}

/* How an event is printed does not matter here, and what libtraceevent cannot parse of that is no failure. */
static struct tep_event *parse(struct tracefs_formats *formats, const char *text, size_t length)
{
	static const char print[] = "print fmt: \"\"\n", id_line[] = "\nID:";
	CLEANUP(text_done) struct text plain = TEXT_EMPTY;
	const char *end, *id;

	text_add(&plain, text, length);
	end = strstr(text_cstr(&plain), "print fmt:");
	if (end)
		plain.length = (size_t)(end - plain.data);
	text_add(&plain, print, strlen(print));
	id = strstr(text_cstr(&plain), id_line);
	if (!id || tep_parse_event(formats->tep, plain.data, plain.length, "snug") != 0)
		return NULL;
	return tep_find_event(formats->tep, (int)strtol(id + strlen(id_line), NULL, 10));
}

int tracefs_formats_add(struct tracefs_formats *formats, enum tracefs_record_kind kind, bool raw, const char *text,
		      size_t length)
{
	struct tep_event *event = parse(formats, text, length);
	struct layout *layout;

	if (!event || event->id < 0 || event->id >= EVENTS_MAX)
		return -EINVAL;
	layout = xcalloc(1, sizeof(*layout));
	layout->kind = kind;
	layout->raw = raw;
	if (!fill_layout(layout, event)) {
		free_layout(layout);
		return -EINVAL;
	}
	free_layout(formats->layouts[event->id]);
	formats->layouts[event->id] = layout;
	formats->type = layout->places[COLUMN_TYPE];
	return event->id;
}

bool tracefs_formats_has(const struct tracefs_formats *formats, unsigned int event)
{
	return event < EVENTS_MAX && formats->layouts[event];
}

const char *tracefs_formats_argument(const struct tracefs_formats *formats, unsigned int event, unsigned int index)
{
	const struct layout *layout = event < EVENTS_MAX ? formats->layouts[event] : NULL;

	return layout && index < layout->arg_count ? layout->arg_names[index] : NULL;
}

bool tracefs_formats_points_to(const struct tracefs_formats *formats, unsigned int event, unsigned int index)
{
	const struct layout *layout = event < EVENTS_MAX ? formats->layouts[event] : NULL;

	for (size_t i = 0; layout && i < layout->memory_count; i++)
		if (layout->memory_of[i] == index)
			return true;
	return false;
}

static uint64_t read_number(const struct tracefs_formats *formats, const struct place *place, const unsigned char *data)
{
	unsigned int bits = place->size * 8;
	uint64_t value;

	if (!place->size || place->size > sizeof(value))
		return 0;
	value = tep_read_number(formats->tep, data + place->offset, (int)place->size);
	if (place->is_signed && bits < 64 && value >> (bits - 1))
		value |= UINT64_MAX << bits;
	return value;
}

int tracefs_record_event(const struct tracefs_formats *formats, const void *data, size_t size)
{
	/* Before any format is known: common_type stands first on every kernel. */
	static const struct place first = { 0, 2, false, false };
	const struct place *place = formats->type.size ? &formats->type : &first;

	return size < place->offset + place->size ? -EINVAL : (int)read_number(formats, place, data);
}

/* Of a __data_loc: the lower half is the offset, the upper the length. Nothing past the record is believed. */
static bool read_dynamic(const struct tracefs_formats *formats, const struct place *place, const unsigned char *data,
			 size_t size, const char **ret, size_t *ret_length)
{
	uint32_t where = (uint32_t)read_number(formats, place, data);
	size_t offset = place->dynamic ? where & 0xffff : place->offset;
	size_t length = place->dynamic ? where >> 16 : place->size;

	if (!place->size || offset > size || length > size - offset)
		return false;
	*ret = (const char *)data + offset;
	*ret_length = length;
	return true;
}

/* A string that could not be read is "(fault)" since Linux 6.2, and nothing before; what the kernel's own events cut off ends in
 * dots (kernel/trace/trace_syscalls.c, Linux 6.19). Files of such names are rarer than either. */
static bool ends_well(struct tracefs_memory *memory)
{
	static const char fault[] = "(fault)", cut[] = "...";
	const char *end = memchr(memory->bytes, '\0', memory->length);

	if (!end)
		return false;
	memory->length = (size_t)(end - memory->bytes);
	return strcmp(memory->bytes, fault) != 0 &&
	       (memory->length < strlen(cut) || strcmp(end - strlen(cut), cut) != 0);
}

static void read_memory(const struct tracefs_formats *formats, const struct layout *layout, const unsigned char *data,
			size_t size, struct tracefs_record *ret)
{
	for (size_t i = 0; i < layout->memory_count; i++) {
		struct tracefs_memory *memory = &ret->memory[ret->memory_count];

		if (!read_dynamic(formats, &layout->memory[i], data, size, &memory->bytes, &memory->length))
			continue;
		memory->argument = layout->memory_of[i];
		memory->is_string = layout->memory_is_string[i];
		memory->fault = memory->is_string && !ends_well(memory);
		ret->memory_count++;
	}
}

static void read_arguments(const struct tracefs_formats *formats, const struct layout *layout,
			   const unsigned char *data, struct tracefs_record *ret)
{
	const struct place *all = &layout->places[COLUMN_ARGS];

	ret->arg_count = layout->raw && all->size ? TRACEFS_ARGS_MAX : layout->arg_count;
	for (unsigned int i = 0; i < ret->arg_count; i++) {
		struct place word = { all->offset + i * (all->size / TRACEFS_ARGS_MAX), all->size / TRACEFS_ARGS_MAX, false, false };

		ret->args[i] = read_number(formats, layout->raw ? &word : &layout->args[i], data);
	}
}

static void read_text(const struct tracefs_formats *formats, const struct layout *layout, const unsigned char *data,
		      size_t size, struct tracefs_record *ret)
{
	const char *text;
	size_t length;

	ret->text = NULL;
	if (read_dynamic(formats, &layout->places[COLUMN_TEXT], data, size, &text, &length) &&
	    memchr(text, '\0', length))
		ret->text = text;
}

static void read_stack(const struct tracefs_formats *formats, const struct layout *layout, const unsigned char *data,
		       size_t size, struct tracefs_record *ret)
{
	size_t offset = layout->places[COLUMN_STACK].offset, word = sizeof(long);
	uint64_t depth = read_number(formats, &layout->places[COLUMN_STACK_DEPTH], data);

	ret->stack = data + offset;
	ret->stack_word = word;
	ret->stack_depth = depth < (size - offset) / word ? depth : (size - offset) / word;
}

bool tracefs_record_parse(const struct tracefs_formats *formats, const void *data, size_t size, struct tracefs_record *ret)
{
	int event = tracefs_record_event(formats, data, size);
	const struct layout *layout = event >= 0 ? formats->layouts[event] : NULL;

	if (!layout || size < layout->least)
		return false;
	*ret = (struct tracefs_record){
		.kind = layout->kind, .raw = layout->raw, .event = (uint16_t)event,
		.tid = (pid_t)read_number(formats, &layout->places[COLUMN_TID], data),
		.other = (pid_t)read_number(formats, &layout->places[COLUMN_OTHER], data),
		.number = read_number(formats, &layout->places[COLUMN_NUMBER], data),
		.result = (int64_t)read_number(formats, &layout->places[COLUMN_RESULT], data),
		.flags = read_number(formats, &layout->places[COLUMN_FLAGS], data),
		.target = read_number(formats, &layout->places[COLUMN_TARGET], data),
		.has_result = layout->places[COLUMN_RESULT].size,
	};
	if (ret->kind == TRACEFS_ENTER) {
		read_arguments(formats, layout, data, ret);
		read_memory(formats, layout, data, size, ret);
	} else if (ret->kind == TRACEFS_STACK) {
		read_stack(formats, layout, data, size, ret);
	} else if (ret->kind == TRACEFS_EXEC || ret->kind == TRACEFS_NAME) {
		read_text(formats, layout, data, size, ret);
	}
	return true;
}

uint64_t tracefs_stack_at(const struct tracefs_record *record, size_t index)
{
	unsigned long value;

	memcpy(&value, record->stack + index * record->stack_word, sizeof(value));
	return value;
}
