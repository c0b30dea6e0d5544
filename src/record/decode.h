/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a call to events: what every recorder that sees arguments has in common.
 *
 *	decode_entry() at the call's entry: reads strings, resolves paths, while the old names still exist
 *	decode_exit() with its result, or decode_unseen() where a recorder cannot see results: sends the events
 *
 * What each argument means stands in knowledge/syscall_access; nothing here knows a call by name.
 * A recorder supplies `struct task`: how to read the caller's memory and where its /proc folder is. The decoder keeps what is already
 * known, so that a known (call, path, flags) costs no look-up in /proc.
 */
#ifndef SNUG_RECORD_DECODE_H
#define SNUG_RECORD_DECODE_H

#include <sys/types.h>

#include "snug/cleanup.h"
#include "snug/error.h"
#include "snug/event.h"
#include "snug/syscall_access.h"

struct decoder;

struct origin;

/* For a recorder whose calls are over when it hears of them, and which followed where its callers stood. */
struct past {
	/* Where a path of the call began: in the folder of this descriptor, or the working folder (AT_FDCWD). The answer is
	 * to be closed by origin_close(). False: nobody knows any more. */
	bool (*start)(void *context, int dirfd, struct origin *ret);
	/* What the descriptor was. False: nothing that a call opened as a file. A NULL path: nobody knows which. */
	bool (*is_open)(void *context, int fd, const char **ret_path, enum file_kind *ret_kind);
	void (*opens)(void *context, int fd, const char *path, enum file_kind kind);	/* NULL: nobody knows which */
	/* This call, made again, would tell nothing new; `path` is of the file that it used. NULL: of several. */
	void (*known)(void *context, const char *path);
	void (*turned)(void *context, const char *path);	/* this is no regular file, whatever it was before */
	void (*renamed)(void *context);		/* paths may name other files from now on */
	void (*unknown)(void *context);		/* a file was used, and nobody knows any more which */
};

/* A caller, as a recorder knows it. */
struct task {
	pid_t tid;		/* as this process's /proc names it */
	pid_t pid;		/* its thread group */
	const char *by;		/* path of its program, NULL = not yet known; borrowed */
	enum phase phase;
	void *context;		/* for the two callbacks */
	/* Copies up to `length` bytes; returns how many (short at an unmapped page), or a negative errno. */
	ssize_t (*read_memory)(void *context, uint64_t address, void *buffer, size_t length);
	const struct past *past;	/* for a late decoder; NULL: files are not looked at */
	/* Is this process part of the recording? For the target of signals and traces. */
	bool (*is_member)(void *context, pid_t pid);
	/* Is `tid` still the caller, and not another task of that number? Asked when its /proc was read; NULL = always. */
	bool (*is_current)(void *context);
};

/* For a recorder that answers for many containers and is blind to results: no look-up of this decoder waits for a disk or a
 * server; those that would have to are made through `lookups` (borrowed), and their facts come when they come. */
struct lookups;
void decoder_defer(struct decoder *decoder, struct lookups *lookups);

/* For a recorder whose calls are over when it hears of them: nothing in /proc is what it was, so that only what the call itself
 * carried is looked at, and what its read_memory() and its past still know. `infers`: nobody tells of capability checks. */
void decoder_is_late(struct decoder *decoder, bool infers);

/* Somebody tells of capability checks as the kernel made them: none are inferred from calls. */
void decoder_is_told_of_checks(struct decoder *decoder);

/* Look-ups under way. What is still waited for when the decoder is freed is sent before, with outcome unknown. */
size_t decoder_waits(const struct decoder *decoder);

bool decoder_gave_up(const struct decoder *decoder);	/* has any look-up been given up? */

/* The recorded processes have ended: waits only for what is being looked up already. */
void decoder_ends(struct decoder *decoder);

struct call {
	const struct arch *abi;
	uint64_t number;
	uint64_t args[6];
	int refusal;	/* where look-ups are deferred: the positive errno with which the call will fail; 0 = its result will not be seen */
};

/* What decode_entry() found out; lives between a call's entry and its exit, also across an exec. */
struct pending;

struct decoder *decoder_new(const struct event_sink *sink);
struct decoder *decoder_free(struct decoder *decoder);	/* accepts NULL, returns NULL */
DEFINE_CLEANUP(struct decoder *, decoder_free);

/* All of these return 0, or the negative errno with which the sink refused an event; nothing that a caller passes makes
 * them fail. `task` may name another tid at the exit than at the entry: an exec from a thread makes it the leader. */

/* `*ret` is NULL when the call's exit cannot teach anything new (the recorder may then
 * let it run on without an exit stop); else owned by the caller. */
int decode_entry(struct decoder *decoder, const struct task *task, const struct call *call, struct pending **ret);

/* Can no call of this number by this program teach anything more, whatever its arguments and its result? */
bool decode_is_settled(struct decoder *decoder, const struct task *task, const struct call *call);

/* Can this call, which looks up one file, teach nothing more? Found out without a look into /proc: often it is not. The
 * call need not be decoded then. */
bool decode_is_known(struct decoder *decoder, const struct task *task, const struct call *call);

/* Is it a look at what is open already, if the string there is empty? glibc 2.33 to 2.38 does fstat(3) so. */
bool decode_looks_if_empty(struct decoder *decoder, const struct call *call, uint64_t *ret_path);

/* Where strings stand that are empty, and stay so. */
#define EMPTY_PATHS_MAX 4
struct empty_paths {
	uint64_t at[EMPTY_PATHS_MAX];
	size_t count;
};

/* What is settled of a call's number for some arguments only: nothing more can be taught when one of `among` holds, and none of
 * `unless`. These are nothing but conditions. */
#define SETTLEMENT_MAX 24	/* of each */
struct settlement {
	struct syscall_access rows[2 * SETTLEMENT_MAX];
	const struct syscall_access *among[SETTLEMENT_MAX], *unless[SETTLEMENT_MAX];
	size_t among_count, unless_count;
};

/* False: for no arguments, as far as is known. `ret` must stay where it is: it points into itself. */
bool decode_settlement(struct decoder *decoder, const struct task *task, const struct call *call,
		       const struct empty_paths *empty, struct settlement *ret);

/* Does the decoder look at files for this call, by a path or a descriptor? */
bool decode_needs_files(struct decoder *decoder, const struct call *call);

/* A call that is not decoded any more used this regular file, again. For a late decoder. */
void decode_used_again(struct decoder *decoder, const char *path);

/* Will its end tell more than the call and its result? */
bool decode_has_more(const struct pending *pending);

/* How many events were sent by now: none more, and a call told nothing. */
uint64_t decode_told(const struct decoder *decoder);

/* Sends the events; ends `pending` (NULL is fine). */
int decode_exit(struct decoder *decoder, const struct task *task, struct pending *pending, int64_t result);

/* The same without a result: the call was cut short by the caller's death, or the recorder is blind to results. */
int decode_unseen(struct decoder *decoder, const struct task *task, struct pending *pending);

/* The caller was not the one that it was taken for: nothing of the call is sent. */
void decode_drop(struct pending *pending);

/* An execve() succeeded: the task's program is now another. Sends the EXEC and FILE events of it, and leaves `pending`
 * (NULL is fine) to be ended by decode_exit() with the result, 0. `task->by` is still the old program. Returns the new
 * program's path, which belongs to the decoder and lives as long as it; NULL when it cannot be told. */
const char *decode_exec(struct decoder *decoder, const struct task *task, struct pending *pending);

/* Would the call that was decoded last, made again with the same strings from the same place and with the same end, tell
 * nothing new? What was reached through a symlink might, since anybody may turn that. */
bool decode_same_again(const struct decoder *decoder);

/* A number for what decides, beside its arguments, what a path means in a call of this task and whether its use is news:
 * program, phase, root, working folder. 0 when that is not to be seen. */
uint32_t decode_place(struct decoder *decoder, const struct task *task);

/* These count up, as far as is known: how often names came to mean something else, and tasks to stand elsewhere. */
struct decode_changes {
	uint64_t names, places;
};
struct decode_changes decode_changes(const struct decoder *decoder);

/* A task's child begins, in the same namespaces. */
void decoder_inherit(struct decoder *decoder, pid_t child, pid_t parent);

/* This tid begins or has ended: what was known of its folder, root and credentials is another task's. */
void decoder_forget(struct decoder *decoder, pid_t tid);

#endif
