/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a bundle's config.json. What is accepted says only what was said; what is not has a reason. */
#include <string.h>

#include "snug/bundle.h"
#include "tests/fuzz/fuzz.h"

static void check_bundle(const struct bundle *bundle)
{
	const struct bundle_capabilities *sets = &bundle->capabilities;

	promise(sets->known || !(sets->bounding | sets->effective | sets->inheritable | sets->permitted | sets->ambient));
	promise(!bundle->user || strspn(bundle->user, "0123456789:") == strlen(bundle->user));
	promise(!bundle->command.length || bundle->command.data[bundle->command.length - 1] == '\0');
	for (size_t i = 0; i < bundle->mount_count; i++)
		promise(bundle->mounts[i].target[0] && (!bundle->mounts[i].type || bundle->mounts[i].type[0]));
	for (size_t i = 0; i < bundle->annotation_count; i++)
		promise(bundle_annotation(bundle, bundle->annotations[i].key) == bundle->annotations[i].value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bundle bundle;
	struct error err = ERROR_NONE;

	if (bundle_parse(&bundle, (const char *)data, size, &err) == 0)
		check_bundle(&bundle);
	else
		promise(err.code < 0 && err.text[0] && !bundle.user && !bundle.mount_count);
	bundle_done(&bundle);
	return 0;
}
