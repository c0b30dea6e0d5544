/* SPDX-License-Identifier: Apache-2.0 */
/* What happens to one container: it began, it is named, it ended, it is written. */
#include "cli/listen_container.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/host_path.h"
#include "cli/listen_lines.h"
#include "cli/listen_reach.h"
#include "cli/trace_file.h"
#include "snug/container_identity.h"
#include "snug/docker_default.h"
#include "snug/file.h"
#include "snug/memory.h"
#include "snug/runtime_config.h"

#define CHECKPOINT_S 60		/* between two writings of one trace; longer than an engine is waited for */
#define ID_SHOWN 12		/* digits of an id in messages, as engines print them */
#define NAMES_SHOWN 8		/* containers that a message names; the others are counted */
#define NAMES_TRIED 1000	/* files of one name that are none of this container */

/* --- its file ------------------------------------------------------------- */

static bool is_taken(const struct container_recording *list, const struct container_recording *by, const char *path)
{
	for (; list; list = list->next)
		if (list != by && list->output && strcmp(list->output, path) == 0)
			return true;
	return false;
}

static bool is_of_container(struct trace *trace, const char *id)
{
	for (size_t i = 0; i < map_count(trace->runs); i++) {
		const struct trace_run *run = map_value_at(trace->runs, i);

		if (!run->container || strcmp(run->container, id) != 0)
			return false;
	}
	return true;
}

/* May the trace go there? What this container did before it was started again is united with what it does now. */
static bool try_output(const struct listen_containers *containers, struct container_recording *container, char *path)
{
	CLEANUP(trace_freep) struct trace *before = NULL;

	if (is_taken(containers->running, container, path) || is_taken(containers->finishing, container, path))
		return false;
	if (access(path, F_OK) < 0)
		return errno == ENOENT;
	if (trace_files_read(&before, &path, 1, NULL) < 0 || !is_of_container(before, container->id))
		return false;
	trace_merge(container->recording.trace, before);
	return true;
}

/* NAME.ID.trace.json, ID.trace.json of one without a name; with a number where a file of that name is something else. */
static void choose_output(const struct listen_containers *containers, struct container_recording *container,
			  enum name_source source)
{
	CLEANUP(container_identity_done) struct container_identity short_id;
	const struct bundle nothing = { .command = TEXT_EMPTY };
	auto_free char *stem = NULL;

	container_identity_of(&short_id, container->id, NULL, &nothing, NULL);
	stem = source == NAME_OF_ID
		? xasprintf("%s/%s", containers->folder, container->name)
		: xasprintf("%s/%s.%s", containers->folder, container->name, short_id.name);
	for (int i = 1; i <= NAMES_TRIED; i++) {
		char *path = i == 1 ? xasprintf("%s.trace.json", stem) : xasprintf("%s.%d.trace.json", stem, i);

		if (try_output(containers, container, path)) {
			container->output = path;
			break;
		}
		free(path);
	}
	if (!container->output)	/* somebody's thousand files: the run's id is like no other */
		container->output = xasprintf("%s.%s.trace.json", stem, container->recording.run->id);
	container->recording.output = container->output;
}

/* --- who it is ------------------------------------------------------------ */

static void replace(char **field, const char *value)
{
	if (!value)
		return;
	free(*field);
	*field = xstrdup(value);
}

/* What its bundle says of the run; the listener's own user and state are none of the container's. */
static void describe_run(struct trace_run *run, const struct bundle *bundle, const char *id)
{
	free(run->user);
	run->user = bundle->user ? xstrdup(bundle->user) : NULL;
	run->container = xstrdup(id);
	if (bundle->command.length)
		text_add(&run->command, bundle->command.data, bundle->command.length);
	if (bundle->capabilities.known)
		run->bounding = xasprintf("%016" PRIx64, bundle->capabilities.bounding);
	run->no_new_privs = bundle->no_new_privs == KNOWN_TRUE;
	if (bundle->read_only_root != NOT_KNOWN)
		run->root = xstrdup(bundle->read_only_root == KNOWN_TRUE ? "read-only" : "writable");
	for (size_t i = 0; i < bundle->mount_count; i++) {
		const struct bundle_mount *mount = &bundle->mounts[i];
		auto_free char *line = xasprintf("%s %s %s", mount->read_only ? "ro" : "rw",
						 mount->type ? mount->type : "bind", mount->target);

		string_set_add(&run->mounts, line);
	}
}

/* The names of those that run, for the process that cannot see them. */
static void show_running(struct listen_containers *containers)
{
	const struct container_recording *oldest_first[NAMES_SHOWN];
	CLEANUP(text_done) struct text out = TEXT_EMPTY;
	size_t count = 0, named;

	for (const struct container_recording *c = containers->running; c; c = c->next)
		oldest_first[count++ % NAMES_SHOWN] = c;
	named = count < NAMES_SHOWN ? count : NAMES_SHOWN;
	for (size_t i = 0; i < named; i++) {
		const struct container_recording *c = oldest_first[(count - 1 - i) % NAMES_SHOWN];

		text_printf(&out, "%s%.64s", i ? ", " : "", c->name);
	}
	if (count > named)
		text_printf(&out, " and %zu more", count - named);
	snprintf(containers->seen->running, RUNNING_MAX, "%s", text_cstr(&out));
}

/* The name is final, and with it the file. */
static void name_container(struct listen_containers *containers, struct container_recording *container,
			   const struct engine_answer *answer)
{
	CLEANUP(container_identity_done) struct container_identity identity;
	struct trace_run *run = container->recording.run;

	container_identity_of(&identity, container->id, container->given, &container->bundle, answer);
	replace(&container->name, identity.name);
	replace(&run->name, identity.name);
	replace(&run->image, identity.image);
	replace(&run->digest, identity.digest);
	string_set_union(&run->labels, &identity.labels);
	choose_output(containers, container, identity.source);
	show_running(containers);
	if (container->resumed)
		return;
	if (identity.source == NAME_OF_ID)
		complain_text("container %.*s: recording (hint: nothing tells its name; give it one by the annotation snug.name)",
			      ID_SHOWN, container->id);
	else
		complain_text("container %s (%.*s): recording", container->name, ID_SHOWN, container->id);
}

/* Nobody can say more than is known from its start: the engine of a pod has said all, others know their own ids only. */
static bool is_known_at_start(const struct container_recording *container)
{
	CLEANUP(container_identity_done) struct container_identity identity;

	container_identity_of(&identity, container->id, container->given, &container->bundle, NULL);
	return !engine_knows_ids_like(container->id) || (identity.image && identity.source != NAME_OF_ID);
}

/* Starts to ask who it is, unless that is known or being asked. */
static void ask_engine(struct container_recording *container)
{
	struct epoll_event event = { .events = EPOLLIN };

	if (container->output || container->query)
		return;
	container->query = engine_ask(container->id, container->folder, ENGINE_DEADLINE_MS);
	epoll_ctl(container->all->engines_fd, EPOLL_CTL_ADD, engine_query_descriptor(container->query), &event);
}

/* --- its life --------------------------------------------------------------- */

static struct container_recording *container_new(struct listen_containers *all, const struct container_state *state)
{
	struct container_recording *container = xcalloc(1, sizeof(*container));

	container->all = all;
	container->id = xstrdup(state->id);
	container->name = xasprintf("%.*s", ID_SHOWN, state->id);
	container->given = state->name ? xstrdup(state->name) : NULL;
	container->folder = state->bundle ? path_from_host(state->bundle) : NULL;
	container->recording.interval_ms = (uint64_t)CHECKPOINT_S * 1000;
	if (container->folder)
		bundle_read(&container->bundle, container->folder, NULL);
	container->resumed = state->resumed;
	container->recording.since = state->since;
	container->recording.random = state->random;
	recording_begin(&container->recording, "notify");
	describe_run(container->recording.run, &container->bundle, container->id);
	return container;
}

static void container_free(struct container_recording *container)
{
	recording_done(&container->recording);
	bundle_done(&container->bundle);
	filter_free(container->base);
	engine_query_free(container->query);
	free(container->output);
	free(container->name);
	free(container->given);
	free(container->folder);
	free(container->id);
	free(container);
}

/* An event of phase program says that the program's execve() was answered and succeeded. */
static int keep_event(void *context, const struct event *event)
{
	struct container_recording *container = context;
	struct event_sink sink = recording_sink(&container->recording);

	if (event->phase == PHASE_PROGRAM)
		ask_engine(container);
	return sink.on_event(sink.context, event);
}

static void note_unknown_capabilities(struct container_recording *container)
{
	const struct event event = { .kind = EVENT_NOTE, .note = {
		"assumed-capabilities", "which capabilities the container has could not be read: calls were judged "
		"meanwhile as for Docker's default ones" } };
	struct event_sink sink = recording_sink(&container->recording);

	sink.on_event(sink.context, &event);
}

/* The profile that 'snug runtime' replaced, which is the best base of all. Returns false when none is known. */
static bool find_own_base(struct container_recording *container)
{
	CLEANUP(text_done) struct text config = TEXT_EMPTY, profile = TEXT_EMPTY;
	auto_free char *path = xasprintf("%s/config.json", container->folder ? container->folder : "");
	struct error err = ERROR_NONE;

	if (!container->folder || file_read(path, BUNDLE_CONFIG_MAX, &config, NULL) < 0 ||
	    runtime_config_base(&config, &profile, NULL) != 1)
		return false;
	if (strcmp(profile.data, "null") == 0 ||
	    filter_from_profile(&container->base, profile.data, profile.length, "its own profile", &err) == 0)
		return true;
	complain_text("container %.*s: judged by Docker's default profile: %s", ID_SHOWN, container->id, err.text);
	return false;
}

static const struct filter *base_of(struct listen_containers *containers, struct container_recording *container)
{
	const struct bundle_capabilities *capabilities = &container->bundle.capabilities;
	const struct filter *filter;

	if (!listen_base_is_chosen(containers->base) && find_own_base(container))
		return container->base;
	filter = listen_base_filter(containers->base, capabilities->known ? capabilities->bounding
							 : docker_default_capabilities());

	if (filter && !capabilities->known)
		note_unknown_capabilities(container);
	return filter;
}

static int container_began(void *context, const struct container_state *state, struct event_sink *ret_sink,
			   const struct filter **ret_base)
{
	struct listen_containers *containers = context;
	struct container_recording *container;

	if (state->pid == 0) {
		if (containers->seen->hidden++ == 0)
			complain_text("cannot record container %.*s, nor others: their processes are hidden from here (hint: start "
				      "the listener's container with --pid=host)", ID_SHOWN, state->id);
		return -ESRCH;
	}
	container = container_new(containers, state);
	container->next = containers->running;
	containers->running = container;
	show_running(containers);
	*ret_sink = (struct event_sink){ keep_event, container };
	*ret_base = base_of(containers, container);
	listen_check_reach(container, state->pid);
	if (is_known_at_start(container))
		name_container(containers, container, NULL);
	return 0;
}

static void unlink_container(struct container_recording **list, const struct container_recording *container)
{
	while (*list != container)
		list = &(*list)->next;
	*list = container->next;
}

static void tell_of_trace(const struct container_recording *container, bool complete)
{
	auto_free char *losses = recording_losses(&container->recording);
	const char *remedy = recording_remedy(&container->recording);

	if (complete)
		complain_text("container %s: %s", container->name, container->output);
	else
		complain_text("container %s: %s (incomplete%s%s%s%s)", container->name, container->output, losses[0] ? ": lost " : "",
			      losses, remedy ? "; hint: " : "", remedy ? remedy : "");
}

/* It has ended and its name is final. */
static void finish_container(struct listen_containers *containers, struct container_recording *container)
{
	struct error err = ERROR_NONE;
	bool complete = container->complete;
	int code;

	if (!container->output)
		name_container(containers, container, NULL);
	folder_owner_become(containers->owner);
	code = recording_end(&container->recording, complete, &err);
	folder_owner_leave(containers->owner);
	if (code < 0) {
		complain(&err);
		complete = false;
	} else {
		complete = container->recording.run->complete;
		tell_of_trace(container, complete);
	}
	containers->seen->ended++;
	containers->seen->incomplete += !complete;
	container_free(container);
}

static void container_ended(void *context, void *sink_context, bool complete)
{
	struct listen_containers *containers = context;
	struct container_recording *container = sink_context;

	unlink_container(&containers->running, container);
	show_running(containers);
	container->complete = complete;
	ask_engine(container);
	if (!container->query) {
		finish_container(containers, container);
		return;
	}
	container->next = containers->finishing;
	containers->finishing = container;
}

static void peer_refused(void *context, const char *why)
{
	(void)context;
	complain_text("%s", why);
}

/* --- all of them --------------------------------------------------------------- */

/* What the engine said, or that it said nothing in time. */
static void take_answer(struct listen_containers *containers, struct container_recording *container)
{
	struct engine_answer answer;
	int code = container->query ? engine_query_take(container->query, &answer) : -EAGAIN;

	if (code == -EAGAIN)
		return;
	if (code == -ETIMEDOUT)
		complain_text("container %.*s: its engine did not answer in time: no image, no labels", ID_SHOWN, container->id);
	name_container(containers, container, code == 0 ? &answer : NULL);
	engine_answer_done(&answer);
	container->query = engine_query_free(container->query);
}

static void checkpoint(struct listen_containers *containers, struct container_recording *container)
{
	folder_owner_become(containers->owner);
	recording_checkpoint(&container->recording);
	folder_owner_leave(containers->owner);
}

/* Takes what engines have answered, and writes the traces for which it is time. */
static bool step(void *context)
{
	struct listen_containers *containers = context;

	for (struct container_recording *c = containers->running; c; c = c->next) {
		take_answer(containers, c);
		if (c->output)
			checkpoint(containers, c);
	}
	for (struct container_recording *c = containers->finishing, *next; c; c = next) {
		next = c->next;
		take_answer(containers, c);
		if (c->query)
			continue;
		unlink_container(&containers->finishing, c);
		finish_container(containers, c);
	}
	if (containers->seen->lines)
		listen_lines_draw(containers);
	return containers->finishing != NULL;
}

/* Ends what still waits for an engine, without its answer. */
static void finish_all(void *context)
{
	struct listen_containers *containers = context;

	while (containers->finishing) {
		struct container_recording *container = containers->finishing;

		containers->finishing = container->next;
		finish_container(containers, container);
	}
}

struct listener_hooks containers_hooks(struct listen_containers *containers)
{
	return (struct listener_hooks){
		.context = containers, .began = container_began, .ended = container_ended, .refused = peer_refused,
		.step = step, .own_fd = containers->engines_fd, .close = finish_all,
	};
}

int containers_open(struct listen_containers *containers, const char *folder, struct listen_base *base, struct error *err)
{
	void *shared = mmap(NULL, sizeof(*containers->seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	*containers = (struct listen_containers){ .folder = folder, .base = base };
	containers->seen = memory_checked(shared == MAP_FAILED ? NULL : shared);
	containers->engines_fd = epoll_create1(EPOLL_CLOEXEC);
	return containers->engines_fd < 0 ? error_errno(err, -errno, "cannot make an epoll descriptor") : 0;
}

void containers_close(struct listen_containers *containers)
{
	closep(&containers->engines_fd);
	containers->engines_fd = -1;
	if (containers->seen)
		munmap(containers->seen, sizeof(*containers->seen));
	containers->seen = NULL;
}
