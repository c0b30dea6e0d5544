/* SPDX-License-Identifier: Apache-2.0 */
/* A listener in the background: the command returns when it is ready, and no sooner. */
#ifndef SNUG_CLI_LISTEN_DETACH_H
#define SNUG_CLI_LISTEN_DETACH_H

#include <stdbool.h>

#include "snug/error.h"

/* Forks. True in the child, which is in a session of its own and owes a word by listen_detach_ready(); false in the parent when the
 * child is ready, or has failed and said why: `*ret_status` is then what to exit with. */
bool listen_detach(int *ret_word_fd, int *ret_status);

void listen_detach_ready(int *word_fd);

#endif
