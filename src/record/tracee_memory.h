/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the memory of a stopped tracee, by the best way that is allowed.
 *
 * Docker's default seccomp profile refuses process_vm_readv(2) inside a container while it allows ptrace,
 * and a process that is not dumpable refuses it to an ordinary user. What was refused once is not tried again.
 */
#ifndef SNUG_RECORD_TRACEE_MEMORY_H
#define SNUG_RECORD_TRACEE_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* From best to worst; a process only ever moves down. */
enum memory_way {
	MEMORY_BY_CALL,		/* process_vm_readv(2) */
	MEMORY_BY_FILE,		/* /proc/PID/mem */
	MEMORY_BY_WORD,		/* PTRACE_PEEKDATA: a word at a time, of any user's process that is dumpable */
};

/* Copies up to `length` bytes. Returns how many (short at an unmapped page, 0 when the first byte is not
 * mapped), -ESRCH when the tracee is gone, -EPERM when all of its memory is closed to us. `*way` is where to begin, and is
 * moved down where refused. */
ssize_t tracee_memory_read(pid_t tid, enum memory_way *way, uint64_t address, void *buffer, size_t length);

#endif
