/* SPDX-License-Identifier: Apache-2.0 */
/* Does a worker still move? See notify_watchdog.h. */
#include "record/notify_watchdog.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "snug/cleanup.h"

bool task_time_parse(struct task_time *ret, const char *line)
{
	const char *behind_name = strrchr(line, ')');	/* a name may hold anything, this too */
	unsigned long user, kernel, hertz = (unsigned long)sysconf(_SC_CLK_TCK);

	if (!behind_name || sscanf(behind_name, ") %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
				   &ret->state, &user, &kernel) != 3)
		return false;
	ret->ran_ms = ((uint64_t)user + kernel) * 1000 / hertz;
	return true;
}

void task_time_read(struct task_time *ret, pid_t pid)
{
	char path[64], line[1024] = "";
	auto_fclose FILE *stream = NULL;

	*ret = (struct task_time){ .state = '?' };
	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, pid);
	stream = fopen(path, "re");
	if (stream && fgets(line, sizeof(line), stream) && !task_time_parse(ret, line))
		ret->state = '?';
}

void watchdog_begin(struct watchdog *watchdog, uint64_t now_ms, uint64_t moves, const struct task_time *time)
{
	*watchdog = (struct watchdog){ .moves = moves, .ran_ms = time->ran_ms, .looked_ms = now_ms };
}

/* What passed between two looks that were far apart, because the keeper itself was stopped, says nothing of the worker. */
bool watchdog_look(struct watchdog *watchdog, uint64_t now_ms, uint64_t moves, const struct task_time *time)
{
	uint64_t passed = now_ms - watchdog->looked_ms, ran = time->ran_ms - watchdog->ran_ms, still = watchdog->still_ms;

	if (passed > 2 * WATCHDOG_TICK_MS)
		passed = 2 * WATCHDOG_TICK_MS;
	still += time->state != 'R' || ran > passed ? passed : ran;
	if (moves != watchdog->moves)
		still = 0;
	*watchdog = (struct watchdog){ moves, time->ran_ms, now_ms, still };
	return still >= WATCHDOG_PATIENCE_MS;
}
