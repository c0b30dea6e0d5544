/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See audit_rules.h.
 *
 * For each ABI there is one rule for all calls that are told of whatever their arguments, and one more for each condition under which
 * a call that was learnt can still teach something: a value that was not met yet, or a bit that makes it be about a file.
 * The kernel asks every rule at the end of every call of every task, so that they are few.
 */
#include "record/audit_rules.h"

#include <stdlib.h>
#include <string.h>

#include "record/audit_kernel.h"
#include "record/audit_setup.h"
#include "record/call_table.h"
#include "snug/memory.h"

#define ABIS_MAX 16
#define ARGS_RULED 4		/* a0 to a3 */
#define VALUES_MAX 32		/* of an argument that are learnt; fields of a rule, of which there may be 64 */
#define NUMBERS_MAX (AUDIT_BITMASK_SIZE * 32 - 16)	/* of calls; the last bits stand for classes of them (kernel/auditfilter.c) */

/* What of a call is known: the values of the one argument that is worth ruling on. */
struct learnt {
	bool once;			/* told of as a success */
	uint32_t values[VALUES_MAX];
	size_t count;
};

struct abi_rules {
	const struct arch *abi;		/* NULL = none */
	struct call_table *table;	/* owned */
	struct learnt *calls;		/* owned; CALL_NUMBERS_MAX of them */
};

struct audit_rules {
	struct audit_rules_scope scope;
	char *profile;				/* owned */
	struct abi_rules abis[ABIS_MAX];
	struct audit_rule_set installed;
	bool changed;
};

/* By their audit arch; x32 shares that of x86_64, and its numbers are beyond those that a rule can name. */
static bool is_ruled(const struct arch *abi)
{
	return abi->number_mask == 0 && strcmp(abi->family, arch_native()->family) == 0;
}

struct audit_rules *audit_rules_new(const struct audit_rules_scope *scope)
{
	struct audit_rules *rules = xcalloc(1, sizeof(*rules));
	const struct arch *abi;

	rules->scope = *scope;
	rules->profile = scope->profile ? xstrdup(scope->profile) : NULL;
	rules->changed = true;
	for (size_t i = 0; i < ABIS_MAX && (abi = arch_at(i)); i++)
		if (is_ruled(abi)) {
			rules->abis[i].abi = abi;
			rules->abis[i].table = call_table_new(abi);
			rules->abis[i].calls = xcalloc(CALL_NUMBERS_MAX, sizeof(struct learnt));
		}
	return rules;
}

struct audit_rules *audit_rules_free(struct audit_rules *rules)
{
	if (!rules)
		return NULL;
	for (size_t i = 0; i < ABIS_MAX; i++) {
		call_table_free(rules->abis[i].table);
		free(rules->abis[i].calls);
	}
	audit_rule_set_done(&rules->installed);
	free(rules->profile);
	free(rules);
	return NULL;
}

/* Not by what a call leaves behind in the kernel: that is no record's business. */
static bool is_told(const struct syscall_access *access)
{
	return access->subject != SUBJECT_STALE;
}

/* Can the kernel ask it of a record's argument? It can only ask for bits that are set. */
static bool is_askable(const struct condition *condition)
{
	return condition->mask && condition->value == condition->mask && condition->mask <= UINT32_MAX && condition->index < ARGS_RULED;
}

/* The one condition that the kernel is to ask before it tells of the call for the sake of this row; NULL = none can be asked. */
static const struct condition *askable(const struct syscall_access *access)
{
	for (size_t i = 0; i < ARRAY_SIZE(access->when); i++)
		if (is_askable(&access->when[i]))
			return &access->when[i];
	return NULL;
}

/* The argument whose new values can be asked for; NULL = the call has none, or they are more than one. */
static const struct syscall_argument *ruled_argument(const struct call_row *row)
{
	const struct syscall_argument *argument = row->argument_count == 1 ? row->arguments[0] : NULL;

	return argument && argument->index < ARGS_RULED && argument->mask == UINT32_MAX ? argument : NULL;
}

/* Has the call to be told of whatever its arguments, also when it was learnt? */
static bool is_always_told(const struct call_row *row)
{
	if (row->argument_count && !ruled_argument(row))
		return true;
	for (size_t i = 0; i < row->access_count; i++)
		if (is_told(row->accesses[i]) && !askable(row->accesses[i]))
			return true;
	return false;
}

static void learn_value(struct audit_rules *rules, struct learnt *learnt, uint32_t value)
{
	for (size_t i = 0; i < learnt->count; i++)
		if (learnt->values[i] == value)
			return;
	if (learnt->count == VALUES_MAX)
		return;
	learnt->values[learnt->count++] = value;
	rules->changed = true;
}

void audit_rules_learnt(struct audit_rules *rules, const struct arch *abi, uint64_t number, const uint64_t args[4])
{
	struct abi_rules *of = &rules->abis[abi - arch_at(0)];
	const struct syscall_argument *argument;
	const struct call_row *row;

	if (rules->scope.exhaustive || !of->abi || number >= CALL_NUMBERS_MAX)
		return;
	row = call_table_find(of->table, number);
	if (is_always_told(row))
		return;
	rules->changed |= !of->calls[number].once;
	of->calls[number].once = true;
	argument = ruled_argument(row);
	if (argument)
		learn_value(rules, &of->calls[number], (uint32_t)args[argument->index]);
}

static void add_field(struct audit_rule_data *rule, uint32_t field, uint32_t operator, uint32_t value)
{
	rule->fields[rule->field_count] = field;
	rule->fieldflags[rule->field_count] = operator;
	rule->values[rule->field_count++] = value;
}

/* `rule` has room for it. */
static void add_text_field(struct audit_rule_data *rule, uint32_t field, const char *text)
{
	size_t length = strlen(text);

	add_field(rule, field, AUDIT_EQUAL, (uint32_t)length);
	memcpy(rule->buf + rule->buflen, text, length);
	rule->buflen += (uint32_t)length;
}

/* Of the list `list`, for our scope, without calls. Owned by the caller. */
static struct audit_rule_data *new_rule(const struct audit_rules *rules, uint32_t list, const struct arch *abi)
{
	struct audit_rule_data *rule = xcalloc(1, sizeof(*rule) + (rules->profile ? strlen(rules->profile) : 0) + strlen(AUDIT_SETUP_KEY));

	rule->flags = list;
	rule->action = AUDIT_ALWAYS;
	if (abi)
		add_field(rule, AUDIT_ARCH, AUDIT_EQUAL, abi->audit_arch);
	if (rules->profile)
		add_text_field(rule, AUDIT_SUBJ_ROLE, rules->profile);
	else
		add_field(rule, AUDIT_LOGINUID, AUDIT_EQUAL, rules->scope.login);
	if (list == AUDIT_FILTER_EXIT)
		add_text_field(rule, AUDIT_FILTERKEY, AUDIT_SETUP_KEY);
	else if (rules->profile)	/* it cannot bear a key: by this, which is so of everybody, audit_setup.c knows it */
		add_field(rule, AUDIT_LOGINUID, AUDIT_NOT_EQUAL, rules->scope.login);
	return rule;
}

static void add_call(struct audit_rule_data *rule, size_t number)
{
	rule->mask[AUDIT_WORD(number)] |= AUDIT_BIT(number);
}

static void add_new_values(const struct audit_rules *rules, struct audit_rule_set *set, const struct abi_rules *of, size_t number)
{
	const struct syscall_argument *argument = ruled_argument(call_table_find(of->table, number));
	const struct learnt *learnt = &of->calls[number];
	struct audit_rule_data *rule;

	if (!argument)
		return;
	rule = new_rule(rules, AUDIT_FILTER_EXIT, of->abi);
	add_call(rule, number);
	for (size_t i = 0; i < learnt->count; i++)
		add_field(rule, AUDIT_ARG0 + argument->index, AUDIT_NOT_EQUAL, learnt->values[i]);
	audit_rule_set_add(set, rule);
}

static void add_conditions(const struct audit_rules *rules, struct audit_rule_set *set, const struct abi_rules *of, size_t number)
{
	const struct call_row *row = call_table_find(of->table, number);

	for (size_t i = 0; i < row->access_count; i++) {
		const struct condition *condition = is_told(row->accesses[i]) ? askable(row->accesses[i]) : NULL;
		struct audit_rule_data *rule;

		if (!condition)
			continue;
		rule = new_rule(rules, AUDIT_FILTER_EXIT, of->abi);
		add_call(rule, number);
		add_field(rule, AUDIT_ARG0 + condition->index, AUDIT_BIT_TEST, (uint32_t)condition->mask);
		audit_rule_set_add(set, rule);
	}
}

static void add_rules_of(const struct audit_rules *rules, struct audit_rule_set *set, const struct abi_rules *of)
{
	struct audit_rule_data *all = new_rule(rules, AUDIT_FILTER_EXIT, of->abi);

	for (size_t number = 0; number < NUMBERS_MAX; number++) {
		if (number >= CALL_NUMBERS_MAX || !of->calls[number].once) {
			add_call(all, number);
			continue;
		}
		add_new_values(rules, set, of, number);
		add_conditions(rules, set, of, number);
	}
	audit_rule_set_add(set, all);
}

/* Records that nobody reads here: arguments of commands, and the end of an event. */
static void add_exclusions(const struct audit_rules *rules, struct audit_rule_set *set)
{
	static const uint32_t types[] = { AUDIT_PROCTITLE, AUDIT_EXECVE, AUDIT_EOE };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct audit_rule_data *rule = new_rule(rules, AUDIT_FILTER_EXCLUDE, NULL);

		add_field(rule, AUDIT_MSGTYPE, AUDIT_EQUAL, types[i]);
		audit_rule_set_add(set, rule);
	}
}

static bool has_rule(const struct audit_rule_set *set, const struct audit_rule_data *rule)
{
	for (size_t i = 0; i < set->count; i++)
		if (audit_rule_size(set->items[i]) == audit_rule_size(rule) && memcmp(set->items[i], rule, audit_rule_size(rule)) == 0)
			return true;
	return false;
}

/* New ones first, so that at no time a call goes untold. */
static int change(const struct audit_rule_set *from, const struct audit_rule_set *to, int kernel, struct error *err)
{
	int code = 0;

	for (size_t i = 0; i < to->count && code >= 0; i++)
		if (!has_rule(from, to->items[i]))
			code = audit_kernel_add_rule(kernel, to->items[i], err);
	for (size_t i = 0; i < from->count && code >= 0; i++)
		if (!has_rule(to, from->items[i]))
			code = audit_kernel_delete_rule(kernel, from->items[i], err);
	return code;
}

int audit_rules_install(struct audit_rules *rules, int kernel, struct error *err)
{
	struct audit_rule_set wanted = { 0 };
	int code;

	if (!rules->changed)
		return 0;
	add_exclusions(rules, &wanted);
	for (size_t i = 0; i < ABIS_MAX; i++)
		if (rules->abis[i].abi)
			add_rules_of(rules, &wanted, &rules->abis[i]);
	code = change(&rules->installed, &wanted, kernel, err);
	audit_rule_set_done(&rules->installed);
	rules->installed = wanted;
	rules->changed = false;
	return code;
}

int audit_rules_remove(struct audit_rules *rules, int kernel, struct error *err)
{
	static const struct audit_rule_set none;
	int code = change(&rules->installed, &none, kernel, err);

	audit_rule_set_done(&rules->installed);
	rules->changed = true;
	return code;
}
