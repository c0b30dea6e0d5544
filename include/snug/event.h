/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event: one thing that happened, from any recorder.
 *
 * One struct for all, so that everything behind the recorders is written once and can
 * be tested from a log (event_log.h). An event states a fact that its recorder saw or,
 * where a field says so, inferred; what a recorder cannot see it leaves unset, and nothing
 * later guesses it. Strings are borrowed: they live during the call of the sink and no longer.
 * Paths are bytes as the container sees them, absolute and resolved as an LSM would.
 */
#ifndef SNUG_EVENT_H
#define SNUG_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snug/access.h"
#include "snug/arch.h"
#include "snug/capability_verdict.h"

enum event_kind {
	EVENT_SYSCALL,		/* a call, with or without its result */
	EVENT_FILE,		/* a path was used */
	EVENT_EXEC,		/* one program became another */
	EVENT_NETWORK,		/* a socket was made, bound, connected … */
	EVENT_UNIX,		/* the same for a unix socket */
	EVENT_SIGNAL,		/* a signal was sent */
	EVENT_MOUNT,		/* the mount table was asked to change */
	EVENT_PTRACE,		/* a process asked to trace or read another */
	EVENT_CAPABILITY,	/* a capability was used, refused, or inferred */
	EVENT_LIMIT,		/* a high-water mark */
	EVENT_NOTE,		/* something that a reader of the trace must know */
	EVENT_LOST,		/* a source dropped events */
	EVENT_KIND_MAX_,
};

#define EVENT_ARGS_MAX 6

/* The value of an argument that is worth ruling on; which ones are is a fact of knowledge/syscall_argument. */
struct event_argument {
	const char *name;	/* "domain", "request": from the table */
	uint64_t value;		/* after the table's mask */
};

struct event_syscall {
	const struct arch *abi;
	uint64_t number;
	bool has_result;
	int64_t result;		/* negative errno on failure; valid with has_result */
	bool assumed;		/* the recorder is blind to this call: nobody saw it, and it may have been made */
	struct event_argument args[EVENT_ARGS_MAX];
	size_t arg_count;
};

struct event_file {
	const char *path;
	enum file_kind kind;
	uint32_t access;	/* set of enum access */
	enum outcome outcome;
};

struct event_exec {
	const char *from, *to;	/* paths of the programs */
};

struct event_network {
	int family, type, protocol;	/* AF_*, SOCK_* without its flags, IPPROTO_*; -1 = not known */
	enum socket_act act;
	const char *address;		/* "127.0.0.1:80", "[::1]:80"; NULL when there is none */
	enum outcome outcome;
};

struct event_unix {
	const char *address;		/* a path; "@name" for an abstract one, escaped as in bytes.h; NULL = unnamed */
	int type;			/* SOCK_*, -1 = not known */
	enum socket_act act;
	enum outcome outcome;
};

enum signal_target {
	SIGNAL_TO_SELF,		/* "self": the sender's own process */
	SIGNAL_TO_MEMBER,	/* "member": another process of the recording */
	SIGNAL_TO_OUTSIDE,	/* "outside" */
	SIGNAL_TARGET_MAX_,
};

struct event_signal {
	int number;		/* 0 asks whether the process is there */
	enum signal_target target;
	enum outcome outcome;
};

struct event_mount {
	const char *act;	/* "mount", "umount", "move", "pivot_root", "change", … : the system call's own word */
	const char *source, *target, *type;	/* NULL where the call has none */
	uint64_t flags;		/* MS_*, MNT_* */
	enum outcome outcome;
};

struct event_ptrace {
	const char *act;	/* "trace": ptrace; "read": process_vm_readv, /proc/PID/mem; "write" */
	enum signal_target target;
	enum outcome outcome;
};

struct event_capability {
	int number;		/* CAP_* */
	bool granted;
	bool inferred;		/* from arguments and credentials; the kernel's own check was not seen */
	bool own_userns;	/* checked against a user namespace of the program's own */
	const char *syscall;	/* name of the call, NULL when unknown */
	const char *reason;	/* the kernel function that asked ("f < g < h": f, called by g), or the inference row's words */
	enum outcome outcome;	/* of the call */
	int instead_of;		/* the capability that was asked for and refused just before; CAPABILITY_NONE */
	uint32_t marks;		/* set of enum check_mark */
};

struct event_limit {
	const char *name;	/* "processes", "descriptors", "memory" */
	uint64_t value;		/* count; bytes for memory */
};

struct event_note {
	const char *code;	/* a fixed word: "io_uring", "abi-x86", "own-filter" */
	const char *text;	/* one sentence for a person; the same for the same code */
	uint64_t count;		/* how often so far, at least; 0 = not counted */
};

struct event_lost {
	const char *source;	/* "ptrace", "buffer", … */
	uint64_t count;		/* how many; UINT64_MAX = unknown */
};

struct event {
	enum event_kind kind;
	enum phase phase;
	const char *by;		/* the program's path; NULL when unknown */
	union {
		struct event_syscall syscall;
		struct event_file file;
		struct event_exec exec;
		struct event_network network;
		struct event_unix unix_socket;
		struct event_signal signal;
		struct event_mount mount;
		struct event_ptrace ptrace;
		struct event_capability capability;
		struct event_limit limit;
		struct event_note note;
		struct event_lost lost;
	};
};

const char *socket_act_name(uint32_t one_bit);
uint32_t socket_act_by_name(const char *name);		/* 0 when unknown */
const char *signal_target_name(enum signal_target target);
int signal_target_by_name(const char *name);		/* negative when unknown */

/* Where events go. Negative errno stops the recorder. */
struct event_sink {
	int (*on_event)(void *context, const struct event *event);
	void *context;
};

#endif
