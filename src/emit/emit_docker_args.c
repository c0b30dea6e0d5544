/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docker-run.args: all of it as arguments, one a line, for
 *	docker run $(cat DIR/docker-run.args) IMAGE
 * AppArmor's line is the last, so that a host without AppArmor can leave it out by `head -n -1`.
 */
#include <errno.h>
#include <string.h>

#include "emit/emitters.h"
#include "snug/names.h"

/* What the shell does to the unquoted $(cat ...): splits at blanks, replaces globs. */
#define SHELL_SPLITS " \t\n*?["

static int emit_docker_args(const struct policy *policy, const struct emit_options *options, struct text *out,
			    struct error *err)
{
	CLEANUP(string_set_done) struct string_set names = STRING_SET_EMPTY;
	char name[NAME_LENGTH];

	if (options->folder[strcspn(options->folder, SHELL_SPLITS)]) {
		error_set(err, -EINVAL, "a shell would not pass on the folder '%s' from docker-run.args as it is",
			  options->folder);
		return error_hint(err, "give another name for it by --folder");
	}
	for (size_t i = 0; i < policy->capability_count; i++)
		string_set_add(&names, name_of(NAME_CAPABILITY, policy->capabilities[i].number, name));
	text_printf(out, "--security-opt=seccomp=%s/seccomp.json\n--cap-drop=ALL\n", options->folder);
	for (size_t i = 0; i < names.count; i++)
		text_printf(out, "--cap-add=%s\n", names.items[i]);
	if (policy->no_new_privs)
		text_puts(out, "--security-opt=no-new-privileges\n");
	text_printf(out, "--security-opt=apparmor=snug-%s-%s\n", options->project, options->name);
	return 0;
}

const struct emitter emitter_docker_args = {
	.name = "docker-args",
	.file_name = "docker-run.args",
	.summary = "all of it as arguments of 'docker run', one a line",
	.emit = emit_docker_args,
};
