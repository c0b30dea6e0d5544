/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of the registry in recorder.c, each defined by its own recorder. */
#ifndef SNUG_RECORD_RECORDERS_H
#define SNUG_RECORD_RECORDERS_H

#include "snug/recorder.h"

extern const struct recorder audit_recorder;
extern const struct recorder auto_recorder;
extern const struct recorder ptrace_recorder;
extern const struct recorder tracefs_recorder;

#endif
