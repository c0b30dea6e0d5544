/* SPDX-License-Identifier: Apache-2.0 */
/* Rules in plain English, and how dangerous they are. */
#include <string.h>

#include "snug/cleanup.h"
#include "snug/memory.h"
#include "snug/rule_list.h"

const char *rule_class_name(enum rule_class class)
{
	static const char *const names[] = {
		[RULE_ABI] = "abi",		  [RULE_SYSCALL] = "syscall",	    [RULE_ARGUMENT] = "argument",
		[RULE_REFUSAL] = "refusal",	  [RULE_CAPABILITY] = "capability", [RULE_PRIVILEGES] = "privileges",
		[RULE_PROGRAM] = "program",	  [RULE_FILE] = "file",		    [RULE_NETWORK] = "network",
		[RULE_UNIX] = "unix",		  [RULE_SIGNAL] = "signal",	    [RULE_PTRACE] = "ptrace",
		[RULE_MOUNT] = "mount",
	};

	return names[class];
}

/* In the order in which they are said. Bits that come with others, and say nothing beside them, name those. */
struct access_words {
	uint32_t access;
	const char *verb;
	uint32_t unless;	/* not said beside any of these */
};

static const struct access_words file_rows[] = {
	{ ACCESS_EXECUTE, "run", 0 },
	{ ACCESS_READ, "read", ACCESS_EXECUTE | ACCESS_MAP_EXECUTE },
	{ ACCESS_MAP_EXECUTE, "load code from", ACCESS_EXECUTE },
	{ ACCESS_CREATE, "create", 0 },
	{ ACCESS_WRITE, "write", 0 },
	{ ACCESS_APPEND, "append to", ACCESS_WRITE },
	{ ACCESS_DELETE, "delete", 0 },
	{ ACCESS_RENAME_FROM | ACCESS_RENAME_TO, "rename", 0 },
	{ ACCESS_LINK_FROM | ACCESS_LINK_TO, "link", 0 },
	{ ACCESS_CHANGE_MODE, "change the mode of", 0 },
	{ ACCESS_CHANGE_OWNER, "change the owner of", 0 },
	{ ACCESS_CHANGE_ATTRIBUTES, "change attributes of", 0 },
	{ ACCESS_CONNECT, "connect to", 0 },
	{ ACCESS_LOCK | ACCESS_LOCK_EXCLUSIVE, "lock", 0 },
};

static const struct access_words socket_rows[] = {
	{ SOCKET_BIND, "listen on", 0 },
	{ SOCKET_CONNECT, "connect to", 0 },
};

static bool is_said(const struct access_words *row, uint32_t access)
{
	return row->access & access && !(row->unless & access);
}

/* "read, create and write"; nothing when no row fits. */
static void join_verbs(struct text *out, const struct access_words *rows, size_t count, uint32_t access)
{
	size_t left = 0, start = out->length;

	for (size_t i = 0; i < count; i++)
		left += is_said(&rows[i], access);
	for (size_t i = 0; i < count; i++) {
		if (!is_said(&rows[i], access))
			continue;
		if (out->length > start)
			text_puts(out, left == 1 ? " and " : ", ");
		text_puts(out, rows[i].verb);
		left--;
	}
}

static void file_words(struct text *out, const struct rule *rule)
{
	join_verbs(out, file_rows, ARRAY_SIZE(file_rows), rule->access);
	text_printf(out, " %s", rule->subject);
}

static void socket_words(struct text *out, const struct rule *rule)
{
	if (rule->access & (SOCKET_BIND | SOCKET_CONNECT)) {
		join_verbs(out, socket_rows, ARRAY_SIZE(socket_rows), rule->access);
		text_printf(out, " %s", rule->subject);
	} else {
		text_printf(out, "make %s sockets", rule->subject);
	}
}

static void refusal_words(struct text *out, const struct rule *rule)
{
	int name = (int)strcspn(rule->subject, " ");

	text_printf(out, "call %.*s and is told%s", name, rule->subject, rule->subject + name);
}

/* How a class says its subject: by a function, or by what stands before and behind it. */
static const struct {
	void (*words)(struct text *out, const struct rule *rule);
	const char *before, *behind;
} class_rows[] = {
	[RULE_ABI] = { NULL, "make system calls of ABI ", "" },
	[RULE_SYSCALL] = { NULL, "call ", "" },
	[RULE_ARGUMENT] = { NULL, "call ", "" },
	[RULE_REFUSAL] = { refusal_words, NULL, NULL },
	[RULE_CAPABILITY] = { NULL, "use capability ", "" },
	[RULE_PRIVILEGES] = { NULL, "", " privileges by running set-id programs" },
	[RULE_PROGRAM] = { file_words, NULL, NULL },
	[RULE_FILE] = { file_words, NULL, NULL },
	[RULE_NETWORK] = { socket_words, NULL, NULL },
	[RULE_UNIX] = { socket_words, NULL, NULL },
	[RULE_SIGNAL] = { NULL, "send ", " to processes outside of the container" },
	[RULE_PTRACE] = { NULL, "", " processes outside of the container" },
	[RULE_MOUNT] = { NULL, "", "" },
};

void rule_words(struct text *out, const struct rule *rule)
{
	if (class_rows[rule->class].words)
		class_rows[rule->class].words(out, rule);
	else
		text_printf(out, "%s%s%s", class_rows[rule->class].before, rule->subject, class_rows[rule->class].behind);
}

static const struct risk *worse(const struct risk *a, const struct risk *b)
{
	if (!a || !b)
		return a ? a : b;
	return b->level > a->level ? b : a;
}

static const struct risk *file_risk(const struct rule *rule)
{
	const struct pattern_piece *first = rule->file ? rule->file->pieces : NULL;
	const struct risk *risk = NULL;

	if (rule->access & (ACCESS_CHANGES | ACCESS_CONNECT) && first && first->kind == PATTERN_LITERAL)
		risk = risk_of_written_path(first->bytes);
	return rule->access & ACCESS_EXECUTE ? worse(risk, risk_of_act("execute")) : risk;
}

static const struct risk *network_risk(const struct rule *rule)
{
	auto_free char *family = xmemdup(rule->subject, strcspn(rule->subject, " "));
	const struct risk *risk = risk_of_socket_family(family);

	return rule->access & SOCKET_CONNECT ? worse(risk, risk_of_act("connect")) : risk;
}

static const struct risk *argument_risk(const struct rule *rule)
{
	auto_free char *name = xmemdup(rule->subject, strcspn(rule->subject, " "));
	const char *value = strrchr(rule->subject, ' ');

	if (rule->class == RULE_ARGUMENT && strcmp(name, "socket") == 0)
		return risk_of_socket_family(value + 1);
	return risk_of_syscall(name);
}

const struct risk *rule_risk(const struct rule *rule)
{
	switch (rule->class) {
	case RULE_SYSCALL:
	case RULE_ARGUMENT:
		return argument_risk(rule);
	case RULE_CAPABILITY:
		return risk_of_capability(rule->subject);
	case RULE_PROGRAM:
	case RULE_FILE:
		return file_risk(rule);
	case RULE_NETWORK:
		return network_risk(rule);
	case RULE_UNIX:
	case RULE_REFUSAL:
		return NULL;
	default:
		return risk_of_act(rule_class_name(rule->class));
	}
}
