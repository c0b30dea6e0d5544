/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the tasks of a session stood and what they had open when they made a call that is read only now.
 *
 * Followed from call to call: what /proc says is of now. What cannot be followed, a descriptor that came in a message say, is not
 * known: a call that uses it counts as lost where that matters.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/tracefs_internal.h"
#include "snug/memory.h"

#define LOCK_TYPE_SIZE sizeof(short)	/* struct flock begins with it */

/* What a call does to its caller's place or descriptors, should it succeed. */
enum act {
	GOES_TO_PATH, GOES_TO_DESCRIPTOR, ROOT_IS_PATH, GOES_ELSEWHERE,
	CLOSES, CLOSES_RANGE, COPIES, COPIES_TO, COPIES_BY_COMMAND,
};

static const struct move {
	const char *syscall;
	enum act act;
	const char *source;
} moves[] = {
	{ "chdir", GOES_TO_PATH, "chdir(2)" },
	{ "chroot", ROOT_IS_PATH, "chroot(2)" },
	{ "close", CLOSES, "close(2)" },
	{ "close_range", CLOSES_RANGE, "close_range(2)" },
	{ "dup", COPIES, "dup(2)" },
	{ "dup2", COPIES_TO, "dup(2)" },
	{ "dup3", COPIES_TO, "dup(2)" },
	{ "fchdir", GOES_TO_DESCRIPTOR, "chdir(2)" },
	{ "fcntl", COPIES_BY_COMMAND, "fcntl(2): F_DUPFD, F_DUPFD_CLOEXEC" },
	{ "pivot_root", GOES_ELSEWHERE, "pivot_root(2)" },
	{ "setns", GOES_ELSEWHERE, "setns(2): a mount namespace" },
	{ "unshare", GOES_ELSEWHERE, "unshare(2): CLONE_NEWNS" },
};

static const struct move *find_move(const char *name)
{
	for (size_t i = 0; name && i < ARRAY_SIZE(moves); i++)
		if (strcmp(moves[i].syscall, name) == 0)
			return &moves[i];
	return NULL;
}

bool tracefs_past_follows(const struct call_row *row)
{
	return find_move(row->name);
}

bool tracefs_past_ends_early(const struct call_row *row)
{
	const struct move *move = find_move(row->name);

	return move && move->act == CLOSES;
}

/* --- what the call's pointers pointed to ------------------------------------------- */

static void keep(struct tracefs_task *task, uint64_t address, const char *bytes, size_t length, bool is_path)
{
	struct kept_memory *kept = &task->memory[task->memory_count++];

	kept->address = address;
	kept->length = is_path ? length + 1 : LOCK_TYPE_SIZE;
	length = length < kept->length ? length : kept->length;
	kept->bytes = xcalloc(kept->length + 1, 1);
	memcpy(kept->bytes, bytes, length);
}

static bool closes_on_exec(const struct call_row *row, const struct tracefs_record *record)
{
	for (size_t i = 0; i < row->access_count; i++)
		if (row->accesses[i]->subject == SUBJECT_OPEN && row->accesses[i]->arg[2] != NO_ARGUMENT)
			return record->args[row->accesses[i]->arg[2]] & O_CLOEXEC;
	return false;
}

void tracefs_past_keep(const struct tracefs *tracefs, struct tracefs_task *task, const struct tracefs_record *record)
{
	const struct call_row *row = call_table_find(tracefs->table, record->number);
	unsigned int paths = tracefs_paths_of(row, record->args), pointers = tracefs_pointers_of(row, record->args);

	tracefs_past_forget(task);
	task->closes_on_exec = closes_on_exec(row, record);
	for (size_t i = 0; i < record->memory_count; i++) {
		const struct tracefs_memory *memory = &record->memory[i];
		uint64_t address = record->args[memory->argument];

		if (!(pointers & 1u << memory->argument) || !address || memory->fault)	/* what is written, say */
			continue;
		keep(task, address, memory->bytes, memory->length, paths & 1u << memory->argument);
		pointers &= ~(1u << memory->argument);
	}
	/* What could not be read then, and what the record of a call without an event of its own does not carry. */
	for (unsigned int i = 0; i < TRACEFS_ARGS_MAX; i++)
		if (pointers & 1u << i && record->args[i]) {
			task->faults = task->fault;
			task->fault = record->args[i];
		}
}

void tracefs_past_name(struct tracefs_task *task, const struct tracefs_record *record)
{
	if (task->in_call && record->text && task->name_count < TRACEFS_STRINGS_MAX)
		task->names[task->name_count++] = xstrdup(record->text);
}

static bool is_kept(const struct tracefs_task *task, const char *name)
{
	for (size_t i = 0; i < task->memory_count; i++)
		if (strcmp(task->memory[i].bytes, name) == 0)
			return true;
	return false;
}

static bool may_be_empty(const struct call_row *row)
{
	for (size_t i = 0; i < row->access_count; i++)
		if (row->accesses[i]->follow.empty)
			return true;
	return false;
}

/* Of two paths the other one may be copied first. A call that succeeded without a copy saw that the path is empty
 * (vfs_empty_path(), fs/stat.c, Linux 6.6). */
bool tracefs_past_repair(struct tracefs_task *task, int64_t result)
{
	const struct tracefs *tracefs = task->process->group->tracefs;
	bool empty = result >= 0 && !task->name_count && may_be_empty(call_table_find(tracefs->table, task->call.number));
	const char *found = empty ? "" : NULL;

	if (!task->fault || result == -EFAULT || result == -ENOSYS)
		return true;
	for (size_t i = 0; i < task->name_count; i++)
		if (task->name_count == 1 || !is_kept(task, task->names[i]))
			found = task->names[i];
	if (!found || task->faults)
		return false;
	keep(task, task->fault, found, strlen(found), true);
	return true;
}

void tracefs_past_forget(struct tracefs_task *task)
{
	while (task->memory_count > 0)
		free(task->memory[--task->memory_count].bytes);
	while (task->name_count > 0)
		free(task->names[--task->name_count]);
	free(steal_ptr(task->file));
	task->fault = 0;
	task->faults = false;
}

static const struct kept_memory *kept_at(const struct tracefs_task *task, uint64_t address)
{
	for (size_t i = 0; i < task->memory_count; i++)
		if (address >= task->memory[i].address && address - task->memory[i].address < task->memory[i].length)
			return &task->memory[i];
	return NULL;
}

ssize_t tracefs_past_read(const struct tracefs_task *task, uint64_t address, void *buffer, size_t length)
{
	const struct kept_memory *kept = kept_at(task, address);
	size_t offset = kept ? address - kept->address : 0;

	if (!kept)
		return -EFAULT;
	if (length > kept->length - offset)
		length = kept->length - offset;
	memcpy(buffer, kept->bytes + offset, length);
	return (ssize_t)length;
}

/* --- what the decoder asks ---------------------------------------------------------- */

static bool start(void *context, int dirfd, struct origin *ret)
{
	const struct tracefs_task *task = context;
	const struct tracefs_process *process = task->process;
	const struct tracefs_file *file;

	if (!tracefs_place_start(process->place, ret))
		return false;
	if (dirfd == AT_FDCWD)
		return true;
	close(steal_fd(&ret->at));
	file = tracefs_files_find(process->files, dirfd);
	if (!file || !file->path)
		return false;
	ret->at = tracefs_place_reopen(process->place, process->group->tracefs->resolver, task->tid, file->path);
	return ret->at >= 0;
}

static const char *name(void *context, int dirfd)
{
	const struct tracefs_task *task = context;
	const struct tracefs_file *file;

	if (dirfd == AT_FDCWD)
		return tracefs_place_name(task->process->place);
	file = tracefs_files_find(task->process->files, dirfd);
	return file ? file->path : NULL;
}

static void moved(void *context, const char *from, const char *to, bool exchange)
{
	const struct tracefs_task *task = context;
	struct tracefs *tracefs = task->process->group->tracefs;

	tracefs_known_changed(tracefs->known, from);
	if (exchange)
		tracefs_known_changed(tracefs->known, to);
	tracefs->renames++;
	for (size_t i = 0; i < TRACEFS_BUCKETS; i++)
		for (struct tracefs_task *other = tracefs->buckets[i]; other; other = other->next) {
			if (other->process->group != task->process->group)
				continue;
			tracefs_files_rename(other->process->files, from, to, exchange, tracefs->renames);
			tracefs_place_rename(other->process->place, from, to, exchange, tracefs->renames);
		}
}

static bool is_open(void *context, int fd, const char **ret_path, enum file_kind *ret_kind)
{
	const struct tracefs_task *task = context;
	const struct tracefs_file *file = tracefs_files_find(task->process->files, fd);

	if (fd == AT_FDCWD) {
		*ret_path = task->process->place ? tracefs_place_name(task->process->place) : NULL;
		*ret_kind = FILE_KIND_FOLDER;
		return true;
	}
	if (!file)
		return false;
	*ret_path = file->path;
	*ret_kind = file->kind;
	return true;
}

static void opens(void *context, int fd, const char *path, enum file_kind kind)
{
	struct tracefs_task *task = context;

	tracefs_files_open(&task->process->files, fd, path, kind, task->closes_on_exec);
}

static void unknown(void *context)
{
	const struct tracefs_task *task = context;

	tracefs_lost(task->process->group, "paths", 1);
}

static const struct string_set *one_of(void *context, int fd)
{
	const struct tracefs_task *task = context;
	const struct tracefs_file *file = tracefs_files_find(task->process->files, fd);

	return file && file->by_known_call ? tracefs_known_files(task->process->group->tracefs->known, file->number) : NULL;
}

static bool opens_file(const struct call_row *row)
{
	for (size_t i = 0; i < row->access_count; i++)
		if (row->accesses[i]->subject >= SUBJECT_OPEN && row->accesses[i]->subject <= SUBJECT_OPEN_HANDLE)
			return true;
	return false;
}

/* The descriptor of a file whose entry was dropped is one of some files: what is done with it is known as long as the same was done
 * with all of them. */
static bool fits(const struct tracefs_task *task, const struct call_row *row, const char *path)
{
	const struct tracefs *tracefs = task->process->group->tracefs;
	const struct string_set *others = tracefs_known_files(tracefs->known, task->call.number);

	return !opens_file(row) || !others->count || string_set_has(others, path) ||
	       decode_used_alike(task->process->group->decoder, path, others->items[0]);
}

/* Of a command that we started all processes stand in one root, unless one leaves it. */
static bool may_drop(const struct tracefs *tracefs, const struct tracefs_group *group)
{
	return !tracefs->groups->next && group->options.until_exec;
}

/* False when it is not one that may be known. */
static bool use_of(const struct tracefs_task *task, struct known_use *ret)
{
	const struct tracefs *tracefs = task->process->group->tracefs;
	const struct call_row *row = call_table_find(tracefs->table, task->call.number);
	unsigned int arguments = tracefs_paths_of(row, task->call.args);

	*ret = (struct known_use){
		.call = &task->call, .by = task->process->by, .place = tracefs_place_number(task->process->place),
		.closes_on_exec = task->closes_on_exec,
	};
	if (!arguments || !may_drop(tracefs, task->process->group) || tracefs_is_exec(tracefs, task->call.number) ||
	    tracefs_past_follows(row))
		return false;
	for (unsigned int i = 0; i < TRACEFS_ARGS_MAX; i++) {
		const struct kept_memory *kept = arguments & 1u << i ? kept_at(task, task->call.args[i]) : NULL;

		if (arguments & 1u << i && !kept)
			return false;
		ret->paths[i] = kept ? kept->bytes : NULL;
	}
	return true;
}

static void known(void *context, const char *path)
{
	const struct tracefs_task *task = context;
	struct tracefs *tracefs = task->process->group->tracefs;
	const struct call_row *row = call_table_find(tracefs->table, task->call.number);
	struct known_use use;
	bool droppable;

	if (!use_of(task, &use))
		return;
	droppable = !tracefs_interest_is_wanted(tracefs->interest, task->call.number, TRACEFS_SIDE_ENTER) && fits(task, row, path);
	tracefs_known_call(tracefs->known, &use, path, droppable);
}

bool tracefs_past_knows(struct tracefs *tracefs, struct tracefs_task *task)
{
	struct known_use use;
	const char *file = use_of(task, &use) ? tracefs_known_file(tracefs->known, &use) : NULL;

	if (file)
		task->file = xstrdup(file);
	return file;
}

void tracefs_past_known_left(const struct tracefs *tracefs, struct tracefs_task *task, int64_t result)
{
	auto_free char *file = steal_ptr(task->file);

	if (!file || result < 0 || result > INT_MAX)
		return;
	if (opens_file(call_table_find(tracefs->table, task->call.number)))
		tracefs_files_open(&task->process->files, (int)result, file, FILE_KIND_FILE, task->closes_on_exec);
	known(task, file);
}

static void renamed(void *context, const char *path)
{
	const struct tracefs_task *task = context;

	tracefs_known_changed(task->process->group->tracefs->known, path);
}

const struct past tracefs_past = { start, name, moved, is_open, opens, one_of, known, renamed, unknown };

/* --- what a call changes ------------------------------------------------------------ */

static void go_to_path(struct tracefs_task *task, uint64_t address, bool to_root)
{
	const struct kept_memory *kept = kept_at(task, address);
	struct tracefs_process *process = task->process;
	struct resolved folder = RESOLVED_NONE;

	if (kept)
		tracefs_place_resolve(process->place, process->group->tracefs->resolver, task->tid, kept->bytes, &folder);
	process->place = tracefs_place_move(process->place, folder.fd, folder.path, to_root);
	resolved_done(&folder);
}

static void go_to_descriptor(struct tracefs_task *task, int descriptor)
{
	struct tracefs_process *process = task->process;
	const struct tracefs_file *file = tracefs_files_find(process->files, descriptor);
	auto_close int fd = -1;

	if (file && file->path)
		fd = tracefs_place_reopen(process->place, process->group->tracefs->resolver, task->tid, file->path);
	process->place = tracefs_place_move(process->place, fd, file ? file->path : NULL, false);
}

/* F_DUPFD is 0 and F_DUPFD_CLOEXEC 1030 on every machine: include/uapi/asm-generic/fcntl.h, linux/fcntl.h */
static void copy_by_command(struct tracefs_task *task, int fd, int command, int64_t result)
{
	if (command == F_DUPFD || command == F_DUPFD_CLOEXEC)
		tracefs_files_copy(&task->process->files, fd, (int)result, command == F_DUPFD_CLOEXEC);
}

/* Of a call whose entry was dropped, since its path is known: which of those that are dropped it was is not told. */
void tracefs_past_opened_known(struct tracefs *tracefs, struct tracefs_process *process, const struct call *call,
			       int64_t result)
{
	const struct string_set *files = tracefs_known_files(tracefs->known, call->number);
	bool closes_on_exec = tracefs_known_closes_on_exec(tracefs->known, call->number);

	if (result < 0 || result > INT_MAX || !opens_file(call_table_find(tracefs->table, call->number)))
		return;
	if (files->count == 1)
		tracefs_files_open(&process->files, (int)result, files->items[0], FILE_KIND_FILE, closes_on_exec);
	else
		tracefs_files_open_known(&process->files, (int)result, call->number, closes_on_exec);
}

/* Whatever it returns, and before another thread's call gets the same number: its exit need not be told. */
void tracefs_past_closes(const struct tracefs *tracefs, struct tracefs_task *task)
{
	const uint32_t fd = (uint32_t)task->call.args[0];

	if (task->call.abi == arch_native() && tracefs_past_ends_early(call_table_find(tracefs->table, task->call.number)))
		tracefs_files_close(&task->process->files, fd, fd);
}

void tracefs_past_moves(struct tracefs *tracefs, struct tracefs_task *task, int64_t result)
{
	const uint64_t *args = task->call.args;
	struct tracefs_process *process = task->process;
	const struct move *move = find_move(call_table_find(tracefs->table, task->call.number)->name);

	if (!move || result < 0)
		return;
	switch (move->act) {
	case GOES_TO_PATH: go_to_path(task, args[0], false); break;
	case ROOT_IS_PATH:
		tracefs_known_end(tracefs->known);
		go_to_path(task, args[0], true);
		break;
	case GOES_TO_DESCRIPTOR: go_to_descriptor(task, (int)args[0]); break;
	case GOES_ELSEWHERE:
		tracefs_known_end(tracefs->known);
		tracefs_process_moved(tracefs, process);
		break;
	case CLOSES: break;
	case CLOSES_RANGE:
		if (!args[2])	/* CLOSE_RANGE_CLOEXEC closes nothing yet */
			tracefs_files_close(&process->files, (uint32_t)args[0], (uint32_t)args[1]);
		break;
	case COPIES: tracefs_files_copy(&process->files, (int)args[0], (int)result, false); break;
	case COPIES_TO: tracefs_files_copy(&process->files, (int)args[0], (int)result, args[2] & O_CLOEXEC); break;
	case COPIES_BY_COMMAND: copy_by_command(task, (int)args[0], (int)args[1], result); break;
	}
}
