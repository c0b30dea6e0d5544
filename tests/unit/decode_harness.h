/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A task to decode that is this test itself: act() decodes a call's entry, really makes the call, and
 * decodes its exit. Events are kept as lines, such as "file open,read /etc/passwd ok".
 */
#ifndef DECODE_HARNESS_H
#define DECODE_HARNESS_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "record/decode.h"
#include "snug/names.h"
#include "snug/text.h"

struct harness {
	struct decoder *decoder;
	struct text lines;
	struct task task;
	bool exit_was_needed;	/* of the last call */
};

static inline ssize_t read_own_memory(void *context, uint64_t address, void *buffer, size_t length)
{
	struct iovec local = { buffer, length }, remote = { (void *)(uintptr_t)address, length };
	ssize_t n = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);

	(void)context;
	return n < 0 ? -errno : n;
}

static inline bool no_member(void *context, pid_t pid)
{
	(void)context;
	return pid == getppid();
}

static inline void line_access(struct text *lines, uint32_t access)
{
	for (uint32_t bit = 1; bit < ACCESS_MAX_; bit <<= 1)
		if (access & bit)
			text_printf(lines, "%s%s", access & (bit - 1) ? "," : "", access_name(bit));
}

static inline const char *or_dash(const char *s)
{
	return s ? s : "-";
}

static inline int keep_line(void *context, const struct event *event)
{
	struct text *lines = &((struct harness *)context)->lines;
	char name[SYSCALL_NAME_MAX], a[NAME_LENGTH], b[NAME_LENGTH], c[NAME_LENGTH];

	switch (event->kind) {
	case EVENT_SYSCALL:
		text_printf(lines, "call %s", syscall_name(event->syscall.abi, event->syscall.number, name));
		for (size_t i = 0; i < event->syscall.arg_count; i++)
			text_printf(lines, " %s=%llu", event->syscall.args[i].name,
				    (unsigned long long)event->syscall.args[i].value);
		if (!event->syscall.has_result)
			text_puts(lines, " unseen");
		else
			text_printf(lines, " %s", event->syscall.result >= 0 ? "ok"
				    : name_of(NAME_ERRNO, (int)-event->syscall.result, a));
		break;
	case EVENT_FILE:
		text_puts(lines, "file ");
		line_access(lines, event->file.access);
		text_printf(lines, " %s %s %s", file_kind_name(event->file.kind), event->file.path,
			    outcome_name(event->file.outcome));
		break;
	case EVENT_EXEC:
		text_printf(lines, "exec %s %s", or_dash(event->exec.from), event->exec.to);
		break;
	case EVENT_NETWORK:
		text_printf(lines, "network %s %s %s %d %s %s", name_of(NAME_FAMILY, event->network.family, a),
			    name_of(NAME_SOCKET_TYPE, event->network.type, b),
			    name_of(NAME_PROTOCOL, event->network.protocol, c), event->network.act,
			    or_dash(event->network.address), outcome_name(event->network.outcome));
		break;
	case EVENT_UNIX:
		text_printf(lines, "unix %s %s %d %s", or_dash(event->unix_socket.address),
			    name_of(NAME_SOCKET_TYPE, event->unix_socket.type, a), event->unix_socket.act,
			    outcome_name(event->unix_socket.outcome));
		break;
	case EVENT_SIGNAL:
		text_printf(lines, "signal %d %d %s", event->signal.number, event->signal.target,
			    outcome_name(event->signal.outcome));
		break;
	case EVENT_MOUNT:
		text_printf(lines, "mount %s %s %s %s %llu %s", event->mount.act, or_dash(event->mount.source),
			    or_dash(event->mount.target), or_dash(event->mount.type),
			    (unsigned long long)event->mount.flags, outcome_name(event->mount.outcome));
		break;
	case EVENT_PTRACE:
		text_printf(lines, "ptrace %s %d %s", event->ptrace.act, event->ptrace.target,
			    outcome_name(event->ptrace.outcome));
		break;
	case EVENT_CAPABILITY:
		text_printf(lines, "capability %s %s %s %s", name_of(NAME_CAPABILITY, event->capability.number, a),
			    event->capability.granted ? "granted" : "refused", event->capability.syscall,
			    event->capability.reason);
		break;
	case EVENT_NOTE:
		text_printf(lines, "note %s", event->note.code);
		break;
	default:
		text_printf(lines, "kind %d", event->kind);
		break;
	}
	text_putc(lines, '\n');
	return 0;
}

static inline struct harness *harness_new(void)
{
	struct harness *h = calloc(1, sizeof(*h));
	struct event_sink sink = { .on_event = keep_line, .context = h };

	h->decoder = decoder_new(&sink);
	h->task = (struct task){
		.tid = getpid(), .pid = getpid(), .by = "/test", .read_memory = read_own_memory,
		.is_member = no_member,
	};
	return h;
}

static inline void harness_free(struct harness *h)
{
	decoder_free(h->decoder);
	text_done(&h->lines);
	free(h);
}

/* Starts anew, makes one call, and returns its events. */
static inline const char *act(struct harness *h, long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
			      uint64_t e, uint64_t f)
{
	struct call call = { .abi = arch_native(), .number = (uint64_t)number, .args = { a, b, c, d, e, f } };
	struct pending *pending;
	long result;

	text_clear(&h->lines);
	decode_entry(h->decoder, &h->task, &call, &pending);
	h->exit_was_needed = pending != NULL;
	result = syscall(number, a, b, c, d, e, f);
	decode_exit(h->decoder, &h->task, pending, result < 0 ? -errno : result);
	errno = result < 0 ? errno : 0;
	return text_cstr(&h->lines);
}

#define P(pointer) ((uint64_t)(uintptr_t)(pointer))
#define ACT1(h, nr, a) act(h, nr, a, 0, 0, 0, 0, 0)
#define ACT2(h, nr, a, b) act(h, nr, a, b, 0, 0, 0, 0)
#define ACT3(h, nr, a, b, c) act(h, nr, a, b, c, 0, 0, 0)
#define ACT4(h, nr, a, b, c, d) act(h, nr, a, b, c, d, 0, 0)
#define ACT5(h, nr, a, b, c, d, e) act(h, nr, a, b, c, d, e, 0)

#endif
