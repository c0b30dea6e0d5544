/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A detour: a tracee makes a call of ours in place of the one that it is about to make, and that one after all.
 *
 *	detour_begin()	at a PTRACE_SYSCALL entry stop: the call that goes in is ours
 *	…		resumed by PTRACE_SYSCALL; the next stop of kind EXIT tells its result
 *	detour_end()	there: the tracee is put back before the instruction that makes its own call
 *
 * Its own call has not begun: no time has passed for it, and a signal that comes in between is handled before it, as if
 * it had come a moment earlier. It takes an architecture whose registers we know; elsewhere no detour begins.
 */
#ifndef SNUG_RECORD_TRACEE_DETOUR_H
#define SNUG_RECORD_TRACEE_DETOUR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct detour;

bool detour_is_possible(void);
struct detour *detour_begin(pid_t tid, long number, const uint64_t args[6]);	/* NULL: nothing was changed */
struct detour *detour_end(struct detour *detour, pid_t tid);			/* returns NULL */
struct detour *detour_free(struct detour *detour);	/* of a tracee that is gone; accepts NULL, returns NULL */

#endif
