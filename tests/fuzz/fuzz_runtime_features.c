/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the features of a runtime: a version is one, or there is none. */
#include <string.h>

#include "snug/runtime_features.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct runtime_features features;

	if (runtime_features_parse(&features, (const char *)data, size, NULL) == 0 && features.libseccomp)
		promise(features.libseccomp[0] && strspn(features.libseccomp, "0123456789.") == strlen(features.libseccomp));
	runtime_features_done(&features);
	return 0;
}
