/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces and roots, by /proc. */
#include "record/container_stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "snug/cleanup.h"

static bool same_file(const char *a, const char *b)
{
	struct stat one, other;

	return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
	       one.st_ino == other.st_ino;
}

/* NSpid: one id a pid namespace, ours first (kernel 4.1). */
static bool is_first_of_namespace(pid_t pid)
{
	char path[64], line[256];

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	auto_fclose FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		const char *first = strchr(line, '\t'), *last = strrchr(line, '\t');

		if (strncmp(line, "NSpid:", 6) == 0)
			return first != last && strtol(last + 1, NULL, 10) == 1;
	}
	return false;
}

bool stage_is_contained(pid_t pid)
{
	char namespace[64], root[64];

	snprintf(namespace, sizeof(namespace), "/proc/%d/ns/mnt", (int)pid);
	snprintf(root, sizeof(root), "/proc/%d/root", (int)pid);
	if (same_file(namespace, "/proc/self/ns/mnt"))
		return false;
	return !same_file(root, "/proc/self/root") || is_first_of_namespace(pid);
}
