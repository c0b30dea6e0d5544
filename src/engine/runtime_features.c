/* SPDX-License-Identifier: Apache-2.0 */
/* What an OCI runtime says that it can do; see runtime_features.h. */
#include "snug/runtime_features.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "snug/json.h"
#include "snug/memory.h"

#define FLAG "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"

int runtime_features_parse(struct runtime_features *ret, const char *json, size_t length, struct error *err)
{
	json_error_t where;
	auto_json json_t *root = json_loadb(json, length, JSON_REJECT_DUPLICATES, &where);
	const json_t *annotations = json_object_get(root, "annotations");
	const json_t *seccomp = json_object_get(json_object_get(root, "linux"), "seccomp");
	const char *version = json_string_value(json_object_get(annotations, "io.github.seccomp.libseccomp.version"));
	json_t *flags;

	*ret = (struct runtime_features){ 0 };
	if (!json_is_object(root))
		return error_set(err, -EINVAL, "the runtime's features are no JSON object");
	if (version && version[0] && strspn(version, "0123456789.") == strlen(version))
		ret->libseccomp = xstrdup(version);
	/* What the runtime knows the kernel may not: only supportedFlags says both. */
	flags = json_object_get(seccomp, "supportedFlags");
	for (size_t i = 0; i < json_array_size(flags); i++) {
		const char *flag = json_string_value(json_array_get(flags, i));

		ret->waits_killable |= flag && strcmp(flag, FLAG) == 0;
	}
	return 0;
}

void runtime_features_done(struct runtime_features *features)
{
	free(features->libseccomp);
	*features = (struct runtime_features){ 0 };
}
