/* SPDX-License-Identifier: Apache-2.0 */
/* Path resolution on behalf of another task; see resolve.h. */
#include "record/resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "record/proc_file.h"
#include "record/resolve_walk.h"
#include "snug/cleanup.h"
#include "snug/memory.h"
#include "snug/text.h"

#define LINKS_MAX 40		/* MAXSYMLINKS, include/linux/namei.h */
#define REST_MAX (LINKS_MAX * PATH_MAX)	/* bytes: each link may add one path */
#define PROC_ROOT_INODE 1	/* PROC_ROOT_INO, include/linux/proc_ns.h */

#define LOOK_MASK (STATX_TYPE | STATX_MODE | STATX_UID | STATX_GID | STATX_INO | STATX_NLINK | STATX_MNT_ID | \
		   STATX_CTIME | STATX_BLOCKS)

#define KNOWN_LINKS_MAX 4096	/* then all are forgotten */

bool walk_is_from_root(const struct resolve_request *request)
{
	return request->path[0] == '/' && !request->in_root;
}

struct resolver *resolver_new(void)
{
	struct resolver *resolver = xcalloc(1, sizeof(*resolver));

	resolver->mounts = mount_kinds_new();
	resolver->links = map_new(free);
	return resolver;
}

struct resolver *resolver_free(struct resolver *resolver)
{
	if (!resolver)
		return NULL;
	mount_kinds_free(resolver->mounts);
	own_mounts_free(resolver->own_mounts);
	map_free(resolver->links);
	free(resolver);
	return NULL;
}

void resolver_forget_mounts(struct resolver *resolver)
{
	mount_kinds_forget(resolver->mounts);
}

void resolver_learn_link(struct resolver *resolver, const struct link_id *id, const char *target)
{
	void **slot;

	if (map_count(resolver->links) >= KNOWN_LINKS_MAX) {
		map_free(resolver->links);
		resolver->links = map_new(free);
	}
	slot = map_slot(resolver->links, id, sizeof(*id));
	free(*slot);
	*slot = xstrdup(target);
}

void resolved_done(struct resolved *resolved)
{
	free(resolved->path);
	free(resolved->rest);
	closep(&resolved->fd);
	closep(&resolved->stood);
	resolved->path = resolved->rest = NULL;
	resolved->fd = resolved->stood = -1;
}

/* Without AT_STATX_DONT_SYNC a FUSE server, possibly our own tracee, would be asked. */
static int look(int fd, struct statx *st)
{
	return statx(fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, LOOK_MASK, st);
}

static struct owner owner_of(const struct statx *st)
{
	return (struct owner){ .uid = st->stx_uid, .gid = st->stx_gid, .mode = st->stx_mode };
}

static bool same_place(const struct statx *a, const struct statx *b)
{
	return a->stx_ino == b->stx_ino && a->stx_dev_major == b->stx_dev_major &&
	       a->stx_dev_minor == b->stx_dev_minor && a->stx_mnt_id == b->stx_mnt_id;
}

char *place_name(int fd)
{
	char link[32];
	auto_free char *text = NULL;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	text = read_proc_link(link);
	/* "pipe:[1]", "anon_inode:[eventpoll]"; a memfd lies on a mount that has no place: "/memfd:name" */
	if (!text || text[0] != '/' || strncmp(text, "/memfd:", 7) == 0)
		return NULL;
	return steal_ptr(text);
}

enum mount_kind walk_kind(struct walk *walk)
{
	return mount_kind(walk->resolver->mounts, walk->request->tid, walk->at_st.stx_mnt_id);
}

static bool is_remote(enum mount_kind kind)
{
	return kind == MOUNT_REMOTE || kind == MOUNT_REVALIDATED;
}

/* Must what is found here be in memory already? */
static bool only_cached(struct walk *walk)
{
	enum mount_kind kind = walk_kind(walk);

	return (is_remote(kind) && walk->request->wait != WAIT_SERVER) ||
	       ((kind == MOUNT_DISK || kind == MOUNT_TREE) && walk->request->wait == WAIT_NOT);
}

/* May a jump to another mount ask that one's server? */
static bool fears_jumps(struct resolver *resolver, const struct resolve_request *request)
{
	return request->wait == WAIT_NOT && mount_kinds_revalidate(resolver->mounts, request->tid);
}

/* Opens `name` in the folder where the walk stands; -EAGAIN where that might have to wait. */
static int open_part(struct walk *walk, const char *name, uint64_t flags, uint64_t resolve_flags)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC | flags, .resolve = resolve_flags };
	int fd;

	if (only_cached(walk))
		how.resolve |= RESOLVE_CACHED;
	if (fears_jumps(walk->resolver, walk->request))
		how.resolve |= RESOLVE_NO_XDEV;
	if (!how.resolve) {
		fd = openat(walk->at, name, (int)how.flags);
		return fd < 0 ? -errno : fd;
	}
	fd = (int)syscall(SYS_openat2, walk->at, name, &how, sizeof(how));
	/* RESOLVE_CACHED is EINVAL before Linux 5.12, all of openat2(2) ENOSYS before 5.6, EPERM under an old Docker: the
	 * same, we may not ask. */
	if (fd < 0 && (errno == EINVAL || errno == ENOSYS || errno == EPERM || errno == EXDEV))
		return -EAGAIN;
	return fd < 0 ? -errno : fd;
}

void walk_leave(struct walk *walk)
{
	if (walk->at >= 0 && walk->at != walk->root)
		close(walk->at);
	walk->at = -1;
}

/* The place where the walk stands is the caller's from now on. */
static int take_place(struct walk *walk)
{
	return walk->at == walk->root ? fcntl(walk->root, F_DUPFD_CLOEXEC, 0) : steal_fd(&walk->at);
}

static void step_to(struct walk *walk, int fd, const struct statx *st)
{
	walk_leave(walk);
	walk->at = fd;
	walk->at_st = *st;
}

/* Puts `target` before what is left to walk; an absolute one starts again at the root. */
static int put_before(struct walk *walk, const char *target)
{
	char *rest;

	if (++walk->links > LINKS_MAX || strlen(walk->next) + strlen(target) + 2 > REST_MAX)
		return -ELOOP;
	if (target[0] == '/')
		step_to(walk, walk->root, &walk->root_st);
	rest = xasprintf("%s%s%s", target, walk->next[0] ? "/" : "", walk->next);
	free(walk->rest);
	walk->next = walk->rest = rest;
	return 0;
}

/* The number by which the caller knows `id`; on a /proc that is our own, the number that we know it by. */
static long number_in_proc(struct walk *walk, pid_t id)
{
	struct statx own;
	long number;

	if (statx(AT_FDCWD, "/proc", 0, STATX_INO, &own) == 0 && own.stx_dev_major == walk->at_st.stx_dev_major &&
	    own.stx_dev_minor == walk->at_st.stx_dev_minor)
		return id;
	number = task_own_number(id, "NSpid:");
	return number < 0 ? id : number;
}

/* /proc/self and /proc/thread-self mean another task to each reader: not us, but the caller. */
static int put_own_proc_before(struct walk *walk, const char *name)
{
	pid_t tid = walk->request->tid, group = (pid_t)task_status_number(tid, "Tgid:");
	long pid = number_in_proc(walk, group < 0 ? tid : group);
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

/* The text of a link is read from a disk or a server too, unless it is a part of the inode, or the kernel could follow the
 * link by what is cached. */
static bool may_read_link(struct walk *walk, const char *name, const struct statx *st)
{
	int fd;

	if (!only_cached(walk) || (walk_kind(walk) == MOUNT_DISK && st->stx_blocks == 0))
		return true;
	fd = open_part(walk, name, 0, RESOLVE_NO_MAGICLINKS);
	if (fd >= 0)
		close(fd);
	return fd != -EAGAIN;
}

int walk_into(struct walk *walk, int fd)
{
	struct statx st;

	if (fd < 0)
		return fd;
	if (look(fd, &st) < 0) {
		close(fd);
		return -EACCES;
	}
	step_to(walk, fd, &st);
	return 0;
}

static int jump(struct walk *walk, const char *name)
{
	int code = fears_jumps(walk->resolver, walk->request) ? -EAGAIN : walk_into(walk, open_part(walk, name, 0, 0));

	if (code < 0)
		return code;
	return ++walk->links > LINKS_MAX ? -ELOOP : 0;
}

/* The text of the symlink `link`, which is `name` where the walk stands. */
static int read_symlink(struct walk *walk, const char *name, int link, const struct statx *st, char target[PATH_MAX])
{
	const struct resolve_request *request = walk->request;
	struct link_id id = {
		st->stx_mnt_id, st->stx_ino, (uint64_t)st->stx_ctime.tv_sec, st->stx_ctime.tv_nsec,
	};
	const char *known = request->wait == WAIT_NOT ? map_get(walk->resolver->links, &id, sizeof(id)) : NULL;
	ssize_t n;

	if (known) {
		snprintf(target, PATH_MAX, "%s", known);
		return 0;
	}
	if (!may_read_link(walk, name, st))
		return -EAGAIN;
	n = readlinkat(link, "", target, PATH_MAX - 1);
	if (n <= 0)
		return n < 0 ? -errno : -ENOENT;
	target[n] = '\0';
	if (request->read_link)
		request->read_link(request->link_context, &id, target);
	return 0;
}

static int follow(struct walk *walk, const char *name, int link, const struct statx *st)
{
	bool in_proc = walk_kind(walk) == MOUNT_PROC, in_proc_root = in_proc && walk->at_st.stx_ino == PROC_ROOT_INODE;
	char target[PATH_MAX];
	int code;

	if (in_proc_root && (strcmp(name, "self") == 0 || strcmp(name, "thread-self") == 0))
		return put_own_proc_before(walk, name);
	if (in_proc && !in_proc_root && is_magic(walk, name))
		return jump(walk, name);
	code = read_symlink(walk, name, link, st, target);
	return code < 0 ? code : put_before(walk, target);
}

static int step_up(struct walk *walk)
{
	if (same_place(&walk->at_st, &walk->root_st))
		return 0;
	return walk_into(walk, open_part(walk, "..", O_DIRECTORY, 0));
}

/* An ACL may stand in a block of its own on the disk, and a server be asked for it. */
static bool may_read_acl(struct walk *walk)
{
	enum mount_kind kind = walk_kind(walk);

	if (walk->request->wait == WAIT_NOT)
		return kind == MOUNT_MEMORY;
	return walk->request->wait == WAIT_SERVER || !is_remote(kind);
}

static void read_acl(int fd, struct posix_acl *ret)
{
	char path[64], bytes[ACL_LENGTH_MAX];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);	/* O_PATH: fgetxattr() takes none */
	n = getxattr(path, "system.posix_acl_access", bytes, sizeof(bytes));
	if (n >= 0)
		posix_acl_parse(ret, bytes, (size_t)n);
	else if (errno == ERANGE)
		ret->count = ACL_ENTRIES_MAX + 1;
}

static struct owner owner_here(struct walk *walk)
{
	struct owner owner = owner_of(&walk->at_st);

	/* A link has none, and where the group may do nothing it is not looked at: acl_permission_check(), fs/namei.c. */
	if (walk->request->acls && (owner.mode & S_IRWXG) && owner.uid != walk->request->except_of &&
	    !S_ISLNK(owner.mode) && may_read_acl(walk))
		read_acl(walk->at, &owner.acl);
	return owner;
}

static void visit_folder(struct walk *walk, bool last)
{
	struct owner folder = owner_here(walk);

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
		return follow(walk, name, fd, &st);
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

void walk_finish(struct walk *walk, bool has_parts, char *place)
{
	struct resolved *ret = walk->ret;

	ret->found = true;
	ret->kind = file_kind_from_mode(walk->at_st.stx_mode);
	ret->owner = owner_here(walk);
	ret->path = place ?: place_name(walk->at);
	ret->has_parent = ret->has_parent && has_parts;
	ret->remote = is_remote(walk_kind(walk));
	ret->file = (struct file_identity){
		walk->at_st.stx_mnt_id, (uint64_t)walk->at_st.stx_dev_major << 32 | walk->at_st.stx_dev_minor, walk->at_st.stx_ino,
	};
	ret->fd = take_place(walk);
}

static void finish_short(struct walk *walk, const char *name, int code)
{
	auto_free char *base = place_name(walk->at);

	walk->ret->absent = code == -ENOENT || code == -ENOTDIR;
	walk->ret->waits = code == -EAGAIN;
	walk->ret->remote = is_remote(walk_kind(walk));
	walk->ret->mount = walk->at_st.stx_mnt_id;
	walk->ret->path = base ? join_text(base, name, walk->next) : NULL;
	if (code == -EAGAIN && walk->request->wait == WAIT_NOT) {
		walk->ret->stood = take_place(walk);
		walk->ret->rest = xasprintf("%s%s", name, walk->next);
	}
}

static void run(struct walk *walk)
{
	char name[NAME_MAX + 2];
	bool last = false, slash = false, has_parts = false;
	unsigned int links = 0;

	walk_leap(walk);
	while (next_part(walk, name, &last, &slash)) {
		int code = strlen(name) > NAME_MAX ? -ENAMETOOLONG : step(walk, name, last, slash);

		if (code < 0) {
			finish_short(walk, name, code);
			return;
		}
		has_parts = true;
		if (walk->links != links)
			walk_leap(walk);
		links = walk->links;
	}
	walk_finish(walk, has_parts, NULL);
}

/* Where it starts, from the root or from elsewhere. */
static bool look_around(struct walk *walk)
{
	if (look(walk->root, &walk->root_st) < 0)
		return false;
	walk->at_st = walk->root_st;
	return walk_is_from_root(walk->request) || look(walk->at, &walk->at_st) == 0;
}

static int open_task_link(pid_t tid, const char *link)
{
	char name[64];

	snprintf(name, sizeof(name), "/proc/%d/%s", tid, link);
	return open(name, O_PATH | O_CLOEXEC);
}

static const char *base_link(const struct resolve_request *request, char buffer[static 32])
{
	snprintf(buffer, 32, request->dirfd == AT_FDCWD ? "cwd" : "fd/%d", request->dirfd);
	return buffer;
}

/* Without a look into the caller's root (another user's task, an ended one) the text is all there is. */
static void resolve_text(const struct resolve_request *request, struct resolved *ret)
{
	bool from_root = walk_is_from_root(request);
	char link[32];
	auto_free char *base = from_root ? xstrdup("/") : read_task_link(request->tid, base_link(request, link));

	if (base && base[0] == '/')
		ret->path = join_text(base, "", request->path);
}

bool is_own_root(int fd)
{
	struct statx own = { 0 }, other = { 0 };

	return statx(AT_FDCWD, "/", AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, LOOK_MASK, &own) == 0 && look(fd, &other) == 0 &&
	       own.stx_mask & STATX_MNT_ID && own.stx_mnt_id && same_place(&own, &other);
}

void origin_open(struct resolver *resolver, const struct resolve_request *request, struct origin *ret)
{
	bool from_root = walk_is_from_root(request);
	char link[32];

	*ret = ORIGIN_NONE;
	base_link(request, link);
	if (fears_jumps(resolver, request))
		return;
	ret->root = open_task_link(request->tid, request->in_root ? link : "root");
	ret->at = from_root ? fcntl(ret->root, F_DUPFD_CLOEXEC, 0) : open_task_link(request->tid, link);
}

void origin_close(struct origin *origin)
{
	closep(&origin->root);
	closep(&origin->at);
	*origin = ORIGIN_NONE;
}

void resolve_from(struct resolver *resolver, const struct resolve_request *request, const struct origin *origin,
		  struct resolved *ret)
{
	struct walk walk = {
		.resolver = resolver, .request = request, .root = origin->root, .ret = ret,
	};

	walk.at = origin->at < 0 ? -1 : walk_is_from_root(request) ? walk.root : fcntl(origin->at, F_DUPFD_CLOEXEC, 0);
	*ret = RESOLVED_NONE;
	if (walk.root >= 0 && walk_leap_to_end(&walk)) {
		ret->followed = walk.links > 0;
	} else if (walk.root >= 0 && walk.at >= 0 && look_around(&walk)) {
		walk.next = walk.rest = xstrdup(request->path);
		run(&walk);
		ret->followed = walk.links > 0;
		free(walk.rest);
	} else {
		resolve_text(request, ret);
		ret->waits = fears_jumps(resolver, request);
	}
	walk_leave(&walk);
}

void resolve(struct resolver *resolver, const struct resolve_request *request, struct resolved *ret)
{
	struct origin origin;

	origin_open(resolver, request, &origin);
	resolve_from(resolver, request, &origin, ret);
	origin_close(&origin);
}

bool resolved_is_descriptor(const struct resolved *resolved, pid_t tid, int fd)
{
	char name[64];
	struct statx st = { 0 };

	snprintf(name, sizeof(name), "/proc/%d/fd/%d", tid, fd);
	return resolved->found && resolved->file.inode && resolved->file.mount &&
	       statx(AT_FDCWD, name, AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, LOOK_MASK, &st) == 0 &&
	       resolved->file.mount == st.stx_mnt_id && resolved->file.inode == st.stx_ino &&
	       resolved->file.device == ((uint64_t)st.stx_dev_major << 32 | st.stx_dev_minor);
}

void resolve_descriptor(pid_t tid, int fd, struct resolved *ret)
{
	char link[32];
	struct statx st;

	*ret = RESOLVED_NONE;
	if (fd < 0)
		return;
	snprintf(link, sizeof(link), "fd/%d", fd);
	ret->fd = open_task_link(tid, link);
	if (ret->fd < 0)
		return;
	if (look(ret->fd, &st) < 0) {
		close(steal_fd(&ret->fd));
		return;
	}
	ret->found = true;
	ret->kind = file_kind_from_mode(st.stx_mode);
	ret->owner = owner_of(&st);
	ret->path = place_name(ret->fd);
}
