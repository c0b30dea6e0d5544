/* SPDX-License-Identifier: Apache-2.0 */
/* See running_container.h. */
#include "record/running_container.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/proc_file.h"
#include "record/runtime_program.h"
#include "snug/cleanup.h"
#include "snug/file.h"
#include "snug/memory.h"
#include "snug/text.h"

#define CGROUP_MAX 65536	/* bytes; a line a hierarchy */
#define ID_DIGITS 64		/* of the ids that engines give */
#define ID_MIN 12		/* digits to which engines shorten one */

/* Profiles that engines give to every container that names none. One by its name alone: a version follows some of them. */
static const struct {
	const char *name, *source;
} shared[] = {
	{ "containers-default-", "containers/common, pkg/apparmor: podman, buildah" },
	{ "cri-containerd.apparmor.d", "containerd, contrib/apparmor" },
	{ "crio-default", "cri-o, internal/config/apparmor" },
	{ "docker-default", "moby, daemon/apparmor_default.go" },
	{ "lxc-container-default", "lxc, config/apparmor" },
	{ "nerdctl-default", "nerdctl, pkg/defaults" },
};

/* --- whose a process is --------------------------------------------------------------- */

/* "ID", "docker-ID.scope", "libpod-ID": what engines and runtimes call a cgroup. podman's own helper is beside the container. */
static char *id_in_component(const char *component, size_t length, const char *id)
{
	static const char scope[] = ".scope", helper[] = "libpod-conmon-";
	size_t tail = sizeof(scope) - 1, id_length = strlen(id);

	if (length > tail && memcmp(component + length - tail, scope, tail) == 0)
		length -= tail;
	if (length > sizeof(helper) - 1 && memcmp(component, helper, sizeof(helper) - 1) == 0)
		return NULL;
	if (length == id_length && memcmp(component, id, id_length) == 0)
		return xstrdup(id);
	if (length > id_length && component[length - id_length - 1] == '-' && memcmp(component + length - id_length, id, id_length) == 0)
		return xstrdup(id);
	if (id_length < ID_MIN || length < ID_DIGITS || (length > ID_DIGITS && component[length - ID_DIGITS - 1] != '-'))
		return NULL;
	component += length - ID_DIGITS;
	return strspn(component, "0123456789abcdef") >= ID_DIGITS && memcmp(component, id, id_length) == 0
		? xmemdup(component, ID_DIGITS) : NULL;
}

/* "0::/system.slice/docker-ID.scope", a line a hierarchy: cgroups(7). */
char *cgroup_container(const char *text, const char *id)
{
	for (const char *at = text; *at;) {
		size_t length = strcspn(at, "/\n");
		char *found = id_in_component(at, length, id);

		if (found)
			return found;
		at += length + (at[length] != '\0');
	}
	return NULL;
}

/* One with our own mounts stands beside a container, whatever its cgroup is called. */
static char *container_of(pid_t pid, const char *id)
{
	auto_free char *path = xasprintf("/proc/%d/cgroup", (int)pid), *mounts = read_task_link(pid, "ns/mnt");
	auto_free char *own = read_task_link(getpid(), "ns/mnt");
	CLEANUP(text_done) struct text text = TEXT_EMPTY;

	if (!mounts || !own || strcmp(mounts, own) == 0 || file_read(path, CGROUP_MAX, &text, NULL) < 0)
		return NULL;
	return cgroup_container(text_cstr(&text), id);
}

/* Of one that has executed its program: now it stands where it stays. One that ends leaves its namespaces, then its
 * cgroup: kernel/exit.c, do_exit(). */
static bool is_elsewhere(pid_t pid, const char *id)
{
	auto_free char *found = container_of(pid, id), *mounts = read_task_link(pid, "ns/mnt");

	return !found && mounts;
}

/* "NAME (enforce)"; owned by the caller, NULL = nothing is told. Before Linux 5.8 the file is that of whichever module is first. */
static char *label_of(pid_t pid)
{
	char *label = read_task_field(pid, "attr/apparmor/current", "") ?: read_task_field(pid, "attr/current", "");

	if (label)
		label[strcspn(label, "\n")] = '\0';
	return label;
}

/* Does the label say this profile, alone? */
static bool is_label_of(const char *label, const char *profile)
{
	size_t length = strlen(profile);

	return label && strncmp(label, profile, length) == 0 && (label[length] == '\0' || strncmp(label + length, " (", 2) == 0);
}

/* What a session begins with is its runtime, of the host or from memory, until it executes a program of the container:
 * proc(5), exe. */
static bool runs_file_of_container(pid_t pid)
{
	auto_free char *path = read_task_link(pid, "exe");
	struct runtime_program program, file;

	runtime_program_read(&program, pid);
	runtime_program_of_file(&file, pid, path ?: "");
	return program.inode && program.inode == file.inode && program.device == file.device;
}

/* --- all processes ---------------------------------------------------------------------- */

/* Each that there is, in the order of their numbers as /proc has them; stops when look() returns false. */
static void walk_processes(bool (*look)(pid_t pid, void *context), void *context)
{
	DIR *folder = opendir("/proc");
	const struct dirent *entry;
	bool goes_on = true;

	while (folder && goes_on && (entry = readdir(folder))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

		goes_on = pid <= 0 || look(pid, context);
	}
	if (folder)
		closedir(folder);
}

struct search {
	const char *id;
	struct running_container *found;
};

static bool find_first(pid_t pid, void *context)
{
	struct search *search = context;
	char *id = container_of(pid, search->id);

	if (!id)
		return true;
	search->found->id = id;
	search->found->pid = pid;
	return false;
}

struct look {
	const struct running_container *container;
	struct running_container_look seen;
};

static bool look_at(pid_t pid, void *context)
{
	struct look *look = context;
	auto_free char *id = container_of(pid, look->container->id);
	bool has_begun = id && runs_file_of_container(pid);	/* asked before the label, which that execve() sets */
	auto_free char *label = label_of(pid);
	bool confined = is_label_of(label, look->container->profile);
	pid_t *found = id && confined ? &look->seen.confined : has_begun && label ? &look->seen.other
		     : id && label ? &look->seen.beginning
		     : confined && is_elsewhere(pid, look->container->id) ? &look->seen.stranger : NULL;

	if (found && !*found)
		*found = pid;
	return true;
}

struct running_container_look running_container_look(const struct running_container *container)
{
	struct look look = { .container = container };

	walk_processes(look_at, &look);
	return look.seen;
}

/* --- which profile ------------------------------------------------------------------------ */

static bool is_shared(const char *profile)
{
	for (size_t i = 0; i < ARRAY_SIZE(shared); i++)
		if (strncmp(profile, shared[i].name, strlen(shared[i].name)) == 0)
			return true;
	return false;
}

/* Records have the name without quotes, and a rule names one profile: kernel/auditsc.c, security/apparmor/audit.c. */
static bool is_plain(const char *profile)
{
	return profile[0] && profile[0] != ':' && !strpbrk(profile, " \t\n\"'") && !strstr(profile, "//");
}

/* Takes the profile out of `label`, which is changed. Why it cannot be used; NULL when it can. */
static const char *take_profile(struct running_container *container, char *label)
{
	char *mode = label ? strrchr(label, ' ') : NULL;

	if (!mode)
		return "AppArmor does not confine it";
	*mode++ = '\0';
	if (strcmp(mode, "(enforce)") != 0 && strcmp(mode, "(kill)") != 0)	/* programs of others go on under names of their own */
		return "its AppArmor profile is not enforced";
	if (!is_plain(label))
		return "its AppArmor profile is one of several, or has a name that no rule can bear";
	if (is_shared(label))
		return "its AppArmor profile is its engine's, for every container";
	container->profile = xstrdup(label);
	return NULL;
}

static int refuse(struct error *err, const char *id, const char *why)
{
	error_set(err, -ENOTUNIQ, "audit cannot tell what container '%s' does from what others do: %s", id, why);
	return error_hint(err, "start it anew, with an AppArmor profile of its own or by the runtime of 'snug setup'; or record it by notify, "
			  "as 'snug listen' does by itself, or by tracefs, with --no-notify");
}

int running_container_find(struct running_container *ret, const char *id, struct error *err)
{
	struct running_container_look before, seen;
	struct search search = { id, ret };
	const char *why;

	*ret = (struct running_container)RUNNING_CONTAINER_NONE;
	walk_processes(find_first, &search);
	if (!ret->id) {
		error_set(err, -ENOENT, "no container '%s' runs here", id);
		return error_hint(err, "its id, of at least %d digits, as its cgroup has it; not its name", ID_MIN);
	}
	auto_free char *label = label_of(ret->pid);

	why = take_profile(ret, label);
	if (!why) {
		before = running_container_look(ret);
		seen = running_container_look(ret);
		why = seen.stranger && seen.stranger == before.stranger ? "its AppArmor profile confines others too" :
		      seen.other && seen.other == before.other ? "not all of its processes have the same AppArmor profile" : NULL;
	}
	return why ? refuse(err, ret->id, why) : 0;
}

void running_container_done(struct running_container *container)
{
	free(container->id);
	free(container->profile);
	*container = (struct running_container)RUNNING_CONTAINER_NONE;
}
