/* SPDX-License-Identifier: Apache-2.0 */
/* One function for each kind of record that belongs to a call; see audit_details.h. */
#include "record/audit_details.h"

#include <linux/audit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snug/memory.h"
#include "snug/text.h"

#define ERRNO_MAX 511		/* above stand the kernel's own: -ERESTARTSYS and its like, include/linux/errno.h */

static char *value_text(const struct audit_named_value *field)
{
	CLEANUP(text_done) struct text text = TEXT_EMPTY;

	return audit_value_text(field, &text) ? text_steal(&text) : NULL;
}

static pid_t value_pid(const struct audit_named_value *field)
{
	uint64_t pid;

	return audit_value_number(field, 10, &pid) && pid <= INT32_MAX ? (pid_t)pid : 0;
}

/* The fields that make a call, in the kernel's order or in any other. */
static const struct {
	const char *name;
	enum audit_head_field place;
} call_fields[] = {
	{ "arch", HEAD_ARCH }, { "syscall", HEAD_CALL }, { "exit", HEAD_EXIT }, { "ppid", HEAD_PARENT }, { "pid", HEAD_PID },
	{ "a0", HEAD_A0 }, { "a1", HEAD_A1 }, { "a2", HEAD_A2 }, { "a3", HEAD_A3 },
};

static void find_call_fields(const struct audit_record *record, const struct audit_head *head,
			     struct audit_named_value ret[ARRAY_SIZE(call_fields)])
{
	const char *names[ARRAY_SIZE(call_fields)];
	struct audit_head own;

	if (!head && audit_head_read(&own, record))
		head = &own;
	for (size_t i = 0; i < ARRAY_SIZE(call_fields); i++) {
		names[i] = call_fields[i].name;
		if (head)
			ret[i] = (struct audit_named_value){ .value = head->values[call_fields[i].place].at,
							     .length = head->values[call_fields[i].place].length };
	}
	if (!head)
		audit_fields(record, names, ARRAY_SIZE(names), ret);
}

static bool read_call(struct audit_details *details, const struct audit_record *record, const struct audit_head *head)
{
	struct audit_named_value fields[ARRAY_SIZE(call_fields)];
	uint64_t arch, result;

	find_call_fields(record, head, fields);
	if (!audit_value_number(&fields[0], 16, &arch) || arch > UINT32_MAX ||
	    !audit_value_number(&fields[1], 10, &details->number))
		return false;
	details->abi = arch_find((uint32_t)arch, details->number);
	details->has_result = audit_value_number(&fields[2], 10, &result) && (int64_t)result >= -ERRNO_MAX;
	details->result = details->has_result ? (int64_t)result : 0;
	details->parent = value_pid(&fields[3]);
	details->pid = value_pid(&fields[4]);
	while (details->arg_count < ARGS_LOGGED &&
	       audit_value_number(&fields[5 + details->arg_count], 16, &details->args[details->arg_count]))
		details->arg_count++;
	return details->abi;
}

static const struct {
	const char *word;
	enum audit_name_type type;
} name_types[] = {
	{ "NORMAL", AUDIT_NAME_NORMAL }, { "PARENT", AUDIT_NAME_PARENT },
	{ "DELETE", AUDIT_NAME_DELETE }, { "CREATE", AUDIT_NAME_CREATE },
};

static enum audit_name_type type_of(const struct audit_named_value *field)
{
	for (size_t i = 0; field->value && i < ARRAY_SIZE(name_types); i++)
		if (field->length == strlen(name_types[i].word) &&
		    memcmp(field->value, name_types[i].word, field->length) == 0)
			return name_types[i].type;
	return AUDIT_NAME_UNKNOWN;
}

/* "fe:01", as MAJOR:MINOR in hexadecimal. */
static uint64_t device_of(const struct audit_named_value *field)
{
	const char *colon = field->value ? memchr(field->value, ':', field->length) : NULL;
	struct audit_named_value part = { .value = field->value };
	uint64_t high, low;

	if (!colon)
		return 0;
	part.length = (size_t)(colon - field->value);
	if (!audit_value_number(&part, 16, &high))
		return 0;
	part.value = colon + 1;
	part.length = field->length - part.length - 1;
	return audit_value_number(&part, 16, &low) ? high << 32 | low : 0;
}

/* The kernel's order: kernel/auditsc.c, audit_log_name(). Before Linux 3.10 and in some later ones of Red Hat the type is called "objtype". */
enum path_field {
	PATH_ITEM, PATH_NAME, PATH_INODE, PATH_DEVICE, PATH_MODE, PATH_OWNER, PATH_GROUP, PATH_SPECIAL, PATH_TYPE, PATH_OLD_TYPE,
	PATH_MAX_
};

static const char *const path_fields[PATH_MAX_] = {
	[PATH_ITEM] = "item", [PATH_NAME] = "name", [PATH_INODE] = "inode", [PATH_DEVICE] = "dev", [PATH_MODE] = "mode",
	[PATH_OWNER] = "ouid", [PATH_GROUP] = "ogid", [PATH_SPECIAL] = "rdev", [PATH_TYPE] = "nametype", [PATH_OLD_TYPE] = "objtype",
};

static void read_path(struct audit_details *details, const struct audit_record *record)
{
	struct audit_named_value fields[PATH_MAX_];
	struct audit_item item = { 0 };
	uint64_t place, mode;
	size_t at = details->item_count;

	audit_fields(record, path_fields, PATH_MAX_, fields);
	if (!audit_value_number(&fields[PATH_ITEM], 10, &place))
		return;
	item.place = place < UINT16_MAX ? (unsigned int)place : UINT16_MAX;
	item.name = value_text(&fields[PATH_NAME]);
	audit_value_number(&fields[PATH_INODE], 10, &item.inode.number);
	item.inode.device = device_of(&fields[PATH_DEVICE]);
	item.mode = audit_value_number(&fields[PATH_MODE], 8, &mode) ? (uint32_t)mode : 0;
	item.type = type_of(&fields[fields[PATH_TYPE].value ? PATH_TYPE : PATH_OLD_TYPE]);
	for (; at > 0 && details->items[at - 1].place > item.place; at--)
		details->items[at] = details->items[at - 1];
	details->items[at] = item;
	details->item_count++;
}

static void read_folder(struct audit_details *details, const struct audit_record *record)
{
	static const char *const names[] = { "cwd" };
	struct audit_named_value field;

	audit_fields(record, names, 1, &field);
	free(details->folder);
	details->folder = value_text(&field);
}

static void read_address(struct audit_details *details, const struct audit_record *record)
{
	static const char *const names[] = { "saddr" };
	CLEANUP(text_done) struct text bytes = TEXT_EMPTY;
	struct audit_named_value field;

	audit_fields(record, names, 1, &field);
	if (!audit_value_bytes(&field, &bytes) || bytes.length > sizeof(details->address))
		return;
	memcpy(&details->address, bytes.data, bytes.length);
	details->address_length = (socklen_t)bytes.length;
}

static void read_target(struct audit_details *details, const struct audit_record *record)
{
	static const char *const names[] = { "opid", "oauid", "obj" };
	struct audit_named_value fields[ARRAY_SIZE(names)];
	pid_t pid;

	audit_fields(record, names, ARRAY_SIZE(names), fields);
	pid = value_pid(&fields[0]);
	if (pid > 0 && details->target_count < AUDIT_TARGETS_MAX)
		details->targets[details->target_count++] = (struct audit_target){ pid, fields[1], fields[2] };
}

static void read_how(struct audit_details *details, const struct audit_record *record)
{
	static const char *const names[] = { "oflag", "resolve" };
	struct audit_named_value fields[ARRAY_SIZE(names)];

	audit_fields(record, names, ARRAY_SIZE(names), fields);
	details->has_how = audit_value_number(&fields[0], 8, &details->how_flags) &&
			   audit_value_number(&fields[1], 16, &details->how_resolve);
}

static void read_mapping(struct audit_details *details, const struct audit_record *record)
{
	static const char *const names[] = { "fd" };
	struct audit_named_value field;
	uint64_t fd;

	audit_fields(record, names, 1, &field);
	details->has_mapped = audit_value_number(&field, 10, &fd) && fd <= INT32_MAX;
	details->mapped = details->has_mapped ? (int)fd : -1;
}

static void read_meant(struct audit_details *details, const struct audit_record *record)
{
	static const char *const names[] = { "a0", "a1", "a2", "a3", "a4", "a5" };
	struct audit_named_value fields[ARRAY_SIZE(names)];

	audit_fields(record, names, ARRAY_SIZE(names), fields);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (audit_value_number(&fields[i], 16, &details->meant[i]))
			details->has_meant = true;
}

static const struct {
	unsigned int type;
	void (*read)(struct audit_details *details, const struct audit_record *record);
} readers[] = {
	{ AUDIT_PATH, read_path }, { AUDIT_CWD, read_folder }, { AUDIT_MMAP, read_mapping }, { AUDIT_SOCKADDR, read_address },
	{ AUDIT_OBJ_PID, read_target }, { AUDIT_OPENAT2, read_how }, { AUDIT_SOCKETCALL, read_meant },
};

static void read_detail(struct audit_details *details, const struct audit_record *record)
{
	for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
		if (readers[i].type == record->type->number) {
			readers[i].read(details, record);
			return;
		}
}

/* Two names come by one call only where they change places: an argument that is not logged said so, renameat2(2). */
static void find_exchange(struct audit_details *details)
{
	size_t count = 0;

	for (size_t i = 0; i < details->item_count; i++)
		count += details->items[i].type == AUDIT_NAME_CREATE;
	if (count > 1)
		details->args[4] = RENAME_EXCHANGE;
}

bool audit_details_read(struct audit_details *ret, const struct audit_event *event, const struct audit_record *call,
			const struct audit_head *head)
{
	memset(ret, 0, offsetof(struct audit_details, items));
	ret->mapped = -1;
	if (!read_call(ret, call, head))
		return false;
	for (size_t i = 0; i < event->count; i++)
		read_detail(ret, &event->records[i]);
	find_exchange(ret);
	return true;
}

void audit_details_done(struct audit_details *details)
{
	for (size_t i = 0; i < details->item_count; i++)
		free(details->items[i].name);
	free(details->folder);
	details->item_count = 0;
	details->folder = NULL;
}
