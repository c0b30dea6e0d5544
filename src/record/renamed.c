/* SPDX-License-Identifier: Apache-2.0 */
/* Paths under another name; see renamed.h. */
#include "record/renamed.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "snug/cleanup.h"
#include "snug/memory.h"

bool path_is_at_or_below(const char *path, const char *folder)
{
	size_t length = strlen(folder);

	if (length && folder[length - 1] == '/')
		length--;
	return strncmp(path, folder, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

char *path_renamed(const char *path, const char *from, const char *to)
{
	const char *rest = path + strlen(from), *slash = strcmp(to, "/") == 0 ? "" : to;

	if (strcmp(from, "/") == 0)
		rest = path[1] ? path : "";
	if (!path_is_at_or_below(path, from))
		return NULL;
	return *rest ? xasprintf("%s%s", slash, rest) : xstrdup(to);
}

bool resolved_as_then(struct resolver *resolver, pid_t tid, const struct origin *origin, const char *then,
		      struct resolved *resolved)
{
	const struct resolve_request folder = { .tid = tid, .dirfd = AT_FDCWD, .path = "." };
	struct resolved now;
	char *renamed = NULL;

	if (!resolved->path)
		return true;
	resolve_from(resolver, &folder, origin, &now);
	if (now.path && then && strcmp(now.path, then) == 0)
		renamed = steal_ptr(resolved->path);
	else if (now.path && then)
		renamed = path_renamed(resolved->path, now.path, then);
	resolved_done(&now);
	if (!renamed)
		return false;
	free(resolved->path);
	resolved->path = renamed;
	return true;
}
