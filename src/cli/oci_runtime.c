/* SPDX-License-Identifier: Apache-2.0 */
/* Names and versions of OCI runtimes; see oci_runtime.h. */
#include "cli/oci_runtime.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/program_output.h"
#include "snug/cleanup.h"
#include "snug/memory.h"

#define DEADLINE_MS 3000	/* of one answer, which takes a fiftieth of a second */

static const char *const names[] = { "crun", "runc", "youki" };
static_assert(ARRAY_SIZE(names) <= OCI_RUNTIMES_MAX, "each has its place");

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool is_oci_runtime(const char *command)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(last_part(command), names[i]) == 0)
			return true;
	return false;
}

/* Their first line is "NAME version VERSION", of all three. */
char *oci_runtime_version(const char *program)
{
	static const char word[] = " version ";
	const char *const argv[] = { program, "--version", NULL };
	CLEANUP(text_done) struct text answer = TEXT_EMPTY;
	const char *found;

	if (program_output(&(struct program_request){ .argv = argv, .deadline_ms = DEADLINE_MS }, &answer) != 0 || !answer.length)
		return NULL;
	answer.data[strcspn(text_cstr(&answer), "\n")] = '\0';
	found = strstr(answer.data, word);
	return found ? xasprintf("%.*s %s", (int)(found - answer.data), answer.data, found + strlen(word)) : NULL;
}

int oci_runtime_features(const char *program, struct runtime_features *ret)
{
	const char *const argv[] = { program, "features", NULL };
	CLEANUP(text_done) struct text answer = TEXT_EMPTY;
	int code = program_output(&(struct program_request){ .argv = argv, .deadline_ms = DEADLINE_MS }, &answer);

	*ret = (struct runtime_features){ 0 };
	if (code != 0)
		return code < 0 ? code : -ENOSYS;
	return runtime_features_parse(ret, text_cstr(&answer), answer.length, NULL);
}

void oci_runtimes_ask(struct oci_runtimes *ret)
{
	*ret = (struct oci_runtimes){ 0 };
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		auto_free char *path = program_find(names[i]);
		struct runtime_features features;
		struct stat st;

		if (!path || stat(path, &st) < 0)
			continue;
		oci_runtime_features(path, &features);
		ret->items[i] = (struct oci_runtime){
			.device = st.st_dev, .inode = st.st_ino, .version = oci_runtime_version(path),
			.libseccomp = features.libseccomp };
		features.libseccomp = NULL;	/* is the item's now */
		runtime_features_done(&features);
	}
}

void oci_runtimes_done(struct oci_runtimes *runtimes)
{
	for (size_t i = 0; i < OCI_RUNTIMES_MAX; i++) {
		free(runtimes->items[i].version);
		free(runtimes->items[i].libseccomp);
	}
	*runtimes = (struct oci_runtimes){ 0 };
}

const struct oci_runtime *oci_runtime_find(const struct oci_runtimes *known, const struct runtime_program *program)
{
	for (size_t i = 0; i < OCI_RUNTIMES_MAX; i++)
		if (known->items[i].version && known->items[i].device == program->device &&
		    known->items[i].inode == program->inode)
			return &known->items[i];
	return NULL;
}

char *oci_runtime_of(const struct oci_runtimes *known, const struct runtime_program *program)
{
	const struct oci_runtime *runtime = oci_runtime_find(known, program);

	if (runtime)
		return xstrdup(runtime->version);
	return program->name[0] ? xstrdup(program->name) : NULL;
}
