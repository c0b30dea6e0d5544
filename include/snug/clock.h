/* SPDX-License-Identifier: Apache-2.0 */
/* Time that only goes forward, for deadlines and intervals. For the impure edges only: no stage between events and bytes asks for it. */
#ifndef SNUG_CLOCK_H
#define SNUG_CLOCK_H

#include <stdint.h>

/* CLOCK_MONOTONIC, in milliseconds and in nanoseconds: not counted while the machine is suspended. */
uint64_t monotonic_ms(void);
uint64_t monotonic_ns(void);

#endif
