/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of calls that are over: looked up from where their callers stood then, in what is there now.
 *
 * Calls are told in their order, and each tells what a name was at its time: what was made, found, moved or taken away. A name
 * is what the calls before said of it; what none of them spoke of is looked up. If it is gone by now, nobody can tell whether it was
 * a symlink: that is told, and never guessed.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "record/decode_internal.h"
#include "snug/cleanup.h"

/* --- what names were ---------------------------------------------------------------- */

#define KINDS_MAX 16384		/* names that are remembered */

static void key_of_name(struct text *key, const char *path, size_t length)
{
	text_clear(key);
	text_add(key, path, length);
}

static enum file_kind remembered(struct decoder *decoder, const char *path, size_t length)
{
	uint32_t bits;

	if (!decoder->kinds)
		return FILE_KIND_UNKNOWN;
	key_of_name(&decoder->key, path, length);
	bits = known_bits(decoder->kinds, &decoder->key);
	for (int kind = FILE_KIND_MAX_ - 1; kind > FILE_KIND_UNKNOWN; kind--)
		if (bits & KIND_BIT(kind))
			return (enum file_kind)kind;
	return FILE_KIND_UNKNOWN;
}

static void remember(struct decoder *decoder, const char *path, enum file_kind kind)
{
	if (!decoder->kinds)
		decoder->kinds = known_new(KINDS_MAX);
	key_of_name(&decoder->key, path, strlen(path));
	known_remove(decoder->kinds, &decoder->key, UINT32_MAX);
	if (kind != FILE_KIND_UNKNOWN)
		known_add(decoder->kinds, &decoder->key, KIND_BIT(kind));
}

/* What was below a folder that has gone is known by other names, or none. */
static void forget_name(struct decoder *decoder, const char *path, enum file_kind kind)
{
	if (kind == FILE_KIND_FILE || kind == FILE_KIND_SYMLINK)
		remember(decoder, path, FILE_KIND_UNKNOWN);
	else if (decoder->kinds)
		known_clear(decoder->kinds);
}

void decode_used_again(struct decoder *decoder, const char *path)
{
	if (remembered(decoder, path, strlen(path)) != FILE_KIND_FILE)
		remember(decoder, path, FILE_KIND_FILE);
}

static void learn_name(struct decoder *decoder, const struct draft *draft, const struct task *task)
{
	const struct event_file *file = &draft->event.file;

	if ((file->access & ACCESS_RENAME_FROM) && (file->access & ACCESS_RENAME_TO))
		forget_name(decoder, file->path, FILE_KIND_UNKNOWN);	/* two were exchanged, and all below them */
	else if (file->access & (ACCESS_DELETE | ACCESS_RENAME_FROM))
		forget_name(decoder, file->path, file->kind);
	else if (!draft->file.followed)
		remember(decoder, file->path, file->kind);
	if (file->kind != FILE_KIND_FILE)
		task->past->turned(task->context, file->path);
}

/* --- after the call ------------------------------------------------------------------ */

/* A descriptor that was none, or no folder's: nothing was used. */
static bool used_nothing(const struct conclusion *conclusion)
{
	return conclusion->seen && (conclusion->result == -EBADF || conclusion->result == -ENOTDIR ||
				    conclusion->result == -EFAULT);
}

/* What was moved or linked is the same under both names. */
static void match_kinds(struct pending *pending)
{
	struct draft *from = pending->drafts, *to = from ? from->next : NULL;

	if (!to || !(from->event.file.access & (ACCESS_RENAME_FROM | ACCESS_LINK_FROM)) ||
	    !(to->event.file.access & (ACCESS_RENAME_TO | ACCESS_LINK_TO)) || (to->event.file.access & ACCESS_RENAME_FROM))
		return;
	if (from->event.file.kind == FILE_KIND_UNKNOWN)
		from->event.file.kind = to->event.file.kind;
	else
		to->event.file.kind = from->event.file.kind;
}

/* What was made by that name is no symlink that may stand there now; an open that followed none has not found one either. */
static void tell_kind(struct draft *draft)
{
	struct event_file *file = &draft->event.file;
	bool is_open = draft->finish == finish_past_open;

	if (!(file->access & ACCESS_CREATE) || !(draft->look.name_only || draft->look.last_stays))
		return;
	if (!is_open || file->kind == FILE_KIND_SYMLINK || file->kind == FILE_KIND_UNKNOWN)
		file->kind = draft->made;
}

/* Who follows symlinks does not end at one: it was put there later. */
static bool has_turned(const struct draft *draft)
{
	return draft->event.file.kind == FILE_KIND_SYMLINK && draft->look.path && !draft->look.last_stays &&
	       !draft->look.name_only;
}

static bool finish_past(struct decoder *decoder, struct pending *pending, struct draft *draft,
			const struct conclusion *conclusion)
{
	const struct task *task = conclusion->task;
	bool worked = conclusion->outcome == OUTCOME_OK || !conclusion->seen;

	if (worked) {
		match_kinds(pending);
		tell_kind(draft);
	}
	if (draft->unresolved || (worked && (draft->file.absent || has_turned(draft)))) {
		if (!used_nothing(conclusion))
			task->past->unknown(task->context);
		return false;
	}
	if (!draft->event.file.path)
		return false;
	if (worked)
		learn_name(decoder, draft, task);
	if (conclusion->seen && conclusion->result == -EEXIST)
		find_taken(&draft->event.file);
	return true;
}

bool finish_past_open(struct decoder *decoder, struct pending *pending, struct draft *draft,
		      const struct conclusion *conclusion)
{
	const struct task *task = conclusion->task;
	const struct event_file *file = &draft->event.file;
	bool told = finish_past(decoder, pending, draft, conclusion);

	if (conclusion->seen && conclusion->result >= 0)
		task->past->opens(task->context, (int)conclusion->result, told ? file->path : NULL, file->kind);
	return told;
}

/* A symlink may be turned by anybody, and what is opened in a folder needs that folder's name. */
bool is_past_known(const struct pending *pending, const struct conclusion *conclusion)
{
	for (const struct draft *draft = pending->drafts; draft; draft = draft->next)
		if (draft->event.kind != EVENT_FILE || draft->unresolved || !draft->found || draft->file.followed ||
		    draft->event.file.kind != FILE_KIND_FILE)
			return false;
	return pending->drafts && conclusion->seen && conclusion->result >= 0 && !pending->stale;
}

/* --- looking up ---------------------------------------------------------------------- */

/* What a descriptor meant then; false when it was no file that anybody knows of. */
static bool look_up_open(struct decoder *decoder, struct draft *draft, int fd, struct resolved *ret)
{
	const struct task *task = decoder->caller;
	enum file_kind kind = FILE_KIND_UNKNOWN;
	const char *path;

	*ret = RESOLVED_NONE;
	if (!task->past->is_open(task->context, fd, &path, &kind))
		return false;
	draft->unresolved = !path;
	ret->path = path ? xstrdup(path) : NULL;
	ret->found = true;
	ret->kind = kind;
	return true;
}

/* Were all folders above, as far as they are missing now, folders and no symlinks? */
static bool folders_were(struct decoder *decoder, const struct resolved *name, const struct origin *origin)
{
	const struct resolve_request plain = { .tid = decoder->caller->tid, .dirfd = AT_FDCWD, .last_stays = true };
	const char *slash = name->has_parent ? NULL : strrchr(name->path, '/');
	size_t length = slash ? (size_t)(slash - name->path) : 0;

	while (length && remembered(decoder, name->path, length) == FILE_KIND_FOLDER)
		while (--length && name->path[length] != '/')
			continue;
	if (slash && (size_t)(slash - name->path) == length)
		return false;
	if (length) {
		auto_free char *above = xmemdup(name->path, length);
		struct resolve_request request = plain;
		const struct origin root = { origin->root, origin->root };
		struct resolved resolved;
		bool found;

		request.path = above;
		resolve_from(decoder->resolver, &request, &root, &resolved);
		found = resolved.found && resolved.kind == FILE_KIND_FOLDER;
		resolved_done(&resolved);
		return found;
	}
	return true;
}

/* The name as such; then, unless a call said what it was, where it leads. `was`: what it was is of interest, and not what
 * the call put there. */
static void look_up_from(struct decoder *decoder, const struct resolve_request *request, const struct origin *origin,
			 bool was, struct resolved *ret)
{
	struct resolve_request itself = *request;
	bool stays = request->last_stays || request->name_only;
	enum file_kind kind;

	itself.last_stays = true;
	resolve_from(decoder->resolver, &itself, origin, ret);
	if (!ret->path)
		return;
	kind = was ? remembered(decoder, ret->path, strlen(ret->path)) : FILE_KIND_UNKNOWN;
	if (kind == FILE_KIND_UNKNOWN || (kind == FILE_KIND_SYMLINK && !stays)) {
		if (stays && ret->absent)	/* the name was there, whatever it was */
			ret->absent = !folders_were(decoder, ret, origin);
		if (stays)
			return;
		resolved_done(ret);
		resolve_from(decoder->resolver, request, origin, ret);
		return;
	}
	ret->absent = ret->absent && !folders_were(decoder, ret, origin);
	ret->found = true;
	ret->kind = kind;
}

static void look_up_name(struct decoder *decoder, struct draft *draft, const struct resolve_request *request,
			 bool was, struct resolved *ret)
{
	const struct task *task = decoder->caller;
	bool from_root = request->path[0] == '/' && !request->in_root;
	struct origin origin = ORIGIN_NONE;

	*ret = RESOLVED_NONE;
	draft->unresolved = !task->past->start(task->context, from_root ? AT_FDCWD : request->dirfd, &origin);
	if (!draft->unresolved && from_root) {
		close(steal_fd(&origin.at));
		origin.at = fcntl(origin.root, F_DUPFD_CLOEXEC, 0);
	}
	if (!draft->unresolved)
		look_up_from(decoder, request, &origin, was, ret);
	origin_close(&origin);
}

struct draft *add_past_path(struct decoder *decoder, struct pending *pending, const struct resolve_request *request,
			    uint32_t access, enum file_kind kind)
{
	struct draft *draft = draft_add(pending, EVENT_FILE);
	bool was = !(access & (ACCESS_RENAME_TO | ACCESS_LINK_TO)) || access & ACCESS_RENAME_FROM;
	struct resolved resolved;

	draft->event.file.access = access;
	draft->finish = finish_past;
	draft->made = kind;
	draft->look = *request;
	draft->look.path = request->path[0] ? draft_keep(draft, xstrdup(request->path)) : NULL;
	if (request->path[0]) {
		look_up_name(decoder, draft, request, was, &resolved);
	} else if (!look_up_open(decoder, draft, request->dirfd, &resolved)) {
		draft_drop(pending, draft);
		return NULL;
	}
	fill_file(pending, draft, &resolved, kind);
	return draft;
}

void add_past_unknown(struct pending *pending)
{
	struct draft *draft = draft_add(pending, EVENT_FILE);

	draft->unresolved = true;
	draft->finish = finish_past_open;
}
