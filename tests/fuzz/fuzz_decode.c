/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a hostile program: a sequence of calls, and the memory that their arguments point to. Every call that is
 * entered ends, no event breaks its contract, and nothing of the caller's is asked for but its memory.
 *
 * An input is calls of 22 bytes (ABI, number, six arguments of a byte of kind and two of value, result),
 * then a byte 0xfe, then memory.
 */
#include <errno.h>
#include <unistd.h>

#include "record/decode.h"
#include "tests/fuzz/fuzz.h"

#define CALL_SIZE 22
#define MEMORY_AT 0x10000
#define ABIS 3			/* of the native family: those that one machine serves */

struct memory {
	const uint8_t *data;
	size_t size;
};

static ssize_t read_memory(void *context, uint64_t address, void *buffer, size_t length)
{
	const struct memory *memory = context;
	uint64_t at = address - MEMORY_AT;

	promise(length > 0);
	if (address < MEMORY_AT || at >= memory->size)
		return -EFAULT;
	if (length > memory->size - at)
		length = memory->size - at;
	memcpy(buffer, memory->data + at, length);
	return (ssize_t)length;
}

static bool is_member(void *context, pid_t pid)
{
	(void)context;
	return pid == getppid();
}

static int on_event(void *context, const struct event *event)
{
	(void)context;
	promise(event->kind < EVENT_KIND_MAX_ && event->phase < PHASE_MAX_);
	if (event->kind == EVENT_FILE) {
		promise(event->file.path && event->file.path[0] == '/');
		promise(event->file.access && event->file.access < ACCESS_MAX_);
		promise(event->file.kind < FILE_KIND_MAX_ && event->file.outcome < OUTCOME_MAX_);
	}
	if (event->kind == EVENT_SYSCALL)
		promise(event->syscall.abi && event->syscall.arg_count <= EVENT_ARGS_MAX);
	if (event->kind == EVENT_NOTE)
		promise(event->note.code && event->note.text);
	if (event->kind == EVENT_CAPABILITY)
		promise(event->capability.number >= 0 && event->capability.reason && event->capability.syscall);
	return 0;
}

/* Small numbers, pointers, negative numbers, everything. */
static uint64_t argument_of(const uint8_t *bytes)
{
	uint64_t value = (uint64_t)bytes[1] << 8 | bytes[2];

	switch (bytes[0] & 7) {
	case 0: return value;
	case 1: return MEMORY_AT + value;
	case 2: return (uint64_t)-100;	/* AT_FDCWD */
	case 3: return 0 - value;
	case 4: return (uint64_t)1 << (value & 63);
	case 5: return MEMORY_AT + value % 64;
	default: return value * 0x0001000100010001u;
	}
}

static void run_call(struct decoder *decoder, const struct task *task, const uint8_t *bytes)
{
	struct call call = { .number = ((uint64_t)bytes[1] << 8 | bytes[2]) & 1023 };
	struct pending *pending = NULL;

	call.abi = arch_at(bytes[0] % ABIS);
	call.number |= call.abi->number_mask;
	for (size_t i = 0; i < 6; i++)
		call.args[i] = argument_of(bytes + 3 + 3 * i);
	promise(decode_entry(decoder, task, &call, &pending) == 0);
	if (bytes[21] == 0xff)
		promise(decode_unseen(decoder, task, pending) == 0);
	else
		promise(decode_exit(decoder, task, pending, bytes[21] & 0x80 ? -(int64_t)(bytes[21] & 0x7f) : bytes[21] % 4) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct event_sink sink = { .on_event = on_event };
	static struct decoder *decoder;	/* the tables of three ABIs take longer than a run */
	const uint8_t *end = memchr(data, 0xfe, size);
	size_t calls = end ? (size_t)(end - data) : size;
	struct memory memory = { data + calls, size - calls };
	struct task task = {
		.tid = getpid(), .pid = getpid(), .by = "/bin/hostile", .context = &memory,
		.read_memory = read_memory, .is_member = is_member,
	};

	if (!decoder)
		decoder = decoder_new(&sink);
	if (end)
		memory = (struct memory){ end + 1, size - calls - 1 };
	for (size_t at = 0; at + CALL_SIZE <= calls; at += CALL_SIZE)
		run_call(decoder, &task, data + at);
	decoder_forget(decoder, task.tid);
	return 0;
}
