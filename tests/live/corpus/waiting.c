/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for descriptors: poll, select, epoll, eventfd, signalfd, pidfd. */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/signalfd.h>

#include "corpus.h"

int main(int argc, char **argv)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct pollfd wanted = { .events = POLLIN };
	struct timeval now = { 0, 0 };
	struct signalfd_siginfo info;
	int counter, epoll, fd;
	sigset_t set;
	fd_set ready;

	begin(argc, argv);
	counter = eventfd(1, EFD_CLOEXEC);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	CHECK(counter >= 0 && epoll >= 0);
	CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, counter, &event) == 0);
	CHECK_ERRNO(epoll_ctl(epoll, EPOLL_CTL_ADD, counter, &event), EEXIST);
	CHECK(epoll_wait(epoll, &event, 1, 0) == 1);
	wanted.fd = counter;
	CHECK(poll(&wanted, 1, 0) == 1);
	CHECK(ppoll(&wanted, 1, &(struct timespec){ 0, 0 }, NULL) == 1);
	FD_ZERO(&ready);
	FD_SET(counter, &ready);
	CHECK(select(counter + 1, &ready, NULL, NULL, &now) == 1);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	CHECK(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	CHECK(fd >= 0 && raise(SIGUSR1) == 0);
	CHECK(read(fd, &info, sizeof(info)) == sizeof(info) && info.ssi_signo == SIGUSR1);
	fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	CHECK(fd >= 0);
	CHECK(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0) == 0);
	expect_row("signals", "number=usr1 target=self outcome=ok");
	expect_row("signals", "number=exists target=self outcome=ok");
	return finish();
}
