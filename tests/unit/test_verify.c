/* SPDX-License-Identifier: Apache-2.0 */
/* What a profile refuses of what was recorded: rows of (calls seen, profile, capability list → gaps). */
#include "snug/emitter.h"
#include "snug/verify.h"
#include "tests/tap.h"

static const char recorded[] =
	"{\"format\":\"snug-trace/1\",\"runs\":[{\"id\":\"r\",\"recorder\":\"ptrace\",\"complete\":true,\"duration_ms\":\"1\",\"exhaustive\":true,\"exit\":0,\"no_new_privs\":false}],\"syscalls\":["
	"{\"abi\":\"x86_64\",\"name\":\"read\",\"ok\":true,\"phase\":\"program\",\"by\":[\"/bin/a\"],\"runs\":[\"r\"]},"
	"{\"abi\":\"x86_64\",\"name\":\"bpf\",\"ok\":true,\"phase\":\"program\",\"by\":[\"/bin/b\"],\"runs\":[\"r\"]},"
	"{\"abi\":\"x86_64\",\"args\":{\"domain\":[\"1\",\"16\"]},\"name\":\"socket\",\"ok\":true,\"phase\":\"program\","
	"\"by\":[\"/bin/a\"],\"runs\":[\"r\"]}],"
	"\"capabilities\":[{\"granted\":true,\"inferred\":true,\"name\":\"CHOWN\",\"outcome\":\"ok\",\"userns\":\"initial\","
	"\"syscall\":\"chown\",\"by\":[\"/bin/a\"],\"runs\":[\"r\"]}]}";

static const char narrow[] =
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_X86_64\"],\"syscalls\":["
	"{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"},"
	"{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]}]}";

static void judge(struct verdict *verdict, const struct policy *needed, const char *profile, const char *cap_add)
{
	CLEANUP(filter_freep) struct filter *filter = NULL;
	struct error err = ERROR_NONE;

	ok_int(filter_from_profile(&filter, profile, strlen(profile), "profile", &err), 0);
	verify_calls(verdict, needed, filter);
	verify_capabilities(verdict, needed, cap_add);
}

int main(void)
{
	static const struct policy_options options = { .runtime = RUNTIME_NONE, .native_abi = "x86_64" };
	static const struct emit_options emit_options = { .name = "n", .project = "p", .folder = "n" };
	CLEANUP(trace_freep) struct trace *trace = NULL;
	CLEANUP(policy_freep) struct policy *needed = NULL;
	CLEANUP(text_done) struct text emitted = TEXT_EMPTY;
	CLEANUP(verdict_done) struct verdict gaps = { 0 }, none = { 0 };
	struct error err = ERROR_NONE;

	ok_int(trace_read(&trace, recorded, strlen(recorded), "recorded", &err), 0);
	if (!err.code)
		ok_int(policy_from_trace(&needed, trace, &options, &err), 0);
	if (err.code) {
		printf("# %s\n", err.text);
		return done();
	}
	judge(&gaps, needed, narrow, "CAP_KILL\nCHOWNER\n# CHOWN\n");
	ok_int((long long)gaps.gap_count, 3);
	ok_str(gaps.gaps[0].what, "call 'bpf' (x86_64)");	/* the riskiest first */
	ok_str(gaps.gaps[0].by.items[0], "/bin/b");
	ok_str(gaps.gaps[1].what, "call 'socket' (x86_64) with argument 0 = 16");
	ok_str(gaps.gaps[2].what, "capability CHOWN");

	ok_int(emitter_find("seccomp")->emit(needed, &emit_options, &emitted, &err), 0);
	judge(&none, needed, text_cstr(&emitted), "KILL\nCHOWN\n");
	ok_int((long long)none.gap_count, 0);
	ok_int((long long)none.call_count, 4);
	ok_int((long long)none.capability_count, 1);
	return done();
}
