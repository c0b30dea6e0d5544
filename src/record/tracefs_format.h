/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the bytes of the kernel's trace records to what they say.
 *
 * Where each field stands is told by the event's format file, and nothing is known of it before: formats
 * differ between kernels and architectures. Pure: bytes in, facts out, so that this half is tested and fuzzed without a kernel.
 */
#ifndef SNUG_RECORD_TRACEFS_FORMAT_H
#define SNUG_RECORD_TRACEFS_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "snug/cleanup.h"

enum tracefs_record_kind {
	TRACEFS_ENTER,		/* a call begins: number, args, strings */
	TRACEFS_EXIT,		/* it ended: number, result */
	TRACEFS_NEW_TASK,		/* tid made `other`: flags (of clone) */
	TRACEFS_EXEC,		/* tid, `other` before, runs another program: text */
	TRACEFS_TASK_END,
	TRACEFS_CHECK,		/* cap_capable: number, result, flags (its options), target */
	TRACEFS_ANSWER,		/* what cap_capable returned: result */
	TRACEFS_FOREIGN,	/* a call of another ABI than the machine's own begins */
	TRACEFS_NAME,		/* a path that a call has brought into the kernel: text */
	TRACEFS_STACK,		/* of the record before, of the same tid: stack */
	TRACEFS_KIND_MAX_,
};

#define TRACEFS_STRINGS_MAX 4	/* no call has more paths than two, and none more strings than four (mount) */
#define TRACEFS_ARGS_MAX 6

/* What a pointer of the caller pointed to when the kernel read it. Borrowed from the record. */
struct tracefs_memory {
	unsigned int argument;		/* of which argument */
	const char *bytes;
	size_t length;			/* bytes; of a string without the NUL */
	bool is_string;
	bool fault;			/* it could not be read then */
};

struct tracefs_record {
	enum tracefs_record_kind kind;
	bool raw;			/* of raw_syscalls: which also sees other ABIs than the machine's own */
	uint16_t event;			/* the id of its event */
	pid_t tid, other;
	uint64_t time_ns;		/* CLOCK_MONOTONIC; the reader fills it */
	uint64_t number;
	uint64_t args[TRACEFS_ARGS_MAX];
	unsigned int arg_count;
	int64_t result;
	uint64_t flags;
	uint64_t target;		/* TRACEFS_CHECK: the address of the user namespace that was asked for */
	bool has_result;
	const char *text;		/* NUL-terminated */
	struct tracefs_memory memory[TRACEFS_STRINGS_MAX];
	size_t memory_count;
	const unsigned char *stack;	/* addresses, innermost first; read by tracefs_stack_at() */
	size_t stack_depth, stack_word;	/* how many, and bytes of each */
};

struct tracefs_formats;

struct tracefs_formats *tracefs_formats_new(void);
struct tracefs_formats *tracefs_formats_free(struct tracefs_formats *formats);	/* accepts NULL, returns NULL */
DEFINE_CLEANUP(struct tracefs_formats *, tracefs_formats_free);

/* Learns an event from the text of its format file. Returns its id, or a negative errno. */
int tracefs_formats_add(struct tracefs_formats *formats, enum tracefs_record_kind kind, bool raw, const char *text,
		      size_t length);
bool tracefs_formats_has(const struct tracefs_formats *formats, unsigned int event);

/* The id in a record of any event; negative when it is too short to have one. */
int tracefs_record_event(const struct tracefs_formats *formats, const void *data, size_t size);

/* False when nothing is known of its event, or the record is shorter than the format says. */
bool tracefs_record_parse(const struct tracefs_formats *formats, const void *data, size_t size, struct tracefs_record *ret);

/* The name of argument `index` of a syscall event, as filters have it; NULL when there is none. Borrowed. */
const char *tracefs_formats_argument(const struct tracefs_formats *formats, unsigned int event, unsigned int index);

/* Does the event carry what this argument points to? */
bool tracefs_formats_points_to(const struct tracefs_formats *formats, unsigned int event, unsigned int index);

uint64_t tracefs_stack_at(const struct tracefs_record *record, size_t index);

#endif
