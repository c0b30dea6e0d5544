/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A recorder turns one kernel interface into events.
 *
 * A row of a registry. Nobody but cli/ includes this header. A recorder knows nothing of traces:
 * it fills a sink, counts what its source dropped (EVENT_LOST) and reports how the command ended.
 */
#ifndef SNUG_RECORDER_H
#define SNUG_RECORDER_H

#include <stdbool.h>
#include <sys/types.h>

#include "snug/error.h"
#include "snug/event.h"

struct record_request {
	char *const *command;		/* NULL-terminated; NULL when attaching */
	pid_t attach;			/* 0 = run the command */
	bool until_main_exits;		/* else until the last descendant ends */
	bool exhaustive;		/* look at every call, whatever is known */
	unsigned int fast_after;	/* known calls of a process before they need not stop any more, 0 = 500 */
	const char *test_command;	/* run by sh -c beside the command, not traced; NULL = none */
	const char *ready;		/* "tcp:PORT" or "file:PATH": when the test may start; NULL = at once */
	unsigned int ready_timeout_s;	/* seconds, 0 = 60 */
	size_t minimize_runs;		/* of the command, afterwards, with fewer capabilities; 0 = none */
	bool container;			/* the command is a container runtime: record from the filter's loading on */
	void (*tick)(void *context);	/* called about once a second between events; NULL = not wanted */
	void *tick_context;
};

struct record_result {
	int exit_status;		/* of the command or the test, as a shell would see it: 128+N for signal N */
	int wait_status;		/* raw, from waitpid(2) */
	bool began;			/* the command's own program ran; else nothing was recorded */
	const char *recorder;		/* what was used, by its name, where a recorder chooses; else NULL */
	bool complete;			/* the end was seen and nothing was lost */
	bool exhaustive;		/* asked of every call, also of a known one, by which program it was made */
	/* Of the program when it started: the command's, or the container's. */
	bool no_new_privs;
	char user[32];			/* "uid:gid" */
	char bounding[24];		/* bounding set, hex; "" = not known */
	struct tracefs_removal *removal;	/* owned; what the recorder leaves to recorder_finish(), NULL = nothing */
};

/* Does `auto` let known look-ups of files pass without a stop? Else a negative errno, and in `err` why not. */
int recorder_probe_look_ups(struct error *err);

struct recorder {
	const char *name;
	const char *summary;
	/* Usable here? Else a negative errno and in `err` why, and what would make it so. */
	int (*probe)(struct error *err);
	/* Has a recording that was killed left the machine changed? NULL = none can. */
	bool (*left_behind)(void);
	/* On failure before the command began, ret->exit_status is one of the statuses below. However it ends, recorder_finish() is next. */
	int (*run)(const struct record_request *request, const struct event_sink *sink,
		   struct record_result *ret, struct error *err);
};

const struct recorder *recorder_find(const char *name);	/* NULL when unknown */
const struct recorder *recorder_at(size_t index);		/* NULL past the last */

/* Waits until nothing of the recording is left in the kernel. Until then the caller may do what takes time: write the trace. */
void recorder_finish(struct record_result *result);

/* As env(1) and timeout(1) give them. */
#define RECORD_STATUS_INCOMPLETE 124
#define RECORD_STATUS_OWN_FAILURE 125
#define RECORD_STATUS_NOT_EXECUTABLE 126
#define RECORD_STATUS_NOT_FOUND 127

#endif
