/* SPDX-License-Identifier: Apache-2.0 */
/* The measured baselines, built in from templates/baseline.csv. */
#include "snug/baseline.h"

#include <string.h>

#include "snug/cleanup.h"
#include "snug/memory.h"

static const struct baseline baseline_rows[] = {
#include "knowledge/baseline_rows.h"
};

const struct baseline *baseline_at(size_t index)
{
	return index < ARRAY_SIZE(baseline_rows) ? &baseline_rows[index] : NULL;
}

bool baseline_is_for_listener(const char *call)
{
	bool seen = false;

	for (size_t i = 0; i < ARRAY_SIZE(baseline_rows); i++) {
		if (strcmp(baseline_rows[i].call, call) != 0)
			continue;
		if (strcmp(baseline_rows[i].start, "listen") != 0)
			return false;
		seen = true;
	}
	return seen;
}

const char *baseline_newest(const char *runtime)
{
	const char *newest = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(baseline_rows); i++) {
		const struct baseline *row = &baseline_rows[i];

		if (strcmp(row->runtime, runtime) == 0 && strcmp(row->version, "*") != 0 &&
		    (!newest || strverscmp(row->version, newest) > 0))
			newest = row->version;
	}
	return newest;
}

bool baseline_lacks(const char *runtime, const char *version)
{
	const char *newest = baseline_newest(runtime);
	auto_free char *numbers = xstrdup(version);

	/* What a distribution adds to a version, "+ds1", makes it no newer. */
	numbers[strspn(numbers, "0123456789.")] = '\0';
	return !newest || strverscmp(numbers, newest) > 0;
}
