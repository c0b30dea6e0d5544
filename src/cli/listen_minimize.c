/* SPDX-License-Identifier: Apache-2.0 */
/* Traces of containers, and the command that started them again and again; see listen_minimize.h. */
#include "cli/listen_minimize.h"

#include <glob.h>
#include <string.h>

#include "cli/command.h"
#include "cli/minimize_caps.h"
#include "cli/trace_file.h"
#include "snug/cleanup.h"
#include "snug/memory.h"
#include "snug/names.h"

#define CAPABILITIES_MAX 64

struct trial {
	const struct listen_minimize *minimize;
	size_t tried;
	struct error *err;
};

void listen_minimize_options(struct text *out, uint64_t set)
{
	char name[NAME_LENGTH];

	text_puts(out, "--cap-drop=ALL");
	for (int i = 0; i < CAPABILITIES_MAX; i++)
		if (set & (uint64_t)1 << i)
			text_printf(out, " --cap-add=%s", name_of(NAME_CAPABILITY, i, name));
}

static int passes(void *context, uint64_t set)
{
	struct trial *trial = context;
	CLEANUP(text_done) struct text names = TEXT_EMPTY;

	minimize_list(&names, set);
	complain_text("run %zu of at most %zu: containers with these capabilities alone: %s", ++trial->tried,
		      trial->minimize->runs, text_cstr(&names));
	return trial->minimize->passes(trial->minimize->context, set, trial->err);
}

/* --- the command's traces ------------------------------------------------------ */

static bool is_new(const struct listen_minimize *minimize, const struct trace_run *run)
{
	return !string_set_has(&minimize->before, run->id);
}

static bool is_of_command(const struct listen_minimize *minimize, struct trace *trace)
{
	for (size_t i = 0; i < map_count(trace->runs); i++)
		if (is_new(minimize, map_value_at(trace->runs, i)))
			return true;
	return false;
}

/* Calls `each` for every trace of the command. */
static int for_each_trace(const struct listen_minimize *minimize,
			  int (*each)(void *context, struct trace *trace, const char *path, struct error *err), void *context,
			  struct error *err)
{
	auto_free char *pattern = xasprintf("%s/*.trace.json", minimize->folder);
	glob_t found = { 0 };
	int code = 0;

	if (glob(pattern, 0, NULL, &found) != 0)
		found.gl_pathc = 0;
	for (size_t i = 0; i < found.gl_pathc && code == 0; i++) {
		CLEANUP(trace_freep) struct trace *trace = NULL;

		code = trace_files_read(&trace, &found.gl_pathv[i], 1, err);
		if (code == 0 && is_of_command(minimize, trace))
			code = each(context, trace, found.gl_pathv[i], err);
	}
	globfree(&found);
	return code;
}

static int add_runs(void *context, struct trace *trace, const char *path, struct error *err)
{
	struct string_set *ids = context;

	(void)path;
	(void)err;
	for (size_t i = 0; i < map_count(trace->runs); i++)
		string_set_add(ids, ((const struct trace_run *)map_value_at(trace->runs, i))->id);
	return 0;
}

int listen_minimize_begin(struct listen_minimize *minimize, struct error *err)
{
	return for_each_trace(minimize, add_runs, &minimize->before, err);
}

void listen_minimize_done(struct listen_minimize *minimize)
{
	string_set_done(&minimize->before);
}

static int add_candidates(void *context, struct trace *trace, const char *path, struct error *err)
{
	uint64_t *set = context;

	(void)path;
	(void)err;
	*set |= minimize_candidates(trace);
	return 0;
}

struct dropped {
	const struct listen_minimize *minimize;
	uint64_t set;
};

static int keep_dropped(void *context, struct trace *trace, const char *path, struct error *err)
{
	const struct dropped *dropped = context;
	uint64_t set = minimize_candidates(trace) & dropped->set;
	struct event_sink sink = { trace_add_event, trace };

	if (!set)
		return 0;
	for (size_t i = 0; i < map_count(trace->runs); i++) {
		trace->current = map_value_at(trace->runs, i);
		if (is_new(dropped->minimize, trace->current))
			minimize_keep(&sink, set);
	}
	trace->current = NULL;
	return trace_file_write(trace, path, err);
}

int listen_minimize(const struct listen_minimize *minimize, struct error *err)
{
	struct trial trial = { .minimize = minimize, .err = err };
	struct minimise it = { .tries = minimize->runs, .passes = passes, .context = &trial };
	struct dropped dropped = { .minimize = minimize };
	uint64_t before;
	int code;

	if ((code = for_each_trace(minimize, add_candidates, &it.set, err)) < 0 || it.set == 0)
		return code;
	before = it.set;
	code = minimise(&it);
	if (code < 0)
		return code;
	minimize_tell((enum minimised)code, before, it.set, trial.tried);
	dropped.set = before & ~it.set;
	return dropped.set ? for_each_trace(minimize, keep_dropped, &dropped, err) : 0;
}
