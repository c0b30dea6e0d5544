/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a listener leaves in its folder for `snug stop`: who it is, and how it ended.
 *
 * Who it is, only the kernel says: the listener holds a lock on DIR/listen.lock as long as it lives, and F_GETLK names the
 * process that holds it. A number in a file could be another process's by now, and would be sent our signal.
 */
#ifndef SNUG_CLI_LISTEN_STATE_H
#define SNUG_CLI_LISTEN_STATE_H

#include <sys/types.h>

#include "snug/error.h"

/* Takes the lock for the calling process, and forgets how an earlier listener ended. `*ret_fd` is to stay open, and the only
 * descriptor of that file in the process: closing another one would give the lock up (fcntl(2)). -EBUSY when another
 * listener serves the folder. */
int listen_lock(const char *folder, int *ret_fd, struct error *err);

/* Who holds the lock: 0 = nobody. -ENOENT: no listener has ever served the folder. */
pid_t listen_lock_owner(const char *folder, struct error *err);

/* Messages go to DIR/listen.log from now on, and standard input and output nowhere. */
int listen_to_log(const char *folder, struct error *err);

/* Appends to standard error what the log has got since `*offset` bytes, and moves `*offset`. Nothing without a log. */
void listen_log_follow(const char *folder, off_t *offset);

/* The listener's exit status. Reading gives -ENOENT when it was not written: the listener was killed. */
int listen_status_write(const char *folder, int status, struct error *err);
int listen_status_read(const char *folder, struct error *err);

#endif
