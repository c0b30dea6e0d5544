/* SPDX-License-Identifier: Apache-2.0 */
/* See audit_kernel.h. */
#include "record/audit_kernel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "snug/cleanup.h"
#include "snug/memory.h"

#define SKIPPED_MAX 64	/* messages between a request and its answer, before we give up */

void audit_rule_set_add(struct audit_rule_set *set, struct audit_rule_data *rule)
{
	set->items = xrealloc(set->items, set->count + 1, sizeof(struct audit_rule_data *));
	set->items[set->count++] = rule;
}

void audit_rule_set_done(struct audit_rule_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		free(set->items[i]);
	free(set->items);
	*set = (struct audit_rule_set){ 0 };
}

size_t audit_rule_size(const struct audit_rule_data *rule)
{
	return sizeof(*rule) + rule->buflen;
}

/* These have their value in the rule's buffer, one after another, and its length in `values`. kernel/auditfilter.c, audit_data_to_entry() */
static bool is_text(uint32_t field)
{
	static const uint32_t texts[] = {
		AUDIT_SUBJ_USER, AUDIT_SUBJ_ROLE, AUDIT_SUBJ_TYPE, AUDIT_SUBJ_SEN, AUDIT_SUBJ_CLR, AUDIT_OBJ_USER,
		AUDIT_OBJ_ROLE, AUDIT_OBJ_TYPE, AUDIT_OBJ_LEV_LOW, AUDIT_OBJ_LEV_HIGH, AUDIT_WATCH, AUDIT_DIR,
		AUDIT_FILTERKEY, AUDIT_EXE,
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (texts[i] == field)
			return true;
	return false;
}

bool audit_rule_number(const struct audit_rule_data *rule, uint32_t field, uint32_t *ret)
{
	for (uint32_t i = 0; i < rule->field_count; i++)
		if (rule->fields[i] == field && !is_text(field)) {
			*ret = rule->values[i];
			return true;
		}
	return false;
}

bool audit_rule_has_key(const struct audit_rule_data *rule, const char *key)
{
	size_t at = 0, length = strlen(key);

	for (uint32_t i = 0; i < rule->field_count && at <= rule->buflen; i++) {
		if (rule->fields[i] == AUDIT_FILTERKEY && rule->values[i] == length && length <= rule->buflen - at &&
		    memcmp(rule->buf + at, key, length) == 0)
			return true;
		at += is_text(rule->fields[i]) ? rule->values[i] : 0;
	}
	return false;
}

/* Why a request is refused is one of few reasons, whatever was asked for. kernel/audit.c, audit_netlink_ok() */
static int refuse(struct error *err, int code, const char *what)
{
	error_errno(err, code, "the kernel's audit refuses %s", what);
	if (code == -EPERM)
		return error_hint(err, "it takes root with CAP_AUDIT_CONTROL, in the first pid and user namespaces, and rules that "
				  "are not locked");
	if (code == -ECONNREFUSED)
		return error_hint(err, "it hears nobody in a user namespace of its own");
	return code;
}

int audit_kernel_open(int *ret_fd, struct error *err)
{
	set_aumessage_mode(MSG_QUIET, DBG_NO);
	*ret_fd = audit_open();
	if (*ret_fd >= 0)
		return 0;
	error_errno(err, -errno, "this kernel has no audit");
	return error_hint(err, "it needs CONFIG_AUDIT and CONFIG_AUDITSYSCALL, and no 'audit=0' on its command line");
}

/* The next message of type `wanted` into `ret`. Returns 1, 0 at the end of a list, or a negative errno. */
static int next_reply(int fd, int wanted, struct audit_reply *ret)
{
	for (unsigned int skipped = 0; skipped < SKIPPED_MAX; skipped++) {
		int n = audit_get_reply(fd, ret, GET_REPLY_BLOCKING, 0);

		if (n == -EINTR || n == -EAGAIN)
			continue;
		if (n < 0)
			return n;
		if (ret->type == NLMSG_ERROR && ret->error && ret->error->error)
			return ret->error->error;
		if (ret->type == wanted)
			return 1;
		if (ret->type == NLMSG_DONE)
			return 0;
	}
	return -ETIMEDOUT;
}

int audit_kernel_status(int fd, struct audit_status *ret, struct error *err)
{
	struct audit_reply reply;
	int code = audit_request_status(fd);
	size_t size;

	if (code >= 0)
		code = next_reply(fd, AUDIT_GET, &reply);
	if (code <= 0)
		return refuse(err, code ? code : -ENODATA, "to tell its settings");
	/* What an older kernel does not know is 0. */
	*ret = (struct audit_status){ 0 };
	size = reply.nlh->nlmsg_len - NLMSG_HDRLEN;
	memcpy(ret, reply.status, size < sizeof(*ret) ? size : sizeof(*ret));
	return 0;
}

int audit_kernel_rules(int fd, struct audit_rule_set *ret, struct error *err)
{
	struct audit_reply reply;
	int code = audit_request_rules_list_data(fd);

	while (code >= 0 && (code = next_reply(fd, AUDIT_LIST_RULES, &reply)) == 1)
		audit_rule_set_add(ret, xmemdup(reply.ruledata, audit_rule_size(reply.ruledata)));
	return code < 0 ? refuse(err, code, "to tell its rules") : 0;
}

/* libaudit takes a rule that may be changed, and changes none. */
static int change_rule(int (*change)(int fd, struct audit_rule_data *rule, int flags, int action), int fd,
		       const struct audit_rule_data *rule, uint32_t more_flags)
{
	auto_free struct audit_rule_data *copy = xmemdup(rule, audit_rule_size(rule));

	return change(fd, copy, (int)(rule->flags | more_flags), (int)rule->action);
}

int audit_kernel_add_rule(int fd, const struct audit_rule_data *rule, struct error *err)
{
	int code = change_rule(audit_add_rule_data, fd, rule, AUDIT_FILTER_PREPEND);

	return code < 0 && code != -EEXIST ? refuse(err, code, "a rule") : 0;
}

int audit_kernel_delete_rule(int fd, const struct audit_rule_data *rule, struct error *err)
{
	int code = change_rule(audit_delete_rule_data, fd, rule, 0);

	return code < 0 && code != -ENOENT ? refuse(err, code, "to drop a rule") : 0;
}

int audit_kernel_say(int fd, const char *words, struct error *err)
{
	int code = audit_log_user_message(fd, AUDIT_TRUSTED_APP, words, NULL, NULL, NULL, 1);

	return code < 0 ? refuse(err, -errno, "a record of ours") : 0;
}
