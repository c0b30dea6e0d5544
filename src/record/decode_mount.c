/* SPDX-License-Identifier: Apache-2.0 */
/* The mount table: which paths a call attaches, moves or takes away. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mount.h>

#include "record/decode_internal.h"
#include "snug/cleanup.h"

#define MAGIC 0xc0ed0000u		/* MS_MGC_VAL, include/uapi/linux/mount.h: once had to be there, means nothing */
#define MAGIC_MASK 0xffff0000u

uint64_t mount_flags(uint64_t flags)
{
	return (flags & MAGIC_MASK) == MAGIC ? flags & ~(uint64_t)MAGIC_MASK : flags;
}

/* A path argument as the namespace has it; NULL when there is none, or it is the descriptor of a detached mount. */
static char *path_of(struct decoder *decoder, const struct task *task, const struct pending *pending,
		     const struct syscall_access *access, int index)
{
	bool at = access->access & MOUNT_AT;
	auto_free char *path = NULL;
	struct resolve_request request;
	struct resolved resolved;
	char *found;

	if (index == NO_ARGUMENT)
		return NULL;
	path = read_string(task, argument(pending, index));
	if (!path || (!path[0] && !at))
		return NULL;
	request = (struct resolve_request){
		.tid = task->tid, .dirfd = at ? (int)argument(pending, index - 1) : AT_FDCWD, .path = path,
		.wait = decoder->client ? WAIT_NOT : WAIT_DISK,
	};
	resolve(decoder->resolver, &request, &resolved);
	found = steal_ptr(resolved.path);
	resolved_done(&resolved);
	return found;
}

/* What mount(2) calls source is a path only if it is bound or moved; else it is a word for the file system. */
static char *source_of(struct decoder *decoder, const struct task *task, const struct pending *pending,
		       const struct syscall_access *access, uint64_t flags)
{
	int index = access->arg[0];

	if (index == NO_ARGUMENT)
		return NULL;
	if ((access->access & MOUNT_SOURCE_IS_WORD) && !(flags & (MS_BIND | MS_MOVE)))
		return read_string(task, argument(pending, index));
	return path_of(decoder, task, pending, access, index);
}

SUBJECT_FUNCTION(decode_mount)
{
	uint64_t flags = mount_flags(argument(pending, access->arg[3]));
	struct draft *draft = draft_add(pending, EVENT_MOUNT);
	struct event_mount *event = &draft->event.mount;

	event->act = access->word;
	event->flags = flags;
	event->source = draft_keep(draft, source_of(decoder, task, pending, access, flags));
	event->target = draft_keep(draft, path_of(decoder, task, pending, access, access->arg[1]));
	if (access->arg[2] != NO_ARGUMENT)
		event->type = draft_keep(draft, read_string(task, argument(pending, access->arg[2])));
	draft_drop_known(decoder, pending, draft);
}
