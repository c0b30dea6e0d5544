/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random events for property tests: the same for the same seed, on every machine.
 * The strings come from small pools, so that events meet, and the pools hold what hostile programs would use.
 */
#ifndef RANDOM_EVENT_H
#define RANDOM_EVENT_H

#include <stdint.h>

#include "snug/event.h"
#include "snug/memory.h"

struct random {
	uint64_t state;
};

/* splitmix64, Steele, Lea, Flood 2014: three lines, and any seed will do. */
static inline uint64_t random_next(struct random *random)
{
	uint64_t z = random->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static inline uint32_t random_below(struct random *random, uint32_t end)
{
	return (uint32_t)(random_next(random) % end);
}

static const char *const random_paths[] = {
	"/", "/etc/passwd", "/bin/sh", "/usr/bin/\xff\xfe", "/tmp/a\nb", "/tmp/\"quoted\"", "/tmp/back\\slash",
	"/tmp/\\x41", "/tmp/\x1b[31mred", "/tmp/\xc3\xa4", "/tmp/\xed\xa0\x80", "/tmp/**{a,b}[c]",
	("/a/very/long/"
	"path/that/goes/on/and/on/and/on/and/on/and/on/and/on/and/on/and/on/and/on/and/on/and/on/and/on/and/on"),
	"/p1", "/p2", "/p3", "/p4", "/p5", "/p6", "/p7", "/p8", "/p9",
};

static const char *const random_words[] = { "openat", "read", "io_uring", "#4711", "a-b", "x" };
static const char *const random_texts[] = { "", "tmpfs", "one sentence.", "\xff\\\"\n\t\x7f" };

static inline const char *random_path(struct random *random)
{
	return random_paths[random_below(random, ARRAY_SIZE(random_paths))];
}

static inline const char *random_word(struct random *random)
{
	return random_words[random_below(random, ARRAY_SIZE(random_words))];
}

static inline const char *random_text(struct random *random)
{
	return random_texts[random_below(random, ARRAY_SIZE(random_texts))];
}

/* Either, half of the time. */
static inline const char *random_or_none(struct random *random, const char *s)
{
	return random_below(random, 2) ? s : NULL;
}

static inline uint64_t random_value(struct random *random)
{
	uint32_t kind = random_below(random, 4);

	return kind == 0 ? UINT64_MAX : kind == 1 ? random_next(random) : random_below(random, 200);
}

static inline void random_call(struct random *random, struct event_syscall *call)
{
	static const char *const names[] = { "domain", "request", "type", "flags", "prot", "option" };

	call->abi = arch_at(random_below(random, 3));
	call->number = random_below(random, 500);
	call->assumed = random_below(random, 8) == 0;
	call->has_result = random_below(random, 4) != 0;
	if (call->has_result)
		call->result = random_below(random, 2) ? -(int64_t)random_below(random, 200) : (int64_t)random_next(random);
	call->arg_count = random_below(random, EVENT_ARGS_MAX + 1);
	for (size_t i = 0; i < call->arg_count; i++)
		call->args[i] = (struct event_argument){ names[i], random_value(random) };
}

static inline struct event random_event(struct random *random)
{
	struct event event = {
		.kind = random_below(random, EVENT_KIND_MAX_),
		.phase = random_below(random, PHASE_MAX_),
		.by = random_or_none(random, random_path(random)),
	};
	enum outcome outcome = random_below(random, OUTCOME_MAX_);
	enum signal_target target = random_below(random, SIGNAL_TARGET_MAX_);
	enum socket_act act = 1u << random_below(random, 5);
	int type = (int)random_below(random, 13) - 1;

	switch (event.kind) {
	case EVENT_SYSCALL:
		random_call(random, &event.syscall);
		break;
	case EVENT_FILE:
		event.file = (struct event_file){ random_path(random), random_below(random, FILE_KIND_MAX_),
						  1u << random_below(random, 19), outcome };
		break;
	case EVENT_EXEC:
		event.exec = (struct event_exec){ random_or_none(random, random_path(random)), random_path(random) };
		break;
	case EVENT_NETWORK:
		event.network = (struct event_network){ (int)random_below(random, 60) - 1, type,
							(int)random_below(random, 300) - 1, act,
							random_or_none(random, random_text(random)), outcome };
		break;
	case EVENT_UNIX:
		event.unix_socket = (struct event_unix){ random_or_none(random, random_path(random)), type, act, outcome };
		break;
	case EVENT_SIGNAL:
		event.signal = (struct event_signal){ (int)random_below(random, 70), target, outcome };
		break;
	case EVENT_MOUNT:
		event.mount = (struct event_mount){ random_word(random), random_or_none(random, random_text(random)),
						    random_or_none(random, random_path(random)),
						    random_or_none(random, random_text(random)), random_value(random), outcome };
		break;
	case EVENT_PTRACE:
		event.ptrace = (struct event_ptrace){ random_word(random), target, outcome };
		break;
	case EVENT_CAPABILITY:
		event.capability = (struct event_capability){
			(int)random_below(random, 50), random_below(random, 2), random_below(random, 2),
			random_below(random, 2), random_or_none(random, random_word(random)),
			random_or_none(random, random_text(random)), outcome,
			(int)random_below(random, 50) - 1, (uint32_t)random_below(random, CHECK_MARK_MAX_) };
		break;
	case EVENT_LIMIT:
		event.limit = (struct event_limit){ random_word(random), random_value(random) };
		break;
	case EVENT_NOTE:
		event.note = (struct event_note){ random_word(random), random_text(random), random_below(random, 3) };
		break;
	default:
		event.lost = (struct event_lost){ random_word(random), random_value(random) };
	}
	return event;
}

#endif
