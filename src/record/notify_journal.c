/* SPDX-License-Identifier: Apache-2.0 */
/* A log of events in memory that outlives its writer. */
#include "record/notify_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "snug/cleanup.h"
#include "snug/event_log.h"
#include "snug/map.h"
#include "snug/memory.h"
#include "snug/text.h"

#define PIECE 65536	/* bytes read at once */

struct notify_journal {
	int fd;				/* borrowed */
	struct event_sink sink;
	struct map *lines;		/* owned; those that stand in it, the value says nothing */
};

int notify_journal_create(void)
{
	auto_close int fd = memfd_create("journal", MFD_CLOEXEC);

	if (fd < 0 || fcntl(fd, F_SETFL, O_APPEND) < 0)
		return -errno;
	return steal_fd(&fd);
}

/* True when the line is new. */
static bool remember(struct notify_journal *journal, const char *line, size_t length)
{
	void **slot = map_slot(journal->lines, line, length);
	bool is_new = !*slot;

	*slot = journal;
	return is_new;
}

static int append(struct notify_journal *journal, const char *data, size_t length)
{
	while (length) {
		ssize_t n = write(journal->fd, data, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		data += n;
		length -= (size_t)n;
	}
	return 0;
}

/* The fact first reaches the journal, then the sink. Losses add up, so that each counts. */
static int keep_event(void *context, const struct event *event)
{
	struct notify_journal *journal = context;
	auto_free char *line = NULL;
	size_t length = 0;
	FILE *out = memory_checked(open_memstream(&line, &length));
	int code = 0;

	event_log_write(event, out);
	if (fclose(out) != 0)
		return -ENOMEM;
	if (remember(journal, line, length) || event->kind == EVENT_LOST)
		code = append(journal, line, length);
	return code < 0 ? code : journal->sink.on_event(journal->sink.context, event);
}

struct event_sink notify_journal_sink(struct notify_journal *journal)
{
	return (struct event_sink){ keep_event, journal };
}

static void read_whole(int fd, struct text *out)
{
	auto_free char *piece = xcalloc(1, PIECE);
	ssize_t n;

	while ((n = pread(fd, piece, PIECE, (off_t)out->length)) > 0)
		text_add(out, piece, (size_t)n);
}

/* A death in the middle of a line leaves one that is no event: its call has no answer yet, and is looked at again. */
static void cut_torn_line(int fd, struct text *log)
{
	const char *end = log->length ? memrchr(log->data, '\n', log->length) : NULL;
	size_t whole = end ? (size_t)(end + 1 - log->data) : 0;

	if (whole < log->length && ftruncate(fd, (off_t)whole) < 0)
		errno = 0;	/* a memfd of ours can always be shortened */
	log->length = whole;
}

static void begin(struct notify_journal *journal)
{
	auto_free char *head = NULL;
	size_t length = 0;
	FILE *out = memory_checked(open_memstream(&head, &length));

	event_log_begin(out);
	if (fclose(out) == 0)
		append(journal, head, length);
}

static void replay(struct notify_journal *journal, const struct text *log)
{
	struct event lost = { .kind = EVENT_LOST, .lost = { .source = "worker", .count = UINT64_MAX } };
	const char *end = log->data + log->length, *newline;

	if (event_log_read(log->data, log->length, "journal", &journal->sink, NULL) < 0)
		journal->sink.on_event(journal->sink.context, &lost);
	for (const char *line = log->data; line < end; line = newline + 1) {
		newline = memchr(line, '\n', (size_t)(end - line));
		remember(journal, line, (size_t)(newline + 1 - line));
	}
}

struct notify_journal *notify_journal_new(int fd, const struct event_sink *sink)
{
	struct notify_journal *journal = xcalloc(1, sizeof(*journal));
	CLEANUP(text_done) struct text log = TEXT_EMPTY;

	journal->fd = fd;
	journal->sink = *sink;
	journal->lines = map_new(NULL);
	read_whole(fd, &log);
	cut_torn_line(fd, &log);
	if (log.length)
		replay(journal, &log);
	else
		begin(journal);
	return journal;
}

struct notify_journal *notify_journal_free(struct notify_journal *journal)
{
	if (journal)
		map_free(journal->lines);
	free(journal);
	return NULL;
}
