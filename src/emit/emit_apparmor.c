/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apparmor.profile: a profile of its own, without includes and tunables, from templates/apparmor.profile.in.
 *
 * Rules stand in groups, each under a line that says why, sorted, one a line. A deny of the template beats every allow, so that one
 * which forbids what the recording did is not written; a comment in its place says so.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "emit/apparmor_name.h"
#include "emit/apparmor_rules.h"
#include "emit/emitters.h"
#include "snug/apparmor_template.h"
#include "snug/map.h"
#include "snug/memory.h"
#include "snug/names.h"

#define INDENT "  "
#define FLAGS "attach_disconnected,mediate_deleted"
#define COMPLAIN ",complain"
#define PROTECTED "# What Docker's default profile protects"	/* begins a paragraph of the template */

struct profile {
	const struct policy *policy;
	struct map *files;		/* see apparmor_files() */
	char *name;			/* owned */
	bool complain;
};

static bool is_needed(enum outcome outcome)
{
	return outcome == OUTCOME_OK || outcome == OUTCOME_UNKNOWN;
}

static void add_line(struct string_set *lines, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add_line(struct string_set *lines, const char *format, ...)
{
	char line[256];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	string_set_add(lines, line);
}

static void add_capabilities(const struct policy *policy, struct string_set *lines, bool by_hand)
{
	for (size_t i = 0; i < policy->capability_count; i++) {
		char name[NAME_LENGTH];

		if ((policy->capabilities[i].reason == REASON_BY_HAND) != by_hand)
			continue;
		name_of(NAME_CAPABILITY, policy->capabilities[i].number, name);
		for (char *p = name; *p; p++)
			*p = (char)tolower((unsigned char)*p);
		if (name[0] == '#')
			add_line(lines, "# no rule can name capability %s", name + 1);
		else
			add_line(lines, "capability %s,", name);
	}
}

static void capability_rules(const struct profile *profile, struct string_set *lines)
{
	add_capabilities(profile->policy, lines, false);
}

/* Families and types that abi/3.0 knows (its network_v8/af_mask; apparmor.d(5)): the parser refuses any other. */
static const char *const families[] = {
	"unspec", "unix", "inet", "ax25", "ipx", "appletalk", "netrom", "bridge", "atmpvc", "x25", "inet6", "rose",
	"netbeui", "security", "key", "netlink", "packet", "ash", "econet", "atmsvc", "rds", "sna", "irda", "pppox",
	"wanpipe", "llc", "ib", "mpls", "can", "tipc", "bluetooth", "iucv", "rxrpc", "isdn", "phonet", "ieee802154",
	"caif", "alg", "nfc", "vsock", "kcm", "qipcrtr", "smc", "xdp",
};
static const char *const socket_types[] = { "stream", "dgram", "seqpacket", "rdm", "raw", "packet" };

static bool is_known(const char *const *words, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

static void add_network(struct string_set *lines, int family, int type)
{
	char family_name[NAME_LENGTH], type_name[NAME_LENGTH];

	name_of(NAME_FAMILY, family, family_name);
	name_of(NAME_SOCKET_TYPE, type, type_name);
	if (!is_known(families, ARRAY_SIZE(families), family_name))
		add_line(lines, "# no rule can name sockets of family %s", family_name);
	else if (!is_known(socket_types, ARRAY_SIZE(socket_types), type_name))
		add_line(lines, "network %s,", family_name);
	else
		add_line(lines, "network %s %s,", family_name, type_name);
}

/* A unix socket is allowed by family and type, too: with abi/3.0 that holds on kernels that know no finer
 * rules (tried with 6.1, where the parser turns them into these) and on those that do. */
static void network_facts(struct trace *trace, struct string_set *lines)
{
	int unix_family = -1;

	for (size_t i = 0; i < map_count(trace->network); i++) {
		const struct trace_network *network = map_value_at(trace->network, i);

		if (is_needed(network->outcome))
			add_network(lines, network->family, network->type);
	}
	value_of(NAME_FAMILY, "unix", &unix_family);
	for (size_t i = 0; i < map_count(trace->sockets); i++) {
		const struct trace_socket *socket = map_value_at(trace->sockets, i);

		if (is_needed(socket->outcome) || socket->outcome == OUTCOME_ABSENT)	/* made, whatever it met then */
			add_network(lines, unix_family, socket->type);
	}
}

static void signal_facts(struct trace *trace, struct string_set *lines)
{
	for (size_t i = 0; i < map_count(trace->signals); i++) {
		const struct trace_signal *sent = map_value_at(trace->signals, i);
		char name[NAME_LENGTH];

		if (sent->target != SIGNAL_TO_OUTSIDE || !is_needed(sent->outcome))
			continue;
		name_of(NAME_SIGNAL, sent->number, name);
		if (name[0] == '#')
			add_line(lines, "# no rule can name signal %s", name + 1);
		else
			add_line(lines, "signal (send) set=(%s),", name);
	}
}

static void ptrace_facts(struct trace *trace, struct string_set *lines)
{
	for (size_t i = 0; i < map_count(trace->ptraces); i++) {
		const struct trace_ptrace *act = map_value_at(trace->ptraces, i);

		if (act->target == SIGNAL_TO_OUTSIDE && is_needed(act->outcome))
			add_line(lines, "ptrace (%s),", strcmp(act->act, "read") == 0 ? "read" : "trace");
	}
}

/* The template has rules of its own. */
static bool template_allows(const struct apparmor_file *file)
{
	auto_free char *start = xasprintf("\n" INDENT "%s ", file->pattern);
	const char *rule = strstr(apparmor_template(), start), *letters;

	if (!rule)
		return false;
	letters = rule + strlen(start);
	return !(file->permissions & ~apparmor_permissions_of(letters, strcspn(letters, ",")));
}

/* File rules that `chosen` chooses. */
static void file_rules(const struct profile *profile, struct string_set *lines,
		       bool (*chosen)(const struct apparmor_file *file))
{
	for (size_t i = 0; i < map_count(profile->files); i++) {
		const struct apparmor_file *file = map_value_at(profile->files, i);
		CLEANUP(text_done) struct text line = TEXT_EMPTY;

		if (!chosen(file) || template_allows(file))
			continue;
		text_printf(&line, "%s ", file->pattern);
		apparmor_add_permissions(&line, file->permissions);
		text_putc(&line, ',');
		string_set_add(lines, line.data);
	}
}

static bool is_by_hand(const struct apparmor_file *file)
{
	return file->reason == REASON_BY_HAND;
}

/* What the trace's sections say as they stand, and what people add to them. */
static void (*const fact_rules[])(struct trace *facts, struct string_set *lines) = {
	network_facts, signal_facts, ptrace_facts, apparmor_mount_rules,
};

static void by_hand_rules(const struct profile *profile, struct string_set *lines)
{
	add_capabilities(profile->policy, lines, true);
	for (size_t i = 0; i < ARRAY_SIZE(fact_rules); i++) {
		CLEANUP(string_set_done) struct string_set observed = STRING_SET_EMPTY, added = STRING_SET_EMPTY;

		fact_rules[i](profile->policy->trace, &observed);
		fact_rules[i](profile->policy->by_hand, &added);
		for (size_t j = 0; j < added.count; j++)
			if (!string_set_has(&observed, added.items[j]))
				string_set_add(lines, added.items[j]);
	}
	file_rules(profile, lines, is_by_hand);
}

/* In complain mode an explicit deny is enforced all the same, and in silence: security/apparmor/file.c, aa_audit_file(). */
static void never_rules(const struct profile *profile, struct string_set *lines)
{
	const struct rules *rules = profile->policy->rules;

	if (profile->complain)
		return;
	apparmor_never_rules(profile->policy, lines);
	for (size_t i = 0; rules && i < rules->count; i++) {
		CLEANUP(string_set_done) struct string_set forbidden = STRING_SET_EMPTY;
		const struct rule_line *rule = &rules->items[i];

		if (!rule->never || rule->class != LINE_NETWORK)
			continue;
		add_network(&forbidden, rule->number, rule->type);
		if (forbidden.items[0][0] != '#')
			add_line(lines, "deny %s", forbidden.items[0]);
	}
}

static bool is_generalised(const struct apparmor_file *file)
{
	return file->reason == REASON_GENERALISED;
}

static bool is_observed(const struct apparmor_file *file)
{
	return !is_by_hand(file) && !is_generalised(file);
}

static bool is_program(const struct apparmor_file *file)
{
	return is_observed(file) && file->permissions & PERMISSION_EXECUTE;
}

#define PERMISSIONS_CHANGE (PERMISSION_WRITE | PERMISSION_APPEND | PERMISSION_LINK)

static bool is_changed(const struct apparmor_file *file)
{
	return is_observed(file) && !is_program(file) && file->permissions & PERMISSIONS_CHANGE;
}

static bool is_code(const struct apparmor_file *file)
{
	return is_observed(file) && !is_program(file) && !is_changed(file) && file->permissions & PERMISSION_MAP;
}

static bool is_read(const struct apparmor_file *file)
{
	return is_observed(file) && !is_program(file) && !is_changed(file) && !is_code(file);
}

/* A group's rules come from `rules` or, of the trace, from `facts`, or are the files that `chosen` chooses. */
static const struct group {
	const char *why;
	void (*rules)(const struct profile *profile, struct string_set *lines);
	void (*facts)(struct trace *facts, struct string_set *lines);
	bool (*chosen)(const struct apparmor_file *file);
} groups[] = {
	{ .why = "Capabilities that its calls needed", .rules = capability_rules },
	{ .why = "Sockets that it made", .facts = network_facts },
	{ .why = "Signals to processes outside of the container", .facts = signal_facts },
	{ .why = "Processes outside of the container that it looked into", .facts = ptrace_facts },
	{ .why = "Mounts that it made and removed", .facts = apparmor_mount_rules },
	{ .why = "Programs that it ran, under this profile as well", .chosen = is_program },
	{ .why = "Code that it mapped: libraries", .chosen = is_code },
	{ .why = "Files that it created, changed or deleted", .chosen = is_changed },
	{ .why = "Files and folders that it read", .chosen = is_read },
	{ .why = "The same where names differ from run to run", .chosen = is_generalised },
	{ .why = "Added by hand", .rules = by_hand_rules },
	{ .why = "Never, whatever stands above: forbidden by hand", .rules = never_rules },
};

static void add_groups(const struct profile *profile, struct text *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		CLEANUP(string_set_done) struct string_set lines = STRING_SET_EMPTY;

		if (groups[i].chosen)
			file_rules(profile, &lines, groups[i].chosen);
		else if (groups[i].facts)
			groups[i].facts(profile->policy->trace, &lines);
		else
			groups[i].rules(profile, &lines);
		if (lines.count)
			text_printf(out, "\n" INDENT "# %s.\n", groups[i].why);
		for (size_t j = 0; j < lines.count; j++)
			text_printf(out, INDENT "%s\n", lines.items[j]);
	}
	text_putc(out, '\n');
}

/* The path that the recording needs in spite of `deny` (its trailing comma with it), NULL when there is none. */
static const char *needed_in_spite(const struct profile *profile, const char *deny)
{
	CLEANUP(string_set_done) struct string_set mounts = STRING_SET_EMPTY;

	if (strcmp(deny, "deny mount,") == 0) {
		apparmor_mount_rules(profile->policy->trace, &mounts);
		apparmor_mount_rules(profile->policy->by_hand, &mounts);
		for (size_t i = 0; i < mounts.count; i++)
			if (strncmp(mounts.items[i], "mount", strlen("mount")) == 0)
				return "a mount";
		return NULL;
	}
	for (size_t i = 0; i < map_count(profile->files); i++) {
		const struct apparmor_file *file = map_value_at(profile->files, i);

		if (apparmor_deny_hits(deny, file))
			return file->pattern;
	}
	return NULL;
}

static void add_template_line(const struct profile *profile, const char *line, struct text *out)
{
	const char *rule = line + strspn(line, " "), *needed = NULL, *mark;

	if (strcmp(rule, "@RULES@") == 0) {
		add_groups(profile, out);
		return;
	}
	if (strncmp(rule, "# Incomplete", strlen("# Incomplete")) == 0 && profile->policy->complete)
		return;
	if (strncmp(rule, "deny ", strlen("deny ")) == 0)
		needed = needed_in_spite(profile, rule);
	if (needed) {
		text_printf(out, INDENT "# Left out, since the recording needs %s: %s\n", needed, rule);
		return;
	}
	while ((mark = strchr(line, '@'))) {
		bool is_flags = strncmp(mark, "@FLAGS@", strlen("@FLAGS@")) == 0;
		const char *value = !is_flags ? profile->name : profile->complain ? FLAGS COMPLAIN : FLAGS;

		text_add(out, line, (size_t)(mark - line));
		text_puts(out, value);
		line = strchr(mark + 1, '@') + 1;
	}
	text_printf(out, "%s\n", line);
}

static int emit_apparmor(const struct policy *policy, const struct emit_options *options, struct text *out,
			 struct error *err)
{
	auto_free char *name = xasprintf("snug-%s-%s", options->project, options->name);
	CLEANUP(map_freep) struct map *files = NULL;
	struct profile profile = { .policy = policy, .name = name, .complain = options->complain };
	bool left_out = false;
	const char *line = apparmor_template(), *end;

	if (!apparmor_is_plain_name(name)) {
		error_set(err, -EINVAL, "'%s' cannot be the name of an AppArmor profile", name);
		return error_hint(err, "use letters, digits, '.', '_' and '-' for project and name");
	}
	profile.files = files = apparmor_files(policy);
	for (; (end = strchr(line, '\n')); line = end + 1) {
		auto_free char *copy = xmemdup(line, (size_t)(end - line));

		left_out = *copy && (left_out || (profile.complain && strstr(copy, PROTECTED)));
		if (!left_out)
			add_template_line(&profile, copy, out);
	}
	return 0;
}

const struct emitter emitter_apparmor = {
	.name = "apparmor",
	.file_name = "apparmor.profile",
	.summary = "what the container may open, run, send and mount, for AppArmor",
	.emit = emit_apparmor,
};
