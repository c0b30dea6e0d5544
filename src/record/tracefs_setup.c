/* SPDX-License-Identifier: Apache-2.0 */
/* An instance made ready; see tracefs_setup.h. */
#include "record/tracefs_setup.h"

#include <stdio.h>
#include <unistd.h>

#include "snug/memory.h"

#define BUFFER_KB 4096		/* a CPU, at least: some 80,000 calls */
#define BUFFER_KB_FIRST 16384	/* a CPU, at first, */
#define BUFFERS_KB 65536	/* as far as all together are no more than that */
#define BUFFER_KB_MAX 32768	/* a CPU */
#define WAKE_KB 205		/* a buffer with so much in it wakes us: what is read late may be about what is gone */

/* What a kernel does not have is no harm, unless it is needed. */
static const struct {
	const char *file, *value;
	bool needed;
	const char *source;
} settings[] = {
	{ "trace_clock", "mono", true, "Documentation/trace/ftrace.rst: the same time on every CPU, and ours" },
	{ "options/overwrite", "0", false, "ftrace.rst: what is full drops what is new, and keeps the start" },
	{ "options/record-cmd", "0", false, "ftrace.rst: names of commands are not needed" },
	{ "options/event-fork", "1", true, "ftrace.rst: children of members are members (Linux 4.7)" },
};

static int set_buffers(const struct tracefs_setup *setup)
{
	unsigned int percent = WAKE_KB * 100 / setup->buffer_kb;
	char text[16];

	snprintf(text, sizeof(text), "%u", percent ? percent : 1);
	tracefs_file_write(setup->instance->folder, "buffer_percent", text);	/* Linux 5.0; without it, we look now and then */
	snprintf(text, sizeof(text), "%u", setup->buffer_kb);
	return tracefs_file_write(setup->instance->folder, "buffer_size_kb", text);
}

/* While the kernel arranges a filter, which waits for all CPUs, nobody reads: what a small machine can spare is room for that. */
static int get_buffers(struct tracefs_setup *setup, struct error *err)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int code;

	setup->buffer_kb = BUFFER_KB_FIRST;
	while (setup->buffer_kb > BUFFER_KB && cpus > BUFFERS_KB / (long)setup->buffer_kb)
		setup->buffer_kb /= 2;
	while ((code = set_buffers(setup)) < 0 && setup->buffer_kb > BUFFER_KB)
		setup->buffer_kb /= 2;
	return code < 0 ? error_errno(err, code, "cannot get buffers of %u kB a CPU for the kernel's tracing", setup->buffer_kb) : 0;
}

static int change_settings(const struct tracefs_setup *setup, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		int code = tracefs_file_write(setup->instance->folder, settings[i].file, settings[i].value);

		if (code < 0 && settings[i].needed)
			return error_errno(err, code, "cannot set '%s' of the kernel's tracing to '%s'", settings[i].file,
					   settings[i].value);
	}
	return 0;
}

static void set_up(void *context)
{
	struct tracefs_setup *setup = context;

	if (change_settings(setup, &setup->error) == 0)
		get_buffers(setup, &setup->error);
}

void tracefs_setup_begin(struct tracefs_setup *setup, const struct tracefs_instance *instance)
{
	*setup = (struct tracefs_setup){ .instance = instance };
	aside_begin(&setup->aside, set_up, setup);
}

int tracefs_setup_end(struct tracefs_setup *setup, struct error *err)
{
	aside_end(&setup->aside);
	return setup->error.code < 0 ? error_set(err, setup->error.code, "%s", setup->error.text) : 0;
}

bool tracefs_setup_enlarge(struct tracefs_setup *setup)
{
	if (setup->buffer_kb >= BUFFER_KB_MAX)
		return false;
	setup->buffer_kb *= 2;
	if (set_buffers(setup) == 0)
		return true;
	setup->buffer_kb /= 2;
	return false;
}
