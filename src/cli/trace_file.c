/* SPDX-License-Identifier: Apache-2.0 */
/* Traces from files and to files. */
#include "cli/trace_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/service.h"
#include "snug/cleanup.h"
#include "snug/file.h"
#include "snug/memory.h"

#define TRACE_SIZE_MAX ((size_t)1 << 30)	/* bytes; 100,000 files make 20 MiB */

/* Who names a service as `snug update` does means its folder. */
static int hint_at_service(const char *path, struct error *err)
{
	auto_free char *folder = xasprintf(SERVICES_FOLDER "/%s", path);

	return access(folder, F_OK) == 0 ? error_hint(err, "did you mean '%s'?", folder) : err->code;
}

static int read_one(struct trace **ret, const char *path, struct error *err)
{
	CLEANUP(trace_freep) struct trace *trace = NULL;
	CLEANUP(text_done) struct text data = TEXT_EMPTY;
	int code = file_read(path, TRACE_SIZE_MAX, &data, err);

	if (code == -ENOENT)
		return hint_at_service(path, err);
	if (code == 0)
		code = trace_read(&trace, text_cstr(&data), data.length, path, err);
	if (code != 0)
		return code;
	if (map_count(trace->runs) == 0) {
		error_set(err, -EINVAL, "trace '%s' holds no run", path);
		return error_hint(err, "record one: snug record -o %s -- COMMAND", path);
	}
	*ret = steal_ptr(trace);
	return 0;
}

int trace_files_read(struct trace **ret, char *const *paths, size_t count, struct error *err)
{
	CLEANUP(trace_freep) struct trace *all = NULL;

	for (size_t i = 0; i < count; i++) {
		CLEANUP(trace_freep) struct trace *trace = NULL;
		int code = read_one(&trace, paths[i], err);

		if (code < 0)
			return code;
		if (!all) {
			all = steal_ptr(trace);
			continue;
		}
		if (trace_check_runs(all, trace, err) < 0) {
			error_wrap(err, "trace '%s' contradicts one before it", paths[i]);
			return error_hint(err, "one of the two was altered after it was recorded");
		}
		trace_merge(all, trace);
	}
	*ret = steal_ptr(all);
	return 0;
}

int trace_file_write(struct trace *trace, const char *path, struct error *err)
{
	struct file_draft draft;
	int code = file_draft_open(&draft, path, err);

	if (code < 0)
		return code;
	trace_write(trace, draft.stream);
	return file_draft_commit(&draft, err);
}

/* Opening a pipe once to look and once to write would show its reader an end in between. */
int trace_file_check(const char *path, struct error *err)
{
	struct file_draft draft;
	struct stat st;
	int code;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return error_set(err, -EISDIR, "cannot write '%s': it is a folder", path);
	if (strcmp(path, "-") == 0 || (stat(path, &st) == 0 && !S_ISREG(st.st_mode)))
		return 0;
	code = file_draft_open(&draft, path, err);
	if (code == 0)
		file_draft_done(&draft);
	return code;
}
