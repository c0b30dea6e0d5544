/* SPDX-License-Identifier: Apache-2.0 */
/* What happens to one container: it began, it ended, its name, its file, its recording. */
#include "cli/listen_container.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "snug/memory.h"

#define CHECKPOINT_S 60		/* between two writings of one trace */

/* A name that is a file's too: what is no letter, digit, '.', '_' or '-' becomes '-'. */
static char *safe_name(const char *name)
{
	char *safe = xstrdup(name);

	for (char *p = safe; *p; p++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", *p))
			*p = '-';
	if (safe[0] == '.')
		safe[0] = '-';
	return safe;
}

static struct container_recording *container_new(const struct listen_containers *containers,
						 const struct container_state *state)
{
	struct container_recording *container = xcalloc(1, sizeof(*container));

	container->id = xstrdup(state->id);
	container->name = safe_name(state->name ? state->name : state->id);
	container->output = xasprintf("%s/%s.%.12s.trace.json", containers->folder, container->name, state->id);
	container->recording.output = container->output;
	container->recording.interval_ms = (uint64_t)CHECKPOINT_S * 1000;
	recording_begin(&container->recording, "notify");
	return container;
}

static void container_free(struct container_recording *container)
{
	recording_done(&container->recording);
	free(container->output);
	free(container->name);
	free(container->id);
	free(container);
}

static int container_began(void *context, const struct container_state *state, struct event_sink *ret_sink,
			   const struct filter **ret_base)
{
	struct listen_containers *containers = context;
	struct container_recording *container;

	if (state->pid == 0) {
		complain_text("container %.12s: its processes are hidden from here (hint: start the listener with --pid=host)",
			      state->id);
		return -ESRCH;
	}
	container = container_new(containers, state);
	container->next = containers->running;
	containers->running = container;
	*ret_sink = recording_sink(&container->recording);
	*ret_base = containers->base;
	complain_text("container %s (%.12s): recording", container->name, container->id);
	return 0;
}

/* The one whose sink that was; no longer in the list. */
static struct container_recording *take_container(struct listen_containers *containers, void *sink_context)
{
	struct container_recording **link = &containers->running, *container;

	while ((void *)&(*link)->recording != sink_context)
		link = &(*link)->next;
	container = *link;
	*link = container->next;
	return container;
}

static void container_ended(void *context, void *sink_context, bool complete)
{
	struct listen_containers *containers = context;
	struct container_recording *container = take_container(containers, sink_context);
	struct error err = ERROR_NONE;

	if (recording_end(&container->recording, complete, &err) < 0) {
		complain(&err);
		complete = false;
	} else {
		complain_text("container %s: %s%s", container->name, container->output, complete ? "" : " (incomplete)");
	}
	containers->ended++;
	containers->incomplete += !complete;
	container_free(container);
}

static void peer_refused(void *context, const char *why)
{
	(void)context;
	complain_text("%s", why);
}

struct listener_hooks containers_hooks(struct listen_containers *containers)
{
	return (struct listener_hooks){ containers, container_began, container_ended, peer_refused };
}

void containers_checkpoint(struct listen_containers *containers)
{
	for (struct container_recording *c = containers->running; c; c = c->next)
		recording_checkpoint(&c->recording);
}
