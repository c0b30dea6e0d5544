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
#include "snug/text.h"

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

#define ANSWER_SECONDS 30	/* then the listener is not going to answer */
#define ANSWER_MAX 1024		/* bytes */

static int connect_to(int fd, const char *socket_path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(socket_path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, socket_path, strlen(socket_path));
	return connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
}

/* No words of strerror() in here: Docker's client guesses its exit status from words such as "no such file or directory". */
int listener_check(const char *socket_path, struct error *err)
{
	auto_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int code = socket_path[0] == '/' ? connect_to(fd, socket_path) : -ENAMETOOLONG;

	if (code == -ENAMETOOLONG)
		return error_set(err, -ENOTCONN, "a listener's socket has an absolute path of at most %zu bytes, not '%s'",
				 sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1, socket_path);
	if (code == 0)
		return 0;
	if (code == -EACCES)
		return error_set(err, -ENOTCONN, "the listener at '%s' is another user's", socket_path);
	error_set(err, -ENOTCONN, "no listener answers at '%s'", socket_path);
	return error_hint(err, "start 'snug listen' first");
}

/* The words of LISTENER_LOGIN. */
static int send_question(int fd, const struct login_question *question)
{
	CLEANUP(text_done) struct text text = TEXT_EMPTY;
	const char *words[] = { LISTENER_LOGIN, question->id, question->bundle, question->runtime };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		text_add(&text, words[i], strlen(words[i]) + 1);
	if (send(fd, text.data, text.length, MSG_NOSIGNAL) != (ssize_t)text.length || shutdown(fd, SHUT_WR) < 0)
		return -errno;
	return 0;
}

/* A listener that knows no such question goes away, and has said nothing. */
static int read_answer(int fd, struct text *ret)
{
	const struct timeval patience = { .tv_sec = ANSWER_SECONDS };
	char data[256];
	ssize_t n;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	while ((n = recv(fd, data, sizeof(data), 0)) > 0 && ret->length < ANSWER_MAX)
		text_add(ret, data, (size_t)n);
	return n < 0 && errno != ECONNRESET ? -errno : 0;
}

int listener_ask_login(const char *socket_path, const struct login_question *question, uint32_t *ret, struct error *err)
{
	auto_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CLEANUP(text_done) struct text answer = TEXT_EMPTY;
	char *end;
	int code;

	if (connect_to(fd, socket_path) < 0)
		return 0;
	code = send_question(fd, question);
	if (code < 0 && code != -EPIPE)
		return error_set(err, code, "the listener at '%s' takes no question", socket_path);
	code = read_answer(fd, &answer);
	if (code < 0)
		return error_set(err, code, "the listener at '%s' does not answer", socket_path);
	if (!answer.length || strcmp(text_cstr(&answer), LISTENER_LOGIN_NONE) == 0)
		return 0;
	if (strncmp(answer.data, LISTENER_LOGIN_REFUSED, strlen(LISTENER_LOGIN_REFUSED)) == 0)
		return error_set(err, -ECANCELED, "%s", answer.data + strlen(LISTENER_LOGIN_REFUSED));
	*ret = (uint32_t)strtoul(answer.data, &end, 10);
	return *end ? error_set(err, -EPROTO, "the listener at '%s' is of another version", socket_path) : 1;
}
