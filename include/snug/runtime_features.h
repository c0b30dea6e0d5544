/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an OCI runtime says that it can do: the answer to `runc features` (runtime-spec, features.md). Pure: bytes in, struct out.
 *
 * runc before 1.1 and crun before 1.8.6 have no such command; of them nothing is known.
 */
#ifndef SNUG_RUNTIME_FEATURES_H
#define SNUG_RUNTIME_FEATURES_H

#include <stdbool.h>
#include <stddef.h>

#include "snug/error.h"

struct runtime_features {
	char *libseccomp;	/* owned; its version, "2.5.4"; NULL = not said */
	bool waits_killable;	/* takes SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, on this kernel */
};

/* -EINVAL when it is no JSON object; `ret` is to be ended by runtime_features_done() either way. */
int runtime_features_parse(struct runtime_features *ret, const char *json, size_t length, struct error *err);
void runtime_features_done(struct runtime_features *features);

#endif
