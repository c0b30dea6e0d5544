/* SPDX-License-Identifier: Apache-2.0 */
/*
 * May this listener look into a container at all?
 *
 * A path is read from the memory of its process, which takes PTRACE_MODE_ATTACH (ptrace(2)). When a container reports itself, its
 * process is still the runtime's and closed to all but root (runc clears its dumpable flag). What matters is whether
 * it will be open to us later: the process is our own user's, or in a user namespace that our user has made.
 */
#include "cli/listen_reach.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "snug/cleanup.h"
#include "snug/file.h"
#include "snug/memory.h"
#include "snug/text.h"

#define PROC_FILE_MAX 65536	/* bytes */

static void read_proc(struct text *out, const char *who, const char *name)
{
	auto_free char *path = xasprintf("/proc/%s/%s", who, name);

	file_read(path, PROC_FILE_MAX, out, NULL);
}

static bool is_open(const char *pid)
{
	auto_free char *path = xasprintf("/proc/%s/mem", pid);
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd >= 0;
}

static bool is_our_user(const char *pid)
{
	CLEANUP(text_done) struct text status = TEXT_EMPTY;
	const char *line;
	unsigned int real, effective;

	read_proc(&status, pid, "status");
	line = strstr(text_cstr(&status), "\nUid:");
	return line && sscanf(line, "\nUid:\t%u\t%u", &real, &effective) == 2 && real == geteuid() && effective == geteuid();
}

/* The runtime has ended since: a worker that comes later cannot ask it any more, and has no reason to complain. */
static bool is_gone(const char *pid)
{
	auto_free char *path = xasprintf("/proc/%s", pid);

	return access(path, F_OK) < 0 && errno == ENOENT;
}

/* One that is not ours and maps our user: a rootless engine of ours has made it, and capabilities in it are ours. */
static bool is_in_namespace_of_ours(const char *pid)
{
	CLEANUP(text_done) struct text own = TEXT_EMPTY, map = TEXT_EMPTY;
	uint64_t inside, outside, count;
	int length;

	read_proc(&own, "self", "uid_map");
	read_proc(&map, pid, "uid_map");
	if (strcmp(text_cstr(&own), text_cstr(&map)) == 0)
		return false;
	for (const char *at = text_cstr(&map);
	     sscanf(at, "%" SCNu64 " %" SCNu64 " %" SCNu64 "%n", &inside, &outside, &count, &length) == 3; at += length)
		if (geteuid() >= outside && geteuid() - outside < count)
			return true;
	return false;
}

void listen_check_reach(struct container_recording *container, pid_t pid)
{
	const struct event event = { .kind = EVENT_NOTE, .note = {
		"no-paths", "the listener had no right to look into the container: its paths and programs are missing" } };
	struct event_sink sink = recording_sink(&container->recording);
	auto_free char *process = xasprintf("%d", pid);

	if (is_gone(process) || is_open(process) || is_our_user(process) || is_in_namespace_of_ours(process))
		return;
	complain_text("container %.12s belongs to another user: its calls are recorded, and none of its paths (hint: sudo snug "
		      "listen)", container->id);
	sink.on_event(sink.context, &event);
}
