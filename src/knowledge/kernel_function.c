/* SPDX-License-Identifier: Apache-2.0 */
/* What functions of the kernel do with a refusal; see kernel_function.h. Read in Linux 6.1 and 6.18. */
#include "snug/kernel_function.h"

#include <linux/capability.h>
#include <stdint.h>
#include <string.h>

#include "snug/memory.h"

#define SEPARATOR " < "
#define NEAR 3	/* functions from the check outwards in which a row is looked for: what a build inlines differs */

/* Only ways to ask: they say nothing about what for. */
static const char *const ways_to_ask[] = {
	"__netlink_capable", "__netlink_net_capable", "__netlink_ns_capable", "__probestub_cap_capable",
	"__traceiter_cap_capable", "bpf_token_capable", "cap_capable", "cap_capable_helper", "capable",
	"capable_wrt_inode_uidgid", "file_ns_capable", "has_capability", "has_capability_noaudit",
	"has_ns_capability", "has_ns_capability_noaudit", "inode_owner_or_capable", "netlink_capable",
	"netlink_net_capable", "netlink_ns_capable", "ns_capable", "ns_capable_common", "ns_capable_noaudit",
	"ns_capable_setid", "perf_trace_cap_capable", "perfmon_capable", "security_capable", "sk_capable",
	"sk_net_capable", "sk_ns_capable", "sockopt_capable", "sockopt_ns_capable",
	"trace_event_raw_event_cap_capable",
};

#define ANY CAPABILITY_ANY
#define FAILS(name_, capability_, source_) \
	{ .name = name_, .capability = capability_, .refusal = REFUSAL_FAILS, .source = source_ }
#define IF_CHANGED(name_, capability_, source_) \
	{ .name = name_, .capability = capability_, .refusal = REFUSAL_IF_CHANGED, .source = source_ }
#define DIFFERS(name_, capability_, effect_, source_) \
	{ .name = name_, .capability = capability_, .refusal = REFUSAL_DIFFERS, .effect = effect_, .source = source_ }
#define NOISE(name_, capability_, effect_, source_) \
	{ .name = name_, .capability = capability_, .refusal = REFUSAL_NOISE, .effect = effect_, .source = source_, \
	  .anywhere = true }

#define MEMORY_ACCOUNTING "accounts memory: whoever has it may use the last three per cent"
#define MOUNTER "an overlay file system asks under the credentials that it was mounted with"
#define SET_ID_BITS "keeps the set-id bits of a file"

/* A name "f < g" is f where g called it; "f*" is every function that begins so. */
static const struct kernel_function function_rows[] = {
	IF_CHANGED("__sys_setgid", CAP_SETGID, "kernel/sys.c"),
	IF_CHANGED("__sys_setresgid", CAP_SETGID, "kernel/sys.c"),
	IF_CHANGED("__sys_setresuid", CAP_SETUID, "kernel/sys.c"),
	IF_CHANGED("__sys_setuid", CAP_SETUID, "kernel/sys.c"),
	NOISE("cap_vm_enough_memory", CAP_SYS_ADMIN, MEMORY_ACCOUNTING, "security/commoncap.c"),
	FAILS("generic_permission", ANY, "fs/namei.c"),
	FAILS("generic_permission < ovl_permission", ANY, "fs/overlayfs/inode.c: before it overrides"),
	NOISE("ovl_*", ANY, MOUNTER, "fs/overlayfs/util.c: ovl_override_creds()"),
	NOISE("security_vm_enough_memory_mm", CAP_SYS_ADMIN, MEMORY_ACCOUNTING, "security/security.c"),
	FAILS("setattr_prepare", ANY, "fs/attr.c"),
	DIFFERS("setattr_prepare", CAP_FSETID, SET_ID_BITS, "fs/attr.c"),
	FAILS("setattr_prepare < ovl_setattr", ANY, "fs/overlayfs/inode.c: before it overrides"),
	DIFFERS("setattr_prepare < ovl_setattr", CAP_FSETID, SET_ID_BITS, "fs/overlayfs/inode.c"),
};

/* "setattr_prepare.isra.0" and the like are that function still; in an asker a blank follows. */
static size_t name_length(const char *name)
{
	return strcspn(name, ". ");
}

static bool is_named(const char *frame, size_t length, const char *name, size_t name_length)
{
	if (name_length && name[name_length - 1] == '*')
		return length >= name_length - 1 && memcmp(frame, name, name_length - 1) == 0;
	return length == name_length && memcmp(frame, name, length) == 0;
}

static bool is_way_to_ask(const char *frame)
{
	for (size_t i = 0; i < ARRAY_SIZE(ways_to_ask); i++)
		if (is_named(frame, name_length(frame), ways_to_ask[i], strlen(ways_to_ask[i])))
			return true;
	return false;
}

/* Does the row's name, one function or two, fit the stack from here outwards? */
static bool fits(const struct kernel_function *row, const char *const *stack, size_t depth)
{
	const char *caller = strstr(row->name, SEPARATOR);
	size_t length = caller ? (size_t)(caller - row->name) : strlen(row->name);

	if (!is_named(stack[0], name_length(stack[0]), row->name, length))
		return false;
	if (!caller)
		return true;
	caller += strlen(SEPARATOR);
	return depth > 1 && is_named(stack[1], name_length(stack[1]), caller, strlen(caller));
}

static bool speaks_of(const struct kernel_function *row, int capability)
{
	return row->capability == CAPABILITY_ANY || row->capability == capability;
}

/* In the order in which they are tried. */
enum row_class {
	ROW_OF_CALLER,
	ROW_ANYWHERE,
	ROW_OF_FUNCTION,
};

static enum row_class class_of(const struct kernel_function *row)
{
	if (strstr(row->name, SEPARATOR))
		return ROW_OF_CALLER;
	return row->anywhere ? ROW_ANYWHERE : ROW_OF_FUNCTION;
}

/* Of two rows that fit the one that names the capability decides. */
static const struct kernel_function *find_row(const char *const *stack, size_t depth, int capability, enum row_class class)
{
	const struct kernel_function *found = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(function_rows); i++) {
		const struct kernel_function *row = &function_rows[i];

		if (class_of(row) == class && speaks_of(row, capability) && fits(row, stack, depth) &&
		    (!found || found->capability == CAPABILITY_ANY))
			found = row;
	}
	return found;
}

/* Which frame decides, and by which row: the innermost of the first class that knows one. */
static const struct kernel_function *decide(const char *const *stack, size_t depth, int capability, size_t *ret_at)
{
	const struct kernel_function *row;

	for (int class = ROW_OF_CALLER; class <= ROW_OF_FUNCTION; class++)
		for (size_t i = 0; i < depth && (i < NEAR || class == ROW_ANYWHERE); i++) {
			row = find_row(stack + i, depth - i, capability, class);
			*ret_at = i;
			if (row)
				return row;
		}
	return NULL;
}

static void put_name(struct text *out, const char *frame)
{
	text_add(out, frame, name_length(frame));
}

void kernel_function_that_asked(struct text *out, const char *const *stack, size_t depth, int capability)
{
	size_t at;

	while (depth && is_way_to_ask(stack[0])) {
		stack++;
		depth--;
	}
	if (decide(stack, depth, capability, &at)) {
		put_name(out, stack[at]);
		return;
	}
	for (size_t i = 0; i < depth && i < NEAR; i++) {
		text_puts(out, i ? SEPARATOR : "");
		put_name(out, stack[i]);
	}
}

const struct kernel_function *kernel_function_of(const char *asker, int capability)
{
	const char *frames[NEAR];
	size_t depth = 0, at;

	while (asker && depth < NEAR) {
		frames[depth++] = asker;
		asker = strstr(asker, SEPARATOR);
		asker = asker ? asker + strlen(SEPARATOR) : NULL;
	}
	return decide(frames, depth, capability, &at);
}

const struct kernel_function *kernel_function_at(size_t index)
{
	return index < ARRAY_SIZE(function_rows) ? &function_rows[index] : NULL;
}
