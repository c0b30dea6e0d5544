/* SPDX-License-Identifier: Apache-2.0 */
/* The maps, and bringing the program into the kernel; see kernel_known.h. */
#include "record/kernel_known.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "record/call_table.h"
#include "record/kernel_known_internal.h"
#include "record/proc_file.h"
#include "snug/cleanup.h"
#include "snug/memory.h"

#define TASKS_MAX 32768		/* PID_MAX_DEFAULT, include/linux/threads.h; some 2 MB */
#define KNOWN_MAX 8192		/* look-ups; some 3 MB */
#define NEWS_MAX 1024		/* tasks that stop at a time; half a MB */

struct kernel_known {
	int maps[MAP_COUNT_];			/* owned */
	int program, attachment;		/* owned */
	struct kernel_known_state *state;	/* mapped from MAP_STATE */
};

static const struct {
	enum bpf_map_type type;
	uint32_t key, value, entries, flags;
} maps[MAP_COUNT_] = {
	[MAP_CALLS] = { BPF_MAP_TYPE_ARRAY, sizeof(uint32_t), sizeof(struct call_look), CALL_NUMBERS_MAX, 0 },
	[MAP_PLACES] = { BPF_MAP_TYPE_HASH, sizeof(uint32_t), sizeof(uint32_t), TASKS_MAX, 0 },
	[MAP_KNOWN] = { BPF_MAP_TYPE_LRU_HASH, sizeof(struct kernel_known_key), sizeof(uint32_t), KNOWN_MAX, 0 },
	[MAP_NEWS] = { BPF_MAP_TYPE_HASH, sizeof(uint32_t), sizeof(struct kernel_known_news), NEWS_MAX, 0 },
	[MAP_STATE] = { BPF_MAP_TYPE_ARRAY, sizeof(uint32_t), sizeof(struct kernel_known_state), 1, BPF_F_MMAPABLE },
};

static int bpf(enum bpf_cmd command, union bpf_attr *attributes)
{
	int result = (int)syscall(SYS_bpf, command, attributes, sizeof(*attributes));

	return result < 0 ? -errno : result;
}

static int change_map(int map, enum bpf_cmd command, const void *key, const void *value)
{
	union bpf_attr attributes = {
		.map_fd = (uint32_t)map, .key = (uintptr_t)key, .value = (uintptr_t)value,
	};

	return bpf(command, &attributes);
}

static int make_maps(struct kernel_known *known)
{
	for (size_t i = 0; i < MAP_COUNT_; i++) {
		union bpf_attr attributes = {
			.map_type = maps[i].type, .key_size = maps[i].key, .value_size = maps[i].value,
			.max_entries = maps[i].entries, .map_flags = maps[i].flags,
		};

		known->maps[i] = bpf(BPF_MAP_CREATE, &attributes);
		if (known->maps[i] < 0)
			return known->maps[i];
	}
	known->state = mmap(NULL, sizeof(*known->state), PROT_READ | PROT_WRITE, MAP_SHARED, known->maps[MAP_STATE], 0);
	if (known->state != MAP_FAILED)
		return 0;
	known->state = NULL;
	return -errno;
}

static uint32_t argument_offset(int index)
{
	return index < 0 ? 0 : kernel_known_registers->args[index];
}

static int put_call(struct kernel_known *known, const struct kernel_known_call *call)
{
	const struct call_look look = {
		.is_look = true,
		.path = argument_offset(call->path), .folder = argument_offset(call->folder),
		.flags = argument_offset(call->flags), .except = call->except, .empty_tells_nothing = call->empty_tells_nothing,
	};

	return change_map(known->maps[MAP_CALLS], BPF_MAP_UPDATE_ELEM, &call->number, &look);
}

/* The helpers that read memory are for programs under a license that the kernel holds compatible with its own. This
 * one, kernel_known_code.c, may be used under the GPL as well. */
static int load_program(struct kernel_known *known)
{
	struct bpf_insn code[KERNEL_KNOWN_CODE_MAX];
	union bpf_attr attributes = {
		.prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT,
		.insns = (uintptr_t)code,
		.insn_cnt = (uint32_t)kernel_known_program(code, kernel_known_registers, known->maps),
		.license = (uintptr_t)"GPL",
	};

	known->program = bpf(BPF_PROG_LOAD, &attributes);
	return known->program < 0 ? known->program : 0;
}

static int attach_program(struct kernel_known *known)
{
	union bpf_attr attributes = {
		.raw_tracepoint.name = (uintptr_t)"sys_exit", .raw_tracepoint.prog_fd = (uint32_t)known->program,
	};

	known->attachment = bpf(BPF_RAW_TRACEPOINT_OPEN, &attributes);
	return known->attachment < 0 ? known->attachment : 0;
}

/* The kernel tells tasks by their ids in its own first pid namespace. */
static bool counts_as_the_kernel(void)
{
	auto_free char *own = read_task_link(getpid(), "ns/pid");

	return own && strcmp(own, "pid:[4026531836]") == 0;	/* PROC_PID_INIT_INO, include/linux/proc_ns.h */
}

/*
 * While the program runs for one task, the kernel passes it over for every other that comes to the same CPU: bpf_trace_run*()
 * counts who is in it. Up to Linux 6.18 the task keeps the CPU meanwhile (__BPF_DECLARE_TRACE_SYSCALL(), include/trace/bpf_probe.h);
 * under 7.3 look-ups were seen to be missing.
 */
static bool runs_undisturbed(void)
{
	struct utsname name;
	int major = 0, minor = 0;

	return uname(&name) == 0 && sscanf(name.release, "%d.%d", &major, &minor) == 2 &&
	       (major < 6 || (major == 6 && minor <= 18));
}

static int make(struct kernel_known *known, const struct kernel_known_call *calls, size_t count)
{
	int code = make_maps(known);

	for (size_t i = 0; i < count && code == 0; i++)
		code = put_call(known, &calls[i]);
	if (code == 0)
		code = load_program(known);
	return code < 0 ? code : attach_program(known);
}

int kernel_known_new(struct kernel_known **ret, const struct kernel_known_call *calls, size_t count, struct error *err)
{
	struct kernel_known *known;
	int code;

	if (!kernel_known_registers)
		return error_set(err, -ENOSYS, "the registers of this architecture are not known");
	if (!counts_as_the_kernel())
		return error_set(err, -EPERM, "snug is in a pid namespace of its own");
	if (!runs_undisturbed())
		return error_set(err, -ENOSYS, "this kernel may pass a BPF program over");
	known = xcalloc(1, sizeof(*known));
	known->program = known->attachment = -1;
	memset(known->maps, -1, sizeof(known->maps));
	code = make(known, calls, count);
	if (code == 0) {
		*ret = known;
		return 0;
	}
	kernel_known_free(known);
	return error_errno(err, code, "cannot load a BPF program");
}

struct kernel_known *kernel_known_free(struct kernel_known *known)
{
	if (!known)
		return NULL;
	closep(&known->attachment);
	closep(&known->program);
	if (known->state)
		munmap(known->state, sizeof(*known->state));
	for (size_t i = 0; i < MAP_COUNT_; i++)
		closep(&known->maps[i]);
	free(known);
	return NULL;
}

int kernel_known_follow(struct kernel_known *known, pid_t tid, uint32_t place)
{
	uint32_t key = (uint32_t)tid;

	return change_map(known->maps[MAP_PLACES], BPF_MAP_UPDATE_ELEM, &key, &place);
}

void kernel_known_leave(struct kernel_known *known, pid_t tid)
{
	uint32_t key = (uint32_t)tid;

	change_map(known->maps[MAP_PLACES], BPF_MAP_DELETE_ELEM, &key, NULL);
}

bool kernel_known_take(struct kernel_known *known, pid_t tid, struct kernel_known_news *ret)
{
	uint32_t key = (uint32_t)tid;

	int code = change_map(known->maps[MAP_NEWS], BPF_MAP_LOOKUP_AND_DELETE_ELEM, &key, ret);

	if (code == 0 || code == -ENOENT)
		return code == 0;
	/* Before Linux 5.14 that is for other kinds of maps. */
	return change_map(known->maps[MAP_NEWS], BPF_MAP_LOOKUP_ELEM, &key, ret) == 0 &&
	       change_map(known->maps[MAP_NEWS], BPF_MAP_DELETE_ELEM, &key, NULL) == 0;
}

void kernel_known_learn(struct kernel_known *known, const struct kernel_known_key *key)
{
	const uint32_t yes = 1;

	change_map(known->maps[MAP_KNOWN], BPF_MAP_UPDATE_ELEM, key, &yes);
}

void kernel_known_forget(struct kernel_known *known)
{
	__atomic_add_fetch(&known->state->epoch, 1, __ATOMIC_RELEASE);
}

/* How often the kernel passed the program over (Linux 5.12), for whichever call; 0 when it does not say. */
static uint64_t count_missed(const struct kernel_known *known)
{
	struct bpf_prog_info info = { 0 };
	union bpf_attr attributes = {
		.info = { .bpf_fd = (uint32_t)known->program, .info_len = sizeof(info), .info = (uintptr_t)&info },
	};

	return bpf(BPF_OBJ_GET_INFO_BY_FD, &attributes) < 0 ? 0 : info.recursion_misses;
}

uint64_t kernel_known_lost(const struct kernel_known *known)
{
	return count_missed(known) ? UINT64_MAX : __atomic_load_n(&known->state->lost, __ATOMIC_ACQUIRE);
}
