/* SPDX-License-Identifier: Apache-2.0 */
/* From files to a policy. */
#include "cli/loaded_policy.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "cli/trace_file.h"
#include "snug/memory.h"

static char *file_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? xasprintf("%s/trace.json", path) : xstrdup(path);
}

int policy_load(struct loaded_policy *ret, char *const *paths, size_t count, struct error *err)
{
	/* As `emit` does it. */
	static const struct policy_options options = { .runtime = RUNTIME_UNION };
	char **files = xcalloc(count, sizeof(*files));
	int code;

	for (size_t i = 0; i < count; i++)
		files[i] = file_of(paths[i]);
	code = trace_files_read(&ret->trace, files, count, err);
	if (code == 0)
		code = policy_from_trace(&ret->policy, ret->trace, &options, err);
	for (size_t i = 0; i < count; i++)
		free(files[i]);
	free(files);
	return code;
}

void loaded_policy_done(struct loaded_policy *loaded)
{
	policy_free(loaded->policy);
	trace_free(loaded->trace);
	*loaded = (struct loaded_policy){ 0 };
}
