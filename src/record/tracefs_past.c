/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the tasks of a session stood and what they had open when they made a call that is read only now.
 *
 * Followed from call to call: what /proc says is of now. What cannot be followed, a descriptor that came in a message say, is not
 * known: a call that uses it counts as lost where that matters.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/proc_file.h"
#include "record/tracefs_internal.h"
#include "snug/cleanup.h"
#include "snug/memory.h"

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

/* --- what the call's pointers pointed to ------------------------------------------- */

static void keep(struct tracefs_task *task, uint64_t address, const char *bytes, size_t length, bool is_string)
{
	struct kept_memory *kept = &task->memory[task->memory_count++];

	kept->address = address;
	kept->length = length + is_string;
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
	unsigned int paths = tracefs_paths_of(row);

	tracefs_past_forget(task);
	task->closes_on_exec = closes_on_exec(row, record);
	for (size_t i = 0; i < record->memory_count; i++) {
		const struct tracefs_memory *memory = &record->memory[i];
		uint64_t address = record->args[memory->argument];

		if (!(paths & 1u << memory->argument))	/* what is written, say */
			continue;
		if (address && memory->fault) {
			task->faults = task->fault;
			task->fault = address;
		} else if (address) {
			keep(task, address, memory->bytes, memory->length, memory->is_string);
		}
	}
}

void tracefs_past_name(struct tracefs_task *task, const struct tracefs_record *record)
{
	if (task->in_call && task->fault && record->text && task->name_count < TRACEFS_STRINGS_MAX)
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

	if (!task->fault || result == -EFAULT)
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

static bool is_open(void *context, int fd, const char **ret_path, enum file_kind *ret_kind)
{
	const struct tracefs_task *task = context;
	const struct tracefs_file *file = tracefs_files_find(task->process->files, fd);

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

/* --- calls that told all before ------------------------------------------------------ */

#define REPETITIONS 64		/* of a call before the kernel is asked to drop it: to write a filter takes milliseconds */

/* From where a path of the call begins that is not the root. False when nobody knows. */
static bool write_start(const struct tracefs_task *task, const struct syscall_access *access, struct text *key)
{
	int folder = access->arg[1] == NO_ARGUMENT ? AT_FDCWD : (int)(uint32_t)task->call.args[access->arg[1]];
	const struct tracefs_file *file = folder == AT_FDCWD ? NULL : tracefs_files_find(task->process->files, folder);

	if (folder == AT_FDCWD)
		return true;
	if (!file || !file->path)
		return false;
	text_add(key, file->path, strlen(file->path) + 1);
	return true;
}

static bool write_paths(const struct tracefs_task *task, const struct call_row *row, struct text *key)
{
	unsigned int arguments = tracefs_paths_of(row);

	for (size_t i = 0; i < row->access_count; i++) {
		const struct syscall_access *access = row->accesses[i];
		const struct kept_memory *kept;

		if (access->arg[0] == NO_ARGUMENT || !(arguments & 1u << access->arg[0]))
			continue;
		kept = kept_at(task, task->call.args[access->arg[0]]);
		if (!kept || !kept->bytes[0])
			return false;
		text_add(key, kept->bytes, strlen(kept->bytes) + 1);
		if (kept->bytes[0] != '/' && !write_start(task, access, key))
			return false;
	}
	return true;
}

/* What decides what the call tells. False: it may tell something new each time. */
static bool write_use(const struct tracefs_task *task, struct text *key)
{
	const struct tracefs *tracefs = task->process->group->tracefs;
	const struct call_row *row = call_table_find(tracefs->table, task->call.number);
	const unsigned int registers = tracefs_known_registers(row);
	const uint64_t head[] = {
		task->call.number, tracefs_place_number(task->process->place), (uint64_t)(uintptr_t)task->by,
		task->process->stage,
	};

	if (!tracefs->checks || !task->process->place || !tracefs_paths_of(row) || tracefs_past_follows(row) ||
	    tracefs_is_exec(tracefs, task->call.number))
		return false;
	text_add(key, head, sizeof(head));
	for (unsigned int i = 0; i < TRACEFS_ARGS_MAX; i++)
		if (registers & 1u << i)
			text_add(key, &task->call.args[i], sizeof(task->call.args[i]));
	return write_paths(task, row, key);
}

/* Of calls that use several files nothing is remembered. */
static void known(void *context, const char *path)
{
	const struct tracefs_task *task = context;
	CLEANUP(text_done) struct text key = TEXT_EMPTY;
	struct tracefs_group *group = task->process->group;

	if (path && write_use(task, &key) && !tracefs_again_add(group->again, &key, path))
		tracefs_known_forget(group->tracefs->known);
}

/* `ret[i]`: what argument i points to, where that is a path. False when one of them was not told. */
static bool find_paths(const struct tracefs_task *task, const struct call_row *row, const char *ret[static TRACEFS_ARGS_MAX])
{
	const unsigned int arguments = tracefs_paths_of(row);

	for (unsigned int i = 0; i < TRACEFS_ARGS_MAX; i++) {
		const struct kept_memory *kept = arguments & 1u << i ? kept_at(task, task->call.args[i]) : NULL;

		if (arguments & 1u << i && !kept)
			return false;
		ret[i] = kept ? kept->bytes : NULL;
	}
	return true;
}

/* Not what opens a file: who has not heard of it does not know what is done through the descriptor. */
static void drop_in_kernel(const struct tracefs_task *task)
{
	struct tracefs *tracefs = task->process->group->tracefs;
	const char *paths[TRACEFS_ARGS_MAX];
	auto_free char *name = NULL;

	if (tracefs->groups->next || tracefs_interest_is_wanted(tracefs->interest, task->call.number, TRACEFS_SIDE_ENTER) ||
	    !find_paths(task, call_table_find(tracefs->table, task->call.number), paths))
		return;
	name = read_task_name(task->tid);
	if (name)
		tracefs_known_call(tracefs->known, &task->call, name, paths);
}

static bool opens_file(const struct call_row *row)
{
	for (size_t i = 0; i < row->access_count; i++)
		if (row->accesses[i]->subject >= SUBJECT_OPEN && row->accesses[i]->subject <= SUBJECT_OPEN_HANDLE)
			return true;
	return false;
}

bool tracefs_past_again(struct tracefs_task *task, int64_t result)
{
	struct tracefs_group *group = task->process->group;
	CLEANUP(text_done) struct text key = TEXT_EMPTY;
	struct tracefs_use *use = NULL;

	if (group->tracefs->paths && task->call.abi == arch_native() && result >= 0 && write_use(task, &key))
		use = tracefs_again_find(group->again, &key);
	if (!use)
		return false;
	decode_used_again(group->decoder, use->path);
	if (opens_file(call_table_find(group->tracefs->table, task->call.number)))
		opens(task, (int)result, use->path, FILE_KIND_FILE);
	else if (++use->count % REPETITIONS == 0)
		drop_in_kernel(task);
	return true;
}

static void forget_all(struct tracefs *tracefs)
{
	for (struct tracefs_group *group = tracefs->groups; group; group = group->next)
		tracefs_again_forget(group->again);
	tracefs_known_forget(tracefs->known);
}

static void renamed(void *context)
{
	const struct tracefs_task *task = context;

	forget_all(task->process->group->tracefs);
}

static void turned(void *context, const char *path)
{
	const struct tracefs_task *task = context;
	struct tracefs *tracefs = task->process->group->tracefs;

	for (const struct tracefs_group *group = tracefs->groups; group; group = group->next)
		if (tracefs_again_uses(group->again, path)) {
			forget_all(tracefs);
			return;
		}
}

const struct past tracefs_past = { start, is_open, opens, known, turned, renamed, unknown };

/* --- what a call changes ------------------------------------------------------------ */

static int open_path(const struct tracefs_task *task, uint64_t address)
{
	const struct kept_memory *kept = kept_at(task, address);
	struct resolved resolved;
	int fd;

	if (!kept)
		return -1;
	tracefs_place_resolve(task->process->place, task->process->group->tracefs->resolver, task->tid, kept->bytes, &resolved);
	fd = steal_fd(&resolved.fd);
	resolved_done(&resolved);
	return fd;
}

static int open_descriptor(const struct tracefs_task *task, int fd)
{
	const struct tracefs_file *file = tracefs_files_find(task->process->files, fd);

	return file && file->path ? tracefs_place_reopen(task->process->place, task->process->group->tracefs->resolver,
							 task->tid, file->path) : -1;
}

static void go(struct tracefs_process *process, int fd, bool to_root)
{
	process->place = tracefs_place_move(process->place, fd, to_root);
	if (fd >= 0)
		close(fd);
}

/* F_DUPFD is 0 and F_DUPFD_CLOEXEC 1030 on every machine: include/uapi/asm-generic/fcntl.h, linux/fcntl.h */
static void copy_by_command(struct tracefs_task *task, int fd, int command, int64_t result)
{
	if (command == F_DUPFD || command == F_DUPFD_CLOEXEC)
		tracefs_files_copy(&task->process->files, fd, (int)result, command == F_DUPFD_CLOEXEC);
}

/* Of a call of which only the end is told: nobody knows what it opened. */
void tracefs_past_opened_known(struct tracefs *tracefs, struct tracefs_process *process, const struct call *call,
			       int64_t result)
{
	const struct call_row *row = call_table_find(tracefs->table, call->number);

	if (opens_file(row) && result >= 0)
		tracefs_files_close(&process->files, (uint32_t)result, (uint32_t)result);
}

void tracefs_past_moves(struct tracefs *tracefs, struct tracefs_task *task, int64_t result)
{
	const uint64_t *args = task->call.args;
	struct tracefs_process *process = task->process;
	const struct move *move = find_move(call_table_find(tracefs->table, task->call.number)->name);

	if (!move || (result < 0 && move->act != CLOSES))
		return;
	switch (move->act) {
	case GOES_TO_PATH: go(process, open_path(task, args[0]), false); break;
	case ROOT_IS_PATH: go(process, open_path(task, args[0]), true); break;
	case GOES_TO_DESCRIPTOR: go(process, open_descriptor(task, (int)args[0]), false); break;
	case GOES_ELSEWHERE: tracefs_process_moved(tracefs, process); break;
	case CLOSES: tracefs_files_close(&process->files, (uint32_t)args[0], (uint32_t)args[0]); break;
	case CLOSES_RANGE:
		if (!args[2])	/* CLOSE_RANGE_CLOEXEC closes nothing yet */
			tracefs_files_close(&process->files, (uint32_t)args[0], (uint32_t)args[1]);
		break;
	case COPIES: tracefs_files_copy(&process->files, (int)args[0], (int)result, false); break;
	case COPIES_TO: tracefs_files_copy(&process->files, (int)args[0], (int)result, args[2] & O_CLOEXEC); break;
	case COPIES_BY_COMMAND: copy_by_command(task, (int)args[0], (int)args[1], result); break;
	}
}
