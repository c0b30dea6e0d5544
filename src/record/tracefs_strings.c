/* SPDX-License-Identifier: Apache-2.0 */
/* Event probes for the strings of calls; see tracefs_strings.h. */
#include "record/tracefs_strings.h"

#include <errno.h>
#include <string.h>

#include "record/tracefs_probe.h"
#include "snug/cleanup.h"
#include "snug/memory.h"
#include "snug/text.h"

/* Which subjects have a path, and in which of a row's arguments. */
static const bool has_path[SUBJECT_MAX_] = {
	[SUBJECT_PATH] = true,
	[SUBJECT_OPEN] = true,
	[SUBJECT_OPEN_HOW] = true,
	[SUBJECT_PROGRAM] = true,
};

unsigned int tracefs_paths_of(const struct call_row *row)
{
	unsigned int set = 0;

	for (size_t i = 0; i < row->access_count; i++)
		if (has_path[row->accesses[i]->subject])
			set |= 1u << row->accesses[i]->arg[0];
	return set;
}

/* "e:GROUP/NAME syscalls/sys_enter_NAME nr=$__syscall_nr path=$path … __path_val=+0($path):ustring". Documentation/trace/eprobetrace.rst */
static void write_probe(const struct tracefs_formats *formats, unsigned int id, const char *event, unsigned int arguments,
			const char *path, struct text *line)
{
	const char *name;

	text_printf(line, "e:%s %s nr=$__syscall_nr", path, event);
	for (unsigned int i = 0; (name = tracefs_formats_argument(formats, id, i)); i++)
		text_printf(line, " %s=$%s:x64", name, name);
	for (unsigned int i = 0; (name = tracefs_formats_argument(formats, id, i)); i++)
		if (arguments & 1u << i)
			text_printf(line, " __%s_val=+0($%s):ustring", name, name);
}

int tracefs_strings_probe(const struct tracefs_instance *instance, struct tracefs_formats *formats, unsigned int id,
			  const char *event, unsigned int arguments, char **ret_path)
{
	CLEANUP(text_done) struct text line = TEXT_EMPTY;
	const char *slash = strchr(event, '/');
	auto_free char *path = NULL;
	char group[64];
	int code;

	tracefs_instance_group(instance, group);
	path = xasprintf("%s/%s", group, slash ? slash + 1 : event);
	write_probe(formats, id, event, arguments, path, &line);
	code = tracefs_file_append(instance->root, "dynamic_events", text_cstr(&line));
	if (code == 0)
		code = tracefs_event_learn(instance, formats, TRACEFS_ENTER, false, path);
	if (code >= 0)
		*ret_path = steal_ptr(path);
	return code;
}

/* Which of the kernel's functions return a path that they have copied; fs/namei.c. */
static const struct {
	const char *function, *source;
} copiers[] = {
	{ "getname_flags", "every call's paths" },
	{ "getname", "open's, where the compiler put a copy of the other into it: Debian's 6.1" },
};

/* struct filename begins with a pointer to the name: include/linux/fs.h. */
static bool probe_copies(const struct tracefs_instance *instance, struct tracefs_formats *formats, const char *function)
{
	auto_free char *name = xasprintf("by_%s", function);

	return tracefs_probe_make(instance, formats, TRACEFS_NAME, 'r', name, function, "name=+0(+0($retval)):string");
}

bool tracefs_strings_repair(const struct tracefs_instance *instance, struct tracefs_formats *formats)
{
	bool probed = false;

	for (size_t i = 0; i < ARRAY_SIZE(copiers); i++)
		probed |= probe_copies(instance, formats, copiers[i].function);
	return probed;
}
