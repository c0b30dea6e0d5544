/* SPDX-License-Identifier: Apache-2.0 */
/* The listener's socket from outside. */
#include "cli/listener_socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "snug/cleanup.h"
#include "snug/file.h"
#include "snug/listener.h"
#include "snug/memory.h"

char *listener_default_socket(void)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (geteuid() == 0)
		return xstrdup(LISTENER_ROOT_FOLDER "/listen.sock");
	if (runtime && runtime[0] == '/')
		return xasprintf("%s/snug/listen.sock", runtime);
	return xasprintf("/tmp/snug-%u/listen.sock", geteuid());
}

int listener_make_folder(const char *socket_path, struct error *err)
{
	auto_free char *folder = xasprintf("%.*s", (int)(strrchr(socket_path, '/') - socket_path), socket_path);
	mode_t mask = umask(S_IWGRP | S_IWOTH);
	int code = file_make_folder(folder, err);
	struct stat st;

	umask(mask);
	if (code < 0)
		return code;
	if (lstat(folder, &st) < 0)
		return error_errno(err, -errno, "cannot look at '%s'", folder);
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || st.st_mode & (S_IWGRP | S_IWOTH))
		return error_set(err, -EPERM, "others may write to '%s' (hint: -s names a socket elsewhere)", folder);
	return 0;
}

bool listener_is_traced(const char *socket_path)
{
	auto_free char *gate = xasprintf("%s" LISTENER_GATE, socket_path);
	struct stat st;

	return lstat(gate, &st) == 0 && S_ISDIR(st.st_mode);
}

/* No words of strerror() in here: Docker's client guesses its exit status from words such as "no such file or directory". */
int listener_check(const char *socket_path, struct error *err)
{
	auto_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (socket_path[0] != '/' || strlen(socket_path) >= sizeof(address.sun_path))
		return error_set(err, -ENOTCONN, "a listener's socket has an absolute path of at most %zu bytes, not '%s'",
				 sizeof(address.sun_path) - 1, socket_path);
	memcpy(address.sun_path, socket_path, strlen(socket_path));
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return 0;
	if (errno == EACCES)
		return error_set(err, -ENOTCONN, "the listener at '%s' is another user's", socket_path);
	error_set(err, -ENOTCONN, "no listener answers at '%s'", socket_path);
	return error_hint(err, "start 'snug listen' first");
}
