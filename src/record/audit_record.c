/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a line of a log to the parts of the record in it.
 *
 * A log is a stranger's text: what a program wrote to syslog itself must not pass for the kernel's word, so that
 * a record is looked for where the kernel, auditd and journald put it, and nowhere else in a line.
 */
#include "record/audit_record.h"

#include <ctype.h>
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "snug/cleanup.h"
#include "snug/memory.h"

#define ENRICHED_FROM 0x1d	/* auditd.conf(5), log_format = ENRICHED: what auditd adds stands behind this byte */
#define PLAIN_DIGITS 16		/* in base 16, and fewer than fit in any smaller one */
#define PREFIX_MAX 256		/* most bytes that a log puts before a record: time, host, tag */

#define USUAL 8	/* types of nearly all records of a log, asked for first */

/* Behind these, sorted by name (strcmp). */
static const struct audit_type types[] = {
	{ "SYSCALL", 1300, AUDIT_USE_CALL, "kernel/auditsc.c, audit_log_exit()" },
	{ "PATH", 1302, AUDIT_USE_DETAIL, "kernel/auditsc.c, audit_log_name()" },
	{ "CWD", 1307, AUDIT_USE_DETAIL, "kernel/auditsc.c, audit_log_exit()" },
	{ "PROCTITLE", 1327, AUDIT_USE_NOTHING, "kernel/auditsc.c; arguments are nobody's business" },
	{ "SECCOMP", 1326, AUDIT_USE_SECCOMP, "kernel/auditsc.c, audit_seccomp()" },
	{ "AVC", 1400, AUDIT_USE_APPARMOR, "security/lsm_audit.c; AppArmor logs every verdict by this type" },
	{ "MMAP", 1323, AUDIT_USE_DETAIL, "kernel/auditsc.c, show_special()" },
	{ "SOCKADDR", 1306, AUDIT_USE_DETAIL, "kernel/auditsc.c, audit_log_exit()" },
	{ "ADD_GROUP", 1116, AUDIT_USE_NOTHING, "libaudit.h; said by a program, not by the kernel" },
	{ "ADD_USER", 1114, AUDIT_USE_NOTHING, "libaudit.h; said by a program, not by the kernel" },
	{ "ANOM_ABEND", 1701, AUDIT_USE_NOTHING, "kernel/auditsc.c, audit_core_dumps(): a program crashed" },
	{ "ANOM_PROMISCUOUS", 1700, AUDIT_USE_NOTHING, "linux/audit.h; of an interface" },
	{ "APPARMOR_ALLOWED", 1502, AUDIT_USE_APPARMOR, "linux/audit.h, before Linux 3.3" },
	{ "APPARMOR_AUDIT", 1501, AUDIT_USE_APPARMOR, "linux/audit.h, before Linux 3.3" },
	{ "APPARMOR_DENIED", 1503, AUDIT_USE_APPARMOR, "linux/audit.h, before Linux 3.3" },
	{ "APPARMOR_ERROR", 1506, AUDIT_USE_APPARMOR, "linux/audit.h, before Linux 3.3" },
	{ "APPARMOR_HINT", 1504, AUDIT_USE_APPARMOR, "linux/audit.h, before Linux 3.3" },
	{ "APPARMOR_KILL", 1507, AUDIT_USE_APPARMOR, "security/apparmor/audit.c" },
	{ "APPARMOR_STATUS", 1505, AUDIT_USE_NOTHING, "linux/audit.h; a profile was loaded" },
	{ "BPF", 1334, AUDIT_USE_NOTHING, "linux/audit.h; a program of BPF was loaded: its SYSCALL tells the call" },
	{ "BPRM_FCAPS", 1321, AUDIT_USE_DETAIL, "kernel/auditsc.c, show_special(): a program with file capabilities" },
	{ "CAPSET", 1322, AUDIT_USE_DETAIL, "kernel/auditsc.c, show_special()" },
	{ "CONFIG_CHANGE", 1305, AUDIT_USE_NOTHING, "kernel/audit.c; of audit itself" },
	{ "CRED_ACQ", 1103, AUDIT_USE_NOTHING, "libaudit.h; said by a program, not by the kernel" },
	{ "CRED_DISP", 1104, AUDIT_USE_NOTHING, "libaudit.h; said by a program, not by the kernel" },
	{ "CRED_REFR", 1110, AUDIT_USE_NOTHING, "libaudit.h; said by a program, not by the kernel" },
	{ "DAEMON_END", 1201, AUDIT_USE_NOTHING, "libaudit.h" },
	{ "DAEMON_RESUME", 1206, AUDIT_USE_NOTHING, "libaudit.h" },
	{ "DAEMON_ROTATE", 1205, AUDIT_USE_NOTHING, "libaudit.h" },
	{ "DAEMON_START", 1200, AUDIT_USE_NOTHING, "libaudit.h" },
	{ "DEL_GROUP", 1117, AUDIT_USE_NOTHING, "libaudit.h; said by a program, not by the kernel" },
	{ "DEL_USER", 1115, AUDIT_USE_NOTHING, "libaudit.h; said by a program, not by the kernel" },
	{ "EOE", 1320, AUDIT_USE_NOTHING, "kernel/auditsc.c; says that an event is whole, where logs keep it and its order" },
	{ "EVENT_LISTENER", 1335, AUDIT_USE_NOTHING, "kernel/audit.c, audit_log_multicast(): somebody reads along" },
	{ "EXECVE", 1309, AUDIT_USE_ARGUMENTS, "kernel/auditsc.c, audit_log_execve_info(); nobody's business but for a container's id" },
	{ "FD_PAIR", 1317, AUDIT_USE_NOTHING, "kernel/auditsc.c; numbers of descriptors" },
	{ "GRP_AUTH", 1126, AUDIT_USE_NOTHING, "libaudit.h; said by a program, not by the kernel" },
	{ "GRP_MGMT", 1132, AUDIT_USE_NOTHING, "libaudit.h; said by a program, not by the kernel" },
	{ "IPC", 1303, AUDIT_USE_NOTHING, "kernel/auditsc.c; no profile rules on it" },
	{ "IPC_SET_PERM", 1311, AUDIT_USE_NOTHING, "kernel/auditsc.c" },
	{ "LOGIN", 1006, AUDIT_USE_NOTHING, "linux/audit.h; a session began" },
	{ "MQ_GETSETATTR", 1315, AUDIT_USE_NOTHING, "kernel/auditsc.c" },
	{ "MQ_NOTIFY", 1314, AUDIT_USE_NOTHING, "kernel/auditsc.c" },
	{ "MQ_OPEN", 1312, AUDIT_USE_NOTHING, "kernel/auditsc.c; a PATH record names the queue" },
	{ "MQ_SENDRECV", 1313, AUDIT_USE_NOTHING, "kernel/auditsc.c" },
	{ "NETFILTER_CFG", 1325, AUDIT_USE_NOTHING, "linux/audit.h; a rule of the firewall changed" },
	{ "OBJ_PID", 1318, AUDIT_USE_DETAIL, "kernel/auditsc.c, audit_log_pid_context(): who got a signal" },
	{ "OPENAT2", 1337, AUDIT_USE_DETAIL, "kernel/auditsc.c, show_special(): struct open_how, Linux 5.16" },
	{ "SERVICE_START", 1130, AUDIT_USE_NOTHING, "libaudit.h; said by a program, not by the kernel" },
	{ "SERVICE_STOP", 1131, AUDIT_USE_NOTHING, "libaudit.h; said by a program, not by the kernel" },
	{ "SOCKETCALL", 1304, AUDIT_USE_DETAIL, "kernel/auditsc.c, show_special()" },
	{ "SYSTEM_BOOT", 1127, AUDIT_USE_NOTHING, "libaudit.h; said by a program, not by the kernel" },
	{ "SYSTEM_RUNLEVEL", 1129, AUDIT_USE_NOTHING, "libaudit.h; said by a program, not by the kernel" },
	{ "SYSTEM_SHUTDOWN", 1128, AUDIT_USE_NOTHING, "libaudit.h; said by a program, not by the kernel" },
	{ "TTY", 1319, AUDIT_USE_NOTHING, "linux/audit.h; keystrokes" },
	{ "USER_ACCT", 1101, AUDIT_USE_NOTHING, "libaudit.h; said by a program, not by the kernel" },
	{ "USER_AUTH", 1100, AUDIT_USE_NOTHING, "libaudit.h; said by a program, not by the kernel" },
	{ "USER_AVC", 1107, AUDIT_USE_NOTHING, "libaudit.h; a verdict of dbus-daemon: no emitter has rules for it" },
	{ "USER_CHAUTHTOK", 1108, AUDIT_USE_NOTHING, "libaudit.h; said by a program, not by the kernel" },
	{ "USER_CMD", 1123, AUDIT_USE_NOTHING, "libaudit.h; said by a program, not by the kernel" },
	{ "USER_END", 1106, AUDIT_USE_NOTHING, "libaudit.h; said by a program, not by the kernel" },
	{ "USER_ERR", 1109, AUDIT_USE_NOTHING, "libaudit.h; said by a program, not by the kernel" },
	{ "USER_LOGIN", 1112, AUDIT_USE_NOTHING, "libaudit.h; said by a program, not by the kernel" },
	{ "USER_LOGOUT", 1113, AUDIT_USE_NOTHING, "libaudit.h; said by a program, not by the kernel" },
	{ "USER_MGMT", 1102, AUDIT_USE_NOTHING, "libaudit.h; said by a program, not by the kernel" },
	{ "USER_START", 1105, AUDIT_USE_NOTHING, "libaudit.h; said by a program, not by the kernel" },
	{ "USER_TTY", 1124, AUDIT_USE_NOTHING, "libaudit.h; said by a program, not by the kernel" },
};

/* Who may hand on the kernel's records in a line of syslog. */
static const char *const tags[] = { "kernel", "audispd", "audisp-syslog", "auditd" };

const struct audit_type *audit_type_at(size_t index)
{
	return index < ARRAY_SIZE(types) ? &types[index] : NULL;
}

static const struct audit_type *type_by_number(uint64_t number)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i].number == number)
			return &types[i];
	return NULL;
}

/* The first bytes of a name, null bytes behind a shorter one. */
static uint64_t beginning(const char *name, size_t length)
{
	uint64_t bytes;

	memcpy(&bytes, name, sizeof(bytes));
	bytes = le64toh(bytes);
	return length < sizeof(bytes) ? bytes & ~(UINT64_MAX << 8 * length) : bytes;
}

/* As a number of which the order is that of memcmp(). */
static uint64_t rank(uint64_t beginning)
{
	return __builtin_bswap64(beginning);
}

static uint64_t beginning_of(const struct audit_type *type)
{
	return beginning(type->name, AUDIT_TYPE_MAX);
}

/* Halved without a branch on the names (a conditional move): which comes next is anybody's guess. */
static size_t first_from(uint64_t begin)
{
	size_t first = USUAL;

	for (size_t left = ARRAY_SIZE(types) - USUAL, half; left > 0; left -= half) {
		half = (left + 1) / 2;
		first += rank(beginning_of(&types[first + half - 1])) < rank(begin) ? half : 0;
	}
	return first;
}

/* Of one that begins with the same bytes. */
static inline bool has_name(const struct audit_type *type, const char *name, size_t length)
{
	return strlen(type->name) == length && (length <= sizeof(uint64_t) || memcmp(type->name, name, length) == 0);
}

static const struct audit_type *rare_type(uint64_t begin, const char *name, size_t length)
{
	for (size_t i = first_from(begin); i < ARRAY_SIZE(types) && beginning_of(&types[i]) == begin; i++)
		if (has_name(&types[i], name, length))
			return &types[i];
	return NULL;
}

/* Each line of a log has a name. */
static inline const struct audit_type *type_by_name(const char *name, size_t length, const char *end)
{
	uint64_t begin;

	if (length == 0 || end - name < (ptrdiff_t)sizeof(begin))	/* no record is as short */
		return NULL;
	begin = beginning(name, length);
#pragma GCC unroll 8	/* USUAL: rows of `types` become code */
	for (size_t i = 0; i < USUAL; i++)
		if (beginning_of(&types[i]) == begin && has_name(&types[i], name, length))
			return &types[i];
	return rare_type(begin, name, length);
}

static uint64_t number_at(const char *p, const char *end)
{
	uint64_t number = 0;

	for (; p < end && isdigit((unsigned char)*p) && number < UINT64_MAX / 10 - 9; p++)
		number = number * 10 + (uint64_t)(*p - '0');
	return number;
}

/* "AVC", "1400", and "UNKNOWN[1400]" from an auditd that is older than the kernel. */
static inline const struct audit_type *type_of(const char *name, size_t length, const char *end)
{
	static const char unknown[] = "UNKNOWN[";

	if (length && *name >= '0' && *name <= '9')
		return type_by_number(number_at(name, name + length));
	if (length > strlen(unknown) && memcmp(name, unknown, strlen(unknown)) == 0)
		return type_by_number(number_at(name + strlen(unknown), name + length));
	return type_by_name(name, length, end);
}

/* Inlined, it compares with a constant of a few bytes, a call less for each of them in a line. */
static inline __attribute__((always_inline)) bool begins(const char *p, const char *end, const char *with)
{
	size_t length = strlen(with);

	return (size_t)(end - p) >= length && memcmp(p, with, length) == 0;
}

/* Behind `word` if `p` begins with it, else `p`. */
static inline __attribute__((always_inline)) const char *after(const char *p, const char *end, const char *word)
{
	return begins(p, end, word) ? p + strlen(word) : p;
}

/* Is [from, to) a line's beginning up to one of `tags`? */
static bool ends_in_tag(const char *from, const char *to)
{
	for (size_t i = 0; i < ARRAY_SIZE(tags); i++) {
		size_t length = strlen(tags[i]);

		if ((size_t)(to - from) >= length && memcmp(to - length, tags[i], length) == 0 &&
		    (to - length == from || to[-(ptrdiff_t)length - 1] == ' '))
			return true;
	}
	return false;
}

/* Behind what dmesg and syslog put before a message of the kernel: a level, time, host and tag, the time since boot. */
static const char *after_prefix(const char *p, const char *end)
{
	const char *stop = end - p > PREFIX_MAX ? p + PREFIX_MAX : end, *colon, *close;

	if (p < stop && *p == '<' && (close = memchr(p, '>', (size_t)(stop - p))))
		p = close + 1;
	if (p < stop && *p != '[' && !begins(p, end, "audit: ")) {
		colon = memmem(p, (size_t)(stop - p), ": ", 2);
		if (begins(p, end, "kern ") && colon)	/* dmesg -x: "kern  :notice: " */
			p = colon + 2;
		else if (colon && ends_in_tag(p, colon))
			p = colon + 2;
	}
	if (p < stop && *p == '[' && (close = memmem(p, (size_t)(stop - p), "] ", 2)))
		p = close + 2;
	return after(p, end, "audit: ");
}

/* "audit(STAMP):", and what stands behind it. */
static inline const char *take_stamp(struct audit_record *record, const char *p, const char *end)
{
	const char *close;

	p = after(p, end, "msg=");
	if (!begins(p, end, "audit("))
		return NULL;
	p += strlen("audit(");
	close = memchr(p, ')', (size_t)(end - p > 48 ? 48 : end - p));
	if (!close || close == p || end - close < 2 || close[1] != ':')
		return NULL;
	record->stamp = p;
	record->stamp_length = (size_t)(close - p);
	return after(close + 2, end, " ");
}

/* journalctl -o cat: "AVC apparmor=…". Only what makes sense by itself can be used without a stamp. */
static bool take_bare(struct audit_record *record, const char *line, const char *end)
{
	const char *space = memchr(line, ' ', (size_t)(end - line > 32 ? 32 : end - line));
	const struct audit_type *type = space ? type_by_name(line, (size_t)(space - line), end) : NULL;

	if (!type || (type->use != AUDIT_USE_APPARMOR && type->use != AUDIT_USE_SECCOMP))
		return false;
	record->type = type;
	record->type_name = line;
	record->type_length = (size_t)(space - line);
	record->body = space + 1;
	record->length = (size_t)(end - record->body);
	return true;
}

bool audit_record_of_message(struct audit_record *ret, unsigned int type, const char *text, size_t length)
{
	const char *end = text + length;

	*ret = (struct audit_record){ .type = type_by_number(type) };
	while (end > text && (end[-1] == '\n' || end[-1] == '\0'))
		end--;
	if (ret->type) {
		ret->type_name = ret->type->name;
		ret->type_length = strlen(ret->type_name);
	}
	ret->body = take_stamp(ret, text, end);
	ret->length = ret->body ? (size_t)(end - ret->body) : 0;
	return ret->body;
}

bool audit_record_find(struct audit_record *ret, const char *line, size_t length)
{
	const char *p = line, *end = line + length;

	*ret = (struct audit_record){ 0 };
	while (end > line && (end[-1] == '\n' || end[-1] == '\r' || end[-1] == ' '))
		end--;
	if (!begins(p, end, "type=")) {
		p = begins(p, end, "node=") ? memchr(p, ' ', (size_t)(end - p)) : NULL;
		p = p ? p + 1 : after_prefix(line, end);
	}
	if (!begins(p, end, "type="))
		return take_bare(ret, p, end);
	ret->type_name = p += strlen("type=");
	while (p < end && *p != ' ')
		p++;
	ret->type_length = (size_t)(p - ret->type_name);
	ret->type = type_of(ret->type_name, ret->type_length, end);
	ret->body = p < end ? take_stamp(ret, p + 1, end) : NULL;
	if (!ret->body)
		return false;
	ret->length = (size_t)(end - ret->body);
	return true;
}

bool audit_record_may_be_enriched(const char *log, size_t length)
{
	return memchr(log, ENRICHED_FROM, length);
}

void audit_record_cut(struct audit_record *record)
{
	const char *extra = memchr(record->body, ENRICHED_FROM, record->length);

	if (extra)
		record->length = (size_t)(extra - record->body);
}

/* The kernel's own words for what it could not log: kernel/audit.c, audit_log_lost(); lib/ratelimit.c for the log of the kernel. */
static const struct {
	const char *words;
	bool is_sum;		/* of all that was lost since the boot */
} losses[] = {
	{ "audit_lost=", true },
	{ "kauditd_printk_skb: ", false },
};

bool audit_record_loss(const char *line, size_t length, struct audit_loss *ret)
{
	const char *end = line + length, *p = after_prefix(line, end);

	for (size_t i = 0; i < ARRAY_SIZE(losses); i++) {
		if (!begins(p, end, losses[i].words))
			continue;
		ret->count = number_at(p + strlen(losses[i].words), end);
		ret->is_sum = losses[i].is_sum;
		return true;
	}
	return false;
}

bool audit_record_time(const struct audit_record *record, uint64_t *ret)
{
	if (!record->stamp_length || !isdigit((unsigned char)record->stamp[0]))
		return false;
	*ret = number_at(record->stamp, record->stamp + record->stamp_length);
	return true;
}

/* The value at `p`, behind its '='. */
static void take_value(struct audit_field_walk *walk, const char *p, struct audit_named_value *ret)
{
	const char *end = walk->at + walk->left, *stop;

	ret->value = p;
	ret->quoted = p < end && *p == '"';
	if (ret->quoted) {
		ret->value++;
		stop = memchr(ret->value, '"', (size_t)(end - ret->value)) ?: end;
	} else {
		/* Most names and values are shorter than what a call of memchr() costs. */
		for (stop = p; stop < end && *stop != ' '; stop++)
			;
	}
	ret->length = (size_t)(stop - ret->value);
	walk->at = stop < end ? stop + 1 : end;
	walk->left = (size_t)(end - walk->at);
}

bool audit_field_next(struct audit_field_walk *walk, struct audit_named_value *ret)
{
	const char *p = walk->at, *end = p + walk->left;

	for (ret->name = p; p < end && *p != '='; p++)
		if (*p == ' ')
			ret->name = p + 1;
	if (p == end)
		return false;
	ret->name_length = (size_t)(p - ret->name);
	take_value(walk, p + 1, ret);
	return true;
}

/* The next field, if it is that of `name`. */
static bool take_named(struct audit_field_walk *walk, const char *name, struct audit_named_value *ret)
{
	size_t length = strlen(name), space = walk->left && *walk->at == ' ';
	const char *p = walk->at + space;

	if (walk->left <= space + length || p[length] != '=' || memcmp(p, name, length) != 0)
		return false;
	ret->name = p;
	ret->name_length = length;
	take_value(walk, p + length + 1, ret);
	return true;
}

static bool is_named(const struct audit_named_value *field, const char *name)
{
	return field->name_length && field->name[0] == name[0] && field->name_length == strlen(name) &&
	       memcmp(field->name, name, field->name_length) == 0;
}

void audit_fields(const struct audit_record *record, const char *const *names, size_t count, struct audit_named_value *ret)
{
	struct audit_field_walk walk = { record->body, record->length };
	struct audit_named_value field;
	size_t missing = count, first = 0;

	memset(ret, 0, count * sizeof(*ret));
	for (; missing && take_named(&walk, names[first], &ret[first]); first++)
		missing--;
	while (missing && audit_field_next(&walk, &field))
		for (size_t i = first; i < count; i++)
			if (!ret[i].value && is_named(&field, names[i])) {
				ret[i] = field;
				missing--;
				break;
			}
}

/* Written by audit_log_untrustedstring(): in quotes, or else in hexadecimal (kernel/auditsc.c; security/apparmor/audit.c, file.c,
 * label.c, mount.c). Any other field is what it looks like. */
static const char *const untrusted[] = {
	"comm", "cwd", "exe", "fstype", "name", "peer", "profile", "srcname", "target",
};

static bool is_untrusted(const struct audit_named_value *field)
{
	for (size_t i = 0; i < ARRAY_SIZE(untrusted); i++)
		if (is_named(field, untrusted[i]))
			return true;
	return false;
}

static int digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool is_hexadecimal(const char *value, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (digit(value[i]) < 0)
			return false;
	return length && length % 2 == 0;
}

bool audit_value_bytes(const struct audit_named_value *field, struct text *out)
{
	if (!field->value || field->quoted || !is_hexadecimal(field->value, field->length))
		return false;
	for (size_t i = 0; i < field->length; i += 2)
		text_putc(out, (char)(digit(field->value[i]) << 4 | digit(field->value[i + 1])));
	return true;
}

bool audit_value_text(const struct audit_named_value *field, struct text *out)
{
	static const char null[] = "(null)";

	if (!field->value ||
	    (!field->quoted && field->length == strlen(null) && memcmp(field->value, null, field->length) == 0))
		return false;
	if (!is_untrusted(field) || !audit_value_bytes(field, out))
		text_add(out, field->value, field->length);
	return true;
}

bool audit_field_text(const struct audit_record *record, const char *name, struct text *out)
{
	struct audit_named_value field;

	audit_fields(record, &name, 1, &field);
	return audit_value_text(&field, out);
}

char *audit_field_string(const struct audit_record *record, const char *name)
{
	CLEANUP(text_done) struct text text = TEXT_EMPTY;

	return audit_field_text(record, name, &text) ? text_steal(&text) : NULL;
}

/* Of digits alone, and so few that they fit: how most numbers are written. */
static bool plain_number(const struct audit_named_value *field, unsigned int base, uint64_t *ret)
{
	uint64_t number = 0;

	if (field->length > PLAIN_DIGITS)
		return false;
	for (size_t i = 0; i < field->length; i++) {
		char c = field->value[i];
		unsigned int digit = c <= '9' ? (unsigned int)(c - '0') : c >= 'a' ? (unsigned int)(c - 'a') + 10 : base;

		if (digit >= base)
			return false;
		number = number * base + digit;
	}
	*ret = number;
	return true;
}

bool audit_value_number(const struct audit_named_value *field, int base, uint64_t *ret)
{
	char text[32], *end;

	if (!field->value || field->length == 0 || field->length >= sizeof(text))
		return false;
	if (plain_number(field, (unsigned int)base, ret))
		return true;
	memcpy(text, field->value, field->length);
	text[field->length] = '\0';
	errno = 0;
	*ret = strtoull(text, &end, base);
	return *end == '\0' && errno == 0;
}

bool audit_field_number(const struct audit_record *record, const char *name, int base, uint64_t *ret)
{
	struct audit_named_value field;

	audit_fields(record, &name, 1, &field);
	return audit_value_number(&field, base, ret);
}
