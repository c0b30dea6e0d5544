/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An emitter writes a policy in somebody's format.
 *
 * A row of a registry: a new format is one file and one row. An emitter reads a const policy, appends bytes
 * and does nothing else; what it needs and does not find there is a fact that belongs into the policy.
 */
#ifndef SNUG_EMITTER_H
#define SNUG_EMITTER_H

#include <stdbool.h>

#include "snug/error.h"
#include "snug/policy.h"
#include "snug/text.h"

struct emit_options {
	const char *name;	/* of the service: "web" */
	const char *project;	/* AppArmor names are one per kernel: "snug-PROJECT-NAME" */
	bool complain;		/* profiles that log what they would refuse, and refuse nothing */
	const char *folder;	/* as the reader of docker-run.args will name the files' folder: "snug/web" */
};

struct emitter {
	const char *name;	/* for --format: "seccomp" */
	const char *file_name;	/* "seccomp.json" */
	const char *summary;
	int (*emit)(const struct policy *policy, const struct emit_options *options, struct text *out,
		    struct error *err);
};

const struct emitter *emitter_find(const char *name);	/* NULL when unknown */
const struct emitter *emitter_at(size_t index);		/* NULL past the last */

#endif
