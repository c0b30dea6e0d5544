/* SPDX-License-Identifier: Apache-2.0 */
/* Tracefs, and instances of it; see tracefs_instance.h. */
#include "record/tracefs_instance.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define PREFIX "snug-"
#define GROUP_PREFIX "snug_"	/* of our dynamic events: their groups hold no "-" */
#define NAMES_MAX 1000		/* tried before we give up */
#define CHUNK 4096		/* bytes read at a time */

int tracefs_file_open(int folder, const char *path, int flags)
{
	int fd = openat(folder, path, flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* The kernel takes a line as one write, or not at all. */
static int write_file(int folder, const char *path, const char *text, int flags)
{
	auto_close int fd = tracefs_file_open(folder, path, O_WRONLY | flags);
	ssize_t n;

	if (fd < 0)
		return fd;
	do
		n = write(fd, text, strlen(text));
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

/* Also where nothing can be truncated, O_TRUNC may mean something: a list of members is emptied by it. */
int tracefs_file_write(int folder, const char *path, const char *text)
{
	return write_file(folder, path, text, O_TRUNC);
}

int tracefs_file_append(int folder, const char *path, const char *text)
{
	return write_file(folder, path, text, O_APPEND);
}

int tracefs_file_read(int folder, const char *path, struct text *out)
{
	auto_close int fd = tracefs_file_open(folder, path, O_RDONLY);
	char chunk[CHUNK];
	ssize_t n;

	if (fd < 0)
		return fd;
	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			text_add(out, chunk, (size_t)n);
	}
	return 0;
}

bool tracefs_file_exists(int folder, const char *path)
{
	return faccessat(folder, path, F_OK, 0) == 0;
}

static int open_mounted(const char *path)
{
	auto_close int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct statfs fs;

	if (fd < 0)
		return -errno;
	if (fstatfs(fd, &fs) < 0 || fs.f_type != TRACEFS_MAGIC)
		return -ENODEV;
	return steal_fd(&fd);
}

/* A mount that has no place in the tree of files: it ends with its last descriptor (Linux 5.2). */
static int open_unmounted(void)
{
	auto_close int context = fsopen("tracefs", FSOPEN_CLOEXEC);
	auto_close int mounted = -1;
	int fd;

	if (context < 0 || fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	mounted = fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	if (mounted < 0)
		return -errno;
	fd = openat(mounted, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int explain_root(int code, struct error *err)
{
	error_errno(err, code, "cannot use the kernel's tracing");
	if (code == -EPERM || code == -EACCES)
		return error_hint(err, "tracefs needs root, with CAP_SYS_ADMIN; as an ordinary user use the recorder 'ptrace'");
	if (code == -ENODEV)
		return error_hint(err, "this kernel was built without tracefs; use the recorder 'ptrace'");
	return error_hint(err, "mount it: mount -t tracefs tracefs /sys/kernel/tracing");
}

int tracefs_root_open(int *ret, struct error *err)
{
	static const char *const places[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	int fd = -ENODEV;

	for (size_t i = 0; i < sizeof(places) / sizeof(*places) && fd < 0; i++)
		fd = open_mounted(places[i]);
	if (fd < 0 && fd != -EACCES)
		fd = open_unmounted();
	if (fd < 0)
		return explain_root(fd, err);
	*ret = fd;
	return 0;
}

/* The lock belongs to the open file, and ends with the last process that has it. */
static int open_locked(int root, const char *name)
{
	char path[NAME_MAX + 16];
	auto_close int fd = -1;

	snprintf(path, sizeof(path), "instances/%s", name);
	fd = tracefs_file_open(root, path, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return fd;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return -errno;
	return tracefs_file_exists(fd, "events") ? steal_fd(&fd) : -ENOENT;
}

static void remove_instance(int root, const char *name)
{
	char path[NAME_MAX + 16];

	snprintf(path, sizeof(path), "instances/%s", name);
	unlinkat(root, path, AT_REMOVEDIR);
}

/* A dynamic event of an instance that is no more: lines are "e:GROUP/NAME …" and "p:GROUP/NAME …". */
static void remove_stale_event(int root, const char *line)
{
	const char *group = strchr(line, ':'), *slash = group ? strchr(group, '/') : NULL;
	char name[64], path[NAME_MAX + 16], command[256];
	int length = slash ? (int)(slash - group - 1) : 0;

	if (!length || length >= (int)sizeof(name) || strncmp(group + 1, GROUP_PREFIX, strlen(GROUP_PREFIX)) != 0)
		return;
	snprintf(name, sizeof(name), "%.*s", length, group + 1);
	for (char *c = name; *c; c++)
		if (*c == '_')
			*c = '-';
	snprintf(path, sizeof(path), "instances/%s", name);
	if (tracefs_file_exists(root, path))
		return;
	snprintf(command, sizeof(command), "-:%.*s", (int)strcspn(group + 1, " \n"), group + 1);
	tracefs_file_append(root, "dynamic_events", command);
}

static void remove_stale_events(int root)
{
	CLEANUP(text_done) struct text events = TEXT_EMPTY;

	if (tracefs_file_read(root, "dynamic_events", &events) < 0 || !events.length)
		return;
	for (char *line = events.data, *end; line && *line; line = end) {
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		remove_stale_event(root, line);
	}
}

int tracefs_instances_clean(int root)
{
	int fd = tracefs_file_open(root, "instances", O_RDONLY | O_DIRECTORY), count = 0;
	const struct dirent *entry;
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);

	while (folder && (entry = readdir(folder))) {
		auto_close int locked = -1;

		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) != 0)
			continue;
		locked = open_locked(root, entry->d_name);
		if (locked < 0)
			continue;
		remove_instance(root, entry->d_name);
		count++;
	}
	if (folder)
		closedir(folder);
	remove_stale_events(root);
	return count;
}

void tracefs_instance_group(const struct tracefs_instance *instance, char ret[static 64])
{
	snprintf(ret, 64, "%s", instance->name);
	for (char *c = ret; *c; c++)
		if (*c == '-')
			*c = '_';
}

static int explain_make(int code, struct error *err)
{
	error_errno(err, code, "cannot make an instance of the kernel's tracing");
	if (code == -EPERM || code == -EACCES)
		return error_hint(err, "the kernel may be locked down (/sys/kernel/security/lockdown), or tracefs be read-only "
				       "here; use the recorder 'ptrace'");
	if (code == -EROFS)
		return error_hint(err, "tracefs is mounted read-only, as in containers; use the recorder 'ptrace'");
	if (code == -ENOMEM)
		return error_hint(err, "its buffers did not fit into memory");
	return error_hint(err, "use the recorder 'ptrace'");
}

int tracefs_instance_make(struct tracefs_instance *ret, struct error *err)
{
	struct tracefs_instance made = TRACEFS_INSTANCE_NONE;
	int code = tracefs_root_open(&made.root, err);

	if (code < 0)
		return code;
	tracefs_instances_clean(made.root);
	for (int i = 1; i <= NAMES_MAX && made.folder < 0; i++) {
		char path[NAME_MAX + 16];

		snprintf(made.name, sizeof(made.name), PREFIX "%d-%d", (int)getpid(), i);
		snprintf(path, sizeof(path), "instances/%s", made.name);
		code = mkdirat(made.root, path, 0700) < 0 ? -errno : 0;
		if (code < 0 && code != -EEXIST)
			break;
		if (code == 0)	/* another start may take it for a left-over before it is locked */
			made.folder = code = open_locked(made.root, made.name);
	}
	if (made.folder < 0) {
		close(made.root);
		return explain_make(code, err);
	}
	*ret = made;
	return 0;
}

void tracefs_instance_remove(struct tracefs_instance *instance)
{
	if (instance->folder >= 0) {
		remove_instance(instance->root, instance->name);
		close(steal_fd(&instance->folder));
	}
	if (instance->root >= 0) {
		remove_stale_events(instance->root);
		close(steal_fd(&instance->root));
	}
}
