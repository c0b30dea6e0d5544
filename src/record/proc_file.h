/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What /proc says of a task, without a look at the files that it has open: none of these waits for a file system.
 */
#ifndef SNUG_RECORD_PROC_FILE_H
#define SNUG_RECORD_PROC_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What /proc/TID/`link` says, such as "cwd" or "fd/3": owned by the caller, NULL when it cannot be read.
 * " (deleted)" of a file that has lost its last name is cut off. */
char *read_task_link(pid_t tid, const char *link);

/* The same for a link by its whole name, "/proc/self/fd/3". */
char *read_proc_link(const char *name);

/* All of /proc/TID/`file`, "status" or "stat", which the kernel writes at once; owned by the caller, NULL when it cannot be read. */
char *read_task_file(pid_t tid, const char *file);

/* The text behind `field` in the line of /proc/TID/`file` that begins with it; owned by the caller, NULL when there is none. */
char *read_task_field(pid_t tid, const char *file, const char *field);

/* What the task calls itself, as far as its first newline; owned by the caller, NULL when it cannot be read. */
char *read_task_name(pid_t tid);

/* A number in a line of /proc/TID/status, "Tgid:", "PPid:"; -1 when it cannot be read. */
long task_status_number(pid_t tid, const char *field);

/* A number of the process or thread in its own pid namespace: "NSpid:" the one by which it is known, "NSpgid:" its group's;
 * -1 when it cannot be read. */
long task_own_number(pid_t tid, const char *field);

/* Has the process executed a program since it was forked? False when that cannot be read. */
bool task_has_executed(pid_t pid);

/* Makes no more calls: it is about to end, has ended, or is gone. */
bool task_ends(pid_t tid);

/* Does a file stand there, mapped to be read and not to be written? */
bool task_maps_constant(pid_t tid, uint64_t address);

/* On which processor it runs, or ran last; -1 when that cannot be read. */
int task_processor(pid_t tid);

#endif
