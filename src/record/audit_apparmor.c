/* SPDX-License-Identifier: Apache-2.0 */
/* See audit_apparmor.h. What an operation is about stands in one table, what a letter of a mask means in another. */
#include "record/audit_apparmor.h"

#include <string.h>
#include <sys/mount.h>

#include "snug/access.h"
#include "snug/memory.h"
#include "snug/names.h"
#include "snug/text.h"

#if HAVE_APPARMOR
#include <aalogparse/aalogparse.h>

struct apparmor_verdict {
	aa_log_record *record;	/* owned by libapparmor */
	char *profile;		/* owned */
	char *peer;		/* owned; NULL = none */
};

/* Fields that aalogparse 3.0 can read; it gives up on a record with any other ("class" of Linux 6.2), so that the rest is left out. */
static const char *const readable[] = {
	"apparmor", "operation", "profile", "name", "name2", "pid", "comm", "requested_mask", "denied_mask", "fsuid", "ouid",
	"capability", "capname", "family", "sock_type", "protocol", "signal", "peer", "peer_profile", "info", "error", "fstype",
	"flags", "srcname", "target", "laddr", "lport", "faddr", "fport",
};

static bool is_readable(const char *name, size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(readable); i++)
		if (strlen(readable[i]) == length && memcmp(readable[i], name, length) == 0)
			return true;
	return false;
}

/* The record as auditd would have written it, whatever log it came from. */
static char *canonical(const struct audit_record *record)
{
	struct text line = TEXT_EMPTY;
	struct audit_field_walk walk = { record->body, record->length };
	struct audit_named_value field;

	text_puts(&line, "type=AVC msg=audit(");
	if (record->stamp_length)
		text_add(&line, record->stamp, record->stamp_length);
	else
		text_puts(&line, "0.000:0");
	text_puts(&line, "):");
	while (audit_field_next(&walk, &field))
		if (is_readable(field.name, field.name_length))
			text_printf(&line, field.quoted ? " %.*s=\"%.*s\"" : " %.*s=%.*s", (int)field.name_length, field.name,
				    (int)field.length, field.value);
	return text_steal(&line);
}

bool apparmor_verdict_is_readable(void)
{
	return true;
}

/* "//null-PROGRAM": security/apparmor/policy.c, aa_new_learning_profile(). */
static char *without_learning(const char *profile)
{
	const char *learning = profile ? strstr(profile, "//null-") : NULL;

	if (!profile)
		return NULL;
	return learning ? xmemdup(profile, (size_t)(learning - profile)) : xstrdup(profile);
}

struct apparmor_verdict *apparmor_verdict_read(const struct audit_record *record, bool *ret_unusable)
{
	auto_free char *line = canonical(record);
	aa_log_record *parsed = parse_record(line);
	struct apparmor_verdict *verdict;

	*ret_unusable = !parsed || parsed->event == AA_RECORD_INVALID || parsed->event == AA_RECORD_ERROR;
	if (!parsed || (parsed->event != AA_RECORD_ALLOWED && parsed->event != AA_RECORD_DENIED) || !parsed->profile ||
	    !parsed->operation) {
		*ret_unusable |= parsed && (parsed->event == AA_RECORD_ALLOWED || parsed->event == AA_RECORD_DENIED);
		if (parsed)
			free_record(parsed);
		return NULL;
	}
	verdict = xcalloc(1, sizeof(*verdict));
	verdict->record = parsed;
	verdict->profile = without_learning(parsed->profile);
	verdict->peer = without_learning(parsed->peer ?: parsed->peer_profile);
	return verdict;
}

struct apparmor_verdict *apparmor_verdict_free(struct apparmor_verdict *verdict)
{
	if (!verdict)
		return NULL;
	free_record(verdict->record);
	free(verdict->profile);
	free(verdict->peer);
	free(verdict);
	return NULL;
}

const char *apparmor_verdict_profile(const struct apparmor_verdict *verdict)
{
	return verdict->profile;
}

const char *apparmor_verdict_operation(const struct apparmor_verdict *verdict)
{
	return verdict->record->operation;
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

static int send_file(const struct apparmor_verdict *verdict, struct event *event, const struct event_sink *sink)
{
	const char *mask = verdict->record->denied_mask ?: verdict->record->requested_mask;
	auto_free char *path = verdict->record->name ? xstrdup(verdict->record->name) : NULL;
	size_t length = path ? strlen(path) : 0;

	if (!path || path[0] != '/' || !mask)
		return 0;
	event->kind = EVENT_FILE;
	/* The name of a folder ends in a slash here and nowhere else. */
	event->file.kind = length > 1 && path[length - 1] == '/' ? FILE_KIND_FOLDER : FILE_KIND_UNKNOWN;
	if (event->file.kind == FILE_KIND_FOLDER)
		path[length - 1] = '\0';
	event->file.path = path;
	event->file.outcome = OUTCOME_UNKNOWN;
	for (size_t i = 0; i < ARRAY_SIZE(letters); i++)
		if (strchr(mask, letters[i].letter))
			event->file.access |= letters[i].access;
	return event->file.access ? sink->on_event(sink->context, event) ?: 1 : 0;
}

/* The old name, which a link needs as well, stands in "target". */
static int send_link(const struct apparmor_verdict *verdict, struct event *event, const struct event_sink *sink)
{
	int sent = send_file(verdict, event, sink);

	if (sent <= 0 || !verdict->record->name2 || verdict->record->name2[0] != '/')
		return sent;
	event->file.path = verdict->record->name2;
	event->file.access = ACCESS_LINK_FROM;
	return sink->on_event(sink->context, event) ?: 1;
}

static int send_capability(const struct apparmor_verdict *verdict, struct event *event, const struct event_sink *sink)
{
	auto_free char *name = xstrdup(verdict->record->name ?: "");

	for (char *p = name; *p; p++)
		*p = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
	event->kind = EVENT_CAPABILITY;
	if (!value_of(NAME_CAPABILITY, name, &event->capability.number))
		return 0;
	/* AppArmor is asked only about what the credentials hold: security/security.c, security_capable(). */
	event->capability.granted = true;
	event->capability.reason = "apparmor_capable";
	event->capability.outcome = OUTCOME_UNKNOWN;
	return sink->on_event(sink->context, event) ?: 1;
}

static int number_of(enum name_kind kind, const char *word)
{
	int value;

	return word && value_of(kind, word, &value) ? value : -1;
}

static int send_socket(const struct apparmor_verdict *verdict, struct event *event, const struct event_sink *sink)
{
	int family = number_of(NAME_FAMILY, verdict->record->net_family), type = number_of(NAME_SOCKET_TYPE, verdict->record->net_sock_type);
	uint32_t act = socket_act_by_name(verdict->record->operation);

	if (family < 0)
		return verdict->record->name ? send_file(verdict, event, sink) : 0;
	if (family == number_of(NAME_FAMILY, "unix")) {
		event->kind = EVENT_UNIX;
		event->unix_socket.type = type;
		event->unix_socket.act = act ?: SOCKET_CREATE;
		event->unix_socket.outcome = OUTCOME_UNKNOWN;
	} else {
		event->kind = EVENT_NETWORK;
		event->network.family = family;
		event->network.type = type;
		event->network.protocol = number_of(NAME_PROTOCOL, verdict->record->net_protocol);
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
	const char *mask = verdict->record->denied_mask ?: verdict->record->requested_mask;

	return mask && strcmp(mask, word) == 0;
}

static int send_signal(const struct apparmor_verdict *verdict, struct event *event, const struct event_sink *sink)
{
	event->kind = EVENT_SIGNAL;
	event->signal.number = number_of(NAME_SIGNAL, verdict->record->signal);
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

/* security/apparmor/mount.c, audit_mnt_flags(). */
static const struct {
	const char *word;
	uint64_t flag;
} mount_flags[] = {
	{ "ro", MS_RDONLY },	      { "rw", 0 },		    { "nosuid", MS_NOSUID },	  { "nodev", MS_NODEV },
	{ "noexec", MS_NOEXEC },      { "sync", MS_SYNCHRONOUS },   { "remount", MS_REMOUNT },	  { "mand", MS_MANDLOCK },
	{ "dirsync", MS_DIRSYNC },    { "noatime", MS_NOATIME },    { "nodiratime", MS_NODIRATIME }, { "bind", MS_BIND },
	{ "rbind", MS_BIND | MS_REC }, { "move", MS_MOVE },	    { "silent", MS_SILENT },
	{ "runbindable", MS_UNBINDABLE | MS_REC }, { "unbindable", MS_UNBINDABLE },
	{ "rprivate", MS_PRIVATE | MS_REC }, { "private", MS_PRIVATE }, { "rslave", MS_SLAVE | MS_REC }, { "slave", MS_SLAVE },
	{ "rshared", MS_SHARED | MS_REC }, { "shared", MS_SHARED }, { "relatime", MS_RELATIME },
	{ "iversion", MS_I_VERSION }, { "strictatime", MS_STRICTATIME },
};

/* False for a word that is not known: the mount would be another. */
static bool read_mount_flags(const char *words, uint64_t *ret)
{
	*ret = 0;
	for (const char *p = words ?: ""; *p;) {
		size_t length = strcspn(p, ", "), row = 0;

		while (row < ARRAY_SIZE(mount_flags) &&
		       !(strlen(mount_flags[row].word) == length && memcmp(mount_flags[row].word, p, length) == 0))
			row++;
		if (row == ARRAY_SIZE(mount_flags))
			return false;
		*ret |= mount_flags[row].flag;
		p += length;
		p += strspn(p, ", ");
	}
	return true;
}

static int send_mount(const struct apparmor_verdict *verdict, struct event *event, const struct event_sink *sink)
{
	const aa_log_record *record = verdict->record;

	event->kind = EVENT_MOUNT;
	event->mount.act = strcmp(record->operation, "pivotroot") == 0 ? "pivot_root" : record->operation;
	event->mount.source = record->src_name;
	event->mount.target = record->name;
	event->mount.type = record->fs_type;
	event->mount.outcome = OUTCOME_UNKNOWN;
	if (!record->name || !read_mount_flags(record->flags, &event->mount.flags))
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
		if (strcmp(operations[i].operation, verdict->record->operation) == 0) {
			struct event event = { .phase = PHASE_PROGRAM, .by = by };

			return operations[i].send(verdict, &event, sink);
		}
	return 0;
}

#else

/* clang-format off */
bool apparmor_verdict_is_readable(void) { return false; }
struct apparmor_verdict *apparmor_verdict_read(const struct audit_record *record, bool *ret_unusable)
{
	(void)record;
	*ret_unusable = true;
	return NULL;
}
struct apparmor_verdict *apparmor_verdict_free(struct apparmor_verdict *verdict) { (void)verdict; return NULL; }
const char *apparmor_verdict_profile(const struct apparmor_verdict *verdict) { (void)verdict; return NULL; }
const char *apparmor_verdict_operation(const struct apparmor_verdict *verdict) { (void)verdict; return NULL; }
int apparmor_verdict_send(const struct apparmor_verdict *verdict, const char *by, const struct event_sink *sink)
{
	(void)verdict;
	(void)by;
	(void)sink;
	return 0;
}

#endif
