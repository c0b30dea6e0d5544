/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of (profile, ABI, call, arguments → answer), in the manner of libseccomp's simulator tests, and the kernel itself
 * as the judge: the same programs are run over random data by our interpreter and by a socket filter of the kernel.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "knowledge/bpf.h"
#include "snug/filter.h"
#include "tests/tap.h"

static const char plain[] =
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"],"
	"\"syscalls\":["
	"{\"names\":[\"read\",\"no_such_call\"],\"action\":\"SCMP_ACT_ALLOW\"},"
	"{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":4294967295,\"valueTwo\":2,\"op\":\"SCMP_CMP_MASKED_EQ\"}]},"
	"{\"names\":[\"personality\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":0,\"op\":\"SCMP_CMP_EQ\"},"
	"{\"index\":0,\"value\":8,\"op\":\"SCMP_CMP_EQ\"}]},"
	"{\"names\":[\"mount\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":1},"
	"{\"names\":[\"reboot\"],\"action\":\"SCMP_ACT_KILL_PROCESS\"}]}";

struct row {
	const char *abi, *call;
	uint64_t first_arg;
	uint32_t answer;
};

static const struct row rows[] = {
	{ "x86_64", "read", 0, SECCOMP_RET_ALLOW },
	{ "x86", "read", 0, SECCOMP_RET_ALLOW },
	{ "x86_64", "write", 0, SECCOMP_RET_ERRNO | 38 },
	{ "x86_64", "socket", 2, SECCOMP_RET_ALLOW },
	{ "x86_64", "socket", 0xdeadbeef00000002, SECCOMP_RET_ALLOW },
	{ "x86_64", "socket", 16, SECCOMP_RET_ERRNO | 38 },
	{ "x86_64", "personality", 8, SECCOMP_RET_ALLOW },
	{ "x86_64", "personality", 0, SECCOMP_RET_ALLOW },
	{ "x86_64", "personality", 9, SECCOMP_RET_ERRNO | 38 },
	{ "x86_64", "mount", 0, SECCOMP_RET_ERRNO | 1 },
	{ "x86_64", "reboot", 0, SECCOMP_RET_KILL_PROCESS },
	{ "aarch64", "read", 0, SECCOMP_RET_KILL_THREAD },	/* an architecture that the profile does not have */
};

static void test_answers(void)
{
	CLEANUP(filter_freep) struct filter *filter = NULL;
	struct error err = ERROR_NONE;

	ok_int(filter_from_profile(&filter, plain, strlen(plain), "plain", &err), 0);
	if (!filter) {
		printf("# %s\n", err.text);
		return;
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct arch *abi = arch_by_name(rows[i].abi);
		uint64_t args[6] = { rows[i].first_arg };

		printf("# %s %s %#llx\n", rows[i].abi, rows[i].call, (unsigned long long)rows[i].first_arg);
		ok_int(filter_answer(filter, abi, (uint32_t)syscall_number(abi, rows[i].call), args), rows[i].answer);
	}
}

static const char *const bad_profiles[] = {
	"", "[]", "{}", "{\"defaultAction\":\"SCMP_ACT_NONSENSE\"}",
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":-1}",
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_PDP11\"]}",
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"archMap\":[{\"architecture\":\"SCMP_ARCH_X86_64\"}]}",
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"caps\":[\"CAP_X\"]}}]}",
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":9,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]}]}",
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"name\":\"read\",\"action\":\"SCMP_ACT_ALLOW\"}]}",
};

static void test_bad_profiles(void)
{
	for (size_t i = 0; i < sizeof(bad_profiles) / sizeof(bad_profiles[0]); i++) {
		struct filter *filter = NULL;
		struct error err = ERROR_NONE;

		ok(filter_from_profile(&filter, bad_profiles[i], strlen(bad_profiles[i]), "bad", &err) < 0);
		ok(filter == NULL && strstr(err.text, "'bad'") != NULL);
		filter_free(filter);
	}
}

/* Instructions that mean the same to a socket filter; loads become immediates, so that both sides see one input. */
static const struct sock_filter arithmetic[] = {
	BPF_STMT(BPF_LD | BPF_IMM, 0), BPF_STMT(BPF_LDX | BPF_IMM, 0), BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
	BPF_STMT(BPF_ST, 3), BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, 7), BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0),
	BPF_STMT(BPF_MISC | BPF_TAX, 0), BPF_STMT(BPF_LD | BPF_MEM, 3), BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 3),
	BPF_STMT(BPF_ALU | BPF_SUB | BPF_X, 0), BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 3), BPF_STMT(BPF_ALU | BPF_NEG, 0),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 4, 0, 1), BPF_STMT(BPF_ALU | BPF_OR | BPF_K, 64),
	BPF_JUMP(BPF_JMP | BPF_JGT | BPF_X, 0, 1, 0), BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 2),
	BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x3ff), BPF_STMT(BPF_RET | BPF_A, 0),
};

/* A socket filter's result is how many bytes of the packet pass: that reads the accumulator back. */
static int kernel_result(const struct sock_filter *program, unsigned short length)
{
	struct sock_fprog prog = { length, (struct sock_filter *)(unsigned long)program };
	static char packet[2048];
	int fd[2], n = -1;

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fd) < 0)
		return -1;
	if (setsockopt(fd[1], SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) == 0) {
		/* A result of 0 drops the packet: the sender is told so. */
		if (send(fd[0], packet, sizeof(packet), 0) < 0)
			n = errno == EPERM ? 0 : -1;
		else
			n = (int)recv(fd[1], packet, sizeof(packet), MSG_TRUNC);
		if (n < 0 && errno == EAGAIN)
			n = 0;
	}
	close(fd[0]);
	close(fd[1]);
	return n;
}

static void test_against_kernel(void)
{
	struct sock_filter program[sizeof(arithmetic) / sizeof(arithmetic[0])];
	struct seccomp_data data = { 0 };
	int differences = 0;

	memcpy(program, arithmetic, sizeof(program));
	srand(1);
	for (int i = 0; i < 2000; i++) {
		int kernel, ours;

		program[0].k = (unsigned int)rand() * 2654435761u;
		program[1].k = (unsigned int)rand();
		kernel = kernel_result(program, sizeof(program) / sizeof(program[0]));
		ours = (int)bpf_run(program, &data);
		if (kernel != ours && differences++ < 3)
			printf("# a=%u x=%u kernel %d ours %d\n", program[0].k, program[1].k, kernel, ours);
	}
	ok(bpf_is_valid(program, sizeof(program) / sizeof(program[0])));
	ok_int(differences, 0);
}

static void test_invalid_programs(void)
{
	static const struct sock_filter ret = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_filter two[2] = { BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0), ret };

	ok(bpf_is_valid(&ret, 1));
	ok(!bpf_is_valid(&ret, 0));
	ok(!bpf_is_valid(two, 2));
	two[0] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JA, 0xffffffff, 0, 0);
	ok(!bpf_is_valid(two, 2));
	two[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, sizeof(struct seccomp_data));
	ok(!bpf_is_valid(two, 2));
	two[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0);
	ok(!bpf_is_valid(two, 2));
	two[0] = (struct sock_filter)BPF_STMT(BPF_ST, BPF_MEMWORDS);
	ok(!bpf_is_valid(two, 2));
	two[0] = two[1] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_IMM, 0);
	ok(!bpf_is_valid(two, 2));
}

int main(void)
{
	test_answers();
	test_bad_profiles();
	test_invalid_programs();
	test_against_kernel();
	return done();
}
