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
#include "cli/trace_writer.h"
#include "snug/container_identity.h"
#include "snug/docker_default.h"
#include "snug/file.h"
#include "snug/memory.h"
#include "snug/runtime_config.h"

#define CHECKPOINT_S 60		/* between two writings of one trace; longer than an engine is waited for */
#define ID_SHOWN 12		/* digits of an id in messages, as engines print them */
#define NAMES_SHOWN 8		/* containers that a message names; the others are counted */

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

/* NAME.ID, ID of one without a name. */
static char *stem_of(const struct container_recording *container, enum name_source source)
{
	CLEANUP(container_identity_done) struct container_identity short_id;
	const struct bundle nothing = { .command = TEXT_EMPTY };

	container_identity_of(&short_id, container->id, NULL, &nothing, NULL);
	return source == NAME_OF_ID ? xasprintf("%s/%s", container->all->folder, container->name)
				    : xasprintf("%s/%s.%s", container->all->folder, container->name, short_id.name);
}

/* The name is final, and with it how its file begins. */
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
	container->stem = stem_of(container, identity.source);
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

	if (container->stem || container->query)
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
	recording_begin(&container->recording, all->audited ? "audit" : all->traced ? "tracefs" : "notify");
	describe_run(container->recording.run, &container->bundle, container->id);
	return container;
}

static void container_free(struct container_recording *container)
{
	recording_done(&container->recording);
	bundle_done(&container->bundle);
	filter_free(container->base);
	engine_query_free(container->query);
	free(container->stem);
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

	if (container->all->is_trial)
		return 0;
	if (event->phase == PHASE_PROGRAM)
		ask_engine(container);
	return sink.on_event(sink.context, event);
}

static const struct event unknown_capabilities = { .kind = EVENT_NOTE, .note = {
	"assumed-capabilities", "which capabilities the container has could not be read: calls were judged meanwhile as for "
	"Docker's default ones" } };
static const struct event other_capabilities = { .kind = EVENT_NOTE, .note = {
	"default-capabilities", "the base was decided for Docker's default capabilities, and the container has others: it may "
	"have been refused, or allowed, what the base means otherwise for them" } };

/* Who judges knows a container's own; a filter of which nothing was known before it started does not. */
static void note_capabilities(struct container_recording *container)
{
	const struct bundle_capabilities *capabilities = &container->bundle.capabilities;
	struct event_sink sink = recording_sink(&container->recording);

	if (!capabilities->known)
		sink.on_event(sink.context, &unknown_capabilities);
	else if (container->all->traced && capabilities->bounding != docker_default_capabilities())
		sink.on_event(sink.context, &other_capabilities);
}

/* What the runtime's libseccomp has no name for is in no filter that it makes of our profile. */
static void note_newer_calls(struct container_recording *container, const struct oci_runtime *runtime)
{
	CLEANUP(string_set_done) struct string_set calls = STRING_SET_EMPTY;
	CLEANUP(text_done) struct text text = TEXT_EMPTY;
	const char *version = runtime ? runtime->libseccomp : NULL;
	auto_free char *code = xasprintf("newer-calls%s%s", version ? ":" : "", version ? version : "");
	struct event_sink sink = recording_sink(&container->recording);
	struct event event = { .kind = EVENT_NOTE, .note = { .code = code } };

	syscalls_without_name(&calls, arch_native(), version);
	if (!calls.count)
		return;
	text_printf(&text, "calls that the runtime's libseccomp%s%s may not know end with ENOSYS, unseen:", version ? " " : "",
		    version ? version : "");
	for (size_t i = 0; i < calls.count; i++)
		text_printf(&text, "%s %s", i ? "," : "", calls.items[i]);
	event.note.text = text_cstr(&text);
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

	if (filter)
		note_capabilities(container);
	return filter;
}

/* Only what a container cannot have is tried without. */
static void check_limit(struct listen_containers *containers, const struct container_recording *container)
{
	const struct bundle_capabilities *has = &container->bundle.capabilities;

	containers->seen->tried++;
	if (!has->known || (has->bounding & ~containers->limit))
		snprintf(containers->seen->beyond, CONTAINER_NAME_SHOWN, "%s", container->name);
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
	*ret_base = containers->audited ? NULL : base_of(containers, container);
	listen_check_reach(container, state->pid);
	container->recording.run->runtime = oci_runtime_of(&containers->runtimes, state->runtime);
	if (!containers->traced && !containers->audited)
		note_newer_calls(container, oci_runtime_find(&containers->runtimes, state->runtime));
	if (containers->is_trial)
		check_limit(containers, container);
	else if (is_known_at_start(container))
		name_container(containers, container, NULL);
	return 0;
}

static void unlink_container(struct container_recording **list, const struct container_recording *container)
{
	while (*list != container)
		list = &(*list)->next;
	*list = container->next;
}

/* Its last process is gone: the trace waits for its engine's answer, if it was asked, and then for the disk. */
static void container_ended(void *context, void *sink_context, bool complete)
{
	struct listen_containers *containers = context;
	struct container_recording *container = sink_context, **end = &containers->finishing;

	unlink_container(&containers->running, container);
	show_running(containers);
	if (containers->is_trial) {
		container_free(container);
		return;
	}
	recording_close(&container->recording, complete);
	container->ended = true;
	ask_engine(container);
	container->next = NULL;
	while (*end)
		end = &(*end)->next;
	*end = container;
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

/* --- their traces ---------------------------------------------------------------- */

static void add_outputs(struct string_set *set, const struct container_recording *list, const struct container_recording *but)
{
	for (; list; list = list->next)
		if (list != but && list->output)
			string_set_add(set, list->output);
}

static int start_writing(struct listen_containers *containers, struct container_recording *container, struct error *err)
{
	CLEANUP(string_set_done) struct string_set taken = STRING_SET_EMPTY;
	const struct trace_place place = { .stem = container->stem, .container = container->id, .taken = &taken,
					   .run = container->recording.run->id };
	struct epoll_event event = { .events = EPOLLIN };
	int code;

	add_outputs(&taken, containers->running, container);
	add_outputs(&taken, containers->finishing, container);
	code = trace_writer_start(&containers->writer, container->recording.trace, &place, containers->owner, err);
	if (code < 0)
		return code;
	containers->writing = container;
	containers->writes_last = container->ended;
	epoll_ctl(containers->engines_fd, EPOLL_CTL_ADD, containers->writer.fd, &event);
	return 0;
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

/* It has ended, and its trace was written, or could not be. */
static void finish_container(struct listen_containers *containers, struct container_recording *container, const struct error *err)
{
	bool complete = err->code == 0 && container->recording.run->complete;

	if (err->code < 0)
		complain(err);
	else
		tell_of_trace(container, complete);
	containers->seen->ended++;
	containers->seen->incomplete += !complete;
	unlink_container(&containers->finishing, container);
	container_free(container);
}

/* What is being written, if it is done within `ms`. */
static void take_written(struct listen_containers *containers, int ms)
{
	struct container_recording *container = containers->writing;
	struct error err = ERROR_NONE;
	char *path = NULL;

	if (!container || trace_writer_take(&containers->writer, ms, &path, &err) == -EAGAIN)
		return;
	containers->writing = NULL;
	if (path) {
		free(container->output);
		container->output = path;
	}
	if (containers->writes_last)
		finish_container(containers, container, &err);
	else if (err.code < 0)
		container->recording.changed = true;	/* it is tried again, and at the end reported */
}

/* Whose trace is to be written next: those that have ended first, in their order. */
static struct container_recording *next_to_write(struct listen_containers *containers)
{
	for (struct container_recording *c = containers->finishing; c; c = c->next)
		if (c->stem)
			return c;
	for (struct container_recording *c = containers->running; c; c = c->next)
		if (c->stem && recording_is_due(&c->recording))
			return c;
	return NULL;
}

static void write_traces(struct listen_containers *containers)
{
	struct container_recording *next;

	if (containers->is_trial)
		return;
	take_written(containers, 0);
	if (containers->writing)
		return;
	next = next_to_write(containers);
	if (next && start_writing(containers, next, NULL) < 0)
		next->recording.changed = true;		/* no process can be made now: tried again */
}

/* Takes what engines have answered, and writes the traces for which it is time. */
static bool step(void *context)
{
	struct listen_containers *containers = context;

	for (struct container_recording *c = containers->running; c; c = c->next)
		take_answer(containers, c);
	for (struct container_recording *c = containers->finishing; c; c = c->next) {
		take_answer(containers, c);
		if (!c->stem && !c->query)
			name_container(containers, c, NULL);
	}
	write_traces(containers);
	if (containers->seen->lines)
		listen_lines_draw(containers);
	return containers->finishing != NULL;
}

/* Ends what still waits for an engine, without its answer. Nobody waits for us any more but who asked us to end. */
static void finish_all(void *context)
{
	struct listen_containers *containers = context;
	bool told = false;

	while (containers->finishing || containers->writing) {
		struct container_recording *container = containers->finishing;
		struct error err = ERROR_NONE;

		if (containers->writing) {
			take_written(containers, DISK_SLOW_MS);
			if (containers->writing && !told)
				complain_text("traces are still being written: the disk of '%s' does not answer (hint: Ctrl-C gives "
					      "them up)", containers->folder);
			told |= containers->writing != NULL;
			continue;
		}
		if (!container->stem)
			name_container(containers, container, NULL);
		if (start_writing(containers, container, &err) < 0)
			finish_container(containers, container, &err);
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

	*containers = (struct listen_containers){ .folder = folder, .base = base, .traced = containers->traced, .audited = containers->audited,
						 .writer = TRACE_WRITER_IDLE };
	containers->seen = memory_checked(shared == MAP_FAILED ? NULL : shared);
	containers->engines_fd = epoll_create1(EPOLL_CLOEXEC);
	oci_runtimes_ask(&containers->runtimes);
	return containers->engines_fd < 0 ? error_errno(err, -errno, "cannot make an epoll descriptor") : 0;
}

void containers_close(struct listen_containers *containers)
{
	closep(&containers->engines_fd);
	containers->engines_fd = -1;
	if (containers->seen)
		munmap(containers->seen, sizeof(*containers->seen));
	containers->seen = NULL;
	oci_runtimes_done(&containers->runtimes);
}
