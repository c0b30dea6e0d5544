/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A trace: the facts of one or more runs.
 *
 *	trace_new() → trace_begin_run() → trace_add_event()… → trace_end_run() → trace_write() → trace_free()
 *	trace_read() / trace_merge() → policy_from_trace()
 *
 * Every section is a map whose values are the structs below, each key made of
 * the parts that tell entries apart, so that a walk is in a stable order and a merge is a union:
 * merge(a,a) = a, merge(a,b) = merge(b,a), and it is associative. Memory grows with what is distinct,
 * never with how long the run was. A trace holds no opinion: what to allow is policy's business.
 * All strings are owned by the trace and live as long as it.
 */
#ifndef SNUG_TRACE_H
#define SNUG_TRACE_H

#include <stdio.h>

#include "snug/capability_verdict.h"
#include "snug/error.h"
#include "snug/event.h"
#include "snug/map.h"
#include "snug/string_set.h"
#include "snug/text.h"

#define TRACE_FORMAT "snug-trace/1"
#define TRACE_BY_MAX 8		/* witnesses kept an entry: the bytewise first */
#define TRACE_VALUES_MAX 64	/* values kept an argument */
#define TRACE_ADDRESSES_MAX 64	/* addresses kept a socket kind and act */

/* Who did it, in which run. Most entries have one of few sets, so that entries share them: 100,000 paths of one
 * program hold one set. Never NULL, borrowed from the trace, const: an entry gets another set, never a changed one. */
struct evidence {
	const struct string_set *by;	/* programs' paths, at most TRACE_BY_MAX */
	const struct string_set *runs;	/* ids of runs[] */
};

struct trace_argument {
	char *name;			/* owned */
	struct string_set values;	/* decimal, zero-padded to 20 digits in memory so that byte order is numeric */
};

struct trace_syscall {			/* key: abi, name, phase, assumed */
	const struct arch *abi;
	char *name;
	enum phase phase;
	bool assumed;			/* nobody saw it: the recorder of these runs is blind to it; always ok */
	bool ok;			/* it succeeded, or a recorder without results saw it */
	struct string_set errnos;	/* names ("ENOENT"); empty when ok */
	struct trace_argument *args;	/* owned, sorted by name; NULL when arg_count is 0 */
	size_t arg_count;
	struct evidence evidence;
};

#define KIND_BIT(kind) (1u << (kind))

/* Key: path, pattern, outcome. A path that was a file and later a folder bears both kinds; in the JSON form it is
 * an entry for each of them. */
struct trace_file {
	char *path;			/* raw bytes; of a pattern its text, see pattern.h */
	bool pattern;			/* of committed facts: it stands for paths whose names change or are nobody's business */
	uint32_t kinds;			/* set of KIND_BIT(); 0 = FILE_KIND_UNKNOWN, which gives way to what anybody knows */
	enum outcome outcome;
	uint32_t access;		/* set of enum access */
	struct evidence evidence;
};

struct trace_exec {			/* key: from, to */
	char *from, *to;
	struct evidence evidence;
};

struct trace_network {			/* key: family, type, protocol, outcome */
	int family, type, protocol;
	enum outcome outcome;
	uint32_t acts;			/* set of enum socket_act */
	struct string_set bound;	/* addresses */
	struct string_set connected;
	struct evidence evidence;
};

struct trace_socket {			/* key: address, type, outcome: unix sockets */
	char *address;			/* NULL = unnamed */
	int type;
	enum outcome outcome;
	uint32_t acts;
	struct evidence evidence;
};

struct trace_signal {			/* key: number, target, outcome */
	int number;
	enum signal_target target;
	enum outcome outcome;
	struct evidence evidence;
};

struct trace_mount {			/* key: all fields but evidence */
	char *act, *source, *target, *type;
	uint64_t flags;
	enum outcome outcome;
	struct evidence evidence;
};

struct trace_ptrace {			/* key: act, target, outcome */
	char *act;
	enum signal_target target;
	enum outcome outcome;
	struct evidence evidence;
};

struct trace_capability {		/* key: all fields but evidence */
	int number;
	bool granted, inferred, own_userns;
	char *syscall, *reason;		/* NULL = unknown */
	enum outcome outcome;
	int instead_of;			/* as in struct event_capability */
	uint32_t marks;
	struct evidence evidence;
};

struct trace_note {			/* key: code */
	char *code, *text;
	uint64_t count;			/* how often in one run, at least; 0 = not counted */
	const struct string_set *runs;	/* as in struct evidence */
};

/* What made it. Only here may times and ids appear; emitters never read them. */
struct trace_run {			/* key: id */
	char *id;			/* unique: start time and random digits */
	char *recorder;			/* "ptrace" */
	char *kernel;			/* release, uname(2) */
	char *abi;			/* of the machine */
	char *runtime;			/* "runc 1.1.5", NULL = none */
	char *image, *digest;		/* NULL = none */
	char *container;		/* its id, as the runtime has it; NULL = none */
	char *name;			/* what the container is called, fit to be a file's name too; NULL = none */
	char *root;			/* the container's root folder is "read-only" or "writable"; NULL = not known */
	struct string_set labels;	/* "KEY=VALUE": those that say which service it is */
	struct string_set mounts;	/* "ro TYPE TARGET", "rw TYPE TARGET": what is mounted in the container */
	char *user;			/* numeric "uid:gid" */
	char *start;			/* RFC 3339, UTC */
	char *bounding;			/* the container's bounding set, hex; NULL = not known */
	struct text command;		/* arguments, each followed by NUL */
	uint64_t duration_ms;
	int exit_status;		/* as a shell would see it; -1 = still running or unknown */
	bool no_new_privs;
	bool exhaustive;		/* every call stopped: `by` is complete up to its bound */
	bool complete;			/* nothing was lost and the end was seen */
	struct map *lost;		/* source → uint64_t *, UINT64_MAX = unknown */
};

struct trace {
	struct map *runs, *syscalls, *files, *execs, *network, *sockets, *signals,
		*mounts, *ptraces, *capabilities, *notes;
	struct map *limits;		/* name → uint64_t *; merge keeps the largest */
	struct map *written;		/* of committed facts: file beside them → uint64_t * digest of what was written there */
	struct trace_run *current;	/* borrowed from runs; NULL between runs */
	struct map *shared_sets;	/* what struct evidence points to; private */
	const struct string_set *last_sets[16];	/* some of them; private */
	size_t entries;			/* of all sections; private */
	struct text key;		/* owned; scratch, of an entry on its way in */
};

struct trace *trace_new(void);
struct trace *trace_free(struct trace *trace);	/* accepts NULL, returns NULL */
DEFINE_CLEANUP(struct trace *, trace_free);

/* Starts a run under `id`; the returned struct is the trace's, its fields the caller's to fill
 * (strings by xstrdup()). It is incomplete until trace_end_run(). */
struct trace_run *trace_begin_run(struct trace *trace, const char *id);

/* Ends the current run: complete if its end was seen and no EVENT_LOST came. */
void trace_end_run(struct trace *trace, bool end_seen);

/* An event_sink callback (`context` is the trace): adds the event's facts to the current run. */
int trace_add_event(void *trace, const struct event *event);

/* How many entries it holds, of all sections. */
size_t trace_count(const struct trace *trace);

/* True when every run is complete. An empty trace is not. */
bool trace_is_complete(struct trace *trace);

/* What an opinion is made of (capability_verdict()); borrows from `seen`. */
struct capability_fact trace_capability_fact(const struct trace_capability *seen);

/* Adds everything of `from`. A run that both have stays one run; where its copies differ, the larger value is kept. */
void trace_merge(struct trace *into, struct trace *from);

/* -EINVAL when a run of the same id differs in what is known from a run's start: one of them was altered. */
int trace_check_runs(struct trace *a, struct trace *b, struct error *err);

/* What becomes of a path in committed facts. */
enum path_fate {
	PATH_STAYS,
	PATH_BECOMES_PATTERN,	/* its text was appended */
	PATH_IS_COVERED,	/* by a line of `rules`, whose pattern was appended: no fact of its own is needed */
};

/* What becomes of a call. */
enum call_fate {
	CALL_STAYS,
	CALL_WORKED,		/* a success, or as good as one: which errno it met is chance */
	CALL_IS_LEFT_OUT,
};

struct trace_reduction {
	enum path_fate (*fate)(void *context, const struct trace_file *file, struct text *pattern);
	enum call_fate (*call_fate)(void *context, const struct trace_syscall *call);
	void *context;
	const struct trace *known;	/* earlier committed facts, which keep their witnesses; NULL = none */
};

/* The facts of `from` without what is only this run's or this machine's: sets alone, no times, ids, users, arguments,
 * limits; of an address family, port and loopback or other. Runs of one program in one image become one. Reducing again changes
 * nothing. Owned by the caller. */
struct trace *trace_reduce(struct trace *from, const struct trace_reduction *how);

/* Does a note tell what met a recording by chance, or what its engine is? Of the program it says nothing: a profile would differ
 * by it from day to day. */
bool trace_note_is_of_recording(const char *code);

/* Canonical JSON, one entry a line, written entry by entry. Check ferror(out) afterwards. */
void trace_write(struct trace *trace, FILE *out);

/* From canonical or any equal JSON. `name` is for messages. Refuses with one line:
 * not JSON, another format, a newer one, unknown or contradictory keys. */
int trace_read(struct trace **ret, const char *data, size_t length, const char *name, struct error *err);

#endif
