/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An interpreter for the instructions that the kernel allows in a seccomp filter
 * (seccomp_check_filter() in kernel/seccomp.c and bpf_check_classic() in net/core/filter.c, Linux 6.18).
 */
#include "knowledge/bpf.h"

#include <stdint.h>
#include <string.h>

struct machine {
	uint32_t a, x;
	uint32_t memory[BPF_MEMWORDS];
	const struct seccomp_data *data;
};

static bool is_known_instruction(const struct sock_filter *in)
{
	switch (in->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		return in->k < sizeof(struct seccomp_data) && in->k % 4 == 0;
	case BPF_LD | BPF_W | BPF_LEN: case BPF_LDX | BPF_W | BPF_LEN:
	case BPF_LD | BPF_IMM: case BPF_LDX | BPF_IMM:
	case BPF_MISC | BPF_TAX: case BPF_MISC | BPF_TXA:
	case BPF_RET | BPF_K: case BPF_RET | BPF_A:
	case BPF_ALU | BPF_ADD | BPF_K: case BPF_ALU | BPF_ADD | BPF_X:
	case BPF_ALU | BPF_SUB | BPF_K: case BPF_ALU | BPF_SUB | BPF_X:
	case BPF_ALU | BPF_MUL | BPF_K: case BPF_ALU | BPF_MUL | BPF_X:
	case BPF_ALU | BPF_DIV | BPF_X: case BPF_ALU | BPF_NEG:
	case BPF_ALU | BPF_AND | BPF_K: case BPF_ALU | BPF_AND | BPF_X:
	case BPF_ALU | BPF_OR | BPF_K: case BPF_ALU | BPF_OR | BPF_X:
	case BPF_ALU | BPF_XOR | BPF_K: case BPF_ALU | BPF_XOR | BPF_X:
	case BPF_ALU | BPF_LSH | BPF_X: case BPF_ALU | BPF_RSH | BPF_X:
	case BPF_JMP | BPF_JA:
	case BPF_JMP | BPF_JEQ | BPF_K: case BPF_JMP | BPF_JEQ | BPF_X:
	case BPF_JMP | BPF_JGE | BPF_K: case BPF_JMP | BPF_JGE | BPF_X:
	case BPF_JMP | BPF_JGT | BPF_K: case BPF_JMP | BPF_JGT | BPF_X:
	case BPF_JMP | BPF_JSET | BPF_K: case BPF_JMP | BPF_JSET | BPF_X:
		return true;
	case BPF_ALU | BPF_LSH | BPF_K: case BPF_ALU | BPF_RSH | BPF_K:
		return in->k < 32;
	case BPF_ALU | BPF_DIV | BPF_K:
		return in->k != 0;
	case BPF_ST: case BPF_STX: case BPF_LD | BPF_MEM: case BPF_LDX | BPF_MEM:
		return in->k < BPF_MEMWORDS;
	default:
		return false;
	}
}

bool bpf_is_valid(const struct sock_filter *program, size_t length)
{
	if (length == 0 || length > BPF_MAXINSNS || BPF_CLASS(program[length - 1].code) != BPF_RET)
		return false;
	for (size_t i = 0; i < length; i++) {
		const struct sock_filter *in = &program[i];
		size_t left = length - i - 1;

		if (!is_known_instruction(in))
			return false;
		if (in->code == (BPF_JMP | BPF_JA) ? in->k >= left
		    : BPF_CLASS(in->code) == BPF_JMP && (in->jt >= left || in->jf >= left))
			return false;
	}
	return true;
}

static uint32_t load_word(const struct machine *m, uint32_t offset)
{
	uint32_t word;

	memcpy(&word, (const char *)m->data + offset, sizeof(word));
	return word;
}

static uint32_t shift(uint32_t value, uint32_t by, bool left)
{
	if (by >= 32)
		return 0;
	return left ? value << by : value >> by;
}

/* False where the kernel's program would end with 0: a division by a zero register. */
static bool compute(struct machine *m, const struct sock_filter *in)
{
	uint32_t operand = BPF_SRC(in->code) == BPF_X ? m->x : in->k;

	switch (BPF_OP(in->code)) {
	case BPF_ADD: m->a += operand; break;
	case BPF_SUB: m->a -= operand; break;
	case BPF_MUL: m->a *= operand; break;
	case BPF_AND: m->a &= operand; break;
	case BPF_OR: m->a |= operand; break;
	case BPF_XOR: m->a ^= operand; break;
	case BPF_NEG: m->a = -m->a; break;
	case BPF_LSH: m->a = shift(m->a, operand, true); break;
	case BPF_RSH: m->a = shift(m->a, operand, false); break;
	case BPF_DIV:
		if (operand == 0)
			return false;
		m->a /= operand;
		break;
	}
	return true;
}

static size_t jump_distance(const struct machine *m, const struct sock_filter *in)
{
	uint32_t operand = BPF_SRC(in->code) == BPF_X ? m->x : in->k;
	bool taken = false;

	switch (BPF_OP(in->code)) {
	case BPF_JA: return in->k;
	case BPF_JEQ: taken = m->a == operand; break;
	case BPF_JGE: taken = m->a >= operand; break;
	case BPF_JGT: taken = m->a > operand; break;
	case BPF_JSET: taken = (m->a & operand) != 0; break;
	}
	return taken ? in->jt : in->jf;
}

static uint32_t loaded(const struct machine *m, const struct sock_filter *in)
{
	switch (BPF_MODE(in->code)) {
	case BPF_ABS: return load_word(m, in->k);
	case BPF_LEN: return sizeof(struct seccomp_data);
	case BPF_MEM: return m->memory[in->k];
	default: return in->k;
	}
}

__u32 bpf_run(const struct sock_filter *program, const struct seccomp_data *data)
{
	struct machine m = { .data = data };

	for (const struct sock_filter *in = program; ; in++) {
		switch (BPF_CLASS(in->code)) {
		case BPF_LD: m.a = loaded(&m, in); break;
		case BPF_LDX: m.x = loaded(&m, in); break;
		case BPF_ST: m.memory[in->k] = m.a; break;
		case BPF_STX: m.memory[in->k] = m.x; break;
		case BPF_JMP: in += jump_distance(&m, in); break;
		case BPF_RET: return BPF_RVAL(in->code) == BPF_A ? m.a : in->k;
		case BPF_ALU:
			if (!compute(&m, in))
				return 0;
			break;
		case BPF_MISC:
			if (BPF_MISCOP(in->code) == BPF_TAX)
				m.x = m.a;
			else
				m.a = m.x;
			break;
		}
	}
}
