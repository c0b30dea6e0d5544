/* SPDX-License-Identifier: Apache-2.0 */
/* The seccomp section of a config.json exchanged for the record profile, and back. */
#include "snug/runtime_config.h"

#include <errno.h>
#include <string.h>

#include "snug/cleanup.h"
#include "snug/json_edit.h"

static const char *const seccomp_path[] = { "linux", "seccomp", NULL };
static const char *const listener_path[] = { "linux", "seccomp", "listenerPath", NULL };
static const char *const base_path[] = { "linux", "seccomp", RUNTIME_CONFIG_BASE, NULL };

/* Appends the value there. Returns 1, 0 when there is none, or -EINVAL. */
static int copy_value(const struct text *config, const char *const *path, struct text *out, struct error *err)
{
	struct json_span span;
	int code = json_edit_find(text_cstr(config), config->length, path, &span, err);

	if (code == 1)
		text_add(out, config->data + span.start, span.end - span.start);
	return code;
}

static bool is_null(const struct text *value)
{
	return value->length == 0 || strcmp(value->data, "null") == 0;
}

/* What the container may do: what we kept the last time, else what stands there now. A listener of the container's own can be
 * known by that it is not ours. Returns as runtime_config_record() does. */
static int find_base(const struct text *config, const char *socket, struct text *ret, struct error *err)
{
	CLEANUP(text_done) struct text listener = TEXT_EMPTY, wanted = TEXT_EMPTY;
	int kept = copy_value(config, base_path, ret, err), code;

	if (kept)
		return kept;
	code = copy_value(config, listener_path, &listener, err);
	if (code < 0)
		return code;
	json_edit_quote(&wanted, socket);
	if (strcmp(text_cstr(&listener), text_cstr(&wanted)) == 0)
		return 0;
	if (!is_null(&listener))
		return error_set(err, -EBUSY, "the container's own seccomp profile reports to %s", listener.data);
	code = copy_value(config, seccomp_path, ret, err);
	if (code == 0)
		text_puts(ret, "null");
	return code < 0 ? code : 1;
}

int runtime_config_record(struct text *config, const char *profile, const char *socket, struct error *err)
{
	static const char *const member[] = { RUNTIME_CONFIG_BASE, NULL };
	CLEANUP(text_done) struct text base = TEXT_EMPTY, recording = TEXT_EMPTY;
	int code = find_base(config, socket, &base, err);

	if (code <= 0)
		return code;
	text_puts(&recording, profile);
	while (recording.length && strchr(" \t\n", recording.data[recording.length - 1]))
		recording.data[--recording.length] = '\0';
	if ((code = json_edit_set(&recording, member, text_cstr(&base), err)) < 0 ||
	    (code = json_edit_set(config, seccomp_path, text_cstr(&recording), err)) < 0)
		return code;
	return 1;
}

int runtime_config_base(const struct text *config, struct text *out, struct error *err)
{
	return copy_value(config, base_path, out, err);
}

int runtime_config_restore(struct text *config, struct error *err)
{
	CLEANUP(text_done) struct text base = TEXT_EMPTY;
	int code = copy_value(config, base_path, &base, err);

	if (code <= 0)
		return code;
	if (is_null(&base))
		return json_edit_remove(config, seccomp_path, err);
	code = json_edit_set(config, seccomp_path, base.data, err);
	return code < 0 ? code : 1;
}
