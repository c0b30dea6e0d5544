/* SPDX-License-Identifier: Apache-2.0 */
/* From files to a policy. */
#include "cli/loaded_policy.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/rules_file.h"
#include "cli/trace_file.h"
#include "snug/cleanup.h"
#include "snug/facts.h"
#include "snug/memory.h"

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static char *file_of(const char *path)
{
	return is_folder(path) ? xasprintf("%s/" FACTS_FILE, path) : xstrdup(path);
}

/* What people decided for a service belongs to its folder, and to no union with others. */
static int read_rules(struct loaded_policy *loaded, char *const *paths, size_t count, struct error *err)
{
	auto_free char *file = xasprintf("%s/" RULES_FILE, paths[0]);

	if (count != 1 || !is_folder(paths[0]) || access(file, F_OK) != 0)
		return 0;
	return rules_file_read(&loaded->rules, file, err);
}

int policy_load(struct loaded_policy *ret, char *const *paths, size_t count, struct error *err)
{
	/* As `emit` does it. */
	struct policy_options options = { .runtime = RUNTIME_UNION };
	char **files = xcalloc(count, sizeof(*files));
	int code;

	for (size_t i = 0; i < count; i++)
		files[i] = file_of(paths[i]);
	code = trace_files_read(&ret->trace, files, count, err);
	if (code == 0)
		code = read_rules(ret, paths, count, err);
	options.rules = ret->rules;
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
	rules_free(loaded->rules);
	*loaded = (struct loaded_policy){ 0 };
}
