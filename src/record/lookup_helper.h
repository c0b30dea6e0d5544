/* SPDX-License-Identifier: Apache-2.0 */
/* The process that makes look-ups: reads questions from its socket and answers them, one after the other. */
#ifndef SNUG_RECORD_LOOKUP_HELPER_H
#define SNUG_RECORD_LOOKUP_HELPER_H

#include <sys/types.h>

/* Starts one; `*ret_fd` is our end of its socket. Returns its pid or a negative errno. */
pid_t lookup_helper_start(int *ret_fd);

#endif
