/* SPDX-License-Identifier: Apache-2.0 */
/* Programs: what execve() reads, maps and executes besides the file that it names. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/decode_internal.h"
#include "record/program_file.h"
#include "snug/cleanup.h"

static struct draft *add_by_path(struct decoder *decoder, const struct task *task, struct pending *pending,
				 const char *path, uint32_t access)
{
	struct resolve_request request = { .tid = task->tid, .dirfd = AT_FDCWD, .path = path };

	return add_path(decoder, pending, &request, access, FILE_KIND_UNKNOWN);
}

/* cap_bprm_creds_from_file(), security/commoncap.c: what no_new_privs would have taken away. */
static void note_gain(struct decoder *decoder, const struct pending *pending, const struct privileges *before,
		      pid_t tid)
{
	struct privileges after = task_privileges(decoder->tasks, tid);
	struct event event = {
		.kind = EVENT_NOTE,
		.note = {
			"gained-privileges", "a program gained privileges by its set-id bits or file capabilities: "
					     "no-new-privileges would refuse that",
		},
	};

	if (before->known && after.known &&
	    (before->uid != after.uid || before->gid != after.gid || (after.permitted & ~before->permitted)))
		send_event(decoder, pending, &event);
}

/* A program's file is read by whoever looks it up, even if where it is can be told at once. The way to it is not walked
 * again: it may have led through /proc/self, which is gone when the caller is. */
static void defer_interpreters(struct decoder *decoder, struct draft *draft)
{
	int program;

	draft->want = LOOKUP_INTERPRETERS;
	if (draft->deferred || !is_program(&draft->file))
		return;
	draft->deferred = true;
	draft->look.wait = WAIT_NOT;
	origin_open(decoder->resolver, &draft->look, &draft->origin);
	program = draft->origin.at < 0 ? -1 : fcntl(draft->file.fd, F_DUPFD_CLOEXEC, 0);
	if (program < 0)
		return;
	close(draft->origin.at);
	draft->origin.at = program;
	draft->look.path = draft_keep(draft, xstrdup(""));
}

SUBJECT_FUNCTION(decode_program)
{
	struct draft *draft = add_path_argument(decoder, task, pending, access);

	pending->before = task_privileges(decoder->tasks, task->tid);
	if (decoder->client) {
		*process_before_exec(decoder->tasks, task->pid) = pending->before;
		if (draft)
			defer_interpreters(decoder, draft);
		return;
	}
	for (int i = 0; draft && draft->found && i < INTERPRETERS_MAX; i++) {
		struct interpreters of = { 0 };

		/* A server of a user-space file system may be a task that we hold: it is not asked to read. */
		if (is_program(&draft->file) && !draft->file.remote)
			read_interpreters(draft->file.fd, &of);
		if (of.elf)
			draft->event.file.access |= ACCESS_MAP_EXECUTE;
		if (of.of_elf)
			add_by_path(decoder, task, pending, of.of_elf, ACCESS_READ | ACCESS_MAP_EXECUTE);
		draft = of.of_script ? add_by_path(decoder, task, pending, of.of_script, access->access) : NULL;
		free(of.of_elf);
		free(of.of_script);
	}
}

static void send_file(struct decoder *decoder, const struct pending *pending, const char *path, uint32_t access)
{
	struct event event = {
		.kind = EVENT_FILE,
		.file = { .path = path, .kind = FILE_KIND_FILE, .access = access, .outcome = OUTCOME_OK },
	};

	if (path[0] == '/' && strncmp(path, "/memfd:", 7) != 0)
		send_event(decoder, pending, &event);
}

static uint64_t capabilities_of(pid_t tid)
{
	char name[64];

	snprintf(name, sizeof(name), "/proc/%d/exe", tid);
	return read_file_capabilities(name);
}

const char *decode_exec(struct decoder *decoder, const struct task *task, struct pending *pending)
{
	auto_free char *exe = read_task_link(task->tid, "exe");
	const struct pending made = {
		.by = names_keep(decoder->names, pending ? pending->by : task->by), .phase = task->phase,
	};
	struct event event = { .kind = EVENT_EXEC, .exec = { .from = made.by, .to = exe } };

	if (task->is_current && !task->is_current(task->context))
		return NULL;
	if (decoder->client)
		task_states_forget(decoder->tasks, task->tid);
	else	/* who sees each stop has told of a thread that took its leader's id */
		task_states_new_credentials(decoder->tasks, task->tid);
	if (pending) {	/* whose end would have them read once more */
		pending->stale &= ~(uint32_t)STALE_CREDENTIALS;
		note_gain(decoder, &made, &pending->before, task->tid);
	} else if (decoder->client) {
		note_gain(decoder, &made, process_before_exec(decoder->tasks, task->pid), task->tid);
	}
	if (!exe)
		return NULL;
	send_file(decoder, &made, exe, ACCESS_READ | ACCESS_EXECUTE | ACCESS_MAP_EXECUTE);
	send_event(decoder, &made, &event);
	if (decoder->client)
		defer_file_capabilities(decoder, task, &made, exe);
	else
		send_file_capabilities(decoder, &made, capabilities_of(task->tid));
	return names_keep(decoder->names, exe);
}
