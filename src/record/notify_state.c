/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a container's state from its runtime's message. Pure: bytes in, struct out. */
#include "record/notify_state.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "record/told_call.h"
#include "snug/cleanup.h"
#include "snug/memory.h"

static char *copy_string(json_t *value)
{
	return json_is_string(value) && json_string_length(value) ? xstrdup(json_string_value(value)) : NULL;
}

/* Descriptors come in the order of "fds"; a runtime may pass others too. */
static int find_descriptor(json_t *fds, size_t *ret)
{
	json_t *name;
	size_t i;

	json_array_foreach(fds, i, name) {
		if (json_is_string(name) && strcmp(json_string_value(name), "seccompFd") == 0) {
			*ret = i;
			return 0;
		}
	}
	return -ENOENT;
}

int notify_state_parse(struct notify_state *ret, const char *json, size_t length, struct error *err)
{
	json_error_t where;
	json_auto_t *root = json_loadb(json, length, JSON_REJECT_DUPLICATES, &where);
	json_t *state = json_object_get(root, "state");
	const char *id = json_string_value(json_object_get(state, "id"));
	struct notify_state parsed = { 0 };

	if (!root)
		return error_set(err, -EINVAL, "the runtime's message is not JSON: %s", where.text);
	if (!id || !id[0])
		return error_set(err, -EINVAL, "the runtime's message names no container");
	if (find_descriptor(json_object_get(root, "fds"), &parsed.fd_index) < 0)
		return error_set(err, -EINVAL, "the runtime's message for container '%.64s' lists no seccomp descriptor", id);
	parsed.id = xstrdup(id);
	parsed.pid = (pid_t)json_integer_value(json_object_get(root, "pid"));
	parsed.bundle = copy_string(json_object_get(state, "bundle"));
	parsed.name = copy_string(json_object_get(root, "metadata"));
	if (parsed.name && strncmp(parsed.name, TOLD_PREFIX, strlen(TOLD_PREFIX)) == 0) {
		parsed.told = xstrdup(parsed.name + strlen(TOLD_PREFIX));
		free(steal_ptr(parsed.name));
	}
	if (!parsed.name)
		parsed.name = copy_string(json_object_get(json_object_get(state, "annotations"), "snug.name"));
	*ret = parsed;
	return 0;
}

void notify_state_done(struct notify_state *state)
{
	free(state->id);
	free(state->bundle);
	free(state->name);
	free(state->told);
	*state = (struct notify_state){ 0 };
}
