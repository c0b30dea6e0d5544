/* SPDX-License-Identifier: Apache-2.0 */
/* Ring buffers in the order of time, by libtraceevent's kbuffer; see tracefs_reader.h. */
#include "record/tracefs_reader.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <traceevent/kbuffer.h>
#include <unistd.h>

#include "snug/clock.h"
#include "snug/memory.h"

#define STATS_KEPT 64		/* descriptors: 1024 is what a process may have */
#define STATS_MAX 1024		/* bytes: nine lines of a word and a number, tracing_stats_read(), kernel/trace/trace.c */
#define PAGE_MAX (1 << 20)	/* bytes: of a sub-buffer, which may be larger than a page since Linux 6.8 */

struct cpu {
	int number;
	int fd;			/* owned; trace_pipe_raw */
	int stats;		/* owned; -1 = opened when it is read */
	struct kbuffer *page;	/* owned */
	unsigned char *bytes;	/* owned; of the page */
	void *record;		/* the next one, NULL = the page is used up */
	unsigned long long time_ns;	/* of that record */
	uint64_t empty_at_ns;	/* when the buffer was last seen to be empty, without `record` */
};

struct tracefs_reader {
	int folder;		/* borrowed; the instance */
	size_t page_size;	/* bytes */
	struct cpu *cpus;	/* owned */
	size_t count;
	struct cpu *last;	/* whose record was handed out */
};

static size_t page_size_of(const struct tracefs_instance *instance)
{
	CLEANUP(text_done) struct text said = TEXT_EMPTY;
	unsigned long kilobytes;

	if (tracefs_file_read(instance->folder, "buffer_subbuf_size_kb", &said) < 0)
		return (size_t)sysconf(_SC_PAGESIZE);
	kilobytes = strtoul(text_cstr(&said), NULL, 10);
	return kilobytes && kilobytes <= PAGE_MAX / 1024 ? kilobytes * 1024 : (size_t)sysconf(_SC_PAGESIZE);
}

/* That waits for whoever makes or removes an instance, 0.1 s and more; to read it does not. */
static int open_stats(const struct tracefs_reader *reader, int number)
{
	char path[64];

	snprintf(path, sizeof(path), "per_cpu/cpu%d/stats", number);
	return tracefs_file_open(reader->folder, path, O_RDONLY);
}

static int open_cpu(struct tracefs_reader *reader, int number)
{
	struct cpu cpu = { .number = number };
	char path[64];

	snprintf(path, sizeof(path), "per_cpu/cpu%d/trace_pipe_raw", number);
	cpu.fd = tracefs_file_open(reader->folder, path, O_RDONLY | O_NONBLOCK);
	if (cpu.fd < 0)
		return cpu.fd;
	cpu.stats = reader->count < STATS_KEPT ? open_stats(reader, number) : -1;
	cpu.page = memory_checked(kbuffer_alloc(KBUFFER_LSIZE_SAME_AS_HOST, KBUFFER_ENDIAN_SAME_AS_HOST));
	cpu.bytes = xcalloc(1, reader->page_size);
	reader->cpus = xrealloc(reader->cpus, reader->count + 1, sizeof(cpu));
	reader->cpus[reader->count++] = cpu;
	return 0;
}

static int open_cpus(struct tracefs_reader *reader)
{
	int fd = tracefs_file_open(reader->folder, "per_cpu", O_RDONLY | O_DIRECTORY), code = 0, number;
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	while (folder && code == 0 && (entry = readdir(folder)))
		if (sscanf(entry->d_name, "cpu%d", &number) == 1)
			code = open_cpu(reader, number);
	if (folder)
		closedir(folder);
	return folder ? code : fd;
}

int tracefs_reader_open(struct tracefs_reader **ret, const struct tracefs_instance *instance, struct error *err)
{
	struct tracefs_reader *reader = xcalloc(1, sizeof(*reader));
	int code;

	reader->folder = instance->folder;
	reader->page_size = page_size_of(instance);
	code = open_cpus(reader);
	if (code < 0) {
		tracefs_reader_free(reader);
		return error_errno(err, code, "cannot open the kernel's trace buffers");
	}
	*ret = reader;
	return 0;
}

struct tracefs_reader *tracefs_reader_free(struct tracefs_reader *reader)
{
	for (size_t i = 0; reader && i < reader->count; i++) {
		close(reader->cpus[i].fd);
		if (reader->cpus[i].stats >= 0)
			close(reader->cpus[i].stats);
		kbuffer_free(reader->cpus[i].page);
		free(reader->cpus[i].bytes);
	}
	if (reader)
		free(reader->cpus);
	free(reader);
	return NULL;
}

/* Asked before the read: what comes after it is younger. */
static void fill(const struct tracefs_reader *reader, struct cpu *cpu)
{
	uint64_t asked_ns = monotonic_ns();
	ssize_t n;

	do {
		do
			n = read(cpu->fd, cpu->bytes, reader->page_size);
		while (n < 0 && errno == EINTR);
		if (n <= 0) {
			cpu->empty_at_ns = asked_ns;
			return;
		}
		kbuffer_load_subbuffer(cpu->page, cpu->bytes);
		cpu->record = kbuffer_read_event(cpu->page, &cpu->time_ns);
	} while (!cpu->record);
}

/* The CPU whose next record is the oldest, NULL when there is none. */
static struct cpu *oldest(const struct tracefs_reader *reader)
{
	struct cpu *first = NULL;

	for (size_t i = 0; i < reader->count; i++)
		if (reader->cpus[i].record && (!first || reader->cpus[i].time_ns < first->time_ns))
			first = &reader->cpus[i];
	return first;
}

/* Asks those that were last empty before `time_ns`. */
static bool fill_older(const struct tracefs_reader *reader, uint64_t time_ns)
{
	bool found = false;

	for (size_t i = 0; i < reader->count; i++) {
		struct cpu *cpu = &reader->cpus[i];

		if (cpu->record || cpu->empty_at_ns > time_ns)
			continue;
		fill(reader, cpu);
		found |= cpu->record != NULL;
	}
	return found;
}

bool tracefs_reader_next(struct tracefs_reader *reader, const void **ret, size_t *ret_size, uint64_t *ret_time_ns)
{
	struct cpu *next;

	if (reader->last)
		reader->last->record = kbuffer_next_event(reader->last->page, &reader->last->time_ns);
	reader->last = NULL;
	next = oldest(reader);
	while (fill_older(reader, next ? next->time_ns : UINT64_MAX - 1))
		next = oldest(reader);
	if (!next)
		return false;
	reader->last = next;
	*ret = next->record;
	*ret_size = (size_t)kbuffer_event_size(next->page);
	*ret_time_ns = next->time_ns;
	return true;
}

/* "overrun: 12" and its like: the newest were kept, or the oldest, and what a record could not be made for. */
static uint64_t lost_by(const struct tracefs_reader *reader, const struct cpu *cpu)
{
	static const char *const lines[] = { "\noverrun:", "\ncommit overrun:", "\ndropped events:" };
	auto_close int opened = cpu->stats < 0 ? open_stats(reader, cpu->number) : -1;
	char stats[STATS_MAX];
	ssize_t n = pread(cpu->stats < 0 ? opened : cpu->stats, stats, sizeof(stats) - 1, 0);
	uint64_t sum = 0;

	stats[n > 0 ? n : 0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		const char *line = strstr(stats, lines[i]);

		sum += line ? strtoull(line + strlen(lines[i]), NULL, 10) : 0;
	}
	return sum;
}

uint64_t tracefs_reader_lost(const struct tracefs_reader *reader)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < reader->count; i++)
		sum += lost_by(reader, &reader->cpus[i]);
	return sum;
}

int tracefs_reader_watch(const struct tracefs_reader *reader, int epoll, struct error *err)
{
	for (size_t i = 0; i < reader->count; i++) {
		struct epoll_event event = { .events = EPOLLIN, .data.fd = reader->cpus[i].fd };

		if (epoll_ctl(epoll, EPOLL_CTL_ADD, reader->cpus[i].fd, &event) < 0)
			return error_errno(err, -errno, "cannot wait for the kernel's trace buffers");
	}
	return 0;
}
