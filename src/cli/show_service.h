/* SPDX-License-Identifier: Apache-2.0 */
/* A service of the repository on one screen: what its profiles permit, and what people decided. */
#ifndef SNUG_CLI_SHOW_SERVICE_H
#define SNUG_CLI_SHOW_SERVICE_H

#include "snug/error.h"

/* `folder`: "snug/web". Prints, the riskiest first; no line is wider than print_wrapped() makes it. */
int show_service(const char *folder, struct error *err);

#endif
