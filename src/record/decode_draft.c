/* SPDX-License-Identifier: Apache-2.0 */
/* Drafts of events, and which events were sent before. */
#include <stdlib.h>
#include <string.h>

#include "record/decode_internal.h"

struct draft *draft_add(struct pending *pending, enum event_kind kind)
{
	struct draft *draft = xcalloc(1, sizeof(*draft));

	draft->event.kind = kind;
	draft->file = RESOLVED_NONE;
	draft->origin = ORIGIN_NONE;
	draft->descriptor = -1;
	*pending->end = draft;
	pending->end = &draft->next;
	return draft;
}

const char *draft_keep(struct draft *draft, char *owned)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(draft->owned) - 1 && draft->owned[i])
		i++;
	free(draft->owned[i]);
	draft->owned[i] = owned;
	return owned;
}

static void free_draft(struct draft *draft)
{
	for (size_t i = 0; i < ARRAY_SIZE(draft->owned); i++)
		free(draft->owned[i]);
	text_done(&draft->known_key);
	resolved_done(&draft->file);
	origin_close(&draft->origin);
	free(draft);
}

void draft_drop(struct pending *pending, struct draft *draft)
{
	struct draft **link = &pending->drafts;

	while (*link != draft)
		link = &(*link)->next;
	*link = draft->next;
	if (!*link)
		pending->end = link;
	free_draft(draft);
}

void drafts_free(struct pending *pending)
{
	while (pending->drafts) {
		struct draft *draft = pending->drafts;

		pending->drafts = draft->next;
		free_draft(draft);
	}
}

void set_outcome(struct event *event, enum outcome outcome)
{
	switch (event->kind) {
	case EVENT_FILE: event->file.outcome = outcome; break;
	case EVENT_NETWORK: event->network.outcome = outcome; break;
	case EVENT_UNIX: event->unix_socket.outcome = outcome; break;
	case EVENT_SIGNAL: event->signal.outcome = outcome; break;
	case EVENT_MOUNT: event->mount.outcome = outcome; break;
	case EVENT_PTRACE: event->ptrace.outcome = outcome; break;
	case EVENT_CAPABILITY: event->capability.outcome = outcome; break;
	default: break;
	}
}

static void key_number(struct text *key, uint64_t number)
{
	text_add(key, &number, sizeof(number));
}

static void key_string(struct text *key, const char *s)
{
	/* NULL and "" differ. */
	text_putc(key, s ? 's' : '-');
	if (s)
		text_add(key, s, strlen(s) + 1);
}

static void key_of_fields(struct text *key, const struct event *event)
{
	switch (event->kind) {
	case EVENT_FILE:
		key_number(key, (uint64_t)event->file.kind << 32 | event->file.access);
		key_string(key, event->file.path);
		key_number(key, event->file.outcome);
		break;
	case EVENT_EXEC:
		key_string(key, event->exec.from);
		key_string(key, event->exec.to);
		break;
	case EVENT_NETWORK:
		key_number(key, (uint64_t)(uint32_t)event->network.family << 32 | (uint32_t)event->network.type);
		key_number(key, (uint64_t)(uint32_t)event->network.protocol << 32 | event->network.act);
		key_string(key, event->network.address);
		key_number(key, event->network.outcome);
		break;
	case EVENT_UNIX:
		key_number(key, (uint64_t)(uint32_t)event->unix_socket.type << 32 | event->unix_socket.act);
		key_string(key, event->unix_socket.address);
		key_number(key, event->unix_socket.outcome);
		break;
	case EVENT_SIGNAL:
		key_number(key, (uint64_t)(uint32_t)event->signal.number << 32 | event->signal.target);
		key_number(key, event->signal.outcome);
		break;
	case EVENT_MOUNT:
		key_string(key, event->mount.act);
		key_string(key, event->mount.source);
		key_string(key, event->mount.target);
		key_string(key, event->mount.type);
		key_number(key, event->mount.flags);
		key_number(key, event->mount.outcome);
		break;
	case EVENT_PTRACE:
		key_string(key, event->ptrace.act);
		key_number(key, (uint64_t)event->ptrace.target << 32 | event->ptrace.outcome);
		break;
	case EVENT_CAPABILITY:
		key_number(key, (uint64_t)event->capability.number << 32 | event->capability.outcome);
		key_number(key, (uint64_t)event->capability.granted << 1 | event->capability.own_userns);
		key_string(key, event->capability.syscall);
		key_string(key, event->capability.reason);
		break;
	case EVENT_NOTE:
		key_string(key, event->note.code);
		break;
	default:
		break;
	}
}

static struct text *key_of(struct decoder *decoder, const struct event *event)
{
	struct text *key = &decoder->key;

	text_clear(key);
	key_number(key, (uint64_t)event->kind << 40 | (uint64_t)event->phase << 32 |
			names_number(decoder->names, event->by));
	key_of_fields(key, event);
	return key;
}

bool event_succeeded_before(struct decoder *decoder, const struct pending *pending, struct event *event)
{
	event->by = pending->by;
	event->phase = pending->phase;
	set_outcome(event, OUTCOME_OK);
	return known_bits(decoder->events, key_of(decoder, event));
}

void draft_drop_known(struct decoder *decoder, struct pending *pending, struct draft *draft)
{
	if (event_succeeded_before(decoder, pending, &draft->event))
		draft_drop(pending, draft);
}

void send_event(struct decoder *decoder, const struct pending *pending, struct event *event)
{
	struct text *key;

	event->by = pending->by;
	event->phase = pending->phase;
	key = key_of(decoder, event);
	if (known_bits(decoder->events, key))
		return;
	known_add(decoder->events, key, 1);
	decoder->told++;
	if (!decoder->code)
		decoder->code = decoder->sink.on_event(decoder->sink.context, event);
}
