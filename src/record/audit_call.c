/* SPDX-License-Identifier: Apache-2.0 */
/* See audit_call.h. A SECCOMP record has neither arguments nor a result (kernel/auditsc.c, audit_seccomp()). */
#include "record/audit_call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "snug/arch.h"
#include "snug/memory.h"
#include "snug/syscall_argument.h"

#define ARGS_LOGGED 4		/* a0 to a3 */
#define ERRNO_MAX 511		/* above stand the kernel's own: -ERESTARTSYS and its like, include/linux/errno.h */

static bool number_of(const struct audit_record *record, const char *name, int base, uint64_t *ret)
{
	size_t length;
	const char *value = audit_field(record->body, record->length, name, &length);
	char text[32], *end;

	if (!value || length == 0 || length >= sizeof(text))
		return false;
	memcpy(text, value, length);
	text[length] = '\0';
	errno = 0;
	*ret = strtoull(text, &end, base);
	return *end == '\0' && errno == 0;
}

/* The values that are ruled on, as far as they stand in the record. */
static void read_arguments(const struct audit_record *record, struct event_syscall *syscall, const char *name)
{
	const struct syscall_argument *row;

	for (size_t i = 0; (row = syscall_argument_at(i)) && syscall->arg_count < EVENT_ARGS_MAX; i++) {
		const char field[] = { 'a', (char)('0' + row->index), '\0' };
		uint64_t value;

		if (strcmp(row->syscall, name) == 0 && row->index < ARGS_LOGGED && syscall_argument_applies(row, syscall->abi) &&
		    number_of(record, field, 16, &value))
			syscall->args[syscall->arg_count++] = (struct event_argument){ row->name, value & row->mask };
	}
}

int audit_call_send(const struct audit_record *record, const char *by, const struct event_sink *sink)
{
	struct event call = { .kind = EVENT_SYSCALL, .phase = PHASE_PROGRAM, .by = by };
	char name[SYSCALL_NAME_MAX];
	uint64_t arch, exit;

	if (!number_of(record, "arch", 16, &arch) || !number_of(record, "syscall", 10, &call.syscall.number))
		return 0;
	call.syscall.abi = arch_find((uint32_t)arch, call.syscall.number);
	if (!call.syscall.abi)
		return 0;
	if (record->type->use == AUDIT_USE_CALL) {
		read_arguments(record, &call.syscall, syscall_name(call.syscall.abi, call.syscall.number, name));
		call.syscall.has_result = number_of(record, "exit", 10, &exit) && (int64_t)exit >= -ERRNO_MAX;
		call.syscall.result = call.syscall.has_result ? (int64_t)exit : 0;
	}
	return sink->on_event(sink->context, &call) ?: 1;
}
