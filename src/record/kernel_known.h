/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known already, in the kernel: look-ups of files that teach nothing stop nobody.
 *
 * A BPF program sees the end of each call of the tasks that are followed. A look-up is known by everything that decides
 * what it tells: where its caller stands and which program it is (its place), the call, its flags, the path as text, and
 * how it ended. A look-up that is not known is put down and its caller gets a SIGSTOP, which finds it before it is back in its program: its tracer takes the look-up and drops the signal. No
 * task can block that signal; its one trace is that a SIGCONT which waits for its receiver just then is dropped, as by any stop.
 *
 * It needs what root has (CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN), bpf_send_signal_thread() (Linux 5.5), an
 * architecture whose registers we know, a kernel that is known to run it at each call (up to Linux 6.18), and the pid namespace
 * that the kernel counts in. It goes with its last descriptor.
 */
#ifndef SNUG_RECORD_KERNEL_KNOWN_H
#define SNUG_RECORD_KERNEL_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "snug/error.h"

/* Bytes of a path with its NUL; whose path is longer stops each time. */
#define KERNEL_KNOWN_PATH 216

/* A call that looks up one file. Arguments by index, NO_ARGUMENT where there is none. */
struct kernel_known_call {
	uint32_t number;
	int path, folder, flags;	/* a path that begins elsewhere than at the root or the working folder always stops */
	uint64_t except;		/* flags with one of these bits: not a look-up */
	bool empty_tells_nothing;	/* without a path it tells of no file, whichever descriptor it has; else it always stops */
};

/* Everything that decides what a look-up tells. */
struct kernel_known_key {
	uint32_t place;		/* 0 = not known yet: nothing is known there */
	uint32_t epoch;
	uint32_t number;	/* of the call */
	uint32_t error;		/* 0 = it succeeded */
	uint64_t flags;
	char path[KERNEL_KNOWN_PATH];
};

/* A look-up that was not known. */
struct kernel_known_news {
	struct kernel_known_key key;
	uint64_t number;
	uint64_t args[6];
	int64_t result;
	uint64_t has_key;	/* it could be told when it comes again */
};

struct kernel_known;

/* The calls are those of the native ABI. Errors: -ENOSYS, -EPERM and what bpf(2) fails with. */
int kernel_known_new(struct kernel_known **ret, const struct kernel_known_call *calls, size_t count, struct error *err);
struct kernel_known *kernel_known_free(struct kernel_known *known);	/* accepts NULL, returns NULL */

/* From here on the look-ups of this task stop it, or are known. `place` stands for its program, its root and its folder. */
int kernel_known_follow(struct kernel_known *known, pid_t tid, uint32_t place);
void kernel_known_leave(struct kernel_known *known, pid_t tid);

/* What the task is stopped for, if it is; once. */
bool kernel_known_take(struct kernel_known *known, pid_t tid, struct kernel_known_news *ret);

/* The same will tell nothing new, until all is forgotten. */
void kernel_known_learn(struct kernel_known *known, const struct kernel_known_key *key);
void kernel_known_forget(struct kernel_known *known);

/* Look-ups that were neither known nor taken: there was no room for them, or one of the same task was there still.
 * UINT64_MAX: nobody knows how many. */
uint64_t kernel_known_lost(const struct kernel_known *known);

#endif
