/* SPDX-License-Identifier: Apache-2.0 */
/* A seccomp profile, compiled by libseccomp and answered by its own BPF program. */
#include "snug/filter.h"

#include <errno.h>
#include <jansson.h>
#include <seccomp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "knowledge/bpf.h"
#include "knowledge/filter_prelude.h"
#include "snug/memory.h"

#define LIBSECCOMP_API_LEVEL 5	/* every action that 2.5.0 knows, seccomp_api_get(3) */
#define DEFAULT_ERRNO EPERM	/* OCI runtime-spec, config-linux.md: errnoRet is EPERM where it is not given */

struct filter {
	struct sock_filter *program;	/* owned */
	size_t length;			/* instructions */
};

/* What a compilation needs at hand. */
struct compilation {
	scmp_filter_ctx context;
	struct filter_prelude prelude;
	uint32_t default_action;
	const char *name;		/* of the profile, for messages */
	struct error *err;
};

struct word_row {
	const char *word;
	uint32_t value;
};

/* OCI runtime-spec 1.2, config-linux.md, "actions". ERRNO and TRACE take errnoRet. */
static const struct word_row action_rows[] = {
	{ "SCMP_ACT_KILL", SCMP_ACT_KILL_THREAD },
	{ "SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD },
	{ "SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS },
	{ "SCMP_ACT_TRAP", SCMP_ACT_TRAP },
	{ "SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(0) },
	{ "SCMP_ACT_TRACE", SCMP_ACT_TRACE(0) },
	{ "SCMP_ACT_ALLOW", SCMP_ACT_ALLOW },
	{ "SCMP_ACT_LOG", SCMP_ACT_LOG },
	{ "SCMP_ACT_NOTIFY", SCMP_ACT_NOTIFY },
};

/* The same, "operators". */
static const struct word_row operator_rows[] = {
	{ "SCMP_CMP_NE", SCMP_CMP_NE }, { "SCMP_CMP_LT", SCMP_CMP_LT }, { "SCMP_CMP_LE", SCMP_CMP_LE },
	{ "SCMP_CMP_EQ", SCMP_CMP_EQ }, { "SCMP_CMP_GE", SCMP_CMP_GE }, { "SCMP_CMP_GT", SCMP_CMP_GT },
	{ "SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ },
};

/* Keys whose meaning depends on the container, so that no one filter follows from the file. */
static const char *const conditional_keys[] = { "archMap", "includes", "excludes", "minKernel" };

static const struct word_row *find_word(const struct word_row *rows, size_t count, const char *word)
{
	for (size_t i = 0; word && i < count; i++)
		if (strcmp(rows[i].word, word) == 0)
			return &rows[i];
	return NULL;
}

static int refuse(struct compilation *c, const char *what, const char *object)
{
	return error_set(c->err, -EINVAL, "'%s' is not a seccomp profile that can be judged: %s '%s'", c->name, what,
			 object ? object : "");
}

static int check_unconditional(struct compilation *c, json_t *object)
{
	for (size_t i = 0; i < ARRAY_SIZE(conditional_keys); i++) {
		json_t *value = json_object_get(object, conditional_keys[i]);
		bool empty = json_is_null(value) || (json_is_object(value) && json_object_size(value) == 0) ||
			     (json_is_array(value) && json_array_size(value) == 0);

		if (value && !empty)
			return refuse(c, "it has conditional", conditional_keys[i]);
	}
	return 0;
}

static int read_action(struct compilation *c, json_t *word, json_t *errno_ret, uint32_t *ret)
{
	const struct word_row *row = find_word(action_rows, ARRAY_SIZE(action_rows), json_string_value(word));
	json_int_t code = errno_ret ? json_integer_value(errno_ret) : DEFAULT_ERRNO;
	bool takes_code;

	if (!row)
		return refuse(c, "unknown action", json_string_value(word));
	if (errno_ret && !json_is_null(errno_ret) && (!json_is_integer(errno_ret) || code < 0 || code > 0xffff))
		return refuse(c, "bad errnoRet with", row->word);
	takes_code = row->value == SCMP_ACT_ERRNO(0) || row->value == SCMP_ACT_TRACE(0);
	*ret = row->value | (takes_code ? (uint32_t)code : 0);
	return 0;
}

static int read_comparison(struct compilation *c, json_t *arg, struct scmp_arg_cmp *ret)
{
	const struct word_row *row = find_word(operator_rows, ARRAY_SIZE(operator_rows),
					       json_string_value(json_object_get(arg, "op")));
	json_t *index = json_object_get(arg, "index"), *value = json_object_get(arg, "value");
	json_int_t second = json_integer_value(json_object_get(arg, "valueTwo"));

	if (!row)
		return refuse(c, "unknown operator", json_string_value(json_object_get(arg, "op")));
	if (!json_is_integer(index) || json_integer_value(index) < 0 || json_integer_value(index) > 5 ||
	    !json_is_integer(value))
		return refuse(c, "bad argument with", row->word);
	*ret = (struct scmp_arg_cmp){ .arg = (unsigned int)json_integer_value(index),
				      .op = (enum scmp_compare)row->value,
				      .datum_a = (scmp_datum_t)json_integer_value(value),
				      .datum_b = (scmp_datum_t)second };
	return 0;
}

/* libseccomp takes one comparison an argument; runc and crun turn a repeated index into alternatives. */
static bool repeats_index(const struct scmp_arg_cmp *cmp, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		for (unsigned int j = 0; j < i; j++)
			if (cmp[i].arg == cmp[j].arg)
				return true;
	return false;
}

static int add_rule(struct compilation *c, uint32_t action, int number, const struct scmp_arg_cmp *cmp,
		    unsigned int count)
{
	unsigned int step = repeats_index(cmp, count) ? 1 : count;
	int code = 0;

	if (count == 0)
		return seccomp_rule_add_array(c->context, action, number, 0, NULL);
	for (unsigned int i = 0; i < count && code == 0; i += step)
		code = seccomp_rule_add_array(c->context, action, number, step, cmp + i);
	return code;
}

/* A name that libseccomp does not know is of a newer kernel, or passed over as by every runtime. */
static int add_name(struct compilation *c, const char *name, uint32_t action, const struct scmp_arg_cmp *cmp,
		    unsigned int count)
{
	int number = seccomp_syscall_resolve_name(name);

	filter_prelude_note(&c->prelude, name);
	if (number == __NR_SCMP_ERROR) {
		filter_prelude_rule(&c->prelude, name, action);
		return 0;
	}
	/* libseccomp refuses a rule that says nothing; the runtimes pass over it. */
	if (action != c->default_action && add_rule(c, action, number, cmp, count) < 0)
		return refuse(c, "libseccomp refuses a rule for", name);
	return 0;
}

static int add_group(struct compilation *c, json_t *group)
{
	json_t *names = json_object_get(group, "names"), *args = json_object_get(group, "args"), *item;
	struct scmp_arg_cmp cmp[8];
	uint32_t action;
	size_t i;
	int code = check_unconditional(c, group);

	if (code == 0)
		code = read_action(c, json_object_get(group, "action"), json_object_get(group, "errnoRet"), &action);
	if (code < 0)
		return code;
	if (!json_is_array(names) || json_array_size(args) > ARRAY_SIZE(cmp))
		return refuse(c, "bad group in", "syscalls");
	json_array_foreach(args, i, item)
		if ((code = read_comparison(c, item, &cmp[i])) < 0)
			return code;
	json_array_foreach(names, i, item)
		if (code == 0)
			code = add_name(c, json_is_string(item) ? json_string_value(item) : "", action, cmp,
					(unsigned int)json_array_size(args));
	return code;
}

/* The ABIs that the profile speaks for: libseccomp's list, which begins with the machine's own. */
static void note_abis(struct compilation *c)
{
	const struct arch *abi;

	for (size_t i = 0; i < PRELUDE_ABIS_MAX && (abi = arch_at(i)) != NULL; i++)
		if (seccomp_arch_exist(c->context, abi->scmp_arch) < 0)
			c->prelude.newest[i] = PRELUDE_NOT_LISTED;
}

static int add_architectures(struct compilation *c, json_t *architectures)
{
	bool native = false;
	json_t *item;
	size_t i;

	json_array_foreach(architectures, i, item) {
		const struct arch *arch = NULL;
		int code;

		for (size_t j = 0; json_is_string(item) && (arch = arch_at(j)); j++)
			if (strcmp(arch->scmp_name, json_string_value(item)) == 0)
				break;
		if (!arch)
			return refuse(c, "unknown architecture", json_string_value(item));
		code = seccomp_arch_add(c->context, arch->scmp_arch);
		if (code < 0 && code != -EEXIST)
			return refuse(c, "libseccomp refuses architecture", arch->name);
		native = native || arch->scmp_arch == seccomp_arch_native();
	}
	/* libseccomp begins with the machine's own, which says nothing about the profile. */
	if (json_array_size(architectures) && !native)
		seccomp_arch_remove(c->context, SCMP_ARCH_NATIVE);
	return 0;
}

/* libseccomp 2.5 exports to a descriptor only. */
static int export_program(struct compilation *c, struct filter *filter)
{
	auto_close int fd = memfd_create("filter", MFD_CLOEXEC);
	auto_free struct sock_filter *prelude = NULL;
	size_t before, size;

	if (fd < 0 || seccomp_export_bpf(c->context, fd) < 0)
		return error_set(c->err, -EIO, "cannot compile the filter of '%s'", c->name);
	prelude = filter_prelude_program(&c->prelude, &before);
	size = (size_t)lseek(fd, 0, SEEK_END);
	filter->length = before + size / sizeof(*filter->program);
	filter->program = xcalloc(filter->length, sizeof(*filter->program));
	if (before)
		memcpy(filter->program, prelude, before * sizeof(*prelude));
	if (pread(fd, filter->program + before, size, 0) != (ssize_t)size || !bpf_is_valid(filter->program, filter->length))
		return error_set(c->err, -EIO, "cannot read back the filter of '%s'", c->name);
	return 0;
}

/* runc since 1.0 puts this before every filter that refuses by default, with whatever errno (libcontainer/seccomp/patchbpf):
 * a libc then falls back from a call that is newer than the profile. crun has no such thing and refuses them as others. */
static bool refuses_newer(uint32_t default_action)
{
	uint32_t action = default_action & SECCOMP_RET_ACTION_FULL;

	return action != SCMP_ACT_ALLOW && action != SCMP_ACT_LOG && action != SCMP_ACT_TRACE(0);
}

static int compile(struct compilation *c, json_t *profile, struct filter *filter)
{
	json_t *group, *groups = json_object_get(profile, "syscalls");
	size_t i;
	int code = add_architectures(c, json_object_get(profile, "architectures"));

	note_abis(c);
	c->prelude.refuses_newer = refuses_newer(c->default_action);
	json_array_foreach(groups, i, group)
		if (code == 0)
			code = add_group(c, group);
	return code < 0 ? code : export_program(c, filter);
}

int filter_from_profile(struct filter **ret, const char *json, size_t length, const char *name, struct error *err)
{
	json_error_t where;
	json_auto_t *profile = json_loadb(json, length, JSON_REJECT_DUPLICATES, &where);
	CLEANUP(filter_freep) struct filter *filter = xcalloc(1, sizeof(*filter));
	struct compilation c = { .name = name, .err = err };
	int code;

	if (!profile)
		return error_set(err, -EINVAL, "'%s' is not JSON: line %d: %s", name, where.line, where.text);
	code = check_unconditional(&c, profile);
	if (code == 0)
		code = read_action(&c, json_object_get(profile, "defaultAction"),
				   json_object_get(profile, "defaultErrnoRet"), &c.default_action);
	if (code < 0)
		return code;
	/* What a filter means must not depend on the kernel that this runs under. */
	seccomp_api_set(LIBSECCOMP_API_LEVEL);
	c.context = seccomp_init(c.default_action);
	if (!c.context)
		return refuse(&c, "libseccomp refuses its", "defaultAction");
	/* A tree of comparisons: a listener asks this program about every call. It answers as the runtimes' long list does. */
	seccomp_attr_set(c.context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	code = compile(&c, profile, filter);
	filter_prelude_done(&c.prelude);
	seccomp_release(c.context);
	if (code == 0)
		*ret = steal_ptr(filter);
	return code;
}

struct filter *filter_free(struct filter *filter)
{
	if (!filter)
		return NULL;
	free(filter->program);
	free(filter);
	return NULL;
}

const void *filter_program(const struct filter *filter, size_t *ret_size)
{
	*ret_size = filter->length * sizeof(*filter->program);
	return filter->program;
}

int filter_from_program(struct filter **ret, const void *program, size_t size)
{
	CLEANUP(filter_freep) struct filter *filter = xcalloc(1, sizeof(*filter));

	filter->length = size / sizeof(*filter->program);
	filter->program = xmemdup(program, size);
	if (size % sizeof(*filter->program) || !bpf_is_valid(filter->program, filter->length))
		return -EINVAL;
	*ret = steal_ptr(filter);
	return 0;
}

uint32_t filter_answer(const struct filter *filter, const struct arch *abi, uint32_t number, const uint64_t args[6])
{
	struct seccomp_data data = { .nr = (int)number, .arch = abi->audit_arch };

	memcpy(data.args, args, sizeof(data.args));
	return bpf_run(filter->program, &data);
}
