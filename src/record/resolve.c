/* SPDX-License-Identifier: Apache-2.0 */
/* Path resolution on behalf of another task; see resolve.h. */
#include "record/resolve.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "snug/cleanup.h"
#include "snug/map.h"
#include "snug/memory.h"
#include "snug/text.h"

#define LINKS_MAX 40		/* MAXSYMLINKS, include/linux/namei.h */
#define REST_MAX (LINKS_MAX * PATH_MAX)	/* bytes: each link may add one path */
#define PROC_ROOT_INODE 1	/* PROC_ROOT_INO, include/linux/proc_ns.h */
#define LINK_MAX_ 4352		/* bytes: PATH_MAX, " (deleted)" and air */

#define LOOK_MASK (STATX_TYPE | STATX_MODE | STATX_UID | STATX_GID | STATX_INO | STATX_NLINK | STATX_MNT_ID)

enum mount_kind {
	MOUNT_UNKNOWN,
	MOUNT_LOCAL,
	MOUNT_PROC,
	MOUNT_REMOTE,	/* a look may wait for a server */
};

struct mount_kind_row {
	const char *type;	/* as in mountinfo; "fuse" stands for "fuse.sshfs" too */
	enum mount_kind kind;
};

/* Types of Linux 6.18, fs/: those whose look-ups are answered by another machine or by a program. */
static const struct mount_kind_row mount_kinds[] = {
	{ "9p", MOUNT_REMOTE }, { "afs", MOUNT_REMOTE }, { "autofs", MOUNT_REMOTE }, { "ceph", MOUNT_REMOTE },
	{ "cifs", MOUNT_REMOTE }, { "coda", MOUNT_REMOTE }, { "fuse", MOUNT_REMOTE }, { "fuseblk", MOUNT_REMOTE },
	{ "gfs2", MOUNT_REMOTE }, { "nfs", MOUNT_REMOTE }, { "nfs4", MOUNT_REMOTE }, { "ocfs2", MOUNT_REMOTE },
	{ "orangefs", MOUNT_REMOTE }, { "proc", MOUNT_PROC }, { "smb3", MOUNT_REMOTE }, { "virtiofs", MOUNT_REMOTE },
};

struct resolver {
	struct map *mounts;	/* mount id → enum mount_kind, in the pointer */
};

/* Where a walk stands. */
struct walk {
	struct resolver *resolver;
	const struct resolve_request *request;
	int root, at;		/* O_PATH; owned */
	struct statx root_st, at_st;
	char *rest;		/* owned: what is still to walk, from `next` on */
	const char *next;
	unsigned int links;
	struct resolved *ret;
};

struct resolver *resolver_new(void)
{
	struct resolver *resolver = xcalloc(1, sizeof(*resolver));

	resolver->mounts = map_new(NULL);
	return resolver;
}

struct resolver *resolver_free(struct resolver *resolver)
{
	if (resolver)
		map_free(resolver->mounts);
	free(resolver);
	return NULL;
}

void resolver_forget_mounts(struct resolver *resolver)
{
	map_free(resolver->mounts);
	resolver->mounts = map_new(NULL);
}

void resolved_done(struct resolved *resolved)
{
	free(resolved->path);
	closep(&resolved->fd);
	resolved->path = NULL;
	resolved->fd = -1;
}

/* Without AT_STATX_DONT_SYNC a FUSE server, possibly our own tracee, would be asked. */
static int look(int fd, struct statx *st)
{
	return statx(fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, LOOK_MASK, st);
}

static struct owner owner_of(const struct statx *st)
{
	return (struct owner){ st->stx_uid, st->stx_gid, st->stx_mode };
}

static bool same_place(const struct statx *a, const struct statx *b)
{
	return a->stx_ino == b->stx_ino && a->stx_dev_major == b->stx_dev_major &&
	       a->stx_dev_minor == b->stx_dev_minor && a->stx_mnt_id == b->stx_mnt_id;
}

/* The text of a /proc link; a file without a name left bears " (deleted)" behind the one that it had. */
static char *read_link(const char *link, bool unnamed)
{
	static const char deleted[] = " (deleted)";
	char text[LINK_MAX_];
	ssize_t n = readlink(link, text, sizeof(text) - 1);
	size_t tail = sizeof(deleted) - 1;

	if (n < 0 || (size_t)n >= sizeof(text) - 1)
		return NULL;
	text[n] = '\0';
	if (unnamed && (size_t)n > tail && strcmp(text + (size_t)n - tail, deleted) == 0)
		text[(size_t)n - tail] = '\0';
	return xstrdup(text);
}

char *read_task_link(pid_t tid, const char *link)
{
	char name[64];
	struct statx st = { 0 };
	bool unnamed;

	snprintf(name, sizeof(name), "/proc/%d/%s", tid, link);
	unnamed = statx(AT_FDCWD, name, AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_NLINK, &st) == 0 &&
		  st.stx_nlink == 0;
	return read_link(name, unnamed);
}

/* Where an O_PATH descriptor of ours is, from the root of its mount namespace: d_path() does not stop at our own root
 * when that is not above it. */
static char *place_of(int fd, const struct statx *st)
{
	char name[64];
	auto_free char *text = NULL;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	text = read_link(name, st->stx_nlink == 0);
	/* "pipe:[1]", "anon_inode:[eventpoll]"; a memfd lies on a mount that has no place: "/memfd:name" */
	if (!text || text[0] != '/' || strncmp(text, "/memfd:", 7) == 0)
		return NULL;
	return steal_ptr(text);
}

static enum mount_kind kind_of_type(const char *type)
{
	size_t length = strcspn(type, ".");

	for (size_t i = 0; i < ARRAY_SIZE(mount_kinds); i++)
		if (strlen(mount_kinds[i].type) == length && memcmp(mount_kinds[i].type, type, length) == 0)
			return mount_kinds[i].kind;
	return MOUNT_LOCAL;
}

/* proc(5): "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw". fstatfs(2) would ask a FUSE server. */
static void read_mounts(struct resolver *resolver, pid_t tid)
{
	char name[64];
	auto_free char *line = NULL;
	auto_fclose FILE *file = NULL;
	size_t size = 0;

	snprintf(name, sizeof(name), "/proc/%d/mountinfo", tid);
	file = fopen(name, "re");
	while (file && getline(&line, &size, file) > 0) {
		uint64_t id = strtoull(line, NULL, 10);
		char *type = strstr(line, " - ");

		if (!type)
			continue;
		type += 3;
		type[strcspn(type, " ")] = '\0';
		*map_slot(resolver->mounts, &id, sizeof(id)) = (void *)(uintptr_t)kind_of_type(type);
	}
}

static enum mount_kind mount_kind(struct walk *walk)
{
	struct map *mounts = walk->resolver->mounts;
	uint64_t id = walk->at_st.stx_mnt_id;
	void **slot;

	if (!map_get(mounts, &id, sizeof(id)))
		read_mounts(walk->resolver, walk->request->tid);
	slot = map_slot(mounts, &id, sizeof(id));
	if (!*slot)
		*slot = (void *)(uintptr_t)MOUNT_LOCAL;	/* not in its namespace's list: detached, or a kernel mount */
	return (enum mount_kind)(uintptr_t)*slot;
}

/* Opens `name` in the folder where the walk stands; -EAGAIN where that would have to ask a server. */
static int open_part(struct walk *walk, const char *name, uint64_t flags, uint64_t resolve_flags)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC | flags, .resolve = resolve_flags };
	int fd;

	if (mount_kind(walk) == MOUNT_REMOTE)
		how.resolve |= RESOLVE_CACHED;
	if (!how.resolve) {
		fd = openat(walk->at, name, (int)how.flags);
	} else {
		fd = (int)syscall(SYS_openat2, walk->at, name, &how, sizeof(how));
		if (fd < 0 && (how.resolve & RESOLVE_CACHED) && errno != ENOENT)
			return -EAGAIN;	/* before Linux 5.12 EINVAL, before 5.6 ENOSYS: the same, we may not ask */
	}
	return fd < 0 ? -errno : fd;
}

static void step_to(struct walk *walk, int fd, const struct statx *st)
{
	close(walk->at);
	walk->at = fd;
	walk->at_st = *st;
}

/* Puts `target` before what is left to walk; an absolute one starts again at the root. */
static int put_before(struct walk *walk, const char *target)
{
	char *rest;

	if (++walk->links > LINKS_MAX || strlen(walk->next) + strlen(target) + 2 > REST_MAX)
		return -ELOOP;
	if (target[0] == '/') {
		int root = fcntl(walk->root, F_DUPFD_CLOEXEC, 0);

		if (root < 0)
			return -errno;
		step_to(walk, root, &walk->root_st);
	}
	rest = xasprintf("%s%s%s", target, walk->next[0] ? "/" : "", walk->next);
	free(walk->rest);
	walk->next = walk->rest = rest;
	return 0;
}

/* The number by which the caller knows `id` (its "NSpid" or "NSpid" of a thread): the last of the line, one a namespace;
 * on a /proc that is our own, the number that we know it by. */
static long number_in_proc(struct walk *walk, pid_t id)
{
	char name[64], *last;
	auto_free char *line = NULL;
	auto_fclose FILE *file = NULL;
	struct statx own;
	size_t size = 0;

	if (statx(AT_FDCWD, "/proc", 0, STATX_INO, &own) == 0 && own.stx_dev_major == walk->at_st.stx_dev_major &&
	    own.stx_dev_minor == walk->at_st.stx_dev_minor)
		return id;
	snprintf(name, sizeof(name), "/proc/%d/status", id);
	file = fopen(name, "re");
	while (file && getline(&line, &size, file) > 0) {
		if (strncmp(line, "NSpid:", 6) == 0 && (last = strrchr(line, '\t')))
			return strtol(last + 1, NULL, 10);
	}
	return id;
}

static pid_t thread_group(pid_t tid)
{
	char name[64];
	auto_free char *line = NULL;
	auto_fclose FILE *file = NULL;
	size_t size = 0;

	snprintf(name, sizeof(name), "/proc/%d/status", tid);
	file = fopen(name, "re");
	while (file && getline(&line, &size, file) > 0)
		if (strncmp(line, "Tgid:", 5) == 0)
			return (pid_t)strtol(line + 5, NULL, 10);
	return tid;
}

/* /proc/self and /proc/thread-self mean another task to each reader: not us, but the caller. */
static int put_own_proc_before(struct walk *walk, const char *name)
{
	pid_t tid = walk->request->tid;
	long pid = number_in_proc(walk, thread_group(tid));
	char target[64];

	if (strcmp(name, "self") == 0)
		snprintf(target, sizeof(target), "%ld", pid);
	else
		snprintf(target, sizeof(target), "%ld/task/%ld", pid, number_in_proc(walk, tid));
	return put_before(walk, target);
}

/* The links of /proc/PID jump to a file without a look-up by name. */
static bool is_magic(struct walk *walk, const char *name)
{
	int fd = open_part(walk, name, 0, RESOLVE_NO_MAGICLINKS);

	if (fd >= 0)
		close(fd);
	return fd < 0;
}

static int follow(struct walk *walk, const char *name, int link)
{
	bool in_proc = mount_kind(walk) == MOUNT_PROC;
	char target[PATH_MAX];
	struct statx st;
	ssize_t n;

	if (in_proc && walk->at_st.stx_ino == PROC_ROOT_INODE &&
	    (strcmp(name, "self") == 0 || strcmp(name, "thread-self") == 0))
		return put_own_proc_before(walk, name);
	if (in_proc && walk->at_st.stx_ino != PROC_ROOT_INODE && is_magic(walk, name)) {
		int fd = open_part(walk, name, 0, 0);

		if (fd < 0)
			return fd;
		if (look(fd, &st) < 0) {
			close(fd);
			return -EACCES;
		}
		step_to(walk, fd, &st);
		return ++walk->links > LINKS_MAX ? -ELOOP : 0;
	}
	n = readlinkat(link, "", target, sizeof(target) - 1);
	if (n <= 0)
		return n < 0 ? -errno : -ENOENT;
	target[n] = '\0';
	return put_before(walk, target);
}

static int step_up(struct walk *walk)
{
	struct statx st;
	int fd;

	if (same_place(&walk->at_st, &walk->root_st))
		return 0;
	fd = open_part(walk, "..", O_DIRECTORY, 0);
	if (fd < 0)
		return fd;
	if (look(fd, &st) < 0) {
		close(fd);
		return -EACCES;
	}
	step_to(walk, fd, &st);
	return 0;
}

static void visit_folder(struct walk *walk, bool last)
{
	struct owner folder = owner_of(&walk->at_st);

	if (walk->request->visit)
		walk->request->visit(walk->request->context, &folder);
	walk->ret->parent = folder;
	walk->ret->has_parent = last;
}

/* One part further. Returns -errno where the caller would get it, too. */
static int step(struct walk *walk, const char *name, bool last, bool slash)
{
	const struct resolve_request *request = walk->request;
	struct statx st;
	auto_close int fd = -1;

	if (!S_ISDIR(walk->at_st.stx_mode))
		return -ENOTDIR;
	visit_folder(walk, last);
	if (strcmp(name, ".") == 0)
		return 0;
	if (strcmp(name, "..") == 0)
		return step_up(walk);
	fd = open_part(walk, name, O_NOFOLLOW, 0);
	if (fd < 0)
		return fd;
	if (look(fd, &st) < 0)
		return -EACCES;
	if (S_ISLNK(st.stx_mode) && !(last && (request->name_only || (request->last_stays && !slash))))
		return follow(walk, name, fd);
	step_to(walk, steal_fd(&fd), &st);
	return 0;
}

/* Takes the next part into `name`. Returns false at the end. */
static bool next_part(struct walk *walk, char name[static NAME_MAX + 2], bool *last, bool *slash)
{
	size_t length;

	walk->next += strspn(walk->next, "/");
	length = strcspn(walk->next, "/");
	if (!length)
		return false;
	snprintf(name, NAME_MAX + 2, "%.*s", (int)(length > NAME_MAX + 1 ? NAME_MAX + 1 : length), walk->next);
	walk->next += length;
	*slash = walk->next[0] == '/';
	*last = walk->next[strspn(walk->next, "/")] == '\0';
	return true;
}

/* What could not be walked, as text: empty parts and "." left out, ".." taking back the part before it. */
static char *join_text(const char *base, const char *name, const char *rest)
{
	CLEANUP(text_done) struct text path = TEXT_EMPTY;
	auto_free char *parts = xasprintf("%s/%s", name, rest);
	char *save = NULL;

	text_puts(&path, strcmp(base, "/") == 0 ? "" : base);
	for (char *part = strtok_r(parts, "/", &save); part; part = strtok_r(NULL, "/", &save)) {
		if (strcmp(part, "..") == 0) {
			char *slash = path.length ? strrchr(path.data, '/') : NULL;

			path.length = slash ? (size_t)(slash - path.data) : 0;
			if (path.data)
				path.data[path.length] = '\0';
		} else if (strcmp(part, ".") != 0) {
			text_printf(&path, "/%s", part);
		}
	}
	return path.length ? text_steal(&path) : xstrdup("/");
}

static void finish_at(struct walk *walk, bool has_parts)
{
	struct resolved *ret = walk->ret;

	ret->kind = file_kind_from_mode(walk->at_st.stx_mode);
	ret->owner = owner_of(&walk->at_st);
	ret->path = place_of(walk->at, &walk->at_st);
	ret->has_parent = ret->has_parent && has_parts;
	ret->remote = mount_kind(walk) == MOUNT_REMOTE;
	ret->fd = steal_fd(&walk->at);
}

static void finish_short(struct walk *walk, const char *name, int code)
{
	auto_free char *base = place_of(walk->at, &walk->at_st);

	walk->ret->absent = code == -ENOENT || code == -ENOTDIR;
	walk->ret->path = base ? join_text(base, name, walk->next) : NULL;
}

static void run(struct walk *walk)
{
	char name[NAME_MAX + 2];
	bool last = false, slash = false, has_parts = false;

	while (next_part(walk, name, &last, &slash)) {
		int code = strlen(name) > NAME_MAX ? -ENAMETOOLONG : step(walk, name, last, slash);

		if (code < 0) {
			finish_short(walk, name, code);
			return;
		}
		has_parts = true;
	}
	finish_at(walk, has_parts);
}

static int open_task_link(pid_t tid, const char *link, struct statx *st)
{
	char name[64];
	int fd;

	snprintf(name, sizeof(name), "/proc/%d/%s", tid, link);
	fd = open(name, O_PATH | O_CLOEXEC);
	if (fd >= 0 && look(fd, st) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Without a look into the caller's root (another user's task, an ended one) the text is all there is. */
static void resolve_text(const struct resolve_request *request, const char *base_link, struct resolved *ret)
{
	bool from_root = request->path[0] == '/' && !request->in_root;
	auto_free char *base = from_root ? xstrdup("/") : read_task_link(request->tid, base_link);

	if (base && base[0] == '/')
		ret->path = join_text(base, "", request->path);
}

void resolve(struct resolver *resolver, const struct resolve_request *request, struct resolved *ret)
{
	struct walk walk = { .resolver = resolver, .request = request, .root = -1, .at = -1, .ret = ret };
	bool from_root = request->path[0] == '/' && !request->in_root;
	char base[32] = "cwd";

	*ret = (struct resolved){ .fd = -1 };
	if (request->dirfd != AT_FDCWD)
		snprintf(base, sizeof(base), "fd/%d", request->dirfd);
	walk.root = open_task_link(request->tid, request->in_root ? base : "root", &walk.root_st);
	walk.at = open_task_link(request->tid, from_root ? "root" : base, &walk.at_st);
	if (walk.root >= 0 && walk.at >= 0) {
		walk.next = walk.rest = xstrdup(request->path);
		run(&walk);
		ret->followed = walk.links > 0;
		free(walk.rest);
	} else {
		resolve_text(request, base, ret);
	}
	closep(&walk.root);
	closep(&walk.at);
}

void resolve_descriptor(pid_t tid, int fd, struct resolved *ret)
{
	char link[32];
	struct statx st;

	*ret = (struct resolved){ .fd = -1 };
	if (fd < 0)
		return;
	snprintf(link, sizeof(link), "fd/%d", fd);
	ret->fd = open_task_link(tid, link, &st);
	if (ret->fd < 0)
		return;
	ret->kind = file_kind_from_mode(st.stx_mode);
	ret->owner = owner_of(&st);
	ret->path = place_of(ret->fd, &st);
}
