/* SPDX-License-Identifier: Apache-2.0 */
/* Events and probes of an instance; see tracefs_probe.h. */
#include "record/tracefs_probe.h"

#include "snug/cleanup.h"
#include "snug/memory.h"
#include "snug/text.h"

int tracefs_event_learn(const struct tracefs_instance *instance, struct tracefs_formats *formats, enum tracefs_record_kind kind,
			bool raw, const char *event)
{
	CLEANUP(text_done) struct text format = TEXT_EMPTY;
	auto_free char *file = xasprintf("events/%s/format", event);
	int code = tracefs_file_read(instance->folder, file, &format);

	return code < 0 ? code : tracefs_formats_add(formats, kind, raw, format.data, format.length);
}

bool tracefs_probe_make(const struct tracefs_instance *instance, struct tracefs_formats *formats, enum tracefs_record_kind kind,
			char type, const char *name, const char *function, const char *fields)
{
	auto_free char *line = NULL, *event = NULL, *enable = NULL;
	char group[64];

	tracefs_instance_group(instance, group);
	event = xasprintf("%s/%s", group, name);
	line = xasprintf("%c:%s %s %s", type, event, function, fields);
	enable = xasprintf("events/%s/enable", event);
	return tracefs_file_append(instance->root, "dynamic_events", line) == 0 &&
	       tracefs_event_learn(instance, formats, kind, false, event) >= 0 &&
	       tracefs_file_write(instance->folder, enable, "1") == 0;
}
