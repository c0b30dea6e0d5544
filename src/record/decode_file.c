/* SPDX-License-Identifier: Apache-2.0 */
/* Files: by name and by descriptor. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/decode_internal.h"
#include "snug/cleanup.h"

/* <fcntl.h> of every ABI that we know; struct flock begins with it, as a short. */
#define WRITE_LOCK 1

static void remember_kind(struct pending *pending, enum file_kind kind)
{
	pending->last_kind = kind;
	pending->names_of_many |= kind == FILE_KIND_FOLDER || kind == FILE_KIND_SYMLINK;
}

static void remember_kinds(struct pending *pending, uint32_t bits)
{
	for (int kind = FILE_KIND_MAX_ - 1; kind > FILE_KIND_UNKNOWN; kind--)
		if (bits & KIND_BIT(kind))
			remember_kind(pending, (enum file_kind)kind);
}

/* What a server's workers did says nothing of the capabilities that its master needs for the same path. */
static bool overrides_modes(struct decoder *decoder, pid_t tid)
{
	const struct credentials *credentials = decoder->told_of_checks ? NULL : task_credentials(decoder->tasks, tid);
	uint64_t sets = (uint64_t)1 << CAP_DAC_OVERRIDE | (uint64_t)1 << CAP_DAC_READ_SEARCH | (uint64_t)1 << CAP_FOWNER;
	bool overrides = credentials && (credentials->effective & sets);

	decoder->modes_overridden |= overrides;
	return overrides;
}

/* Everything that decides what a path means and whether its use is news. False when the path starts nowhere. */
static bool path_key(struct decoder *decoder, struct text *key, const struct pending *pending,
		     const struct resolve_request *request, uint32_t access)
{
	bool relative = request->path[0] != '/' || request->in_root;
	bool in_folder = relative && request->dirfd == AT_FDCWD;
	uint32_t head[] = {
		access, names_number(decoder->names, pending->by), task_root(decoder->tasks, request->tid),
		in_folder ? task_folder(decoder->tasks, request->tid) : 0,
		(uint32_t)pending->phase << 4 | (uint32_t)overrides_modes(decoder, request->tid) << 3 |
			(uint32_t)request->in_root << 2 |
			(uint32_t)request->last_stays << 1 | request->name_only,
	};

	text_add(key, head, sizeof(head));
	if (relative && !in_folder) {
		char link[32];
		auto_free char *folder = NULL;

		if (request->dirfd < 0)
			return false;
		snprintf(link, sizeof(link), "fd/%d", request->dirfd);
		folder = read_task_link(request->tid, link);
		if (!folder || folder[0] != '/')
			return false;	/* closed, or a pipe, a socket: nothing that a path could start from */
		text_add(key, folder, strlen(folder) + 1);
	}
	text_puts(key, request->path);
	return true;
}

/* What was reached through a symlink is known by the place where that led: the link may be turned at any time, by
 * somebody whom nobody records. The NUL tells a place from a text. */
void place_key(struct decoder *decoder, struct text *key, const struct pending *pending,
	       const struct resolve_request *request, uint32_t access, const char *place)
{
	struct resolve_request there = {
		.tid = request->tid, .path = place, .last_stays = request->last_stays, .name_only = request->name_only,
	};

	text_clear(key);
	if (!place)
		return;
	path_key(decoder, key, pending, &there, access);
	text_add(key, "", 1);
}

void fill_file(struct pending *pending, struct draft *draft, const struct resolved *resolved, enum file_kind kind)
{
	struct event_file *file = &draft->event.file;

	resolved_done(&draft->file);
	draft->file = *resolved;
	draft->found = resolved->found;
	file->path = resolved->path;
	file->kind = draft->found ? resolved->kind : kind;
	/* What is renamed or linked brings its kind to the new name. */
	if (file->kind == FILE_KIND_UNKNOWN && (file->access & (ACCESS_RENAME_TO | ACCESS_LINK_TO)))
		file->kind = pending->last_kind;
	remember_kind(pending, file->kind);
}

/* The kernel sees that a name is taken before it asks an LSM (filename_create(), do_open() and do_renameat2() in
 * fs/namei.c, Linux 6.18): `mkdir -p` only looks at the folders that are there. */
void find_taken(struct event_file *file)
{
	if (!(file->access & (ACCESS_CREATE | ACCESS_LINK_FROM | ACCESS_LINK_TO | ACCESS_RENAME_FROM | ACCESS_RENAME_TO)))
		return;
	file->access = ACCESS_LOOK;
	file->outcome = OUTCOME_OK;
}

/* Where most paths of a task start stays open, so long as nobody can have moved and nothing can be mounted over it. */
static void resolve_for(struct decoder *decoder, const struct resolve_request *request, struct origin *origin,
			struct resolved *ret)
{
	const bool from_root = request->path[0] == '/' && !request->in_root && !decoder->client;
	struct resolve_request asked = *request;
	bool ours = false;
	const int root = from_root ? task_root_descriptor(decoder->tasks, request->tid, &ours) : -1;

	asked.only_end &= ours;
	*origin = ORIGIN_NONE;
	if (root >= 0) {
		resolve_from(decoder->resolver, &asked, &(struct origin){ root, root }, ret);
		return;
	}
	origin_open(decoder->resolver, &asked, origin);
	resolve_from(decoder->resolver, &asked, origin, ret);
}

static bool finish_file(struct decoder *decoder, struct pending *pending, struct draft *draft,
			const struct conclusion *conclusion)
{
	struct event_file *file = &draft->event.file;
	uint32_t bit = 1u << file->outcome, known;

	known = draft->known_key.length ? known_bits(decoder->paths, &draft->known_key) : 0;
	if (draft->unresolved && !(known & bit)) {
		struct resolved resolved;

		draft->look.tid = conclusion->task->tid;
		draft->look.may_leap = true;
		draft->look.only_end = decoder->told_of_checks && !(draft->event.file.access & (NAME_CHANGES | ACCESS_CREATE));
		resolve_for(decoder, &draft->look, &draft->origin, &resolved);
		origin_close(&draft->origin);
		decoder->may_differ_again |= resolved.followed;
		fill_file(pending, draft, &resolved, file->kind);
	}
	if (draft->known_key.length)
		known_add(decoder->paths, &draft->known_key, bit | KIND_BIT(file->kind));
	if (conclusion->seen && conclusion->result == -EEXIST)
		find_taken(file);
	return file->path != NULL;
}

bool is_settled(const struct decoder *decoder, uint32_t known)
{
	uint32_t settled = 1u << OUTCOME_OK;

	if (decoder->client)	/* blind to results: the file was there, and no more will ever be known */
		settled |= 1u << OUTCOME_UNKNOWN;
	return known & settled;
}

/* Nothing more to learn? Else `key` and `known` are the draft's. */
static bool known_before(struct decoder *decoder, struct pending *pending, struct text *key, uint32_t *known)
{
	*known = known_bits(decoder->paths, key);
	if (!is_settled(decoder, *known))
		return false;
	remember_kinds(pending, *known);
	text_done(key);
	return true;
}

/* By our user and groups, neither with a capability: a folder that lets us pass does not stop the caller. */
static bool sees_as_we_do(struct decoder *decoder, const struct credentials *caller)
{
	const struct credentials *own = task_credentials(decoder->tasks, getpid());

	return own && caller && !own->effective && !caller->effective && !caller->own_userns &&
	       caller->uid[CREDENTIAL_FILE] == own->uid[CREDENTIAL_FILE] &&
	       caller->gid[CREDENTIAL_FILE] == own->gid[CREDENTIAL_FILE] && caller->group_count == own->group_count &&
	       (!own->group_count ||
		memcmp(caller->groups, own->groups, own->group_count * sizeof(*own->groups)) == 0);
}

void look_up_draft(struct decoder *decoder, struct draft *draft, uint32_t access, struct resolved *ret)
{
	struct refusals refusals = {
		.caller = decoder->told_of_checks ? NULL : task_credentials(decoder->tasks, draft->look.tid),
	};
	struct resolve_request visiting;

	draft->look.acls = !decoder->told_of_checks && overrides_modes(decoder, draft->look.tid);
	draft->look.except_of = refusals.caller ? refusals.caller->uid[CREDENTIAL_FILE] : 0;
	visiting = draft->look;
	visiting.may_leap = decoder->told_of_checks || sees_as_we_do(decoder, refusals.caller);
	visiting.only_end = visiting.may_leap && !(access & (NAME_CHANGES | ACCESS_CREATE));
	visiting.visit = refuse_by_folder;
	visiting.context = &refusals;
	visiting.wait = decoder->client ? WAIT_NOT : WAIT_DISK;
	resolve_for(decoder, &visiting, &draft->origin, ret);
	draft->deferred = decoder->client && ret->waits;
	if (!draft->deferred)
		origin_close(&draft->origin);
	if (ret->stood >= 0) {	/* whoever goes on does so from there: the names before may be others by then */
		close(draft->origin.at);
		draft->origin.at = steal_fd(&ret->stood);
		draft->look.path = draft_keep(draft, steal_ptr(ret->rest));
	}
	refuse_by_file(&refusals, ret, access);
	draft->reading_refused = refusals.reading;
	draft->writing_refused = refusals.writing;
}

/* The draft of a use that may be news; NULL when a look shows that it is none. Takes what `key` holds. */
static struct draft *draft_path(struct decoder *decoder, struct pending *pending, const struct resolve_request *request,
				uint32_t access, enum file_kind kind, struct text *key)
{
	struct draft *draft = draft_add(pending, EVENT_FILE);
	struct resolved resolved;
	uint32_t known;

	draft->event.file.access = access;
	draft->look = *request;
	draft->look.path = draft_keep(draft, xstrdup(request->path));
	look_up_draft(decoder, draft, access, &resolved);
	decoder->may_differ_again |= resolved.followed || draft->deferred;
	if (resolved.followed && !draft->deferred) {
		place_key(decoder, key, pending, request, access, resolved.path);
		if (known_before(decoder, pending, key, &known)) {
			resolved_done(&resolved);
			draft_drop(pending, draft);
			return NULL;
		}
	}
	draft->known_key = *key;
	fill_file(pending, draft, &resolved, kind);
	return draft;
}

struct draft *add_path(struct decoder *decoder, struct pending *pending,
		       const struct resolve_request *request, uint32_t access, enum file_kind kind)
{
	struct text key = TEXT_EMPTY;
	struct draft *draft;
	uint32_t known;

	if (decoder->late)
		return add_past_path(decoder, pending, request, access, kind);
	if (!path_key(decoder, &key, pending, request, access)) {
		text_done(&key);
		return NULL;
	}
	if (known_before(decoder, pending, &key, &known))
		return NULL;
	if (!known || (access & NAME_CHANGES) || decoder->client) {
		draft = draft_path(decoder, pending, request, access, kind, &key);
	} else {
		draft = draft_add(pending, EVENT_FILE);
		draft->known_key = key;
		draft->event.file.access = access;
		draft->event.file.kind = kind;
		draft->unresolved = true;
		draft->look = *request;
		draft->look.path = draft_keep(draft, xstrdup(request->path));
	}
	if (draft)
		draft->finish = finish_file;
	return draft;
}

/* The path argument, "" where the descriptor itself is meant; NULL when there is nothing to look up. */
static char *path_argument(const struct task *task, const struct pending *pending,
			   const struct syscall_access *access, uint64_t flags)
{
	uint64_t address = argument(pending, access->arg[0]);
	bool may_be_empty = access->follow.empty & (flags | EMPTY_ALWAYS);
	auto_free char *path = NULL;

	if (!address)
		return may_be_empty ? xstrdup("") : NULL;
	path = read_string(task, address);
	return path && (path[0] || may_be_empty) ? steal_ptr(path) : NULL;
}

static int folder_argument(const struct pending *pending, const struct syscall_access *access)
{
	return access->arg[1] == NO_ARGUMENT ? AT_FDCWD : (int)(uint32_t)argument(pending, access->arg[1]);
}

static enum file_kind kind_made(const struct pending *pending, const struct syscall_access *access)
{
	uint32_t mode = (uint32_t)argument(pending, access->arg[3]);

	if (access->arg[3] == NO_ARGUMENT)
		return access->kind;
	return mode & S_IFMT ? file_kind_from_mode(mode) : FILE_KIND_FILE;	/* mknod(2): 0 is a regular file */
}

/* `*ret_path` is owned by the caller; NULL when there is nothing to look up. */
static void path_request(const struct task *task, const struct pending *pending, const struct syscall_access *access,
			 struct resolve_request *ret, char **ret_path)
{
	uint64_t flags = argument(pending, access->arg[2]);

	*ret_path = path_argument(task, pending, access, flags);
	*ret = (struct resolve_request){
		.tid = task->tid, .dirfd = folder_argument(pending, access), .path = *ret_path,
		.last_stays = access->follow.last_stays != !!(flags & access->follow.opposite),
		.name_only = access->access & ((NAME_CHANGES & ~(uint32_t)ACCESS_LINK_FROM) | ACCESS_CREATE),
	};
}

struct draft *add_path_argument(struct decoder *decoder, const struct task *task, struct pending *pending,
				const struct syscall_access *access)
{
	auto_free char *path = NULL;
	struct resolve_request request;

	path_request(task, pending, access, &request, &path);
	decoder->may_differ_again |= !path;
	if (!path || (!path[0] && access->access == ACCESS_LOOK))	/* of what is open already, nothing is reached */
		return NULL;
	return add_path(decoder, pending, &request, access->access, kind_made(pending, access));
}

/* What the call is about is looked up by somebody else, unless it is already. */
static void defer_location(struct decoder *decoder, struct pending *pending, const struct resolve_request *request)
{
	struct draft *draft;

	for (draft = pending->drafts; draft; draft = draft->next)
		if (draft->deferred)
			return;
	draft = draft_add(pending, EVENT_KIND_MAX_);
	draft->deferred = true;
	draft->look = *request;
	draft->look.path = draft_keep(draft, xstrdup(request->path));
	origin_open(decoder->resolver, request, &draft->origin);
}

bool locate_file(struct decoder *decoder, const struct task *task, struct pending *pending, struct resolved *ret)
{
	*ret = RESOLVED_NONE;
	for (size_t i = 0; i < pending->row->access_count; i++) {
		const struct syscall_access *access = pending->row->accesses[i];
		auto_free char *path = NULL;
		struct resolve_request request;

		if (access->subject == SUBJECT_DESCRIPTOR) {
			resolve_descriptor(task->tid, (int)argument(pending, access->arg[0]), ret);
			return ret->found;
		}
		if (access->subject != SUBJECT_PATH)
			continue;
		path_request(task, pending, access, &request, &path);
		if (!path)
			return false;
		request.wait = decoder->client ? WAIT_NOT : WAIT_DISK;
		resolve(decoder->resolver, &request, ret);
		if (decoder->client && ret->waits)
			defer_location(decoder, pending, &request);
		return ret->found;
	}
	return false;
}

SUBJECT_FUNCTION(decode_path)
{
	add_path_argument(decoder, task, pending, access);
}

/* The descriptor says best what was opened. */
static bool finish_open(struct decoder *decoder, struct pending *pending, struct draft *draft,
			const struct conclusion *conclusion)
{
	struct resolved resolved;

	if (conclusion->seen && conclusion->result >= 0 &&
	    (draft->unresolved || !resolved_is_descriptor(&draft->file, conclusion->task->tid, (int)conclusion->result))) {
		resolve_descriptor(conclusion->task->tid, (int)conclusion->result, &resolved);
		if (resolved.path) {
			draft->unresolved = false;
			fill_file(pending, draft, &resolved, FILE_KIND_UNKNOWN);
		} else {
			resolved_done(&resolved);
		}
	}
	if (!finish_file(decoder, pending, draft, conclusion))
		return false;
	watch_memory_file(decoder, pending, draft, conclusion);
	return true;
}

/* `*ret_path` is owned by the caller; NULL when there is nothing to look up. */
static void open_request(const struct task *task, const struct pending *pending, const struct syscall_access *access,
			 const struct open_meaning *meaning, struct resolve_request *ret, char **ret_path)
{
	*ret_path = path_argument(task, pending, access, 0);
	*ret = (struct resolve_request){
		.tid = task->tid, .dirfd = folder_argument(pending, access), .path = *ret_path, .last_stays = meaning->last_stays,
	};
}

static void add_open(struct decoder *decoder, const struct task *task, struct pending *pending,
		     const struct syscall_access *access, uint64_t flags, bool in_root)
{
	struct open_meaning meaning = open_meaning(pending->call.abi, flags);
	uint32_t asked = meaning.access | access->access;
	struct resolve_request request;
	auto_free char *path = NULL;
	struct draft *draft;

	open_request(task, pending, access, &meaning, &request, &path);
	request.in_root = in_root;

	decoder->may_differ_again |= !path;
	if (!path)
		return;
	if (meaning.unnamed && (decoder->client || decoder->late)) {	/* who sees no descriptor sees no number: any will do, FOLDER/#0 */
		char *folder = path;

		path = xasprintf("%s/#0", folder);
		request.path = path;
		free(folder);
	}
	draft = add_path(decoder, pending, &request, asked,
			 asked & ACCESS_CREATE ? FILE_KIND_FILE : FILE_KIND_UNKNOWN);
	if (draft)
		draft->finish = decoder->late ? finish_past_open : finish_open;
}

/* creat(2) has no flags: the row's access says what they would. */
static uint64_t open_flags(const struct pending *pending, const struct syscall_access *access)
{
	return access->arg[2] == NO_ARGUMENT ? O_WRONLY : argument(pending, access->arg[2]);
}

SUBJECT_FUNCTION(decode_open)
{
	add_open(decoder, task, pending, access, open_flags(pending, access), false);
}

bool path_is_settled(struct decoder *decoder, const struct task *task, const struct pending *pending,
		     const struct syscall_access *access)
{
	const bool opens = access->subject == SUBJECT_OPEN;
	const struct open_meaning meaning = opens ? open_meaning(pending->call.abi, open_flags(pending, access)) :
						    (struct open_meaning){ 0 };
	struct text *key = &decoder->key;
	struct resolve_request request;
	auto_free char *path = NULL;

	if (opens)
		open_request(task, pending, access, &meaning, &request, &path);
	else
		path_request(task, pending, access, &request, &path);
	if (path && !path[0] && !opens && access->access == ACCESS_LOOK)
		return true;	/* of what is open already, as in add_path_argument() */
	if (!path || (path[0] != '/' && request.dirfd != AT_FDCWD))
		return false;
	text_clear(key);
	return path_key(decoder, key, pending, &request, meaning.access | access->access) &&
	       is_settled(decoder, known_bits(decoder->paths, key));
}

SUBJECT_FUNCTION(decode_open_how)
{
	struct open_how how;	/* the same on every ABI; it may grow, but not change, openat2(2) */

	if (read_exactly(task, argument(pending, access->arg[2]), &how, sizeof(how)))
		add_open(decoder, task, pending, access, how.flags, how.resolve & RESOLVE_IN_ROOT);
	else if (decoder->late)
		add_past_unknown(pending);
}

SUBJECT_FUNCTION(decode_open_handle)
{
	struct draft *draft = draft_add(pending, EVENT_FILE);

	(void)decoder;
	(void)task;
	draft->event.file.access = open_meaning(pending->call.abi, argument(pending, access->arg[0])).access;
	draft->finish = finish_open;
}

static void add_descriptor(struct decoder *decoder, const struct task *task, struct pending *pending, int fd,
			   uint32_t access)
{
	struct resolve_request request = { .tid = task->tid, .dirfd = fd, .path = "" };

	if (fd >= 0)
		add_path(decoder, pending, &request, access, FILE_KIND_UNKNOWN);
}

SUBJECT_FUNCTION(decode_descriptor)
{
	add_descriptor(decoder, task, pending, (int)(uint32_t)argument(pending, access->arg[0]), access->access);
}

SUBJECT_FUNCTION(decode_record_lock)
{
	uint32_t asked = access->access;
	int16_t type;

	if (!read_exactly(task, argument(pending, access->arg[1]), &type, sizeof(type)))
		return;
	if (type == WRITE_LOCK)
		asked |= ACCESS_LOCK_EXCLUSIVE;
	add_descriptor(decoder, task, pending, (int)(uint32_t)argument(pending, access->arg[0]), asked);
}
