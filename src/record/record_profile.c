/* SPDX-License-Identifier: Apache-2.0 */
/* The seccomp profile under which a container reports its calls. */
#include <seccomp.h>
#include <string.h>

#include "snug/arch.h"
#include "snug/listener.h"
#include "snug/memory.h"
#include "snug/string_set.h"

#define NUMBERS 1024	/* above every architecture's largest number of a call (x32 apart, see arch.h) */

/*
 * Calls that are let go without a word. Nobody has the descriptor yet while runc's init, which has loaded the filter, tells
 * its parent about it: a notified call before that waits for ever, and the container never starts. init is a Go program, whose
 * scheduler makes calls of its own at any moment, and whose threads are interrupted by signals to each other.
 * All of them are in runc's baseline, so that a profile has them anyway; none has an argument to learn from.
 */
static const struct {
	const char *name;
	const char *source;
} not_notified[] = {
	{ "close", "runc 1.1 libcontainer/init_linux.go: giving up, where nobody listens; it hung for ever, 1.1.5" },
	{ "exit_group", "the same" },
	{ "futex", "Go 1.19 runtime/os_linux.go: waking and waiting for threads" },
	{ "getpid", "Go 1.19 runtime/os_linux.go: signalM()" },
	{ "madvise", "Go 1.19 runtime/mem_linux.go: memory is given back" },
	{ "nanosleep", "Go 1.19 runtime/sys_linux_amd64.s: usleep()" },
	{ "read", "runc 1.1 libcontainer/sync.go: what init waits for while the descriptor is brought, or nobody listens" },
	{ "rt_sigreturn", "Go 1.19 runtime/preempt.go: SIGURG interrupts; seen to hang, runc 1.1.5, one start in 40" },
	{ "sched_yield", "Go 1.19 runtime/lock_futex.go" },
	{ "write", "runc 1.1 libcontainer/seccomp/seccomp_linux.go: refuses a profile that notifies it" },
};

static bool is_notified(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(not_notified); i++)
		if (strcmp(not_notified[i].name, name) == 0)
			return false;
	return seccomp_syscall_resolve_name(name) != __NR_SCMP_ERROR;
}

static void add_names(struct string_set *names, const struct arch *abi)
{
	for (uint32_t number = 0; number < NUMBERS; number++) {
		char name[SYSCALL_NAME_MAX];

		syscall_name(abi, number | abi->number_mask, name);
		if (name[0] != '#' && is_notified(name))
			string_set_add(names, name);
	}
}

static void add_string(struct text *out, const char *s)
{
	text_putc(out, '"');
	for (; *s; s++)
		if (*s == '"' || *s == '\\' || (unsigned char)*s < 0x20)
			text_printf(out, "\\u%04x", (unsigned char)*s);
		else
			text_putc(out, *s);
	text_putc(out, '"');
}

void record_profile(struct text *out, const char *socket, const char *name)
{
	CLEANUP(string_set_done) struct string_set names = STRING_SET_EMPTY;
	const struct arch *native = arch_native(), *abi;
	const char *separator = "";

	text_printf(out, "{\n\t\"defaultAction\": \"SCMP_ACT_ERRNO\",\n\t\"defaultErrnoRet\": 38,\n\t\"architectures\": [");
	for (size_t i = 0; native && (abi = arch_at(i)) != NULL; i++) {
		if (strcmp(abi->family, native->family) != 0)
			continue;
		add_names(&names, abi);
		text_printf(out, "%s\"%s\"", separator, abi->scmp_name);
		separator = ", ";
	}
	text_puts(out, "],\n\t\"listenerPath\": ");
	add_string(out, socket);
	if (name) {
		text_puts(out, ",\n\t\"listenerMetadata\": ");
		add_string(out, name);
	}
	text_puts(out, ",\n\t\"syscalls\": [\n\t\t{ \"action\": \"SCMP_ACT_ALLOW\", \"names\": [");
	for (size_t i = 0; i < ARRAY_SIZE(not_notified); i++)
		text_printf(out, "%s\n\t\t\t\"%s\"", i ? "," : "", not_notified[i].name);
	text_puts(out, "\n\t\t] },\n\t\t{ \"action\": \"SCMP_ACT_NOTIFY\", \"names\": [");
	for (size_t i = 0; i < names.count; i++)
		text_printf(out, "%s\n\t\t\t\"%s\"", i ? "," : "", names.items[i]);
	text_puts(out, "\n\t\t] }\n\t]\n}\n");
}
