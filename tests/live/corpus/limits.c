/* SPDX-License-Identifier: Apache-2.0 */
/* Limits, priorities, scheduling, what a process may ask about itself. */
#include <sched.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/times.h>
#include <sys/utsname.h>

#include "corpus.h"

int main(int argc, char **argv)
{
	struct sched_param parameter = { 0 };
	struct rlimit limit;
	struct utsname name;
	struct sysinfo info;
	struct rusage usage;
	struct tms times_used;
	cpu_set_t set;

	begin(argc, argv);
	CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0 && setrlimit(RLIMIT_NOFILE, &limit) == 0);
	CHECK(prlimit(getpid(), RLIMIT_CORE, NULL, &limit) == 0);
	CHECK(getpriority(PRIO_PROCESS, 0) >= -20);
	CHECK(setpriority(PRIO_PROCESS, 0, 5) == 0);
	CHECK(sched_getaffinity(0, sizeof(set), &set) == 0 && sched_setaffinity(0, sizeof(set), &set) == 0);
	CHECK(sched_setscheduler(0, SCHED_BATCH, &parameter) == 0 && sched_yield() == 0);
	if (geteuid() != 0)
		CHECK_ERRNO(setpriority(PRIO_PROCESS, 0, -5), EACCES);
	CHECK(getrusage(RUSAGE_SELF, &usage) == 0 && times(&times_used) != -1);
	CHECK(uname(&name) == 0 && sysinfo(&info) == 0);
	CHECK(getgroups(0, NULL) >= 0 && getsid(0) > 0 && getpgrp() > 0);
	CHECK(syscall(SYS_capget, (uint32_t[]){ 0x20080522, 0 }, (uint32_t[6]){ 0 }) == 0);
	CHECK(syscall(SYS_getrandom, &info, 8L, 0L) == 8);
	CHECK(syscall(SYS_getcpu, NULL, NULL, NULL) == 0);
	return finish();
}
