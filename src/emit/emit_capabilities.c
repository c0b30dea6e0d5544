/* SPDX-License-Identifier: Apache-2.0 */
/* cap-add.txt: the capabilities to give back after --cap-drop=ALL, one a line. */
#include "emit/emitters.h"
#include "snug/names.h"

static int emit_capabilities(const struct policy *policy, const struct emit_options *options, struct text *out,
			     struct error *err)
{
	CLEANUP(string_set_done) struct string_set names = STRING_SET_EMPTY;
	char name[NAME_LENGTH];

	(void)options;
	(void)err;
	for (size_t i = 0; i < policy->capability_count; i++)
		string_set_add(&names, name_of(NAME_CAPABILITY, policy->capabilities[i].number, name));
	for (size_t i = 0; i < names.count; i++)
		text_printf(out, "%s\n", names.items[i]);
	return 0;
}

const struct emitter emitter_capabilities = {
	.name = "capabilities",
	.file_name = "cap-add.txt",
	.summary = "the capabilities that the container needs, one a line",
	.emit = emit_capabilities,
};
