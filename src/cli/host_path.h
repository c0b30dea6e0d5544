/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths as process 1 has them. In a container that sees the host's processes (--pid=host) that is the host: a volume that
 * is /run/snug for us is /var/lib/docker/volumes/snug/_data for a container runtime.
 */
#ifndef SNUG_CLI_HOST_PATH_H
#define SNUG_CLI_HOST_PATH_H

/* The path by which process 1 reaches what we call `path`; its folder must be there. A copy of `path` where process 1
 * has the same one, or cannot reach it, or cannot be looked into. Owned by the caller. */
char *host_path(const char *path);

/* The other way: our path to what process 1 calls `path`, for instance the bundle that a runtime names. A copy of `path`
 * where there is such a file for us, too, or process 1 cannot be looked into. Owned by the caller. */
char *path_from_host(const char *path);

#endif
