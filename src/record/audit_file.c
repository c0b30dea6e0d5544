/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files, as the PATH records of an event tell them.
 *
 * A record tells a name as the program passed it and what it was to the call: a name that goes, one that comes, one
 * that is there. The kernel writes them in the order in which it looked them up, which is that of the rows of the call.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "record/audit_internal.h"
#include "record/decode_internal.h"
#include "snug/memory.h"
#include "snug/text.h"

#define CLOSES_AT_EXEC 02000000u	/* O_CLOEXEC, asm-generic/fcntl.h: every ABI of arch.c */
#define HAS_TYPE(flags) (!((flags) & (MS_BIND | MS_MOVE | MS_REMOUNT | MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)))

static const char unknown_start[] = "names that start from a descriptor or a folder that is not told";

static bool ends_in(const char *text, const char *with)
{
	size_t length = strlen(text), tail = strlen(with);

	return length >= tail && strcmp(text + length - tail, with) == 0;
}

/* `base` is resolved, `name` is what was passed: ".." in it leads up only from what is no symlink, and not from what stands for the root.
 * NULL when that is not known. */
static char *join(const char *base, const char *name, bool in_root)
{
	CLEANUP(text_done) struct text path = TEXT_EMPTY;
	size_t sure;

	text_puts(&path, strcmp(base, "/") == 0 ? "" : base);
	sure = path.length;
	for (size_t length; *name; name += length) {
		name += strspn(name, "/");
		length = strcspn(name, "/");
		if (length == 2 && name[0] == '.' && name[1] == '.') {
			char *slash = strrchr(text_cstr(&path), '/');

			if (path.length > sure)
				return NULL;
			if (in_root)
				continue;
			path.length = slash ? (size_t)(slash - path.data) : 0;
			sure = path.length;
			text_add(&path, "", 0);
		} else if (length && !(length == 1 && name[0] == '.')) {
			text_putc(&path, '/');
			text_add(&path, name, length);
		}
	}
	if (!path.length)
		text_putc(&path, '/');
	return text_steal(&path);
}

/* Everybody's link to his own folder: proc_self_get_link(), fs/proc/self.c. */
static char *name_own_folder(struct told_call *call, char *path)
{
	static const char self[] = "/proc/self";
	size_t length = strlen(self);
	pid_t pid = call->details.pid;
	char *named;

	if (!path || pid <= 0 || strncmp(path, self, length) != 0 || (path[length] && path[length] != '/'))
		return path;
	call->effect->cannot_repeat = true;
	named = xasprintf("/proc/%d%s", pid, path + length);
	free(path);
	return named;
}

static bool same_inode(struct audit_inode a, struct audit_inode b)
{
	return a.device == b.device && a.number == b.number;
}

/* The folder of a name without a slash is the one that was given: its inode stands with the name's parent. */
static bool is_contradicted(const struct told_call *call, const struct audit_item *item, const struct audit_descriptor *from)
{
	if (!from->inode.number || strchr(item->name, '/'))
		return false;
	for (const struct audit_item *other = item; other-- > call->details.items; )
		if (other->type == AUDIT_NAME_PARENT && other->inode.number)
			return !same_inode(other->inode, from->inode);
	return false;
}

/* An empty name means what the descriptor is of (AT_EMPTY_PATH); any other begins in a folder. */
static bool can_start(const struct audit_item *item, const struct audit_descriptor *from)
{
	return !item->name[0] || !from->mode || S_ISDIR(from->mode);
}

/* Where a relative name starts; NULL when it is not known, as where the log has not told that a descriptor is another now. */
static const char *start_of(const struct told_call *call, const struct audit_item *item, int dirfd)
{
	const struct audit_descriptor *from;
	const char *folder = call->details.folder;

	if (dirfd == AT_FDCWD)
		return folder && folder[0] == '/' && !ends_in(folder, " (deleted)") ? folder : NULL;
	from = told_descriptor_of(call, dirfd);
	if (!from || !from->path || !can_start(item, from) || is_contradicted(call, item, from))
		return NULL;
	return from->path;
}

char *told_place(struct told_call *call, const struct audit_item *item, int dirfd, bool in_root)
{
	bool absolute = item->name[0] == '/' && !in_root, last_stays = S_ISLNK(item->mode);
	const char *start = absolute ? "/" : start_of(call, item, dirfd);
	char *place = NULL;

	if (!start) {
		told_unknown(call, unknown_start);
		return NULL;
	}
	if (in_root)
		told_as_passed(call);
	else
		place = told_resolve(call, start, item->name, last_stays || !item->inode.number || item->type != AUDIT_NAME_NORMAL);
	place = place ?: name_own_folder(call, join(start, item->name, in_root));
	if (!place)
		told_unknown(call, "names with '..' behind what may be a symlink");
	return place;
}

/* The next item of the event that no row has taken; NULL when there is none. */
static const struct audit_item *take_item(struct told_call *call, uint32_t types)
{
	for (size_t i = 0; i < call->details.item_count; i++) {
		const struct audit_item *item = &call->details.items[i];

		if (!(item->type & types) || !item->name || call->used & (uint64_t)1 << i)
			continue;
		call->used |= (uint64_t)1 << i;
		return item;
	}
	return NULL;
}

/* ENOENT of a call with two names is about the one that is not there. */
static enum outcome outcome_of(const struct told_call *call, const struct audit_item *item)
{
	const struct audit_details *details = &call->details;

	if (call->outcome == OUTCOME_ABSENT && item->inode.number)
		for (size_t i = 0; i < details->item_count; i++)
			if (details->items[i].type == AUDIT_NAME_UNKNOWN && details->items[i].name)
				return OUTCOME_UNKNOWN;
	return call->outcome;
}

static void send_file(struct told_call *call, const char *path, uint32_t access, uint32_t mode, enum outcome outcome)
{
	struct event event = {
		.kind = EVENT_FILE,
		.file = {
			.path = path, .kind = mode ? file_kind_from_mode(mode) : FILE_KIND_UNKNOWN,
			.access = access, .outcome = outcome,
		},
	};

	if (call->details.has_result && call->details.result == -EEXIST)
		find_taken(&event.file);
	told_send(call, &event);
}

static int folder_argument(const struct told_call *call, const struct syscall_access *access)
{
	return access->arg[1] == NO_ARGUMENT ? AT_FDCWD : (int)(uint32_t)told_argument(call, access->arg[1]);
}

static uint32_t types_of(uint32_t access)
{
	uint32_t types = 0;

	if (access & (ACCESS_DELETE | ACCESS_RENAME_FROM))
		types |= AUDIT_NAME_DELETE;
	else if (access & (ACCESS_CREATE | ACCESS_LINK_TO | ACCESS_RENAME_TO))
		types |= AUDIT_NAME_CREATE;
	return types ?: AUDIT_NAME_NORMAL | AUDIT_NAME_UNKNOWN;
}

/* Remembers the descriptor that the call returned. */
static void add_descriptor(struct told_call *call, const struct audit_item *item, const char *path, uint64_t flags)
{
	struct audit_descriptor made = { .fd = (int)call->details.result, .ends_at_exec = flags & CLOSES_AT_EXEC };

	if (!told_succeeded(call))
		return;
	made.path = path ? xstrdup(path) : NULL;
	made.inode = item ? item->inode : made.inode;
	made.mode = item ? item->mode : 0;
	told_descriptor(call, &made);
}

static void open_file(struct told_call *call, const struct syscall_access *access, uint64_t flags, bool in_root)
{
	struct open_meaning meaning = open_meaning(call->details.abi, flags);
	uint32_t asked = meaning.access | access->access;
	uint32_t made = asked & ACCESS_CREATE && !meaning.unnamed ? AUDIT_NAME_CREATE : 0;
	const struct audit_item *item = take_item(call, AUDIT_NAME_NORMAL | AUDIT_NAME_UNKNOWN | made);
	auto_free char *path = item ? told_place(call, item, folder_argument(call, access), in_root) : NULL;

	add_descriptor(call, item, meaning.unnamed ? NULL : path, flags);
	if (path && meaning.unnamed) {	/* any number will do: FOLDER/#0 */
		auto_free char *unnamed = xasprintf("%s/#0", path);

		send_file(call, unnamed, asked, S_IFREG, call->outcome);
	} else if (path) {
		send_file(call, path, asked, item->mode, outcome_of(call, item));
	}
}

void told_open(struct told_call *call, const struct syscall_access *access)
{
	/* creat(2) has no flags: the row's access says what they would. */
	open_file(call, access, access->arg[2] == NO_ARGUMENT ? O_WRONLY : told_argument(call, access->arg[2]), false);
}

void told_open_how(struct told_call *call, const struct syscall_access *access)
{
	const struct audit_details *details = &call->details;

	if (details->has_how) {
		open_file(call, access, details->how_flags, details->how_resolve & RESOLVE_IN_ROOT);
	} else {
		told_unknown(call, "files that were opened by openat2 before Linux 5.16, which does not tell how");
		add_descriptor(call, NULL, NULL, 0);
	}
}

void told_open_handle(struct told_call *call, const struct syscall_access *access)
{
	told_unknown(call, "files that were opened by a handle");
	add_descriptor(call, NULL, NULL, told_argument(call, access->arg[0]));
}

/* A file that no name was given for: its inode, where a record tells it, must be that of what was opened. */
static bool is_another(const struct told_call *call, const struct audit_descriptor *descriptor)
{
	for (size_t i = 0; i < call->details.item_count; i++) {
		const struct audit_item *item = &call->details.items[i];

		if (!item->name && item->type == AUDIT_NAME_NORMAL && item->inode.number)
			return !same_inode(item->inode, descriptor->inode);
	}
	return false;
}

static void use_descriptor(struct told_call *call, int fd, uint32_t access)
{
	const struct audit_descriptor *descriptor = told_descriptor_of(call, fd);

	if (descriptor && descriptor->path && !is_another(call, descriptor))
		send_file(call, descriptor->path, access, 0, call->outcome);
	else if (fd >= 0 && call->outcome == OUTCOME_OK && !(descriptor && !descriptor->path))
		told_unknown(call, "files by a descriptor that is not told");
}

/* No name was looked up, and none was needed: the descriptor itself is meant. */
static bool means_descriptor(const struct told_call *call, const struct syscall_access *access)
{
	uint64_t flags = told_argument(call, access->arg[2]);

	return !call->details.item_count && (access->follow.empty & (flags | EMPTY_ALWAYS)) && call->outcome == OUTCOME_OK;
}

void told_path(struct told_call *call, const struct syscall_access *access)
{
	const struct audit_item *item = take_item(call, types_of(access->access));
	int dirfd = folder_argument(call, access);
	auto_free char *path = NULL;

	if (access->access == ACCESS_LOOK && (item ? !item->name[0] : means_descriptor(call, access)))
		return;		/* at what is open already: nothing is reached */
	path = item ? told_place(call, item, dirfd, false) : NULL;
	if (path)
		send_file(call, path, access->access, item->mode, outcome_of(call, item));
	else if (!item && means_descriptor(call, access))
		use_descriptor(call, dirfd, access->access);
}

void told_file_descriptor(struct told_call *call, const struct syscall_access *access)
{
	if ((size_t)access->arg[0] < call->details.arg_count)
		use_descriptor(call, (int)(uint32_t)told_argument(call, access->arg[0]), access->access);
	else if (call->details.has_mapped)	/* mmap(2) alone has it so late */
		use_descriptor(call, call->details.mapped, access->access);
}

/* Whether the lock is exclusive stands in memory. */
void told_record_lock(struct told_call *call, const struct syscall_access *access)
{
	use_descriptor(call, (int)(uint32_t)told_argument(call, access->arg[0]), access->access);
}

static void send_program(struct told_call *call)
{
	struct event event = { .kind = EVENT_EXEC, .exec = { .from = call->by, .to = call->exe } };

	send_file(call, call->exe, ACCESS_READ | ACCESS_EXECUTE | ACCESS_MAP_EXECUTE, S_IFREG, OUTCOME_OK);
	told_send(call, &event);
}

/* The program, then the interpreters of scripts, then the one that an ELF file names: in the order in which they are opened, fs/exec.c.
 * What came of it all stands in the record of the call. */
void told_program(struct told_call *call, const struct syscall_access *access)
{
	const uint32_t types = AUDIT_NAME_NORMAL | AUDIT_NAME_UNKNOWN;
	const struct audit_item *item = take_item(call, types), *next;
	int dirfd = folder_argument(call, access);

	for (bool first = true; item; item = next, first = false) {
		auto_free char *path = told_place(call, item, dirfd, false);
		bool is_last;

		next = take_item(call, types);
		is_last = !next && !first;
		if (path)
			send_file(call, path, is_last ? ACCESS_READ | ACCESS_MAP_EXECUTE : access->access, item->mode, call->outcome);
		dirfd = AT_FDCWD;
	}
	if (told_succeeded(call) && call->exe) {
		send_program(call);
		told_exec(call);
	}
}

/* A path of a mount in the order of the kernel's look-ups; owned by the caller. */
static char *mount_path(struct told_call *call, const struct syscall_access *access, size_t place, int index)
{
	const struct audit_details *details = &call->details;
	bool at = access->access & MOUNT_AT;

	for (size_t i = 0; index != NO_ARGUMENT && i < details->item_count; i++)
		if (details->items[i].name && (details->items[i].type & (AUDIT_NAME_NORMAL | AUDIT_NAME_UNKNOWN)) && place-- == 0)
			return told_place(call, &details->items[i],
					  at ? (int)(uint32_t)told_argument(call, index - 1) : AT_FDCWD, false);
	return NULL;
}

/* mount(2) looks its target up first, path_mount() in fs/namespace.c; the others what they are given first. A type stands in memory. */
void told_mount(struct told_call *call, const struct syscall_access *access)
{
	uint64_t flags = mount_flags(told_argument(call, access->arg[3]));
	bool target_first = (access->access & MOUNT_SOURCE_IS_WORD) || access->arg[0] == NO_ARGUMENT;
	bool has_word = access->access & MOUNT_SOURCE_IS_WORD && !(flags & (MS_BIND | MS_MOVE));
	auto_free char *source = NULL, *target = NULL;
	struct event event = { .kind = EVENT_MOUNT, .mount = { .act = access->word, .flags = flags, .outcome = call->outcome } };

	if (access->arg[2] != NO_ARGUMENT && HAS_TYPE(flags)) {
		told_unknown(call, "mounts whose type and source are not told");
		return;
	}
	target = mount_path(call, access, target_first ? 0 : 1, access->arg[1]);
	source = has_word ? NULL : mount_path(call, access, target_first ? 1 : 0, access->arg[0]);
	if ((access->arg[1] != NO_ARGUMENT && !target) || (access->arg[0] != NO_ARGUMENT && !has_word && !source)) {
		told_unknown(call, "mounts whose paths are not told");
		return;
	}
	event.mount.source = source;
	event.mount.target = target;
	told_send(call, &event);
}
