/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks, sleeps, POSIX timers, timer descriptors. */
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>

#include "corpus.h"

int main(int argc, char **argv)
{
	const struct itimerspec soon = { .it_value = { 0, 1000000 } };
	const struct timespec moment = { 0, 1000000 };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	struct timespec now;
	struct timeval day;
	uint64_t ticks;
	timer_t timer;
	sigset_t set;
	int fd, number;

	begin(argc, argv);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	CHECK(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
	CHECK(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
	CHECK(timer_settime(timer, 0, &soon, NULL) == 0);
	CHECK(sigwait(&set, &number) == 0 && number == SIGUSR1);
	CHECK(timer_delete(timer) == 0);
	fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	CHECK(fd >= 0 && timerfd_settime(fd, 0, &soon, NULL) == 0);
	CHECK(read(fd, &ticks, sizeof(ticks)) == sizeof(ticks));
	CHECK(nanosleep(&moment, NULL) == 0);
	CHECK(clock_nanosleep(CLOCK_REALTIME, 0, &moment, NULL) == 0);
	/* Past the vDSO. */
	CHECK(syscall(SYS_clock_gettime, CLOCK_BOOTTIME, &now) == 0);
	CHECK(syscall(SYS_gettimeofday, &day, NULL) == 0);
	CHECK(syscall(SYS_clock_getres, CLOCK_MONOTONIC, &now) == 0);
	if (geteuid() != 0) {
		CHECK_ERRNO(clock_settime(CLOCK_REALTIME, &now), EPERM);
		expect_capability("SYS_TIME", "clock_settime");
	}
	alarm(100);
	CHECK(alarm(0) > 0);
	return finish();
}
