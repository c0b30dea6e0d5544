/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which OCI runtime made a container, and of which version: "runc 1.1.5".
 *
 * Under a listener the name is that of the program whose process brought the descriptor. The version is what the program says
 * of itself, which is asked beforehand of those that PATH has: a worker that looks at hostile containers runs no
 * program, and a runtime that is another file than that has a name only.
 */
#ifndef SNUG_CLI_OCI_RUNTIME_H
#define SNUG_CLI_OCI_RUNTIME_H

#include <stdbool.h>
#include <sys/types.h>

#include "snug/listener.h"
#include "snug/runtime_features.h"

#define OCI_RUNTIMES_MAX 4

/* What those runtimes say that are installed here. */
struct oci_runtimes {
	struct oci_runtime {
		dev_t device;
		ino_t inode;
		char *version;		/* owned; with the name, "crun 1.8.1"; NULL = not installed, or it does not say */
		char *libseccomp;	/* owned; the version of its libseccomp, NULL = it does not say */
	} items[OCI_RUNTIMES_MAX];
};

void oci_runtimes_ask(struct oci_runtimes *ret);
void oci_runtimes_done(struct oci_runtimes *runtimes);

/* Which of them a program is; NULL = none. */
const struct oci_runtime *oci_runtime_find(const struct oci_runtimes *known, const struct runtime_program *program);

/* The runtime that a program is, with its version where that is known; owned by the caller, NULL = it cannot be told. */
char *oci_runtime_of(const struct oci_runtimes *known, const struct runtime_program *program);

/* What the runtime `program`, found in PATH, says of itself; owned by the caller, NULL when it does not. */
char *oci_runtime_version(const char *program);

/* What it can do, to be ended by runtime_features_done() either way. Returns 0, or a negative errno: -ENOENT when there is no such
 * program. */
int oci_runtime_features(const char *program, struct runtime_features *ret);

/* Is a command one that becomes a container itself? By the last part of its path. */
bool is_oci_runtime(const char *command);

#endif
