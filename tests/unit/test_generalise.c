/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of paths on their way into a policy: literal rules, patterns with receipts, and what is never guessed. */
#include "snug/memory.h"
#include "snug/path_shape.h"
#include "snug/policy.h"
#include "tests/tap.h"

static struct trace *trace;

static void run(const char *id)
{
	trace_begin_run(trace, id);
}

static void file(const char *path, enum file_kind kind, uint32_t access, enum outcome outcome)
{
	struct event event = {
		.kind = EVENT_FILE,
		.by = "/bin/program",
		.file = { .path = path, .kind = kind, .access = access, .outcome = outcome },
	};

	trace_add_event(trace, &event);
}

static void used(const char *path, uint32_t access)
{
	file(path, FILE_KIND_FILE, access, OUTCOME_OK);
}

/* All rules in one line each: pattern (N a number, * a name), number of receipts. */
static const char *rules(void)
{
	static struct text out;
	CLEANUP(policy_freep) struct policy *policy = NULL;
	struct policy_options options = { .native_abi = "x86_64" };
	struct error err = ERROR_NONE;

	text_clear(&out);
	if (policy_from_trace(&policy, trace, &options, &err) < 0) {
		text_puts(&out, err.text);
		return text_cstr(&out);
	}
	for (size_t i = 0; i < policy->file_count; i++) {
		const struct policy_file *rule = &policy->files[i];

		for (size_t j = 0; j < rule->piece_count; j++)
			text_puts(&out, rule->pieces[j].kind == PATTERN_LITERAL ? rule->pieces[j].bytes :
				  rule->pieces[j].kind == PATTERN_NUMBER ? "N" : "*");
		if (rule->reason == REASON_GENERALISED)
			text_printf(&out, " (%zu)", rule->covers.count);
		text_putc(&out, '\n');
	}
	for (size_t i = 0; i < policy->notes.count; i++)
		text_printf(&out, "note: %s\n", policy->notes.items[i]);
	trace = trace_free(trace);
	trace = trace_new();
	return text_cstr(&out);
}

static void test_outcomes(void)
{
	run("r1");
	used("/etc/a", ACCESS_READ);
	file("/etc/b", FILE_KIND_UNKNOWN, ACCESS_READ, OUTCOME_ABSENT);
	file("/etc/c", FILE_KIND_FILE, ACCESS_READ, OUTCOME_REFUSED);
	file("/etc/d", FILE_KIND_FOLDER, ACCESS_DELETE, OUTCOME_UNKNOWN);
	file("/etc/e", FILE_KIND_FOLDER, ACCESS_CREATE, OUTCOME_OK);
	file("/etc/e", FILE_KIND_FILE, ACCESS_CREATE, OUTCOME_OK);
	ok_str(rules(), "/etc/a\n/etc/d\n/etc/e\n/etc/e\n");
}

static void test_places(void)
{
	run("r1");
	used("/proc/1/status", ACCESS_READ);
	used("/proc/77/status", ACCESS_READ);
	used("/proc/77/task/78/comm", ACCESS_WRITE);
	used("/proc/77/fd/3", ACCESS_READ);
	used("/proc/sys/kernel/osrelease", ACCESS_READ);
	used("/dev/pts/0", ACCESS_READ);
	used("/dev/pts/ptmx", ACCESS_READ);
	used("/sys/fs/cgroup/docker/" "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" "/cpu.max",
	     ACCESS_READ);
	used("/srv/proc/1/status", ACCESS_READ);
	ok_str(rules(), "/dev/pts/N (1)\n/dev/pts/ptmx\n/proc/N/fd/N (1)\n/proc/N/status (2)\n/proc/N/task/N/comm (1)\n"
	       "/proc/sys/kernel/osrelease\n/srv/proc/1/status\n/sys/fs/cgroup/docker/*/cpu.max (1)\n");
}

/* A database's tables are numbered in the order in which they are made: found ones, too. */
static void test_data_folders(void)
{
	run("r1");
	used("/var/lib/data/global/pg_control", ACCESS_READ);
	used("/var/lib/data/global/1262", ACCESS_READ);
	used("/var/lib/data/base/5/16384", ACCESS_CREATE);
	used("/var/lib/data/base/5/1249", ACCESS_READ);
	used("/var/lib/data/base/5/1249_vm", ACCESS_READ);
	used("/var/lib/data/base/5/t3_16390", ACCESS_CREATE);
	used("/var/lib/data/base/5/PG_VERSION", ACCESS_READ);
	used("/var/lib/data/pg_wal/000000010000000000000001", ACCESS_WRITE);
	used("/var/lib/data/pg_wal/archive_status", ACCESS_READ);
	used("/var/lib/database/base/5/16384", ACCESS_READ);	/* beside it */
	used("/usr/lib/data/global/pg_control", ACCESS_READ);	/* nothing is guessed here */
	used("/usr/lib/data/global/1262", ACCESS_READ);
	ok_str(rules(), "/usr/lib/data/global/1262\n/usr/lib/data/global/pg_control\n/var/lib/data/base/N/N (2)\n"
	       "/var/lib/data/base/N/N_vm (1)\n/var/lib/data/base/N/PG_VERSION (1)\n/var/lib/data/base/N/t* (1)\n"
	       "/var/lib/data/global/N (1)\n/var/lib/data/global/pg_control\n/var/lib/data/pg_wal/0000* (1)\n"
	       "/var/lib/data/pg_wal/archive_status\n/var/lib/database/base/5/16384\n");
}

/* Which zone is read is the person's choice; what else is done there is not. */
/* Objects are named by their content, and a commit by its time, too. */
static void test_git(void)
{
	const uint32_t transient = ACCESS_CREATE | ACCESS_WRITE | ACCESS_DELETE;

	run("r1");
	used("/srv/site/.git/HEAD", ACCESS_READ);
	file("/srv/site/.git/objects/71", FILE_KIND_FOLDER, ACCESS_CREATE, OUTCOME_OK);
	used("/srv/site/.git/objects/71/tmp_obj_Ab3xY9", transient);
	used("/srv/site/.git/objects/71/75a14243827d61dec8f26ef7747dd05ecd803c", ACCESS_LINK_TO);
	used("/srv/site/.git/objects/info", ACCESS_READ);
	used("/srv/other/objects/71", ACCESS_READ);
	ok_str(rules(), "/srv/other/objects/71\n/srv/site/.git/HEAD\n/srv/site/.git/objects/* (1)\n"
	       "/srv/site/.git/objects/*/* (1)\n/srv/site/.git/objects/*/tmp_obj_* (1)\n/srv/site/.git/objects/info\n");
}

static void test_chosen_data(void)
{
	run("r1");
	used("/usr/share/zoneinfo/Etc/UTC", ACCESS_READ | ACCESS_LOOK);
	file("/usr/share/zoneinfo/Etc", FILE_KIND_FOLDER, ACCESS_READ, OUTCOME_OK);
	file("/usr/share/zoneinfo", FILE_KIND_FOLDER, ACCESS_READ, OUTCOME_OK);
	used("/usr/share/zoneinfo/Etc/GMT", ACCESS_WRITE);
	used("/usr/share/zones/UTC", ACCESS_READ);
	ok_str(rules(), "/usr/share/zoneinfo\n/usr/share/zoneinfo/* (2)\n/usr/share/zoneinfo/Etc/GMT\n/usr/share/zones/UTC\n");
}

static void test_temporary_names(void)
{
	const uint32_t transient = ACCESS_CREATE | ACCESS_WRITE | ACCESS_DELETE;

	run("r1");
	used("/tmp/sortAb3xY9", transient);
	used("/tmp/draft.Ab3xY9", transient);
	used("/tmp/settings", transient);		/* six letters at the end, but a word */
	used("/tmp/left.Ab3xY9", ACCESS_CREATE);	/* still there: a second run may tell */
	file("/tmp/tmpab_c1234", FILE_KIND_FOLDER, transient, OUTCOME_OK);
	used("/tmp/tmpab_c1234/plan.txt", transient);
	file("/tmp/n-kXe0Hn", FILE_KIND_FOLDER, transient, OUTCOME_OK);
	file("/tmp/n-kXe0Hn", FILE_KIND_FOLDER, ACCESS_DELETE, OUTCOME_UNKNOWN);	/* it was not empty yet */
	used("/tmp/ccBl9KsT.cdtor.c", transient);
	used("/data/temp-17.rdb", ACCESS_CREATE | ACCESS_RENAME_FROM);
	used("/data/dump.rdb", ACCESS_RENAME_TO);
	used("/data/log/appendonly.aof.2.incr.aof", ACCESS_CREATE);
	used("/data/draft.Ab3xY9", transient);		/* no folder for temporary files */
	used("/srv/up/3/17/0000000173", transient);
	used("/dev/shm/sem.mp-a1b2c3d4", ACCESS_LINK_TO | ACCESS_DELETE);
	used("/w/#4711", ACCESS_CREATE | ACCESS_WRITE);
	ok_str(rules(), "/data/draft.Ab3xY9\n/data/dump.rdb\n/data/log/appendonly.aof.N.incr.aof (1)\n/data/temp-N.rdb (1)\n/dev/shm/sem.mp-* (1)\n"
	       "/srv/up/N/N/N (1)\n/tmp/cc*.cdtor.c (1)\n/tmp/draft.* (1)\n/tmp/left.Ab3xY9\n/tmp/n-* (1)\n/tmp/settings\n/tmp/sort* (1)\n"
	       "/tmp/tmp* (1)\n/tmp/tmp*/plan.txt (1)\n/w/#N (1)\n");
}

static void test_never_guessed(void)
{
	const uint32_t transient = ACCESS_CREATE | ACCESS_WRITE | ACCESS_DELETE;

	run("r1");
	used("/etc/temp-17.rdb", transient);
	used("/root/.ssh/#17", transient);
	used("/run/docker.Ab3xYz", transient);
	used("/tmp/keepAb3xY9", transient);
	used("/tmp/keeper", ACCESS_READ);		/* was there before: the pattern would cover it */
	used("/usr/lib/x/a.cpython-311.pyc.139872345678", ACCESS_CREATE | ACCESS_RENAME_FROM);
	ok_str(rules(), "/etc/temp-17.rdb\n/root/.ssh/#17\n/run/docker.Ab3xYz\n/tmp/keepAb3xY9\n/tmp/keeper\n"
	       "/usr/lib/x/a.cpython-311.pyc.N (1)\n"
	       "note: names that vary in '/run/' are kept as they were recorded: a pattern would also cover a place that "
	       "must not be guessed at\n"
	       "note: names that vary in '/tmp/' are kept as they were recorded: a pattern would also cover files that "
	       "the program did not make\n");
}

static void test_several_runs(void)
{
	run("r1");
	used("/data/part-17-of-3", ACCESS_CREATE);
	used("/data/same-1", ACCESS_CREATE);
	used("/data/550e8400-e29b-41d4-a716-446655440000.log", ACCESS_CREATE);
	used("/data/shard-1", ACCESS_CREATE);
	used("/data/draft.KaiPbM", ACCESS_CREATE);
	used("/data/notes.Monday", ACCESS_CREATE);
	used("/data/read-1", ACCESS_READ);
	used("/etc/part-17", ACCESS_CREATE);
	run("r2");
	used("/data/part-29-of-3", ACCESS_CREATE);
	used("/data/same-1", ACCESS_CREATE);
	used("/data/650e8400-e29b-41d4-a716-446655440001.log", ACCESS_CREATE);
	used("/data/shard-1", ACCESS_CREATE);
	used("/data/draft.x3AMqO", ACCESS_CREATE);
	used("/data/notes.Monday", ACCESS_CREATE);
	used("/data/shard-2", ACCESS_CREATE);		/* more of the same work, not another name for it */
	used("/data/read-2", ACCESS_READ);
	used("/etc/part-29", ACCESS_CREATE);
	ok_str(rules(), "/data/*.log (2)\n/data/draft.* (2)\n/data/notes.Monday\n/data/part-N-of-3 (2)\n/data/read-1\n/data/read-2\n/data/same-1\n/data/shard-1\n"
	       "/data/shard-2\n/etc/part-17\n/etc/part-29\n");
}

/* A host's name is the beginning of its container's id, unless somebody gave it another. */
static void test_container_ids(void)
{
	const uint32_t made = ACCESS_CREATE | ACCESS_WRITE;

	run("r1");
	trace->current->container = xstrdup("4fc1e9f0a7a35b5d4e2d3c1b0a99887766554433221100ffeeddccbbaa998877");
	used("/srv/mq/rabbit@4fc1e9f0a7a3/queue", made);
	used("/srv/mq/rabbit@4fc1e9f0a7a3.pid", made);
	used("/srv/mq/rabbit@4fc1e9f0a7a4", made);	/* of another, or no id at all */
	used("/srv/mq/x4fc1e9f0a7a3", made);
	used("/srv/nodes/4fc1e9f0a7a35b5d4e2d3c1b0a99887766554433221100ffeeddccbbaa998877/state", made);
	used("/srv/shared/4fc1e9f0a7a3", made);
	used("/srv/shared/index", ACCESS_READ);		/* was there before: the pattern would cover it */
	used("/etc/4fc1e9f0a7a3.conf", ACCESS_READ);	/* nothing is guessed there */
	ok_str(rules(), "/etc/4fc1e9f0a7a3.conf\n"
	       "/srv/mq/rabbit@*.pid (1)\n/srv/mq/rabbit@*/queue (1)\n/srv/mq/rabbit@4fc1e9f0a7a4\n/srv/mq/x4fc1e9f0a7a3\n"
	       "/srv/nodes/*/state (1)\n/srv/shared/4fc1e9f0a7a3\n/srv/shared/index\n"
	       "note: names that vary in '/srv/shared/' are kept as they were recorded: a pattern would also cover files that "
	       "the program did not make\n");
}

/* A program that calls its files by the day runs tomorrow, too. */
static void test_days(void)
{
	const uint32_t made = ACCESS_CREATE | ACCESS_WRITE;

	run("r1");
	trace->current->start = xstrdup("2026-11-22T23:59:00Z");
	used("/srv/log/access-2026-11-22.log", made);
	used("/srv/log/dump.20261123-000102.gz", made);		/* of another time zone */
	used("/srv/log/2026_11_22/part", made);
	used("/srv/log/of2026-11-24.log", made);		/* no day of the run */
	used("/srv/log/2026-11.22", made);
	used("/srv/log/2026-31-22", made);
	used("/srv/log/12026-11-22", made);
	used("/srv/by-day/20261122", made);
	used("/srv/by-day/1999", ACCESS_READ);			/* was there before: the pattern would cover it */
	used("/srv/found/2026-11-22.csv", ACCESS_READ);		/* nobody says that there is one for each day */
	used("/etc/2026-11-22.conf", made);			/* nothing is guessed there */
	ok_str(rules(), "/etc/2026-11-22.conf\n/srv/by-day/1999\n/srv/by-day/20261122\n/srv/found/2026-11-22.csv\n"
	       "/srv/log/N_N_N/part (1)\n/srv/log/12026-11-22\n/srv/log/2026-11.22\n/srv/log/2026-31-22\n"
	       "/srv/log/access-N-N-N.log (1)\n/srv/log/dump.N-N.gz (1)\n/srv/log/of2026-11-24.log\n"
	       "note: names that vary in '/srv/by-day/' are kept as they were recorded: a pattern would also cover files that "
	       "the program did not make\n");
}

static void test_guarded_folders(void)
{
	ok_int(shape_where_of(""), SHAPE_UNGUARDED);	/* of "/name" */
	ok_int(shape_where_of("/home/u/.ssh"), SHAPE_ANYWHERE);
	ok_int(shape_where_of("/.aws"), SHAPE_ANYWHERE);
	ok_int(shape_where_of("/data/x.ssh/y"), SHAPE_UNGUARDED);
}

int main(void)
{
	trace = trace_new();
	test_container_ids();
	test_days();
	test_guarded_folders();
	test_outcomes();
	test_places();
	test_data_folders();
	test_git();
	test_chosen_data();
	test_temporary_names();
	test_never_guessed();
	test_several_runs();
	trace_free(trace);
	return done();
}
