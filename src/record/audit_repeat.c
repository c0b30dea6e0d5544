/* SPDX-License-Identifier: Apache-2.0 */
/* See audit_repeat.h: the words of events in a map, and behind each the last few things that came of them. */
#include "record/audit_repeat.h"

#include <stdlib.h>
#include <string.h>

#include "record/call_table.h"
#include "snug/map.h"
#include "snug/memory.h"

#define WORDS_MAX 8192		/* events, of some 300 bytes each, of AUDIT_WORDS_MAX at most */
#define MET_MAX 16384		/* hashes */
#define EFFECTS_MAX 4		/* of the same words: a descriptor is now one file and now another */

struct repeat {
	struct audit_effect effects[EFFECTS_MAX];
	size_t count, next;
};

struct audit_repeats {
	struct map *by_words;	/* owned; → struct repeat */
	uint32_t met[MET_MAX];	/* hashes of words that were met, each where its remainder says */
	uint8_t looked_at[CALL_NUMBERS_MAX];	/* set of 1 << argument: of the calls of that number, whatever the ABI */
};

static void repeat_free(void *value)
{
	struct repeat *repeat = value;

	for (size_t i = 0; i < repeat->count; i++)
		audit_effect_done(&repeat->effects[i]);
	free(repeat);
}

struct audit_repeats *audit_repeats_new(void)
{
	struct audit_repeats *repeats = xcalloc(1, sizeof(*repeats));

	repeats->by_words = map_new(repeat_free);
	return repeats;
}

struct audit_repeats *audit_repeats_free(struct audit_repeats *repeats)
{
	if (repeats)
		map_free(repeats->by_words);
	free(repeats);
	return NULL;
}

/* Appends as much as there is room for: the lengths were checked. */
static void add(struct audit_words *words, const void *bytes, size_t length)
{
	memcpy(words->bytes + words->length, bytes, length);
	words->length += length;
}

/* Between a record's words and the next record's stands a byte that no line of a log has in it. */
static bool has_room(const struct audit_words *words, const struct audit_record *record)
{
	return record->length + sizeof(uint64_t) + sizeof(record->type->number) + 1 <= sizeof(words->bytes) - words->length;
}

/* A SYSCALL record without which process it was and the arguments that nobody looks at. What says whose it is stands for itself. */
static void add_call(struct audit_words *words, const struct audit_record *record, uint8_t looked_at)
{
	const struct audit_head *head = &words->head;

	add(words, &words->caller->id, sizeof(words->caller->id));
	add(words, record->body, (size_t)(head->values[HEAD_A0].at - record->body));
	for (int i = 0; i < ARGS_LOGGED; i++)
		if (looked_at & 1 << i)
			add(words, head->values[HEAD_A0 + i].at, head->values[HEAD_A0 + i].length + 1);
	add(words, head->values[HEAD_ITEMS].at, head->values[HEAD_ITEMS].length);
}

/* The event's only call, with nothing but details beside it. */
static const struct audit_record *find_call(const struct audit_event *event)
{
	const struct audit_record *call = NULL;

	for (size_t i = 0; i < event->count; i++) {
		enum audit_use use = event->records[i].type->use;

		if (use == AUDIT_USE_CALL && !call)
			call = &event->records[i];
		else if (use != AUDIT_USE_DETAIL && use != AUDIT_USE_ARGUMENTS)
			return NULL;
	}
	return call;
}

bool audit_words_begin(struct audit_words *words, struct audit_callers *callers, const struct audit_event *event)
{
	const struct audit_record *call = find_call(event);
	struct audit_head *head = &words->head;

	words->caller = NULL;
	if (call && audit_head_read(head, call) && head->values[HEAD_CALL].number < CALL_NUMBERS_MAX && head->values[HEAD_PID].number)
		words->caller = audit_callers_find(callers, head->rest, head->rest_length);
	return words->caller;
}

bool audit_words_read(struct audit_words *words, const struct audit_repeats *repeats, const struct audit_event *event)
{
	words->length = 0;
	for (size_t i = 0; i < event->count; i++) {
		const struct audit_record *record = &event->records[i];

		if (record->type->use == AUDIT_USE_ARGUMENTS)
			continue;
		if (!has_room(words, record))
			return false;
		add(words, &record->type->number, sizeof(record->type->number));
		if (record->type->use == AUDIT_USE_CALL)
			add_call(words, record, repeats->looked_at[words->head.values[HEAD_CALL].number]);
		else
			add(words, record->body, record->length);
		words->bytes[words->length++] = '\n';
	}
	return true;
}

bool audit_repeats_apply(struct audit_repeats *repeats, const struct audit_words *words, struct audit_calls *calls)
{
	const struct repeat *repeat = map_get(repeats->by_words, words->bytes, words->length);

	pid_t pid = (pid_t)words->head.values[HEAD_PID].number, parent = (pid_t)words->head.values[HEAD_PARENT].number;

	for (size_t i = 0; repeat && i < repeat->count; i++)
		if (audit_calls_repeat(calls, pid, parent, &repeat->effects[i]))
			return true;
	return false;
}

/* Of those that were met, a later one may have come in an earlier one's place. */
bool audit_repeats_want(struct audit_repeats *repeats, const struct audit_words *words)
{
	uint32_t hash = map_hash(words->bytes, words->length), *met = &repeats->met[hash % MET_MAX];
	bool was_met = *met == hash;

	*met = hash;
	return was_met;
}

void audit_repeats_add(struct audit_repeats *repeats, struct audit_words *words, const struct audit_event *event,
		       struct audit_effect *effect)
{
	uint8_t *looked_at = &repeats->looked_at[words->head.values[HEAD_CALL].number];
	struct repeat **slot;

	if (effect->looked_at & ~*looked_at) {
		*looked_at |= effect->looked_at;
		if (!audit_words_read(words, repeats, event))
			return;
	}
	if (map_count(repeats->by_words) >= WORDS_MAX) {
		map_free(repeats->by_words);
		repeats->by_words = map_new(repeat_free);
	}
	slot = (struct repeat **)map_slot(repeats->by_words, words->bytes, words->length);
	*slot = *slot ?: xcalloc(1, sizeof(**slot));
	if ((*slot)->count == EFFECTS_MAX)
		audit_effect_done(&(*slot)->effects[(*slot)->next]);
	(*slot)->effects[(*slot)->next] = *effect;
	*effect = (struct audit_effect){ 0 };
	(*slot)->next = ((*slot)->next + 1) % EFFECTS_MAX;
	(*slot)->count += (*slot)->count < EFFECTS_MAX;
}
