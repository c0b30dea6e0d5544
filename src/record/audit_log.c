/* SPDX-License-Identifier: Apache-2.0 */
/* Lines to records to events. */
#include "record/audit_log.h"

#include <string.h>

#include "record/audit_export.h"
#include "snug/memory.h"
#include "snug/text.h"

#define STAMP_MAX 48	/* see take_stamp() */
#define UNKNOWN_MAX 64	/* names of types; those that come later are counted together */
#define TAIL_KIND_BITS 10	/* of many more kinds than events are open: a new one is mostly the only one of its kind */

/* An event whose records may still come. */
struct open_event {
	char stamp[STAMP_MAX];
	size_t stamp_length;	/* 0 = free */
	struct text text;	/* owned: bodies that were not lent */
	struct {
		const struct audit_type *type;
		const char *lent;	/* by who feeds us, until then; NULL = it is in `text` */
		size_t at, length;
	} parts[AUDIT_RECORDS_MAX];
	size_t count, owned;	/* of them the first `owned` are in `text` */
	size_t length;		/* of all bodies */
};

struct audit_log {
	struct audit_log_hooks hooks;
	struct text line;	/* owned: the beginning of a line that was cut */
	bool begun;		/* a line of this log was read */
	bool may_be_enriched;
	bool is_export;		/* it is journalctl -o export's */
	struct audit_export export;
	struct text message;	/* owned; scratch, of an export's entry */
	struct open_event open[AUDIT_OPEN_MAX];	/* a ring */
	uint64_t tails[AUDIT_OPEN_MAX];		/* of their stamps: tail_of() */
	uint8_t by_tail[1 << TAIL_KIND_BITS];		/* how many of them are open: tail_kind() */
	size_t oldest;
	struct open_event *current;	/* of the last record */
	bool lends;			/* the line that is read stays until the feeding ends */
	char skipped[STAMP_MAX];	/* stamp of the event that is skipped */
	size_t skipped_length;		/* 0 = none */
	struct audit_event event;	/* the one that is being handed on */
	struct map *unknown;		/* owned */
	struct audit_log_counts counts;
};

struct audit_log *audit_log_new(const struct audit_log_hooks *hooks)
{
	struct audit_log *log = xcalloc(1, sizeof(*log));

	log->hooks = *hooks;
	log->unknown = map_new(free);
	log->counts.unknown = log->unknown;
	return log;
}

struct audit_log *audit_log_free(struct audit_log *log)
{
	if (!log)
		return NULL;
	for (size_t i = 0; i < AUDIT_OPEN_MAX; i++)
		text_done(&log->open[i].text);
	text_done(&log->line);
	text_done(&log->message);
	audit_export_done(&log->export);
	map_free(log->unknown);
	free(log);
	return NULL;
}

const struct audit_log_counts *audit_log_counts(const struct audit_log *log)
{
	return &log->counts;
}

static void count_unknown(struct audit_log *log, const struct audit_record *record)
{
	static const char others[] = "(others)";
	const char *name = record->type_name;
	size_t length = record->type_length > 32 ? 32 : record->type_length;
	void **slot;

	if (map_count(log->unknown) >= UNKNOWN_MAX && !map_get(log->unknown, name, length)) {
		name = others;
		length = strlen(others);
	}
	slot = map_slot(log->unknown, name, length);
	if (!*slot)
		*slot = xcalloc(1, sizeof(uint64_t));
	++*(uint64_t *)*slot;
}

static bool is_main(enum audit_use use)
{
	return use == AUDIT_USE_CALL || use == AUDIT_USE_SECCOMP || use == AUDIT_USE_APPARMOR;
}

/* Details of a call that never came, or came too early, tell nothing. */
static int hand_on(struct audit_log *log, struct open_event *open)
{
	bool has_main = false;

	for (size_t i = 0; i < open->count; i++) {
		has_main |= is_main(open->parts[i].type->use);
		log->event.records[i] = (struct audit_record){
			.type = open->parts[i].type,
			.stamp = open->stamp,
			.stamp_length = open->stamp_length,
			.body = open->parts[i].lent ?: open->text.data + open->parts[i].at,
			.length = open->parts[i].length,
		};
	}
	log->event.count = open->count;
	open->stamp_length = 0;
	if (!has_main) {
		log->counts.torn += open->count;
		return 0;
	}
	return log->hooks.on_event(log->hooks.context, &log->event);
}

static bool is_of(const struct open_event *open, const struct audit_record *record)
{
	return open->stamp_length == record->stamp_length && memcmp(open->stamp, record->stamp, record->stamp_length) == 0;
}

/* The end of a stamp is its serial: what differs between events is there. */
static uint64_t tail_of(const struct audit_record *record)
{
	uint64_t tail = 0;

	if (record->stamp_length >= sizeof(tail))
		memcpy(&tail, record->stamp + record->stamp_length - sizeof(tail), sizeof(tail));
	else
		memcpy(&tail, record->stamp, record->stamp_length);
	return tail;
}

static size_t tail_kind(uint64_t tail)
{
	return (size_t)((tail * 0x9e3779b97f4a7c15u) >> (64 - TAIL_KIND_BITS));	/* see base/map.c */
}

static struct open_event *find_open(struct audit_log *log, const struct audit_record *record, uint64_t tail)
{
	for (size_t i = 0; log->by_tail[tail_kind(tail)] && i < AUDIT_OPEN_MAX; i++)
		if (log->tails[i] == tail && is_of(&log->open[i], record))
			return &log->open[i];
	return NULL;
}

/* The open event of a record; begins it, and hands the oldest on, where it is new. */
static int find_or_begin(struct audit_log *log, const struct audit_record *record, struct open_event **ret)
{
	struct open_event *oldest = &log->open[log->oldest];
	uint64_t tail = tail_of(record);
	int code = 0;

	*ret = find_open(log, record, tail);
	if (*ret)
		return 0;
	if (oldest->stamp_length) {
		code = hand_on(log, oldest);
		log->by_tail[tail_kind(log->tails[log->oldest])]--;
	}
	log->tails[log->oldest] = tail;
	log->by_tail[tail_kind(tail)]++;
	log->oldest = (log->oldest + 1) % AUDIT_OPEN_MAX;
	memcpy(oldest->stamp, record->stamp, record->stamp_length);
	oldest->stamp_length = record->stamp_length;
	oldest->count = oldest->owned = oldest->length = 0;
	text_clear(&oldest->text);
	*ret = oldest;
	return code;
}

/* Answers for a record by its event, where that is skipped, or by who knows. */
static inline bool is_skipped(struct audit_log *log, const struct audit_record *record)
{
	enum audit_answer answer;

	if (record->stamp_length && log->skipped_length == record->stamp_length &&
	    memcmp(log->skipped, record->stamp, record->stamp_length) == 0 && !is_main(record->type->use))
		return true;
	if (!is_main(record->type->use))
		return false;
	answer = log->hooks.on_record(log->hooks.context, record);
	if (answer == AUDIT_SKIP_EVENT && record->stamp_length) {
		memcpy(log->skipped, record->stamp, record->stamp_length);
		log->skipped_length = record->stamp_length;
	}
	return answer != AUDIT_KEEP;
}

static void own(struct open_event *open)
{
	for (; open->owned < open->count; open->owned++) {
		open->parts[open->owned].at = open->text.length;
		text_add(&open->text, open->parts[open->owned].lent, open->parts[open->owned].length);
		open->parts[open->owned].lent = NULL;
	}
}

/* One that has no stamp stands for itself. */
static int hand_on_alone(struct audit_log *log, const struct audit_record *record)
{
	log->event.records[0] = *record;
	log->event.count = 1;
	return log->hooks.on_event(log->hooks.context, &log->event);
}

static inline int take_record(struct audit_log *log, const struct audit_record *record)
{
	struct open_event *open = log->current;
	int code = 0;

	if (!record->type)
		count_unknown(log, record);
	if (!record->type || record->type->use == AUDIT_USE_NOTHING || is_skipped(log, record) ||
	    (record->type->use == AUDIT_USE_ARGUMENTS && !log->hooks.wants_arguments))
		return 0;
	if (!record->stamp_length)
		return hand_on_alone(log, record);
	if (!open || !is_of(open, record))
		code = find_or_begin(log, record, &open);
	log->current = open;
	if (code < 0)
		return code;
	if (open->count == AUDIT_RECORDS_MAX || record->length > AUDIT_EVENT_LENGTH_MAX - open->length) {
		log->counts.torn++;
		return 0;
	}
	open->parts[open->count].type = record->type;
	open->parts[open->count].lent = record->body;
	open->parts[open->count++].length = record->length;
	open->length += record->length;
	if (!log->lends)
		own(open);
	return 0;
}

static void take_loss(struct audit_log *log, const struct audit_loss *loss)
{
	uint64_t *dropped = &log->counts.dropped;

	log->hooks.on_loss(log->hooks.context);
	if (loss->count == 0 || *dropped == UINT64_MAX)
		*dropped = UINT64_MAX;
	else if (!loss->is_sum)
		*dropped += loss->count;
	else if (loss->count > *dropped)
		*dropped = loss->count;
}

static inline int take_plain_line(struct audit_log *log, const char *line, size_t length)
{
	struct audit_record record;
	struct audit_loss loss;

	if (audit_record_find(&record, line, length)) {
		if (log->may_be_enriched)
			audit_record_cut(&record);
		return take_record(log, &record);
	}
	if (audit_record_loss(line, length, &loss))
		take_loss(log, &loss);
	return 0;
}

static int end_entry(struct audit_log *log)
{
	bool is_kernels = audit_export_message(&log->export, &log->message);

	audit_export_next(&log->export);
	return is_kernels ? take_plain_line(log, text_cstr(&log->message), log->message.length) : 0;
}

static inline int take_line(struct audit_log *log, const char *line, size_t length)
{
	log->counts.lines++;
	if (length > AUDIT_LINE_MAX) {
		log->counts.too_long++;
		return 0;
	}
	if (!log->begun)
		log->is_export = audit_export_begins(line, length);
	log->begun = true;
	if (!log->is_export)
		return take_plain_line(log, line, length);
	log->lends = false;	/* a message is put together from its lines */
	return audit_export_line(&log->export, line, length) ? end_entry(log) : 0;
}

int audit_log_message(struct audit_log *log, unsigned int type, const char *text, size_t length)
{
	struct audit_record record;

	if (length > AUDIT_LINE_MAX)
		log->counts.too_long++;
	else if (audit_record_of_message(&record, type, text, length))
		return take_record(log, &record);
	return 0;
}

/* Keeps what belongs to a line that is not whole; of one that is too long no more than shows that it is. */
static void keep(struct audit_log *log, const char *data, size_t length)
{
	size_t room = AUDIT_LINE_MAX + 1 - log->line.length;

	text_add(&log->line, data, length < room ? length : room);
}

int audit_log_feed(struct audit_log *log, const char *data, size_t length)
{
	const char *end = data + length, *newline;
	int code = 0;

	log->may_be_enriched = log->may_be_enriched || audit_record_may_be_enriched(data, length);
	data += audit_export_skip(&log->export, data, length);
	while (code >= 0 && (newline = memchr(data, '\n', (size_t)(end - data)))) {
		if (log->line.length) {
			keep(log, data, (size_t)(newline - data));
			code = take_line(log, log->line.data, log->line.length);
			text_clear(&log->line);
		} else {
			log->lends = true;
			code = take_line(log, data, (size_t)(newline - data));
			log->lends = false;
		}
		data = newline + 1;
		if (log->is_export)
			data += audit_export_skip(&log->export, data, (size_t)(end - data));
	}
	if (code >= 0 && data < end)
		keep(log, data, (size_t)(end - data));
	for (size_t i = 0; i < AUDIT_OPEN_MAX; i++)
		own(&log->open[i]);
	return code < 0 ? code : 0;
}

int audit_log_end(struct audit_log *log)
{
	int code = 0;

	if (log->line.length)
		code = take_line(log, log->line.data, log->line.length);
	if (code >= 0 && log->is_export)
		code = end_entry(log);
	audit_export_done(&log->export);
	log->export = (struct audit_export){ 0 };
	log->begun = log->is_export = log->may_be_enriched = false;
	text_clear(&log->line);
	log->current = NULL;
	log->skipped_length = 0;
	for (size_t i = 0; i < AUDIT_OPEN_MAX && code >= 0; i++) {
		struct open_event *open = &log->open[(log->oldest + i) % AUDIT_OPEN_MAX];

		if (open->stamp_length)
			code = hand_on(log, open);
	}
	memset(log->by_tail, 0, sizeof(log->by_tail));
	return code;
}
