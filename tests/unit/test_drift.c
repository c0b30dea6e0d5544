/* SPDX-License-Identifier: Apache-2.0 */
/* Drift or news: rows of (what is committed, what is asked for now → why that is drift). The tables are in order. */
#include "snug/drift.h"

#include <stdlib.h>
#include <string.h>

#include "snug/arch.h"
#include "snug/memory.h"
#include "snug/sorted_change.h"
#include "tests/tap.h"
#include "tests/unit/policy_of_facts.h"

#define WHO "\"by\":[\"/bin/a\"],\"runs\":[\"r\"]"
#define CALL(name) "{\"abi\":\"x86_64\",\"name\":\"" name "\",\"ok\":true,\"phase\":\"program\"," WHO "}"
#define USED(path, access) "{\"access\":[" access "],\"kind\":\"file\",\"outcome\":\"ok\",\"path\":\"" path "\"," WHO "}"
#define READ "\"read\""
#define LOAD "\"map-execute\",\"read\""
#define RUN "\"execute\""
#define CALLS(calls) "\"syscalls\":[" calls "]"
#define FILES(files) CALLS(CALL("getpid")) ",\"files\":[" files "]"

#define SOCKETS(sockets) CALLS(CALL("getpid")) ",\"sockets\":[" sockets "]"

static const struct row {
	const char *committed, *now;
	const char *drift;	/* what the reason begins with; NULL = new behaviour */
} rows[] = {
	{ CALLS(CALL("openat")), CALLS(CALL("open")), "does the work of openat" },
	{ CALLS(CALL("read")), CALLS(CALL("open")), NULL },
	{ CALLS(CALL("read")), CALLS(CALL("set_robust_list")), "a libc calls it for itself" },
	{ CALLS(CALL("clone3")), CALLS(CALL("clone3") "," CALL("fork")), "does the work of clone" },
	{ CALLS(CALL("stat")), CALLS(CALL("statx")), NULL },
	{ CALLS(CALL("newfstatat")), CALLS(CALL("statx")), "does the work of newfstatat" },
	{ CALLS(CALL("read")), CALLS(CALL("bpf")), NULL },
	{ CALLS(CALL("socket")), CALLS(CALL("recvmsg")), "a libc calls it for itself" },
	{ FILES(USED("/usr/lib/x86_64-linux-gnu/libssl.so.1.1", LOAD)), FILES(USED("/usr/lib/libssl.so.3", LOAD)),
	  "stands for '/usr/lib/x86_64-linux-gnu/libssl.so.1.1'" },
	{ FILES(USED("/usr/lib/python3.11/os.py", READ)), FILES(USED("/usr/lib/python3.13/os.py", READ)),
	  "stands for '/usr/lib/python3.11/os.py'" },
	{ FILES(USED("/usr/lib/python3.11/os.py", READ)), FILES(USED("/usr/lib/python3.13/socket.py", READ)), NULL },
	{ FILES(USED("/usr/bin/python3.11", RUN)), FILES(USED("/usr/local/bin/python3.13", RUN)),
	  "stands for '/usr/bin/python3.11'" },
	{ FILES(USED("/usr/bin/python3.11", RUN)), FILES(USED("/tmp/python3.11", RUN)), NULL },
	{ FILES(USED("/usr/lib/libx.so.1", LOAD)), FILES(USED("/tmp/libx.so.1", LOAD)), NULL },
	{ FILES(USED("/usr/bin/python3.11", READ)), FILES(USED("/usr/bin/python3.13", RUN)), NULL },
	{ FILES(USED("/srv/log.1", READ)), FILES(USED("/srv/log.2", "\"write\"")), NULL },
	{ FILES(""), FILES(USED("/lib/ld-musl-x86_64.so.1", LOAD)), "a libc reads it for itself" },
	{ FILES(""), FILES(USED("/etc/hosts", READ)), "a libc reads it for itself" },
	{ FILES(""), FILES(USED("/etc/hosts", "\"write\"")), NULL },
	{ FILES(""), FILES(USED("/etc/shadow", READ)), NULL },
	{ FILES(""), FILES(USED("/proc/sys/kernel/ngroups_max", READ)), "a libc reads it for itself" },
	{ FILES(""), FILES(USED("/proc/sys/kernel/core_pattern", READ)), NULL },
	{ FILES(""), FILES(USED("/lib64/libm.so.6", LOAD)), "a libc reads it for itself" },
	{ FILES(""), FILES(USED("/tmp/libm.so.6", LOAD)), NULL },
	{ FILES(""), FILES(USED("/usr/lib/libmine.so.6", LOAD)), NULL },
	{ CALLS(CALL("setitimer")), CALLS(CALL("alarm")), "does the work of setitimer" },
	{ SOCKETS(""), SOCKETS("{\"acts\":[\"create\"],\"outcome\":\"ok\",\"type\":\"stream\"," WHO "}"),
	  "a libc does so for itself" },
	{ SOCKETS(""), SOCKETS("{\"acts\":[\"create\"],\"outcome\":\"ok\",\"type\":\"dgram\"," WHO "}"), NULL },
};

static int read_policy(struct trace **trace, struct policy **policy, const char *facts)
{
	auto_free char *json = xasprintf("{\"format\":\"snug-trace/1\",\"runs\":[{\"id\":\"r\",\"recorder\":\"ptrace\","
					 "\"complete\":true,\"duration_ms\":\"1\",\"exhaustive\":true,\"exit\":0,"
					 "\"no_new_privs\":true}],%s}", facts);

	return policy_of_facts(trace, policy, json);
}

static void try_row(const struct row *row)
{
	CLEANUP(trace_freep) struct trace *before = NULL, *after = NULL;
	CLEANUP(policy_freep) struct policy *committed = NULL, *now = NULL;
	CLEANUP(difference_done) struct difference difference = { 0 };
	auto_free char *drift = NULL;

	printf("# %s, then %s\n", row->committed, row->now);
	if (read_policy(&before, &committed, row->committed) < 0 || read_policy(&after, &now, row->now) < 0) {
		ok(false);
		return;
	}
	difference_from_policies(&difference, committed, now, DIFFERENCE_ADDED_ONLY | DIFFERENCE_NEEDED_ONLY);
	ok_int((long long)difference.count, 1);
	drift = difference.count ? drift_of(&difference.changes[0], committed) : NULL;
	printf("# %s\n", drift ? drift : "new");
	ok(row->drift ? drift && strncmp(drift, row->drift, strlen(row->drift)) == 0 : !drift);
}

/* Every call has a number somewhere; rows are sorted, and none stands twice. */
static void try_tables(void)
{
	const struct drift_call *call, *last_call = NULL;
	const struct drift_file *file, *last_file = NULL;
	const struct drift_socket *socket, *last_socket = NULL;
	bool sorted = true, known = true;

	for (size_t i = 0; (call = drift_call_at(i)) != NULL; last_call = call, i++) {
		int order = last_call ? strcmp(last_call->call, call->call) : -1;
		bool found = false;

		sorted &= order < 0 || (order == 0 && strcmp(last_call->before, call->before) < 0);
		for (size_t row = 0; arch_at(row); row++)
			found |= syscall_number(arch_at(row), call->call) >= 0;
		known &= found;
	}
	for (size_t i = 0; (file = drift_file_at(i)) != NULL; last_file = file, i++)
		sorted &= !last_file || strcmp(last_file->path, file->path) < 0;
	for (size_t i = 0; (socket = drift_socket_at(i)) != NULL; last_socket = socket, i++)
		sorted &= !last_socket || strcmp(last_socket->subject, socket->subject) < 0;
	ok(sorted);
	ok(known);
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		try_row(&rows[i]);
	try_tables();
	return done();
}
