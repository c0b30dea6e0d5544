/* SPDX-License-Identifier: Apache-2.0 */
/* snug record --minimize-caps: which of the capabilities that a recording lists its command passes without, by trying. */
#ifndef SNUG_CLI_MINIMIZE_CAPS_H
#define SNUG_CLI_MINIMIZE_CAPS_H

#include "cli/recording.h"
#include "snug/error.h"

#define MINIMIZE_RUNS 32	/* of the command, at most, unless --minimize-runs says otherwise */

/* After the command has passed, recorded. What it passes without goes into the run as a fact; what came of it, to standard
 * error. Negative when it could not be tried. */
int minimize_capabilities(struct recording *recording, char *const *command, size_t runs, struct error *err);

#endif
