/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ABIs: the ways in which a program can ask a kernel.
 *
 * One row an ABI, and nothing outside this table knows one from another. An ABI is what a
 * seccomp filter can tell apart: x86_64, x86 (int 0x80 and 32-bit programs)
 * and x32 are three of them on one machine. Numbers and names of calls come
 * from libseccomp, and for calls newer than the library from our own table.
 */
#ifndef SNUG_ARCH_H
#define SNUG_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arch {
	const char *name;		/* as libseccomp and the trace spell it: "x86_64" */
	const char *scmp_name;		/* as the OCI runtime-spec does: "SCMP_ARCH_X86_64" */
	uint32_t audit_arch;		/* AUDIT_ARCH_*, <linux/audit.h> */
	uint32_t scmp_arch;		/* SCMP_ARCH_*, <seccomp.h> */
	unsigned int pointer_bits;	/* of the program, 32 or 64 */
	uint32_t number_mask;		/* bits to clear from a call's number for the library's */
	const char *family;		/* ABIs that one kernel serves side by side: "x86", "arm", … */
	const char *source;
};

#define SYSCALL_NAME_MAX 64	/* bytes with the final NUL; the longest name known has 24 */

/* The row for what the kernel reports in seccomp_data or PTRACE_GET_SYSCALL_INFO, NULL when unknown.
 * `number` tells x32 from x86_64 (__X32_SYSCALL_BIT). */
const struct arch *arch_find(uint32_t audit_arch, uint64_t number);
const struct arch *arch_by_name(const char *name);
const struct arch *arch_native(void);
const struct arch *arch_at(size_t index);	/* NULL past the last row */

/* "openat", or "#471" for a number that no table names (never dropped). Returns `name`. */
const char *syscall_name(const struct arch *arch, uint64_t number, char name[static SYSCALL_NAME_MAX]);

/* The number of `name` on `arch`, or -1. Understands "#471". */
int syscall_number(const struct arch *arch, const char *name);

struct string_set;

/* Adds the calls of `arch` that a libseccomp of this version ("2.5.4"; NULL = not known) may have no name for, so that a filter
 * that it makes has no rule for them. */
void syscalls_without_name(struct string_set *out, const struct arch *arch, const char *libseccomp);

#endif
