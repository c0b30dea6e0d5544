/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts whose look-up was made by somebody else, while the call went on; see lookup.h.
 *
 * They come late, so that one thing that they seem to say is doubted: that a name is absent. It may have been taken away by then,
 * by this call or by another. Then the outcome stays unknown.
 *
 * What is asked for again while it is being looked up waits for that answer: a file that was there answers both. A name
 * that was not there may have been made in between, so that the last who asked has it looked up once more.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "record/decode_internal.h"
#include "snug/cleanup.h"

struct deferred {
	struct lookup lookup;		/* first: what done() is given */
	struct decoder *decoder;
	struct task task;		/* without callbacks: the caller has gone on */
	struct pending pending;		/* its first draft is what is looked up; the others wait for that */
	struct credentials caller;	/* as they were; owned groups */
	bool has_caller;
	uint64_t asked;			/* removals_now(), then */
	uint64_t names_changed;		/* of the decoder, then */
	struct deferred *again;		/* owned; the last that asked for the same meanwhile, NULL = nobody did */
	struct deferred *next;		/* in decoder->deferred */
};

static ssize_t read_nothing(void *context, uint64_t address, void *buffer, size_t length)
{
	(void)context;
	(void)address;
	(void)buffer;
	(void)length;
	return -ESRCH;
}

static struct deferred *deferred_new(struct decoder *decoder, const struct task *task, const struct pending *pending)
{
	const struct credentials *caller = task_credentials(decoder->tasks, task->tid);
	struct deferred *deferred = xcalloc(1, sizeof(*deferred));

	deferred->decoder = decoder;
	deferred->task = *task;
	deferred->task.context = NULL;
	deferred->task.read_memory = read_nothing;
	deferred->task.is_member = NULL;
	deferred->pending = *pending;
	deferred->pending.drafts = NULL;
	deferred->pending.end = &deferred->pending.drafts;
	deferred->pending.call_is_news = false;
	deferred->pending.stale = 0;
	deferred->asked = removals_now(&decoder->removals);
	deferred->names_changed = decoder->names_changed;
	if (caller) {
		deferred->has_caller = true;
		deferred->caller = *caller;
		deferred->caller.groups = xmemdup(caller->groups, caller->group_count * sizeof(*caller->groups));
	}
	return deferred;
}

static void deferred_free(struct deferred *deferred)
{
	drafts_free(&deferred->pending);
	free(deferred->caller.groups);
	free(deferred);
}

static void move_draft(struct deferred *deferred, struct draft **link)
{
	struct draft *draft = *link;

	*link = draft->next;
	draft->next = NULL;
	*deferred->pending.end = draft;
	deferred->pending.end = &draft->next;
}

static void take_refusals(struct deferred *deferred, struct draft *draft, const struct looked *looked)
{
	struct refusals refusals = { .caller = deferred->has_caller ? &deferred->caller : NULL };

	for (size_t i = 0; i < looked->visited_count; i++)
		refuse_by_folder(&refusals, &looked->visited[i]);
	/* Of a file that the call makes the mode is its own: it says nothing of what was refused before. */
	if (!looked->file.found || !(draft->event.file.access & ACCESS_CREATE))
		refuse_by_file(&refusals, &looked->file, draft->event.file.access);
	draft->reading_refused |= refusals.reading;
	draft->writing_refused |= refusals.writing;
}

static void take_file(struct deferred *deferred, struct draft *draft, const struct looked *looked)
{
	struct resolved file = looked->file;
	/* Where no symlink was left to follow, the path was known then; by now a folder on it may have moved. */
	const char *path = draft->file.path && (draft->found || !file.followed) ? draft->file.path : file.path;

	file.path = path ? xstrdup(path) : NULL;
	file.followed |= draft->file.followed;
	fill_file(&deferred->pending, draft, &file, draft->event.file.kind);
	take_refusals(deferred, draft, looked);
}

/* What the kernel reads besides the file that execve(2) names. */
static void add_interpreter(struct deferred *deferred, const struct looked *looked)
{
	struct draft *draft = draft_add(&deferred->pending, EVENT_FILE);

	draft->event.file.access = looked->access;
	take_file(deferred, draft, looked);
	if (!draft->event.file.path)
		draft_drop(&deferred->pending, draft);
}

static bool is_doubtful(const struct deferred *deferred, const struct draft *draft)
{
	return removals_since(&deferred->decoder->removals, deferred->asked, draft->event.file.path) ||
	       (draft->event.file.access & NAME_CHANGES);
}

/* As for a look-up at once: what was reached through symlinks is known by its place. */
static void find_known_place(struct deferred *deferred, struct draft *draft)
{
	struct decoder *decoder = deferred->decoder;

	if (!draft->file.followed || draft->event.kind != EVENT_FILE)
		return;
	place_key(decoder, &draft->known_key, &deferred->pending, &draft->look, draft->event.file.access,
		  draft->event.file.path);
	if (!is_settled(decoder, known_bits(decoder->paths, &draft->known_key)))
		return;
	draft->event.kind = EVENT_KIND_MAX_;
	draft->finish = NULL;
}

static void take_answer(struct deferred *deferred, const struct looked *files, size_t count)
{
	struct draft *draft = deferred->pending.drafts;

	if (draft->event.kind == EVENT_FILE)
		draft->event.file.access |= files[0].access;
	take_file(deferred, draft, &files[0]);
	for (size_t i = 1; i < count; i++)
		add_interpreter(deferred, &files[i]);
	if (draft->want & LOOKUP_CAPABILITIES)
		send_file_capabilities(deferred->decoder, &deferred->pending, files[0].capabilities);
}

/* --- look-ups under way ------------------------------------------------------- */

/* Is it one file's use and nothing else, so that the answer to an equal question is its own? */
static bool may_share(const struct deferred *deferred)
{
	const struct draft *draft = deferred->pending.drafts;

	return draft->known_key.length && !draft->next;
}

static bool asks_the_same(const struct deferred *deferred, const struct deferred *other)
{
	const struct text *key = &deferred->pending.drafts->known_key, *of_other = &other->pending.drafts->known_key;

	return deferred->names_changed == other->names_changed && may_share(other) && key->length == of_other->length &&
	       memcmp(key->data, of_other->data, key->length) == 0;
}

static struct deferred *find_under_way(const struct deferred *deferred)
{
	struct deferred *other = deferred->decoder->deferred;

	while (other && !asks_the_same(deferred, other))
		other = other->next;
	return other;
}

static void ask(struct deferred *deferred);

/* It is no longer under way: who asked again has the answer, too, or asks now. */
static void end_wait(struct deferred *deferred, const struct looked *looked)
{
	struct deferred **link = &deferred->decoder->deferred, *again = steal_ptr(deferred->again);

	while (*link != deferred)
		link = &(*link)->next;
	*link = deferred->next;
	if (!again)
		return;
	/* A symlink may be turned between two calls. */
	if (looked && (!looked->file.found || looked->file.followed))
		ask(again);
	else
		deferred_free(again);
}

/* What the path named then may not be what it names now. */
static void forget_key(const struct deferred *deferred, struct draft *draft)
{
	if (deferred->names_changed != deferred->decoder->names_changed)
		text_done(&draft->known_key);
}

static void looked_up(struct lookup *lookup, const struct looked *files, size_t count)
{
	struct deferred *deferred = (struct deferred *)lookup;
	struct draft *draft = deferred->pending.drafts;
	const struct conclusion conclusion = { .task = &deferred->task, .outcome = OUTCOME_UNKNOWN };

	end_wait(deferred, count ? &files[0] : NULL);
	forget_key(deferred, draft);
	draft->deferred = false;
	if (count)
		take_answer(deferred, files, count);
	if (draft->file.absent && is_doubtful(deferred, draft))
		draft->file.absent = false;
	find_known_place(deferred, draft);
	if (deferred->has_caller && deferred->pending.row)	/* a program that has started is no call */
		decode_capabilities_of_file(deferred->decoder, &deferred->task, &deferred->pending, &deferred->caller);
	conclude(deferred->decoder, &deferred->pending, &conclusion);
	deferred_free(deferred);
}

static void ask(struct deferred *deferred)
{
	struct decoder *decoder = deferred->decoder;
	struct draft *draft = deferred->pending.drafts;

	deferred->next = decoder->deferred;
	decoder->deferred = deferred;
	deferred->lookup = (struct lookup){
		.request = draft->look, .origin = draft->origin, .want = draft->want,
		.interpreter_access = draft->event.kind == EVENT_FILE ? draft->event.file.access : 0, .done = looked_up,
	};
	draft->origin = ORIGIN_NONE;
	lookup_ask(decoder->client, &deferred->lookup);
}

/* Only the last who asks again is kept: what it finds missing was missing for those before it, too, unless it was taken
 * away since the first of them. */
static void join_or_ask(struct deferred *deferred)
{
	struct deferred *other = may_share(deferred) ? find_under_way(deferred) : NULL;

	if (!other) {
		ask(deferred);
		return;
	}
	if (other->again) {
		deferred->asked = other->again->asked;
		deferred_free(other->again);
	}
	other->again = deferred;
}

void defer_drafts(struct decoder *decoder, const struct task *task, struct pending *pending)
{
	struct draft **link = &pending->drafts;

	while (*link) {
		const struct draft *draft = *link;
		struct deferred *deferred;

		if (!draft->deferred) {
			link = &(*link)->next;
			continue;
		}
		deferred = deferred_new(decoder, task, pending);
		move_draft(deferred, link);
		for (struct draft **other = link; *other; )
			if ((*other)->path_of == draft)
				move_draft(deferred, other);
			else
				other = &(*other)->next;
		join_or_ask(deferred);
	}
	pending->end = link;
}

void defer_file_capabilities(struct decoder *decoder, const struct task *task, const struct pending *made,
			     const char *exe)
{
	CLEANUP(text_done) struct text key = TEXT_EMPTY;
	struct deferred *deferred;
	struct draft *draft;

	text_printf(&key, "capabilities of %s for %s", exe, made->by ? made->by : "");
	if (exe[0] != '/' || known_bits(decoder->events, &key))
		return;
	known_add(decoder->events, &key, 1);
	deferred = deferred_new(decoder, task, made);
	draft = draft_add(&deferred->pending, EVENT_KIND_MAX_);
	draft->want = LOOKUP_CAPABILITIES;
	draft->look = (struct resolve_request){
		.tid = task->tid, .dirfd = AT_FDCWD, .path = draft_keep(draft, xstrdup(exe)), .wait = WAIT_NOT,
	};
	origin_open(decoder->resolver, &draft->look, &draft->origin);
	ask(deferred);
}
