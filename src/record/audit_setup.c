/* SPDX-License-Identifier: Apache-2.0 */
/* See audit_setup.h. */
#include "record/audit_setup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "record/audit_kernel.h"
#include "snug/cleanup.h"
#include "snug/file.h"
#include "snug/memory.h"
#include "snug/text.h"

#define LOCK_FILE AUDIT_SETUP_FOLDER "/audit.lock"
#define STATE_FILE AUDIT_SETUP_FOLDER "/audit.before"
#define STATE_MAX 4096		/* bytes */
#define BOOT_FILE "/proc/sys/kernel/random/boot_id"

/*
 * Records that may wait for their reader. With so many waiting the kernel has whoever makes another one sleep: our programs, and everybody's.
 * A record has 200 to 500 bytes as a rule, 8970 at most; the kernel's own limit of 64 is some ten calls.
 */
#define BACKLOG_RECORDS 16384
#define WAIT_JIFFIES 15000	/* for a free place, before the kernel drops a record: its default, 60 s at 250 Hz */

enum need {
	NEED_EXACTLY,
	NEED_AT_LEAST,
	NEED_UNLIMITED,		/* 0 says so */
};

/* What is changed: one row a setting, in the order in which they are put back. `enabled` goes last, since only an enabled audit takes all others. */
static const struct setting {
	const char *name;	/* in the file */
	size_t at;		/* in struct audit_status */
	int (*set)(int fd, uint32_t value);
	enum need need;
	uint32_t value;
} settings[] = {
	{ "backlog_limit", offsetof(struct audit_status, backlog_limit), audit_set_backlog_limit, NEED_AT_LEAST, BACKLOG_RECORDS },
	{ "backlog_wait_time", offsetof(struct audit_status, backlog_wait_time), audit_set_backlog_wait_time, NEED_AT_LEAST, WAIT_JIFFIES },
	{ "rate_limit", offsetof(struct audit_status, rate_limit), audit_set_rate_limit, NEED_UNLIMITED, 0 },
	{ "enabled", offsetof(struct audit_status, enabled), audit_set_enabled, NEED_EXACTLY, 1 },
};

static uint32_t value_of_setting(const struct audit_status *status, const struct setting *setting)
{
	uint32_t value;

	memcpy(&value, (const char *)status + setting->at, sizeof(value));
	return value;
}

/* What we set where it is `before`. */
static uint32_t wanted(const struct setting *setting, uint32_t before)
{
	bool unlimited = setting->at == offsetof(struct audit_status, backlog_limit) && before == 0;

	return setting->need == NEED_AT_LEAST && (before > setting->value || unlimited) ? before : setting->value;
}

static bool is_ours(const struct audit_rule_data *rule)
{
	uint32_t login;

	/* A rule of the list that leaves records out cannot bear a key: it would not be asked (kernel/audit.c, audit_filter()). */
	return audit_rule_has_key(rule, AUDIT_SETUP_KEY) ||
	       (rule->flags == AUDIT_FILTER_EXCLUDE && audit_rule_number(rule, AUDIT_LOGINUID, &login) &&
		login >= AUDIT_LOGIN_FIRST && login <= AUDIT_LOGIN_LAST);
}

static int drop_rules(int kernel, struct error *err)
{
	CLEANUP(audit_rule_set_done) struct audit_rule_set rules = { 0 };
	int code = audit_kernel_rules(kernel, &rules, err);

	for (size_t i = 0; i < rules.count && code >= 0; i++)
		if (is_ours(rules.items[i]))
			code = audit_kernel_delete_rule(kernel, rules.items[i], err);
	return code;
}

static int set(int kernel, const struct setting *setting, uint32_t value, struct error *err)
{
	int code = setting->set(kernel, value);

	return code < 0 ? error_errno(err, code, "cannot set %s of the kernel's audit to %" PRIu32, setting->name, value) : 0;
}

/* What still is as we had set it, is put back. */
static int put_back(int kernel, const struct audit_status *before, struct error *err)
{
	struct audit_status now;
	int code = audit_kernel_status(kernel, &now, err);

	for (size_t i = 0; i < ARRAY_SIZE(settings) && code >= 0; i++) {
		uint32_t was = value_of_setting(before, &settings[i]), is = value_of_setting(&now, &settings[i]);

		if (is != was && is == wanted(&settings[i], was))
			code = set(kernel, &settings[i], was, err);
	}
	return code;
}

static bool read_boot_id(struct text *ret)
{
	return file_read(BOOT_FILE, 0, ret, NULL) == 0;
}

static int write_state(const struct audit_status *before, struct error *err)
{
	CLEANUP(text_done) struct text state = TEXT_EMPTY;

	if (!read_boot_id(&state))
		text_puts(&state, "unknown\n");
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		text_printf(&state, "%s %" PRIu32 "\n", settings[i].name, value_of_setting(before, &settings[i]));
	return file_write(STATE_FILE, state.data, state.length, err);
}

static void read_setting(struct audit_status *status, const char *line)
{
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		size_t length = strlen(settings[i].name);
		uint32_t value;

		if (strncmp(line, settings[i].name, length) == 0 && sscanf(line + length, " %" SCNu32, &value) == 1)
			memcpy((char *)status + settings[i].at, &value, sizeof(value));
	}
}

/* `ret` holds what is now, and gets what the file says. False when there is none, or it is of a boot that is over. */
static bool read_state(struct audit_status *ret)
{
	CLEANUP(text_done) struct text state = TEXT_EMPTY, boot = TEXT_EMPTY;
	char *rest = NULL, *line;

	if (file_read(STATE_FILE, STATE_MAX, &state, NULL) < 0)
		return false;
	if (read_boot_id(&boot) && strncmp(text_cstr(&state), text_cstr(&boot), boot.length) != 0)
		return false;
	for (line = strtok_r(state.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		read_setting(ret, line);
	return true;
}

/* What a recording that was killed has left. */
static int recover(int kernel, struct error *err)
{
	struct audit_status before;
	int code = drop_rules(kernel, err);

	if (code < 0 || (code = audit_kernel_status(kernel, &before, err)) < 0)
		return code;
	if (read_state(&before))
		code = put_back(kernel, &before, err);
	if (code >= 0)
		unlink(STATE_FILE);
	return code;
}

static int take_lock(int *ret, struct error *err)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	auto_close int fd = -1;
	int code = file_make_folder(AUDIT_SETUP_FOLDER, err);

	if (code < 0)
		return code;
	fd = open(LOCK_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return error_errno(err, -errno, "cannot open '" LOCK_FILE "'");
	if (fcntl(fd, F_SETLK, &lock) < 0) {
		error_set(err, -EBUSY, "another recording by audit is under way, and there is one audit for the whole machine");
		return error_hint(err, "wait for it, or use another recorder");
	}
	*ret = steal_fd(&fd);
	return 0;
}

/* The kernel's answer to the very thing that a recorded command will do, of a child that ends at once. */
static int try_login(void)
{
	int status;
	pid_t child = fork();

	if (child == 0)
		_exit(audit_setloginuid(AUDIT_LOGIN_FIRST) == 0 ? 0 : errno ?: EPERM);
	if (child < 0)
		return -errno;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EPERM;
}

static int check_login(struct error *err)
{
	int code = try_login();

	if (code == 0)
		return 0;
	error_errno(err, code, "a command cannot be given a login uid of its own, by which audit would tell it from others");
	return error_hint(err, "who has one already needs CAP_AUDIT_CONTROL to change it, and nobody can where it is immutable "
			  "(auditctl --loginuid-immutable): use '--recorder tracefs' or 'snug listen'");
}

static int check_status(const struct audit_status *status, struct error *err)
{
	if (status->enabled == 2) {
		error_set(err, -EPERM, "the rules of the kernel's audit are locked until the next boot (auditctl -e 2)");
		return error_hint(err, "use '--recorder tracefs' or 'snug listen', or import auditd's log");
	}
	if (status->failure == 2) {
		error_set(err, -EPERM, "this machine panics when audit loses a record (auditctl -f 2)");
		return error_hint(err, "a recording makes many: use '--recorder tracefs' or 'snug listen'");
	}
	return 0;
}

/* "never,task", which Fedora ships: no process that begins from then on has its calls looked at. */
static int check_rules(int kernel, struct error *err)
{
	CLEANUP(audit_rule_set_done) struct audit_rule_set rules = { 0 };
	int code = audit_kernel_rules(kernel, &rules, err);

	for (size_t i = 0; i < rules.count && code >= 0; i++)
		if (rules.items[i]->flags == AUDIT_FILTER_TASK && rules.items[i]->action == AUDIT_NEVER) {
			code = error_set(err, -EPERM, "a rule of this machine keeps audit from looking at calls (never,task)");
			error_hint(err, "'auditctl -d never,task' drops it until the next boot");
		}
	return code;
}

static int check(int kernel, struct audit_status *ret, struct error *err)
{
	int code = audit_kernel_status(kernel, ret, err);

	if (code >= 0)
		code = check_status(ret, err);
	if (code >= 0)
		code = check_rules(kernel, err);
	return code >= 0 ? check_login(err) : code;
}

int audit_setup_probe(struct error *err)
{
	auto_close int kernel = -1;
	struct audit_status status;
	int code = audit_kernel_open(&kernel, err);

	return code < 0 ? code : check(kernel, &status, err);
}

bool audit_setup_left_behind(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	auto_close int fd = open(LOCK_FILE, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

	return fd >= 0 && access(STATE_FILE, F_OK) == 0 && fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type == F_UNLCK;
}

static int enable(struct audit_setup *setup, struct error *err)
{
	int code = write_state(&setup->before, err);

	setup->changed = code >= 0;
	for (size_t i = 0; i < ARRAY_SIZE(settings) && code >= 0; i++) {
		uint32_t before = value_of_setting(&setup->before, &settings[i]), value = wanted(&settings[i], before);

		if (value != before)
			code = set(setup->kernel, &settings[i], value, err);
	}
	return code;
}

int audit_setup_begin(struct audit_setup *ret, struct error *err)
{
	int code = audit_kernel_open(&ret->kernel, err);

	if (code >= 0)
		code = audit_kernel_status(ret->kernel, &ret->before, err);	/* who may not ask has no lock to take */
	if (code >= 0)
		code = take_lock(&ret->lock, err);
	if (code >= 0)
		code = recover(ret->kernel, err);
	if (code >= 0)
		code = check(ret->kernel, &ret->before, err);
	return code < 0 ? code : enable(ret, err);
}

/* All login uids in use: a daemon that an earlier recording left behind still has that of the recording. */
static bool is_in_use(uint32_t login)
{
	DIR *folder = opendir("/proc");
	struct dirent *entry;
	bool used = false;

	while (folder && !used && (entry = readdir(folder))) {
		auto_free char *path = xasprintf("/proc/%s/loginuid", entry->d_name);
		auto_fclose FILE *file = entry->d_name[0] >= '1' && entry->d_name[0] <= '9' ? fopen(path, "re") : NULL;
		uint32_t value;

		used = file && fscanf(file, "%" SCNu32, &value) == 1 && value == login;
	}
	if (folder)
		closedir(folder);
	return used;
}

int audit_setup_free_login(struct audit_setup *setup, uint32_t *ret, struct error *err)
{
	uint32_t count = AUDIT_LOGIN_LAST - AUDIT_LOGIN_FIRST + 1, begin = (uint32_t)getpid() % count;

	for (uint32_t i = 0; i < count; i++) {
		*ret = AUDIT_LOGIN_FIRST + (begin + setup->given++) % count;
		if (!is_in_use(*ret))
			return 0;
	}
	return error_set(err, -ENOSPC, "all login uids that are kept for recordings are in use");
}

int audit_setup_end(struct audit_setup *setup, struct error *err)
{
	int code = 0;

	if (setup->changed) {
		code = drop_rules(setup->kernel, err);
		if (put_back(setup->kernel, &setup->before, err) < 0)
			code = err->code;
		if (code >= 0)
			unlink(STATE_FILE);
	}
	setup->changed = false;
	if (setup->lock >= 0)
		close(steal_fd(&setup->lock));
	if (setup->kernel >= 0)
		close(steal_fd(&setup->kernel));
	return code;
}
