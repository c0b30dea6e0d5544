/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits, priorities, scheduling, what a process may ask about itself. All of it relative to what the process was given:
 * a service manager may start the tests with a priority and a policy of its own, and in no session (getsid is 0 then).
 */
#include <sched.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/times.h>
#include <sys/utsname.h>

#include "corpus.h"

static void lower_own_priority(void)
{
	int priority = getpriority(PRIO_PROCESS, 0);

	CHECK(setpriority(PRIO_PROCESS, 0, priority + 5 < 19 ? priority + 5 : 19) == 0);
	if (geteuid() != 0)
		CHECK_ERRNO(setpriority(PRIO_PROCESS, 0, -20), EACCES);
}

/* Without a capability nobody leaves SCHED_IDLE again (sched(7)). */
static void change_own_policy(void)
{
	struct sched_param parameter = { 0 };
	int policy = sched_getscheduler(0);

	CHECK(sched_getparam(0, &parameter) == 0);
	CHECK(sched_setscheduler(0, policy == SCHED_OTHER ? SCHED_BATCH : policy, &parameter) == 0);
	CHECK(sched_yield() == 0);
}

int main(int argc, char **argv)
{
	struct rlimit limit;
	struct utsname name;
	struct sysinfo info;
	struct rusage usage;
	struct tms times_used;
	cpu_set_t set;

	begin(argc, argv);
	CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0 && setrlimit(RLIMIT_NOFILE, &limit) == 0);
	CHECK(prlimit(getpid(), RLIMIT_CORE, NULL, &limit) == 0);
	lower_own_priority();
	change_own_policy();
	CHECK(sched_getaffinity(0, sizeof(set), &set) == 0 && sched_setaffinity(0, sizeof(set), &set) == 0);
	CHECK(getrusage(RUSAGE_SELF, &usage) == 0 && times(&times_used) != -1);
	CHECK(uname(&name) == 0 && sysinfo(&info) == 0);
	CHECK(getgroups(0, NULL) >= 0 && getsid(0) >= 0 && getpgrp() >= 0);
	CHECK(syscall(SYS_capget, (uint32_t[]){ 0x20080522, 0 }, (uint32_t[6]){ 0 }) == 0);
	CHECK(syscall(SYS_getrandom, &info, 8L, 0L) == 8);
	CHECK(syscall(SYS_getcpu, NULL, NULL, NULL) == 0);
	return finish();
}
