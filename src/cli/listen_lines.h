/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line a container on a terminal, while nothing else is printed there: what was learnt of it so far.
 *
 * The cursor always stands where the lines begin, so that whoever has something to say, in whichever process, erases them and
 * prints in their place; they come again below that within a second. Colours are not used.
 */
#ifndef SNUG_CLI_LISTEN_LINES_H
#define SNUG_CLI_LISTEN_LINES_H

#include <stdbool.h>

#include "cli/listen_container.h"

/* Is standard error a terminal that can move its cursor, and ours? */
bool listen_lines_possible(void);

void listen_lines_draw(const struct listen_containers *containers);
void listen_lines_erase(void);

#endif
