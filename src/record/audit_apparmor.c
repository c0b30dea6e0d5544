/* SPDX-License-Identifier: Apache-2.0 */
/* See audit_apparmor.h. What an operation is about stands in one table, what a letter of a mask means in another. */
#include "record/audit_apparmor.h"

#include <stdlib.h>
#include <string.h>

#include "snug/access.h"
#include "snug/memory.h"
#include "snug/mount_flag.h"
#include "snug/names.h"
#include "snug/text.h"

struct apparmor_verdict {
	const struct audit_record *record;	/* borrowed */
	/* All owned, NULL = the record has none. */
	char *operation, *profile, *peer;
	char *mask;		/* what was refused, or would have been */
	char *name;		/* the path, or what else it is about */
};

/* "PROFILE//null-PROGRAM": security/apparmor/policy.c, aa_new_learning_profile(). */
char *apparmor_label(const struct audit_record *record, const char *name)
{
	char *label = audit_field_string(record, name), *learning = label ? strstr(label, "//null-") : NULL;

	if (learning)
		*learning = '\0';
	return label;
}

struct apparmor_verdict *apparmor_verdict_read(const struct audit_record *record, bool *ret_unusable)
{
	auto_free char *kind = audit_field_string(record, "apparmor");
	CLEANUP(apparmor_verdict_freep) struct apparmor_verdict *verdict = NULL;

	/* Others (STATUS, AUDIT, HINT) tell of no access that a profile lacks. */
	*ret_unusable = !kind;
	if (!kind || (strcmp(kind, "ALLOWED") != 0 && strcmp(kind, "DENIED") != 0))
		return NULL;
	verdict = xcalloc(1, sizeof(*verdict));
	verdict->record = record;
	verdict->operation = audit_field_string(record, "operation");
	verdict->profile = apparmor_label(record, "profile");
	verdict->peer = apparmor_label(record, "peer");
	verdict->mask = audit_field_string(record, "denied_mask") ?: audit_field_string(record, "requested_mask");
	verdict->name = audit_field_string(record, "name");
	*ret_unusable = !verdict->operation || !verdict->profile;
	return *ret_unusable ? NULL : steal_ptr(verdict);
}

struct apparmor_verdict *apparmor_verdict_free(struct apparmor_verdict *verdict)
{
	if (!verdict)
		return NULL;
	free(verdict->operation);
	free(verdict->profile);
	free(verdict->peer);
	free(verdict->mask);
	free(verdict->name);
	free(verdict);
	return NULL;
}

const char *apparmor_verdict_profile(const struct apparmor_verdict *verdict)
{
	return verdict->profile;
}

const char *apparmor_verdict_operation(const struct apparmor_verdict *verdict)
{
	return verdict->operation;
}

/* security/apparmor/lib.c, aa_file_perm_chrs; a rename asks for both of its ends. */
static const struct {
	char letter;
	uint32_t access;
} letters[] = {
	{ 'r', ACCESS_READ },	 { 'w', ACCESS_WRITE },	      { 'a', ACCESS_APPEND }, { 'c', ACCESS_CREATE },
	{ 'd', ACCESS_DELETE },	 { 'm', ACCESS_MAP_EXECUTE }, { 'x', ACCESS_EXECUTE }, { 'k', ACCESS_LOCK },
	{ 'l', ACCESS_LINK_TO },
};

/* An unnamed file, O_TMPFILE: "FOLDER/#INODE", d_mark_tmpfile() in fs/dcache.c. It is asked for as if it were there. */
static bool is_unnamed(const struct apparmor_verdict *verdict)
{
	const char *slash = strrchr(verdict->name, '/'), *digits = slash + 2;

	return strcmp(verdict->operation, "open") == 0 && slash[1] == '#' && *digits &&
	       digits[strspn(digits, "0123456789")] == '\0' && strchr(verdict->mask, 'w');
}

static int send_file(const struct apparmor_verdict *verdict, struct event *event, const struct event_sink *sink)
{
	auto_free char *path = verdict->name ? xstrdup(verdict->name) : NULL;
	size_t length = path ? strlen(path) : 0;

	if (!path || path[0] != '/' || !verdict->mask)
		return 0;
	event->kind = EVENT_FILE;
	/* The name of a folder ends in a slash here, and that of nothing else does. */
	event->file.kind = path[length - 1] == '/' ? FILE_KIND_FOLDER
			 : strcmp(verdict->operation, "symlink") == 0 ? FILE_KIND_SYMLINK : FILE_KIND_FILE;
	if (event->file.kind == FILE_KIND_FOLDER && length > 1)
		path[length - 1] = '\0';
	if (is_unnamed(verdict))
		event->file.access |= ACCESS_CREATE;
	event->file.path = path;
	event->file.outcome = OUTCOME_UNKNOWN;
	for (size_t i = 0; i < ARRAY_SIZE(letters); i++)
		if (strchr(verdict->mask, letters[i].letter))
			event->file.access |= letters[i].access;
	return event->file.access ? sink->on_event(sink->context, event) ?: 1 : 0;
}

/* The old name, which a link needs as well, stands in "target". */
static int send_link(const struct apparmor_verdict *verdict, struct event *event, const struct event_sink *sink)
{
	auto_free char *target = audit_field_string(verdict->record, "target");
	int sent = send_file(verdict, event, sink);

	if (sent <= 0 || !target || target[0] != '/')
		return sent;
	event->file.path = target;
	event->file.access = ACCESS_LINK_FROM;
	return sink->on_event(sink->context, event) ?: 1;
}

static int number_of(enum name_kind kind, const char *word)
{
	int value;

	return word && value_of(kind, word, &value) ? value : -1;
}

static int send_capability(const struct apparmor_verdict *verdict, struct event *event, const struct event_sink *sink)
{
	auto_free char *name = audit_field_string(verdict->record, "capname");

	for (char *p = name; p && *p; p++)
		*p = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
	event->kind = EVENT_CAPABILITY;
	event->capability.number = number_of(NAME_CAPABILITY, name);
	if (event->capability.number < 0)
		return 0;
	/* AppArmor is asked only about what the credentials hold: security/security.c, security_capable(). */
	event->capability.granted = true;
	event->capability.instead_of = CAPABILITY_NONE;
	event->capability.reason = "apparmor_capable";
	event->capability.outcome = OUTCOME_UNKNOWN;
	return sink->on_event(sink->context, event) ?: 1;
}

/* A number, whatever the family. */
static int protocol_of(const char *digits)
{
	char *end;
	long number = digits ? strtol(digits, &end, 10) : -1;

	return digits && *digits && *end == '\0' && number >= 0 && number <= INT16_MAX ? (int)number : -1;
}

static int send_socket(const struct apparmor_verdict *verdict, struct event *event, const struct event_sink *sink)
{
	auto_free char *family_word = audit_field_string(verdict->record, "family"), *type_word = audit_field_string(verdict->record, "sock_type");
	auto_free char *protocol = audit_field_string(verdict->record, "protocol");
	int family = number_of(NAME_FAMILY, family_word), type = number_of(NAME_SOCKET_TYPE, type_word);
	uint32_t act = socket_act_by_name(verdict->operation);

	if (family < 0)	/* a unix socket by its path, on kernels that know no finer rules */
		return send_file(verdict, event, sink);
	if (family == number_of(NAME_FAMILY, "unix")) {
		event->kind = EVENT_UNIX;
		event->unix_socket.type = type;
		event->unix_socket.act = act ?: SOCKET_CREATE;
		event->unix_socket.outcome = OUTCOME_UNKNOWN;
	} else {
		event->kind = EVENT_NETWORK;
		event->network.family = family;
		event->network.type = type;
		event->network.protocol = protocol_of(protocol);
		event->network.act = act ?: SOCKET_CREATE;
		event->network.outcome = OUTCOME_UNKNOWN;
	}
	return sink->on_event(sink->context, event) ?: 1;
}

static enum signal_target target_of(const struct apparmor_verdict *verdict)
{
	return verdict->peer && strcmp(verdict->peer, verdict->profile) == 0 ? SIGNAL_TO_MEMBER : SIGNAL_TO_OUTSIDE;
}

static bool asks(const struct apparmor_verdict *verdict, const char *word)
{
	return verdict->mask && strcmp(verdict->mask, word) == 0;
}

static int send_signal(const struct apparmor_verdict *verdict, struct event *event, const struct event_sink *sink)
{
	auto_free char *word = audit_field_string(verdict->record, "signal");

	event->kind = EVENT_SIGNAL;
	event->signal.number = number_of(NAME_SIGNAL, word);
	event->signal.target = target_of(verdict);
	event->signal.outcome = OUTCOME_UNKNOWN;
	if (!asks(verdict, "send") || event->signal.number < 0)
		return 0;
	return sink->on_event(sink->context, event) ?: 1;
}

static int send_ptrace(const struct apparmor_verdict *verdict, struct event *event, const struct event_sink *sink)
{
	event->kind = EVENT_PTRACE;
	event->ptrace.act = asks(verdict, "read") ? "read" : "trace";
	event->ptrace.target = target_of(verdict);
	event->ptrace.outcome = OUTCOME_UNKNOWN;
	if (!asks(verdict, "read") && !asks(verdict, "trace"))
		return 0;
	return sink->on_event(sink->context, event) ?: 1;
}

/* As security/apparmor/mount.c, audit_mnt_flags(), writes them. False for a word that is not known: the mount would be another. */
static bool read_mount_flags(char *words, uint64_t *ret)
{
	char *rest = NULL;

	*ret = 0;
	for (char *word = words ? strtok_r(words, ", ", &rest) : NULL; word; word = strtok_r(NULL, ", ", &rest)) {
		const struct mount_flag *row = mount_flag_find(word);

		if (!row && strcmp(word, "rw") != 0)
			return false;
		*ret |= row ? row->flag : 0;
	}
	return true;
}

/* The new root is what pivot_root(2) is given first, and "name" here; "srcname" is where the old one goes: security/apparmor/mount.c. */
static int send_mount(const struct apparmor_verdict *verdict, struct event *event, const struct event_sink *sink)
{
	bool pivots = strcmp(verdict->operation, "pivotroot") == 0;
	auto_free char *source = audit_field_string(verdict->record, "srcname"), *type = audit_field_string(verdict->record, "fstype");
	auto_free char *flags = audit_field_string(verdict->record, "flags");

	event->kind = EVENT_MOUNT;
	event->mount.act = pivots ? "pivot_root" : verdict->operation;
	event->mount.source = pivots ? verdict->name : source;
	event->mount.target = pivots ? source : verdict->name;
	event->mount.type = type;
	event->mount.outcome = OUTCOME_UNKNOWN;
	if (!verdict->name || !read_mount_flags(flags, &event->mount.flags))
		return 0;
	return sink->on_event(sink->context, event) ?: 1;
}

/* security/apparmor/include/audit.h, OP_*. An operation without a row (change_profile, dbus, userns_create, …) has no rule in any emitter. */
static const struct {
	const char *operation;
	int (*send)(const struct apparmor_verdict *verdict, struct event *event, const struct event_sink *sink);
} operations[] = {
	{ "accept", send_socket },	{ "bind", send_socket },	{ "capable", send_capability },
	{ "chmod", send_file },		{ "chown", send_file },		{ "connect", send_socket },
	{ "create", send_socket },	{ "exec", send_file },		{ "file_inherit", send_file },
	{ "file_lock", send_file },	{ "file_mmap", send_file },	{ "file_mprotect", send_file },
	{ "file_perm", send_file },	{ "file_receive", send_file },	{ "getattr", send_file },
	{ "getpeername", send_socket }, { "getsockname", send_socket },	{ "getsockopt", send_socket },
	{ "link", send_link },		{ "listen", send_socket },	{ "mkdir", send_file },
	{ "mknod", send_file },		{ "mount", send_mount },	{ "open", send_file },
	{ "pivotroot", send_mount },	{ "ptrace", send_ptrace },	{ "recvmsg", send_socket },
	{ "rename_dest", send_file },	{ "rename_src", send_file },	{ "rmdir", send_file },
	{ "sendmsg", send_socket },	{ "setattr", send_file },	{ "setsockopt", send_socket },
	{ "signal", send_signal },	{ "socket_shutdown", send_socket }, { "symlink", send_file },
	{ "truncate", send_file },	{ "umount", send_mount },	{ "unlink", send_file },
};

int apparmor_verdict_send(const struct apparmor_verdict *verdict, const char *by, const struct event_sink *sink)
{
	for (size_t i = 0; i < ARRAY_SIZE(operations); i++)
		if (strcmp(operations[i].operation, verdict->operation) == 0) {
			struct event event = { .phase = PHASE_PROGRAM, .by = by };

			return operations[i].send(verdict, &event, sink);
		}
	return 0;
}
