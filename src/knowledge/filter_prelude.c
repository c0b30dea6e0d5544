/* SPDX-License-Identifier: Apache-2.0 */
/* The instructions before libseccomp's. */
#include "knowledge/filter_prelude.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "knowledge/newer_syscall.h"
#include "snug/arch.h"
#include "snug/memory.h"

struct program {
	struct sock_filter *code;	/* owned */
	size_t length;
};

static void add(struct program *program, uint16_t code, uint8_t jump_true, uint8_t jump_false, uint32_t k)
{
	program->code = xrealloc(program->code, program->length + 1, sizeof(*program->code));
	program->code[program->length++] = (struct sock_filter){ code, jump_true, jump_false, k };
}

void filter_prelude_note(struct filter_prelude *prelude, const char *name)
{
	const struct arch *abi;

	for (size_t i = 0; i < PRELUDE_ABIS_MAX && (abi = arch_at(i)) != NULL; i++) {
		/* "#471" is our spelling, and no runtime's. */
		int number = prelude->newest[i] == PRELUDE_NOT_LISTED || name[0] == '#' ? -1 : syscall_number(abi, name);

		if (number >= 0 && (number & (int)~abi->number_mask) > prelude->newest[i])
			prelude->newest[i] = number & (int)~abi->number_mask;
	}
}

/* Conditions on arguments are not looked at: no profile has any on these. The first rule counts. */
void filter_prelude_rule(struct filter_prelude *prelude, const char *name, uint32_t action)
{
	for (size_t i = 0; i < prelude->rule_count; i++)
		if (strcmp(prelude->rules[i].name, name) == 0)
			return;
	if (!arch_native() || newer_syscall_number(arch_native(), name) < 0)
		return;
	prelude->rules = xrealloc(prelude->rules, prelude->rule_count + 1, sizeof(*prelude->rules));
	prelude->rules[prelude->rule_count++] = (struct prelude_rule){ xstrdup(name), action };
}

/* Bits in a call's number that mark another ABI of the same audit architecture: x32's beside x86_64. */
static uint32_t bits_of_others(const struct arch *abi)
{
	const struct arch *other;
	uint32_t bits = 0;

	for (size_t i = 0; (other = arch_at(i)) != NULL; i++)
		if (other->audit_arch == abi->audit_arch)
			bits |= other->number_mask & ~abi->number_mask;
	return bits;
}

/* Is it a call of this ABI? Its number is then loaded; else a jump of 1 stands for the way past the ABI's instructions. */
static void add_test_of_abi(struct program *program, const struct arch *abi)
{
	add(program, BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, arch));
	add(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, abi->audit_arch);
	add(program, BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, nr));
	if (abi->number_mask) {
		add(program, BPF_JMP | BPF_JSET | BPF_K, 0, 1, abi->number_mask);
		add(program, BPF_ALU | BPF_AND | BPF_K, 0, 0, ~abi->number_mask);
	} else if (bits_of_others(abi)) {
		add(program, BPF_JMP | BPF_JSET | BPF_K, 1, 0, bits_of_others(abi));
	}
}

/* Jumps of 1 lead past the last instruction so far. */
static void resolve_jumps(struct program *program, size_t first, size_t end_of_test)
{
	for (size_t i = first; i < end_of_test; i++) {
		struct sock_filter *in = &program->code[i];

		in->jt = in->jt ? (uint8_t)(program->length - i - 1) : 0;
		in->jf = in->jf ? (uint8_t)(program->length - i - 1) : 0;
	}
}

static void add_abi(struct program *program, const struct filter_prelude *prelude, const struct arch *abi, int newest)
{
	size_t first = program->length, end_of_test;

	add_test_of_abi(program, abi);
	end_of_test = program->length;
	for (size_t i = 0; i < prelude->rule_count; i++) {
		int number = newer_syscall_number(abi, prelude->rules[i].name);

		if (number < 0)
			continue;
		add(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, (uint32_t)number);
		add(program, BPF_RET | BPF_K, 0, 0, prelude->rules[i].answer);
	}
	if (prelude->refuses_newer) {
		add(program, BPF_JMP | BPF_JGT | BPF_K, 0, 1, (uint32_t)newest);
		add(program, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | ENOSYS);
	}
	resolve_jumps(program, first, end_of_test);
}

struct sock_filter *filter_prelude_program(const struct filter_prelude *prelude, size_t *ret_length)
{
	struct program program = { NULL, 0 };
	const struct arch *abi;

	for (size_t i = 0; i < PRELUDE_ABIS_MAX && (abi = arch_at(i)) != NULL; i++)
		if (prelude->newest[i] != PRELUDE_NOT_LISTED && (prelude->rule_count || prelude->refuses_newer))
			add_abi(&program, prelude, abi, prelude->newest[i]);
	*ret_length = program.length;
	return program.code;
}

void filter_prelude_done(struct filter_prelude *prelude)
{
	for (size_t i = 0; i < prelude->rule_count; i++)
		free(prelude->rules[i].name);
	free(prelude->rules);
}
