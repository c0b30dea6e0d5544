/* SPDX-License-Identifier: Apache-2.0 */
/* A listener in the background. */
#include "cli/listen_detach.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/command.h"
#include "snug/cleanup.h"
#include "snug/recorder.h"

/* The word, or the end of a child that has none to give. */
static int await_word(pid_t child, int fd)
{
	char word;
	ssize_t n;
	int status;

	while ((n = read(fd, &word, 1)) < 0 && errno == EINTR)
		;
	if (n == 1)
		return STATUS_FINE;
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && WEXITSTATUS(status) ? WEXITSTATUS(status) : RECORD_STATUS_OWN_FAILURE;
}

static bool cannot(int *ret_status)
{
	complain_text("cannot go into the background: %s", strerror(errno));
	*ret_status = RECORD_STATUS_OWN_FAILURE;
	return false;
}

bool listen_detach(int *ret_word_fd, int *ret_status)
{
	auto_close int reader = -1, writer = -1;
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return cannot(ret_status);
	reader = ends[0];
	writer = ends[1];
	child = fork();
	if (child < 0)
		return cannot(ret_status);
	if (child == 0) {
		setsid();
		*ret_word_fd = steal_fd(&writer);
		return true;
	}
	close(steal_fd(&writer));
	*ret_status = await_word(child, reader);
	return false;
}

void listen_detach_ready(int *word_fd)
{
	if (*word_fd < 0)
		return;
	while (write(*word_fd, "", 1) < 0 && errno == EINTR)
		;
	close(steal_fd(word_fd));
}
