/* SPDX-License-Identifier: Apache-2.0 */
/* See audit_repeat.h: the words of events in a map, and behind each the last few things that came of them. */
#include "record/audit_repeat.h"

#include <stdlib.h>
#include <string.h>

#include "record/call_table.h"
#include "snug/map.h"
#include "snug/memory.h"

#define WORDS_MAX 8192		/* events, of some 500 bytes each */
#define EFFECTS_MAX 4		/* of the same words: a descriptor is now one file and now another */
#define ARGUMENT_DIGITS 16	/* most of a register, in hexadecimal */

struct repeat {
	struct audit_effect effects[EFFECTS_MAX];
	size_t count, next;
	bool is_out;		/* of scope */
};

struct audit_repeats {
	struct map *by_words;	/* owned; → struct repeat */
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

static bool is_named(const struct audit_named_value *field, const char *name)
{
	return field->name_length == strlen(name) && memcmp(field->name, name, field->name_length) == 0;
}

/* Decimal, as the kernel writes it; false for anything else, and for what was told before. */
static bool read_once(const struct audit_named_value *field, int64_t most, int64_t *number)
{
	int64_t value = 0;

	if (*number >= 0 || field->quoted || field->length == 0)
		return false;
	for (size_t i = 0; i < field->length && value <= most; i++) {
		if (field->value[i] < '0' || field->value[i] > '9')
			return false;
		value = value * 10 + (field->value[i] - '0');
	}
	*number = value;
	return value <= most;
}

/* "a0" to "a3", as the kernel writes them, that nobody looks at. */
static bool is_idle_argument(const struct audit_named_value *field, uint8_t looked_at)
{
	if (field->name_length != 2 || field->name[0] != 'a' || field->name[1] < '0' || field->name[1] > '3' ||
	    looked_at & 1 << (field->name[1] - '0') || field->quoted || field->length == 0 || field->length > ARGUMENT_DIGITS)
		return false;
	for (size_t i = 0; i < field->length; i++)
		if ((field->value[i] < '0' || field->value[i] > '9') && (field->value[i] < 'a' || field->value[i] > 'f'))
			return false;
	return true;
}

/*
 * A SYSCALL record without what does not matter: the kernel writes syscall, a0 to a3, ppid and pid in this order (kernel/auditsc.c,
 * audit_log_exit()), and what it writes behind them is taken as it is. In another order, more is taken as it is.
 */
static bool add_call(struct audit_words *words, const struct audit_repeats *repeats, const struct audit_record *record)
{
	struct audit_field_walk walk = { record->body, record->length };
	const char *from = record->body, *end = record->body + record->length;
	struct audit_named_value field;

	while (words->pid < 0 && audit_field_next(&walk, &field)) {
		bool is_left_out = words->number >= 0 && is_idle_argument(&field, repeats->looked_at[words->number]);

		if (is_named(&field, "syscall")) {
			if (!read_once(&field, CALL_NUMBERS_MAX - 1, &words->number))
				return false;
		} else if (is_named(&field, "ppid")) {
			is_left_out = read_once(&field, INT32_MAX, &words->parent);
		} else if (is_named(&field, "pid")) {
			is_left_out = read_once(&field, INT32_MAX, &words->pid);
		}
		if (!is_left_out)
			continue;
		text_add(&words->text, from, (size_t)(field.value - from));
		from = field.value + field.length;
	}
	text_add(&words->text, from, (size_t)(end - from));
	return words->number >= 0 && words->parent >= 0 && words->pid > 0;
}

bool audit_words_read(struct audit_words *ret, const struct audit_repeats *repeats, const struct audit_event *event)
{
	size_t calls = 0;

	text_clear(&ret->text);
	ret->number = ret->pid = ret->parent = -1;
	for (size_t i = 0; i < event->count; i++) {
		const struct audit_record *record = &event->records[i];

		if (record->type->use == AUDIT_USE_ARGUMENTS)
			continue;
		text_add(&ret->text, &record->type->number, sizeof(record->type->number));
		if (record->type->use == AUDIT_USE_DETAIL)
			text_add(&ret->text, record->body, record->length);
		else if (record->type->use != AUDIT_USE_CALL || calls++ || !add_call(ret, repeats, record))
			return false;
		text_putc(&ret->text, '\n');	/* which no line of a log has in it */
	}
	return calls;
}

enum audit_repeat audit_repeats_apply(struct audit_repeats *repeats, const struct audit_words *words, struct audit_calls *calls)
{
	const struct repeat *repeat = map_get(repeats->by_words, words->text.data, words->text.length);

	if (!repeat || repeat->is_out)
		return repeat ? AUDIT_OUT_AGAIN : AUDIT_NEW;
	for (size_t i = 0; i < repeat->count; i++)
		if (audit_calls_repeat(calls, (pid_t)words->pid, (pid_t)words->parent, &repeat->effects[i]))
			return AUDIT_REPEATED;
	return AUDIT_NEW;
}

void audit_repeats_add(struct audit_repeats *repeats, struct audit_words *words, const struct audit_event *event,
		       struct audit_effect *effect)
{
	uint8_t *looked_at = &repeats->looked_at[words->number];
	struct repeat **slot;

	if (effect && effect->looked_at & ~*looked_at) {
		*looked_at |= effect->looked_at;
		audit_words_read(words, repeats, event);
	}
	if (map_count(repeats->by_words) >= WORDS_MAX) {
		map_free(repeats->by_words);
		repeats->by_words = map_new(repeat_free);
	}
	slot = (struct repeat **)map_slot(repeats->by_words, words->text.data, words->text.length);
	*slot = *slot ?: xcalloc(1, sizeof(**slot));
	(*slot)->is_out = !effect;
	if (!effect)
		return;
	if ((*slot)->count == EFFECTS_MAX)
		audit_effect_done(&(*slot)->effects[(*slot)->next]);
	(*slot)->effects[(*slot)->next] = *effect;
	*effect = (struct audit_effect){ 0 };
	(*slot)->next = ((*slot)->next + 1) % EFFECTS_MAX;
	(*slot)->count += (*slot)->count < EFFECTS_MAX;
}
