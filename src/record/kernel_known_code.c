/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The program that the kernel runs at the end of each call; see kernel_known.h.
 *
 * It is attached to the raw tracepoint sys_exit, which has the caller's registers and the result. What is not asked for
 * leaves it first: most calls by their number, most tasks by their id. Written in the instructions themselves, it needs no
 * compiler, no library and no type information of the kernel that it meets.
 *
 * r6 the caller's struct pt_regs, r7 the result, r8 the call's row, r10 the frame; r9 whatever lives across one helper.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>

#include "record/call_table.h"
#include "record/kernel_known_internal.h"
#include "snug/memory.h"

/* On the stack, which grows down from r10. */
struct frame {
	struct kernel_known_news news;
	uint64_t word;		/* whatever was read last */
	uint32_t index, tid;
};

_Static_assert(sizeof(struct frame) <= 512, "MAX_BPF_STACK, include/linux/filter.h");

#define AT(field) ((int16_t)((int)offsetof(struct frame, field) - (int)sizeof(struct frame)))

enum label {
	SUCCEEDED,
	NO_FLAGS,
	NO_PATH,
	KNOWN_OR_NEWS,
	NEWS,
	STOP,
	OUT,
	LABEL_COUNT_,
};

#define NO_LABEL LABEL_COUNT_

struct writer {
	struct bpf_insn *code;
	size_t length;
	enum label jumps[KERNEL_KNOWN_CODE_MAX];	/* by instruction */
	size_t places[LABEL_COUNT_];
};

static void put(struct writer *w, uint8_t code, uint8_t to, uint8_t from, int16_t offset, int32_t value)
{
	w->jumps[w->length] = NO_LABEL;
	w->code[w->length++] = (struct bpf_insn){
		.code = code, .dst_reg = to & 0xf, .src_reg = from & 0xf, .off = offset, .imm = value,
	};
}

static void place(struct writer *w, enum label label)
{
	w->places[label] = w->length;
}

static void jump_if(struct writer *w, uint8_t comparison, uint8_t reg, int32_t value, enum label label)
{
	put(w, BPF_JMP | comparison | BPF_K, reg, 0, 0, value);
	w->jumps[w->length - 1] = label;
}

static void jump(struct writer *w, enum label label)
{
	put(w, BPF_JMP | BPF_JA, 0, 0, 0, 0);
	w->jumps[w->length - 1] = label;
}

static void call(struct writer *w, int32_t helper)
{
	put(w, BPF_JMP | BPF_CALL, 0, 0, 0, helper);
}

static void set(struct writer *w, uint8_t to, int32_t value)
{
	put(w, BPF_ALU64 | BPF_MOV | BPF_K, to, 0, 0, value);
}

static void copy(struct writer *w, uint8_t to, uint8_t from)
{
	put(w, BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0);
}

static void add_register(struct writer *w, uint8_t to, uint8_t from)
{
	put(w, BPF_ALU64 | BPF_ADD | BPF_X, to, from, 0, 0);
}

static void load(struct writer *w, uint8_t size, uint8_t to, uint8_t base, int16_t offset)
{
	put(w, BPF_LDX | size | BPF_MEM, to, base, offset, 0);
}

static void store(struct writer *w, uint8_t size, int16_t offset, uint8_t from)
{
	put(w, BPF_STX | size | BPF_MEM, BPF_REG_10, from, offset, 0);
}

static void frame_address(struct writer *w, uint8_t to, int16_t offset)
{
	copy(w, to, BPF_REG_10);
	put(w, BPF_ALU64 | BPF_ADD | BPF_K, to, 0, 0, offset);
}

/* An instruction of two: `kind` is BPF_PSEUDO_MAP_FD, or BPF_PSEUDO_MAP_VALUE for the one value's own address. */
static void load_map(struct writer *w, uint8_t to, uint8_t kind, int map)
{
	put(w, BPF_LD | BPF_DW | BPF_IMM, to, kind, 0, map);
	put(w, 0, 0, 0, 0, 0);
}

/* Copies to the frame from the address in r3. */
static void read_to(struct writer *w, int32_t helper, int16_t offset, int32_t size)
{
	frame_address(w, BPF_REG_1, offset);
	set(w, BPF_REG_2, size);
	call(w, helper);
}

/* An argument, whose offset in the registers is in the row of the call; a call without it goes to `missing`. */
static void read_argument(struct writer *w, int16_t row_offset, int16_t to, enum label missing)
{
	load(w, BPF_W, BPF_REG_3, BPF_REG_8, row_offset);
	copy(w, BPF_REG_1, BPF_REG_3);
	jump_if(w, BPF_JEQ, BPF_REG_1, 0, missing);	/* the offset of a register that is never an argument */
	add_register(w, BPF_REG_3, BPF_REG_6);
	read_to(w, BPF_FUNC_probe_read_kernel, to, sizeof(uint64_t));
}

#define ROW(field) ((int16_t)offsetof(struct call_look, field))

static void ask_map(struct writer *w, int map, int16_t key)
{
	load_map(w, BPF_REG_1, BPF_PSEUDO_MAP_FD, map);
	frame_address(w, BPF_REG_2, key);
	call(w, BPF_FUNC_map_lookup_elem);
}

/* A call that nobody asked for, or by a task that nobody follows, is none of ours. */
static void find_call(struct writer *w, const struct call_registers *registers, const int maps[MAP_COUNT_])
{
	load(w, BPF_DW, BPF_REG_6, BPF_REG_1, 0);
	load(w, BPF_DW, BPF_REG_7, BPF_REG_1, sizeof(uint64_t));
	set(w, BPF_REG_3, (int32_t)registers->number);
	add_register(w, BPF_REG_3, BPF_REG_6);
	read_to(w, BPF_FUNC_probe_read_kernel, AT(news.number), sizeof(uint64_t));
	load(w, BPF_DW, BPF_REG_1, BPF_REG_10, AT(news.number));
	jump_if(w, BPF_JGE, BPF_REG_1, CALL_NUMBERS_MAX, OUT);
	store(w, BPF_W, AT(index), BPF_REG_1);
	ask_map(w, maps[MAP_CALLS], AT(index));
	jump_if(w, BPF_JEQ, BPF_REG_0, 0, OUT);
	copy(w, BPF_REG_8, BPF_REG_0);
	load(w, BPF_W, BPF_REG_1, BPF_REG_8, ROW(is_look));
	jump_if(w, BPF_JEQ, BPF_REG_1, 0, OUT);
	call(w, BPF_FUNC_get_current_pid_tgid);
	store(w, BPF_W, AT(tid), BPF_REG_0);
	ask_map(w, maps[MAP_PLACES], AT(tid));
	jump_if(w, BPF_JEQ, BPF_REG_0, 0, OUT);
	load(w, BPF_W, BPF_REG_9, BPF_REG_0, 0);
}

/* The key but for the file. With flags that make it more than a look-up, the call has stopped at its entry. */
static void begin_key(struct writer *w, const int maps[MAP_COUNT_])
{
	set(w, BPF_REG_1, 0);
	for (size_t i = 0; i < sizeof(struct kernel_known_key) / sizeof(uint64_t); i++)
		store(w, BPF_DW, (int16_t)(AT(news.key) + (int)(i * sizeof(uint64_t))), BPF_REG_1);
	store(w, BPF_DW, AT(news.has_key), BPF_REG_1);
	store(w, BPF_W, AT(news.key.place), BPF_REG_9);
	load_map(w, BPF_REG_1, BPF_PSEUDO_MAP_VALUE, maps[MAP_STATE]);
	load(w, BPF_W, BPF_REG_1, BPF_REG_1, offsetof(struct kernel_known_state, epoch));
	store(w, BPF_W, AT(news.key.epoch), BPF_REG_1);
	load(w, BPF_DW, BPF_REG_1, BPF_REG_10, AT(news.number));
	store(w, BPF_W, AT(news.key.number), BPF_REG_1);
	store(w, BPF_DW, AT(news.result), BPF_REG_7);
	jump_if(w, BPF_JSGE, BPF_REG_7, 0, SUCCEEDED);
	set(w, BPF_REG_1, 0);
	put(w, BPF_ALU64 | BPF_SUB | BPF_X, BPF_REG_1, BPF_REG_7, 0, 0);
	store(w, BPF_W, AT(news.key.error), BPF_REG_1);
	place(w, SUCCEEDED);
	read_argument(w, ROW(flags), AT(news.key.flags), NO_FLAGS);
	load(w, BPF_DW, BPF_REG_1, BPF_REG_10, AT(news.key.flags));
	load(w, BPF_DW, BPF_REG_2, BPF_REG_8, ROW(except));
	put(w, BPF_ALU64 | BPF_AND | BPF_X, BPF_REG_1, BPF_REG_2, 0, 0);
	jump_if(w, BPF_JNE, BPF_REG_1, 0, OUT);
	place(w, NO_FLAGS);
}

/* Memory that is not there right now, or more than the key holds, is news each time. */
static void add_path(struct writer *w)
{
	read_argument(w, ROW(path), AT(word), NEWS);
	load(w, BPF_DW, BPF_REG_3, BPF_REG_10, AT(word));
	jump_if(w, BPF_JEQ, BPF_REG_3, 0, NO_PATH);
	read_to(w, BPF_FUNC_probe_read_user_str, AT(news.key.path), KERNEL_KNOWN_PATH);
	jump_if(w, BPF_JSLT, BPF_REG_0, 0, NEWS);
	jump_if(w, BPF_JSGE, BPF_REG_0, KERNEL_KNOWN_PATH, NEWS);
	jump_if(w, BPF_JSLE, BPF_REG_0, 1, NO_PATH);
	load(w, BPF_B, BPF_REG_1, BPF_REG_10, AT(news.key.path));
	jump_if(w, BPF_JEQ, BPF_REG_1, '/', KNOWN_OR_NEWS);
	read_argument(w, ROW(folder), AT(word), KNOWN_OR_NEWS);
	load(w, BPF_W, BPF_REG_1, BPF_REG_10, AT(word));
	put(w, BPF_JMP32 | BPF_JEQ | BPF_K, BPF_REG_1, 0, 0, AT_FDCWD);
	w->jumps[w->length - 1] = KNOWN_OR_NEWS;
	jump(w, NEWS);
	place(w, NO_PATH);
	load(w, BPF_W, BPF_REG_1, BPF_REG_8, ROW(empty_tells_nothing));
	jump_if(w, BPF_JEQ, BPF_REG_1, 0, NEWS);
}

static void tell_news(struct writer *w, const struct call_registers *registers, const int maps[MAP_COUNT_])
{
	place(w, NEWS);
	for (size_t i = 0; i < ARRAY_SIZE(registers->args); i++) {
		set(w, BPF_REG_3, (int32_t)registers->args[i]);
		add_register(w, BPF_REG_3, BPF_REG_6);
		read_to(w, BPF_FUNC_probe_read_kernel, (int16_t)(AT(news.args) + (int)(i * sizeof(uint64_t))),
			sizeof(uint64_t));
	}
	load_map(w, BPF_REG_1, BPF_PSEUDO_MAP_FD, maps[MAP_NEWS]);
	frame_address(w, BPF_REG_2, AT(tid));
	frame_address(w, BPF_REG_3, AT(news));
	set(w, BPF_REG_4, BPF_NOEXIST);
	call(w, BPF_FUNC_map_update_elem);
	jump_if(w, BPF_JEQ, BPF_REG_0, 0, STOP);
	load_map(w, BPF_REG_1, BPF_PSEUDO_MAP_VALUE, maps[MAP_STATE]);
	set(w, BPF_REG_2, 1);
	put(w, BPF_STX | BPF_DW | BPF_XADD, BPF_REG_1, BPF_REG_2, offsetof(struct kernel_known_state, lost), 0);
	place(w, STOP);		/* also for what may still be there since somebody's SIGCONT took its signal away */
	set(w, BPF_REG_1, SIGSTOP);	/* no task can block it */
	call(w, BPF_FUNC_send_signal_thread);
}

static void resolve_jumps(struct writer *w)
{
	for (size_t i = 0; i < w->length; i++)
		if (w->jumps[i] != NO_LABEL)
			w->code[i].off = (int16_t)(w->places[w->jumps[i]] - i - 1);
}

size_t kernel_known_program(struct bpf_insn code[KERNEL_KNOWN_CODE_MAX], const struct call_registers *registers,
			    const int maps[MAP_COUNT_])
{
	struct writer w = { .code = code };

	find_call(&w, registers, maps);
	begin_key(&w, maps);
	add_path(&w);
	place(&w, KNOWN_OR_NEWS);
	set(&w, BPF_REG_1, 1);
	store(&w, BPF_DW, AT(news.has_key), BPF_REG_1);
	ask_map(&w, maps[MAP_KNOWN], AT(news.key));
	jump_if(&w, BPF_JNE, BPF_REG_0, 0, OUT);
	tell_news(&w, registers, maps);
	place(&w, OUT);
	set(&w, BPF_REG_0, 0);
	put(&w, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	resolve_jumps(&w);
	return w.length;
}
