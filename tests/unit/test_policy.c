/* SPDX-License-Identifier: Apache-2.0 */
/* From facts to rules, and from rules to what the filter then answers. */
#include <errno.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "snug/baseline.h"
#include "snug/cleanup.h"
#include "snug/docker_default.h"
#include "snug/emitter.h"
#include "snug/fallback.h"
#include "snug/filter.h"
#include "snug/memory.h"
#include "snug/not_notified.h"
#include "snug/policy.h"
#include "snug/risk.h"
#include "snug/ruling.h"
#include "snug/syscall_argument.h"
#include "tests/tap.h"

#define RUN_AND(more) "\"runs\":[{\"abi\":\"x86_64\",\"command\":[\"/usr/bin/app\",\"--secret\"],\"complete\":true," \
	"\"duration_ms\":\"1\",\"exhaustive\":false,\"id\":\"r1\",\"lost\":{},\"no_new_privs\":false" more "}]"
#define RUN RUN_AND("")
#define NOTIFY_RUN RUN_AND(",\"recorder\":\"notify\"")
#define CALL(name, rest) "{\"abi\":\"x86_64\",\"by\":[\"/usr/bin/app\"],\"name\":\"" name "\"," rest \
	",\"phase\":\"program\",\"runs\":[\"r1\"]}"
#define OK(name) CALL(name, "\"ok\":true")
#define ASSUMED(name) "{\"abi\":\"x86_64\",\"assumed\":true,\"by\":[],\"name\":\"" name "\",\"ok\":true," \
	"\"phase\":\"program\",\"runs\":[\"r1\"]}"
#define FAILED(name, errnos) CALL(name, "\"ok\":false,\"errnos\":[" errnos "]")

/* The trace lives as long as the policy, which borrows it. */
struct made {
	struct trace *trace;
	struct policy *policy;
	struct error err;
	int code;
};

static struct made make_of(const char *run, enum runtime_form form, const char *sections)
{
	auto_free char *json = xasprintf("{\"format\":\"snug-trace/1\",%s%s%s}", run, sections[0] ? "," : "", sections);
	struct policy_options options = { .runtime = form };
	struct made made = { .err = ERROR_NONE };

	made.code = trace_read(&made.trace, json, strlen(json), "test", &made.err);
	if (made.code == 0)
		made.code = policy_from_trace(&made.policy, made.trace, &options, &made.err);
	if (made.code < 0)
		printf("# %s\n", made.err.text);
	return made;
}

static struct made make(enum runtime_form form, const char *sections)
{
	return make_of(RUN, form, sections);
}

static struct made make_calls(enum runtime_form form, const char *calls)
{
	auto_free char *section = xasprintf("\"syscalls\":[%s]", calls);

	return make(form, section);
}

static void made_done(struct made *made)
{
	policy_free(made->policy);
	trace_free(made->trace);
}

static const struct policy_syscall *rule_of(const struct made *made, const char *name)
{
	for (size_t i = 0; made->policy && i < made->policy->syscall_count; i++)
		if (strcmp(made->policy->syscalls[i].name, name) == 0)
			return &made->policy->syscalls[i];
	return NULL;
}

static int emit(const struct made *made, const char *format, const char *folder, struct text *out, struct error *err)
{
	struct emit_options options = { .name = "app", .project = "test", .folder = folder };

	return emitter_find(format)->emit(made->policy, &options, out, err);
}

/* What a filter made of the emitted profile answers. */
static uint32_t answer(const struct made *made, const char *call, uint64_t first, uint64_t second)
{
	CLEANUP(text_done) struct text json = TEXT_EMPTY;
	CLEANUP(filter_freep) struct filter *filter = NULL;
	const struct arch *arch = arch_by_name("x86_64");
	struct error err = ERROR_NONE;
	uint64_t args[6] = { first, second };

	if (emit(made, "seccomp", "d", &json, &err) < 0 ||
	    filter_from_profile(&filter, json.data, json.length, "test", &err) < 0) {
		printf("# %s\n", err.text);
		return 0;
	}
	return filter_answer(filter, arch, (uint32_t)syscall_number(arch, call), args);
}

#define ALLOWED SECCOMP_RET_ALLOW
#define REFUSED(number) (SECCOMP_RET_ERRNO | (number))

static void test_outcomes(void)
{
	CLEANUP(made_done) struct made made = make_calls(RUNTIME_NONE,
		OK("getppid") "," FAILED("access", "\"ENOENT\"") "," FAILED("cachestat", "\"ENOSYS\"") ","
		FAILED("chmod", "\"EPERM\"") "," FAILED("mount", "\"EPERM\"") "," FAILED("umount2", "\"EACCES\"") ","
		FAILED("bpf", "\"EPERM\",\"EINVAL\"") "," FAILED("setns", "\"ENOSYS\",\"EPERM\"") ","
		FAILED("io_uring_setup", "\"EPERM\"") "," FAILED("get_mempolicy", "\"EPERM\",\"EINVAL\""));

	ok_int(made.code, 0);
	ok_int(answer(&made, "io_uring_setup", 0, 0), REFUSED(EPERM));	/* Docker's default profile says it */
	ok_int(answer(&made, "get_mempolicy", 0, 0), ALLOWED);
	ok_int(answer(&made, "getppid", 0, 0), ALLOWED);
	ok_int(answer(&made, "access", 0, 0), ALLOWED);		/* the program relies on ENOENT */
	ok_int(answer(&made, "cachestat", 0, 0), REFUSED(ENOSYS));	/* the same by default */
	ok(!rule_of(&made, "cachestat"));
	ok_int(answer(&made, "chmod", 0, 0), ALLOWED);		/* not dangerous: the kernel may say no again */
	ok_int(answer(&made, "mount", 0, 0), REFUSED(EPERM));	/* dangerous: we say it */
	ok_int(answer(&made, "umount2", 0, 0), REFUSED(EACCES));
	ok_int(answer(&made, "bpf", 0, 0), ALLOWED);		/* got past the privilege check once */
	ok_int(answer(&made, "setns", 0, 0), REFUSED(EPERM));
	ok_int(answer(&made, "reboot", 0, 0), REFUSED(ENOSYS));
	ok_int(rule_of(&made, "getppid")->reason, REASON_OBSERVED);
	ok(string_set_has(&rule_of(&made, "getppid")->by, "/usr/bin/app"));
}

static void test_arguments(void)
{
	const uint64_t junk = 0xdeadbeef00000000u;	/* what a register's upper half may hold */
	CLEANUP(made_done) struct made made = make_calls(RUNTIME_NONE,
		CALL("socket", "\"ok\":true,\"args\":{\"domain\":[\"2\",\"16\"]}") ","
		CALL("prctl", "\"ok\":true,\"args\":{\"option\":[\"15\"]},\"args_more\":{\"option\":true}") ","
		CALL("clone", "\"ok\":true,\"args\":{\"flags\":[\"17\",\"18874385\"]}") ","
		CALL("ioctl", "\"ok\":true,\"args\":{\"request\":[\"21505\"]}") "," OK("unshare"));

	ok_int(made.code, 0);
	ok_int(answer(&made, "socket", AF_INET, 0), ALLOWED);
	ok_int(answer(&made, "socket", AF_NETLINK | junk, 0), ALLOWED);
	ok_int(answer(&made, "socket", AF_PACKET, 0), REFUSED(ENOSYS));
	ok_int(answer(&made, "socket", 38, 0), REFUSED(ENOSYS));
	ok_int(answer(&made, "prctl", PR_SET_DUMPABLE, 0), ALLOWED);	/* values were left out: no ruling */
	ok_int(answer(&made, "clone", CLONE_VM | SIGCHLD, 0), ALLOWED);
	ok_int(answer(&made, "clone", CLONE_NEWUSER | SIGCHLD, 0), REFUSED(ENOSYS));
	ok_int(answer(&made, "ioctl", 0, 0x5413), ALLOWED);		/* not a thing to rule on */
	ok_int(answer(&made, "unshare", CLONE_NEWNET, 0), ALLOWED);	/* a recorder that does not see arguments */
	ok_int(made.policy->notes.count, 2);
}

/* What was only refused, on another ABI or before the base of a recording, widens nothing. */
static void test_refused_values(void)
{
	CLEANUP(made_done) struct made made = make_calls(RUNTIME_NONE,
		CALL("personality", "\"ok\":true,\"args\":{\"persona\":[\"8\"]}") ","
		"{\"abi\":\"x86\",\"name\":\"personality\",\"ok\":false,\"errnos\":[\"EPERM\"],\"phase\":\"program\",\"runs\":[\"r1\"]},"
		FAILED("mount", "\"EPERM\""));

	ok_int(made.code, 0);
	ok_int(answer(&made, "personality", 8, 0), ALLOWED);
	ok_int(answer(&made, "personality", 1, 0), REFUSED(ENOSYS));
	ok_int(answer(&made, "mount", 0, 0), REFUSED(EPERM));
}

static void test_fallbacks(void)
{
	CLEANUP(made_done) struct made made = make_calls(RUNTIME_NONE,
		OK("clone3") "," OK("faccessat2") "," OK("poll") "," FAILED("openat2", "\"ENOSYS\""));

	ok_int(answer(&made, "clone3", 0, 0), REFUSED(ENOSYS));
	ok_int(answer(&made, "clone", CLONE_VM, 0), ALLOWED);
	ok_int(answer(&made, "clone", CLONE_NEWNS, 0), REFUSED(ENOSYS));
	ok_int(rule_of(&made, "clone")->reason, REASON_EQUIVALENT);
	ok(string_set_has(&rule_of(&made, "clone")->by, "clone3"));
	ok_int(answer(&made, "faccessat2", 0, 0), ALLOWED);
	ok_int(answer(&made, "faccessat", 0, 0), ALLOWED);
	ok_int(answer(&made, "restart_syscall", 0, 0), ALLOWED);
	ok_int(answer(&made, "clock_gettime", 0, 0), ALLOWED);	/* where the vDSO cannot answer */
	ok(!rule_of(&made, "openat"));				/* openat2 was not there in the recording either */
	ok(!rule_of(&made, "clock_gettime64"));			/* x86_64 has no such call */
}

/* A fallback and what was seen of the same call are one rule. */
static void test_fallback_meets_observed(void)
{
	CLEANUP(made_done) struct made made = make_calls(RUNTIME_NONE,
		OK("clone3") "," CALL("clone", "\"ok\":true,\"args\":{\"flags\":[\"1073741841\"]}"));

	ok_int(rule_of(&made, "clone")->reason, REASON_OBSERVED);
	ok_int(rule_of(&made, "clone")->condition.count, 2);
	ok_int(answer(&made, "clone", CLONE_NEWNET, 0), ALLOWED);
	ok_int(answer(&made, "clone", CLONE_VM, 0), ALLOWED);
	ok_int(answer(&made, "clone", CLONE_NEWUSER, 0), REFUSED(ENOSYS));
}

/* What clone3 was asked is what clone may be asked; and what clone cannot do keeps clone3. */
static void test_clone3_flags(void)
{
	CLEANUP(made_done) struct made plain = make_calls(RUNTIME_NONE,
		CALL("clone3", "\"ok\":true,\"args\":{\"flags\":[\"4001536\",\"4299161600\"]}"));
	CLEANUP(made_done) struct made namespaces = make_calls(RUNTIME_NONE,
		CALL("clone3", "\"ok\":true,\"args\":{\"flags\":[\"268435456\"]}"));
	CLEANUP(made_done) struct made cgroup = make_calls(RUNTIME_NONE,
		CALL("clone3", "\"ok\":true,\"args\":{\"flags\":[\"8589934592\"]}"));

	ok_int(answer(&plain, "clone3", 0, 0), REFUSED(ENOSYS));	/* CLONE_CLEAR_SIGHAND has a substitute */
	ok_int(answer(&plain, "clone", CLONE_NEWUSER, 0), REFUSED(ENOSYS));
	ok_int(answer(&namespaces, "clone3", 0, 0), REFUSED(ENOSYS));
	ok_int(answer(&namespaces, "clone", CLONE_NEWUSER, 0), ALLOWED);
	ok_int(answer(&namespaces, "clone", CLONE_NEWNET, 0), REFUSED(ENOSYS));
	ok_int(answer(&cgroup, "clone3", 0, 0), ALLOWED);
	ok_int(cgroup.policy->notes.count, 1);
}

#define RUNTIME_OK(name) "{\"abi\":\"x86_64\",\"by\":[],\"name\":\"" name "\",\"ok\":true,\"phase\":\"runtime\",\"runs\":[\"r1\"]}"

#define RUNTIME_FAILED(name, errnos) "{\"abi\":\"x86_64\",\"by\":[],\"errnos\":[" errnos "],\"name\":\"" name "\"," \
	"\"ok\":false,\"phase\":\"runtime\",\"runs\":[\"r1\"]}"

static const char runtime_call[] = OK("getppid") "," RUNTIME_OK("openat2") "," CALL("prctl", "\"ok\":true,\"args\":{\"option\":[\"15\"]}");

static void test_runtimes(void)
{
	CLEANUP(made_done) struct made all = make_calls(RUNTIME_UNION, runtime_call);
	CLEANUP(made_done) struct made tight = make_calls(RUNTIME_RECORDED, runtime_call);
	CLEANUP(made_done) struct made none = make_calls(RUNTIME_NONE, runtime_call);
	CLEANUP(made_done) struct made direct = make_calls(RUNTIME_RECORDED, OK("getppid"));
	CLEANUP(made_done) struct made listened = make_calls(RUNTIME_UNION, RUNTIME_OK("wait4"));
	CLEANUP(made_done) struct made tried = make_calls(RUNTIME_RECORDED, RUNTIME_FAILED("open_tree", "\"ENOSYS\",\"EPERM\"") ","
							  RUNTIME_FAILED("setgroups", "\"EPERM\"") "," RUNTIME_OK("openat2"));
	CLEANUP(made_done) struct made both = make_calls(RUNTIME_UNION, OK("wait4") "," RUNTIME_OK("wait4"));
	struct policy_options options = { .runtime = RUNTIME_RECORDED };
	struct policy *policy = NULL;

	ok_int(rule_of(&all, "openat2")->reason, REASON_RUNTIME);
	ok_int(rule_of(&all, "capset")->reason, REASON_RUNTIME);
	ok_int(rule_of(&all, "prctl")->reason, REASON_RUNTIME);
	ok_int(answer(&all, "prctl", PR_CAPBSET_DROP, 0), ALLOWED);
	ok(rule_of(&tight, "openat2") && !rule_of(&tight, "capset"));
	/* With whatever engine it was recorded: the same bytes. */
	ok(string_set_has(&rule_of(&tight, "openat2")->by, "recording"));
	ok(!string_set_has(&rule_of(&all, "openat2")->by, "recording"));
	ok(rule_of(&tight, "write"));		/* runc lets no listener see it */
	ok(rule_of(&tight, "futex"));		/* Go's scheduler: by chance */
	ok(!rule_of(&none, "openat2") && !rule_of(&none, "capset"));
	ok(!rule_of(&listened, "wait4") && rule_of(&listened, "execve"));	/* crun's, that brings the descriptor */
	ok(!rule_of(&tried, "open_tree") && rule_of(&tried, "setgroups"));
	ok(rule_of(&both, "wait4") != NULL);					/* the program's own */
	ok_int(answer(&none, "prctl", PR_SET_NAME, 0), ALLOWED);
	ok_int(answer(&none, "prctl", PR_SET_DUMPABLE, 0), REFUSED(ENOSYS));
	ok_int(direct.code, -EINVAL);
	ok_int(policy_from_trace(&policy, direct.trace, &options, NULL), -EINVAL);	/* nobody asked why */
	ok_str(direct.err.text, "the recording shows no container runtime (hint: leave --runtime at 'union')");
}

/* A profile allows what its recorder was not told of, in each of its forms, and says so where nothing else is the reason. */
static void test_assumed(void)
{
	static const char calls[] = "\"syscalls\":[" OK("getppid") "," ASSUMED("nanosleep") "," RUNTIME_OK("execve") "]";
	static const char seen[] = "\"syscalls\":[" ASSUMED("nanosleep") "," OK("nanosleep") "]";
	CLEANUP(made_done) struct made all = make_of(NOTIFY_RUN, RUNTIME_UNION, calls);
	CLEANUP(made_done) struct made tight = make_of(NOTIFY_RUN, RUNTIME_RECORDED, calls);
	CLEANUP(made_done) struct made none = make_of(NOTIFY_RUN, RUNTIME_NONE, calls);
	CLEANUP(made_done) struct made both = make_of(NOTIFY_RUN, RUNTIME_NONE, seen);
	CLEANUP(made_done) struct made fork = make_of(NOTIFY_RUN, RUNTIME_UNION, "\"syscalls\":[" ASSUMED("clone") "]");
	CLEANUP(made_done) struct made namespace = make_of(NOTIFY_RUN, RUNTIME_UNION, "\"syscalls\":[" ASSUMED("clone") ","
		CALL("clone", "\"ok\":true,\"args\":{\"flags\":[\"268435473\"]}") "]");
	CLEANUP(text_done) struct text json = TEXT_EMPTY;
	const struct not_notified *row;

	ok_int(answer(&all, "nanosleep", 0, 0), ALLOWED);
	ok_int(answer(&tight, "nanosleep", 0, 0), ALLOWED);
	ok_int(answer(&none, "nanosleep", 0, 0), ALLOWED);
	ok_int(rule_of(&all, "nanosleep")->reason, REASON_RUNTIME);
	ok_int(rule_of(&none, "nanosleep")->reason, REASON_ASSUMED);
	ok_int(rule_of(&both, "nanosleep")->reason, REASON_OBSERVED);
	ok_int(all.policy->notes.count, 0);
	ok_int(both.policy->notes.count, 0);
	ok_int(none.policy->notes.count, 1);
	ok_str(none.policy->notes.items[0], "assumed, since no listener is told of them: nanosleep");
	ok_int(emit(&none, "seccomp", "d", &json, NULL), 0);
	ok(strstr(text_cstr(&json), "assumed: the recorder is not told of them"));
	/* A runtime brings all that are no fork, so that the default form is the same whichever recorder it was. */
	for (size_t i = 0; (row = not_notified_at(i)) != NULL; i++) {
		ok(i == 0 || strcmp(not_notified_at(i - 1)->call, row->call) < 0);
		if (!strstr(row->call, "fork") && strcmp(row->call, "clone") != 0)
			ok_int(rule_of(&all, row->call) ? rule_of(&all, row->call)->reason : REASON_MAX_, REASON_RUNTIME);
	}
	/* A fork that nobody saw, and one into a namespace that was seen. */
	ok_int(answer(&fork, "clone", SIGCHLD, 0), ALLOWED);
	ok_int(answer(&fork, "clone", CLONE_NEWUSER | SIGCHLD, 0), REFUSED(ENOSYS));
	ok_int(answer(&namespace, "clone", SIGCHLD, 0), ALLOWED);
	ok_int(answer(&namespace, "clone", CLONE_NEWUSER | SIGCHLD, 0), ALLOWED);
	ok_int(answer(&namespace, "clone", CLONE_NEWNS | SIGCHLD, 0), REFUSED(ENOSYS));
}

static void test_names(void)
{
	CLEANUP(made_done) struct made numbered = make_calls(RUNTIME_NONE, OK("getppid") "," OK("#999"));
	CLEANUP(made_done) struct made hostile = make_calls(RUNTIME_NONE, OK("a\\\",\\\"action"));

	ok_int(numbered.code, 0);
	ok(!rule_of(&numbered, "#999"));
	ok_str(numbered.policy->notes.items[0],
	       "call 999 of x86_64 has no name that a profile could hold: it is refused with ENOSYS");
	ok_int(hostile.code, -EINVAL);
}

static void test_nothing(void)
{
	CLEANUP(made_done) struct made made = make(RUNTIME_UNION, "");

	ok_int(made.code, -ENODATA);
}

static void test_abis(void)
{
	CLEANUP(made_done) struct made made = make(RUNTIME_UNION,
		"\"syscalls\":[{\"abi\":\"x86\",\"by\":[],\"name\":\"socketcall\",\"ok\":true,\"phase\":\"program\",\"runs\":[\"r1\"]}]");
	CLEANUP(text_done) struct text json = TEXT_EMPTY;

	ok_int(made.policy->abi_count, 2);	/* the runtime is a program of the machine's own ABI */
	ok_str(made.policy->native->name, "x86_64");
	ok_int(emit(&made, "seccomp", "d", &json, NULL), 0);
	ok(strstr(text_cstr(&json), "\"SCMP_ARCH_X86\",\n\t\t\"SCMP_ARCH_X86_64\"\n") != NULL);
	ok(made.policy->notes.count == 1 && strstr(made.policy->notes.items[0], "socketcall"));
}

#define CAPABILITY(name, granted, userns, outcome) "{\"by\":[\"/usr/bin/app\"],\"granted\":" granted \
	",\"inferred\":true,\"name\":\"" name "\",\"outcome\":\"" outcome "\",\"reason\":\"w\",\"runs\":[\"r1\"]," \
	"\"syscall\":\"bind\",\"userns\":\"" userns "\"}"

static const char capabilities[] = "\"syscalls\":[" OK("bind") "],\"capabilities\":["
	CAPABILITY("SETUID", "true", "initial", "ok") "," CAPABILITY("CHOWN", "true", "initial", "refused") ","
	CAPABILITY("SYS_ADMIN", "true", "own", "ok") "," CAPABILITY("KILL", "false", "initial", "ok") ","
	CAPABILITY("AUDIT_WRITE", "true", "initial", "unknown") "]";

static void test_capabilities(void)
{
	CLEANUP(made_done) struct made made = make(RUNTIME_UNION, capabilities);
	CLEANUP(text_done) struct text list = TEXT_EMPTY, args = TEXT_EMPTY, none = TEXT_EMPTY;
	struct error err = ERROR_NONE;

	ok_int(emit(&made, "capabilities", "d", &list, NULL), 0);
	ok_str(text_cstr(&list), "AUDIT_WRITE\nSETUID\n");
	ok_int(emit(&made, "docker-args", "snug/app", &args, NULL), 0);
	ok_str(text_cstr(&args), "--security-opt=seccomp=snug/app/seccomp.json\n--cap-drop=ALL\n"
	       "--cap-add=AUDIT_WRITE\n--cap-add=SETUID\n--security-opt=no-new-privileges\n"
	       "--security-opt=apparmor=snug-test-app\n");
	ok_int(emit(&made, "docker-args", "my files", &none, &err), -EINVAL);	/* $(cat ...) would split it */
	ok_int(none.length, 0);
}

static void test_no_new_privs(void)
{
	CLEANUP(made_done) struct made made = make(RUNTIME_UNION, "\"syscalls\":[" OK("execve") "],\"notes\":["
		"{\"code\":\"gained-privileges\",\"runs\":[\"r1\"],\"text\":\"sudo became root\"}]");

	ok(!made.policy->no_new_privs);
	ok(string_set_has(&made.policy->notes, "sudo became root"));
}

#define FILE_FACT(path, kind, access, outcome) "{\"access\":[\"" access "\"],\"by\":[],\"kind\":\"" kind \
	"\",\"outcome\":\"" outcome "\",\"path\":\"" path "\",\"runs\":[\"r1\"]}"

static void test_files(void)
{
	CLEANUP(made_done) struct made made = make(RUNTIME_UNION, "\"files\":["
		FILE_FACT("/a", "file", "read", "ok") "," FILE_FACT("/a", "file", "write", "unknown") ","
		FILE_FACT("/a", "folder", "look", "ok") "," FILE_FACT("/b", "unknown", "look", "absent") ","
		FILE_FACT("/c", "file", "write", "refused") "," FILE_FACT("/d", "unknown", "look", "ok") "]");
	size_t literal_a = 0;

	for (size_t i = 0; i < made.policy->file_count; i++) {
		const struct policy_file *rule = &made.policy->files[i];
		const char *path = rule->pieces[0].bytes;

		ok(strcmp(path, "/b") != 0 && strcmp(path, "/c") != 0);
		literal_a += strcmp(path, "/a") == 0;
		if (strcmp(path, "/a") == 0 && rule->kind == FILE_KIND_FILE)
			ok_int(rule->access & (ACCESS_READ | ACCESS_WRITE), ACCESS_READ | ACCESS_WRITE);
	}
	ok_int(literal_a, 2);		/* as a file, as a folder */
	ok_int(made.policy->file_count, 3);
}

static void test_secrets(void)
{
	CLEANUP(made_done) struct made made = make_calls(RUNTIME_UNION, OK("getppid"));
	CLEANUP(text_done) struct text readme = TEXT_EMPTY;

	ok_int(emit(&made, "readme", "d", &readme, NULL), 0);
	ok(strstr(text_cstr(&readme), "Recorded from `app`.") != NULL);
	ok(!strstr(text_cstr(&readme), "secret"));
}

static void test_fallback_table(void)
{
	bool sorted = true;

	for (size_t i = 1; fallback_at(i); i++) {
		const struct fallback *a = fallback_at(i - 1), *b = fallback_at(i);
		int order = strcmp(a->call, b->call);

		sorted &= order < 0 || (order == 0 && strcmp(a->instead, b->instead) < 0);
	}
	ok(sorted);
	/* What comes by chance is harmless, and is no reason for more of that: facts leave it out. */
	for (size_t i = 0; fallback_at(i); i++) {
		const struct fallback *row = fallback_at(i);
		bool is_reason = false;

		for (size_t j = 0; fallback_at(j); j++)
			is_reason |= fallback_at(j)->follows && strcmp(fallback_at(j)->call, row->instead) == 0;
		if (!fallback_replaces(row))
			ok(!risk_of_syscall(row->instead) && !ruling_of(row->instead) && !is_reason);
	}
	ok(fallback_refused("clone3") && !fallback_refused("clone"));
}

static void test_ruling_table(void)
{
	for (size_t i = 0; ruling_at(i); i++) {
		const struct ruling *row = ruling_at(i);
		const struct syscall_argument *argument =
			syscall_argument_find(arch_by_name("x86_64"), row->call, row->argument);

		ok(argument && (row->mask & ~argument->mask) == 0);
		ok(i == 0 || strcmp(ruling_at(i - 1)->call, row->call) < 0);
	}
}

static void test_measured_tables(void)
{
	CLEANUP(string_set_done) struct string_set x86 = STRING_SET_EMPTY, x86_64 = STRING_SET_EMPTY;
	static const char *const not_newer[] = { "1.1.5", "1.1.15+ds1", "1.3", "0.9.10" };
	static const char *const newer[] = { "99", "10.0.1-rc.1" };
	bool known = true;

	for (size_t i = 0; i < ARRAY_SIZE(not_newer); i++)
		ok(!baseline_lacks("runc", not_newer[i]));
	for (size_t i = 0; i < ARRAY_SIZE(newer); i++)
		ok(baseline_lacks("runc", newer[i]));
	ok(!baseline_lacks("crun", baseline_newest("crun")));
	ok(!baseline_newest("youki") && baseline_lacks("youki", "0.0.1"));
	ok(baseline_is_for_listener("wait4") && !baseline_is_for_listener("read") && !baseline_is_for_listener("getppid"));
	for (size_t i = 0; baseline_at(i); i++)
		known &= syscall_number(arch_by_name("x86_64"), baseline_at(i)->call) >= 0;
	ok(known);
	docker_default_calls(&x86, arch_by_name("x86"));
	docker_default_calls(&x86_64, arch_by_name("x86_64"));
	ok(string_set_has(&x86, "_llseek") && !string_set_has(&x86_64, "_llseek"));
	ok(string_set_has(&x86_64, "chroot") && !string_set_has(&x86_64, "mount") && !string_set_has(&x86_64, "clone3"));
}

int main(void)
{
	test_outcomes();
	test_arguments();
	test_refused_values();
	test_fallbacks();
	test_fallback_meets_observed();
	test_clone3_flags();
	test_runtimes();
	test_assumed();
	test_names();
	test_nothing();
	test_abis();
	test_capabilities();
	test_no_new_privs();
	test_files();
	test_secrets();
	test_fallback_table();
	test_ruling_table();
	test_measured_tables();
	return done();
}
