/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does one thing to a path, and says by its status whether it was done: 0 yes, 1 refused (EACCES, EPERM), 2 anything else.
 *	act ACT PATH [PATH2]
 * The guest tests run it under a profile: one act, one rule.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Each returns what its call did: negative with errno set on failure. */
typedef int act_function(const char *path, const char *other);

#define ACT(name) static int act_##name(const char *path __attribute__((unused)), \
					 const char *other __attribute__((unused)))

ACT(read) { return open(path, O_RDONLY); }
ACT(write) { return open(path, O_WRONLY); }
ACT(append) { return open(path, O_WRONLY | O_APPEND); }
ACT(append_create) { return open(path, O_WRONLY | O_APPEND | O_CREAT, 0600); }
ACT(read_create) { return open(path, O_RDONLY | O_CREAT, 0600); }
ACT(read_write) { return open(path, O_RDWR); }
ACT(create) { return open(path, O_WRONLY | O_CREAT | O_EXCL, 0600); }
ACT(create_unnamed) { return open(path, O_RDWR | O_TMPFILE, 0600); }
ACT(open_path) { return open(path, O_PATH); }
ACT(truncate) { return truncate(path, 1); }
ACT(change_mode) { return chmod(path, 0640); }
ACT(change_owner) { return chown(path, 1, 1); }
ACT(change_times) { return utimes(path, NULL); }
ACT(change_attribute) { return setxattr(path, "user.act", "1", 1, 0) < 0 && errno != ENOTSUP ? -1 : 0; }
ACT(make_folder) { return mkdir(path, 0755); }
ACT(remove_folder) { return rmdir(path); }
ACT(make_link) { return link(path, other); }
ACT(make_symlink) { return symlink("/nowhere", path); }
ACT(make_pipe) { return mknod(path, S_IFIFO | 0600, 0); }
ACT(make_device) { return mknod(path, S_IFBLK | 0600, makedev(8, 0)); }
ACT(remove) { return unlink(path); }
ACT(rename) { return rename(path, other); }
ACT(exchange) { return renameat2(AT_FDCWD, path, AT_FDCWD, other, RENAME_EXCHANGE); }
ACT(enter) { return chdir(path); }
ACT(list) { return opendir(path) ? 0 : -1; }
ACT(watch) { return inotify_add_watch(inotify_init(), path, IN_ALL_EVENTS); }
ACT(change_root) { return chroot(path); }
ACT(nothing) { return 0; }

ACT(look)
{
	struct stat attributes;
	struct statfs system;
	char target[64];

	if (stat(path, &attributes) < 0 || statfs(path, &system) < 0 || access(path, R_OK | W_OK) < 0)
		return -1;
	return readlink(path, target, sizeof(target)) < 0 && errno != EINVAL ? -1 : 0;
}

ACT(make_used_link)
{
	return link(path, other) < 0 ? -1 : open(other, O_RDWR);
}

ACT(lock_shared)
{
	int fd = open(path, O_RDONLY);

	return fd < 0 ? -1 : flock(fd, LOCK_SH);
}

ACT(lock_exclusive)
{
	int fd = open(path, O_RDONLY);

	return fd < 0 ? -1 : flock(fd, LOCK_EX);
}

ACT(lock_record)
{
	struct flock lock = { .l_type = F_WRLCK };
	int fd = open(path, O_RDWR);

	return fd < 0 ? -1 : fcntl(fd, F_SETLK, &lock);
}

ACT(map_code)
{
	int fd = open(path, O_RDONLY);

	return fd < 0 || mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED ? -1 : 0;
}

ACT(run)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		execl(path, path, "nothing", "/", (char *)NULL);
		_exit(errno == EACCES || errno == EPERM ? 1 : 2);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0)
		return -1;
	errno = WEXITSTATUS(status) == 1 ? EACCES : EIO;
	return status ? -1 : 0;
}

static int unix_socket(const char *path, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(address->sun_path, sizeof(address->sun_path), "%s", path);
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

ACT(bind_unix)
{
	struct sockaddr_un address;
	int fd = unix_socket(path, &address);

	return fd < 0 ? -1 : bind(fd, (struct sockaddr *)&address, sizeof(address));
}

ACT(inet) { return socket(AF_INET, SOCK_STREAM, 0); }
ACT(inet_datagram) { return socket(AF_INET, SOCK_DGRAM, 0); }
ACT(raw_socket) { return socket(AF_INET, SOCK_RAW, 1); }
ACT(packet_socket) { return socket(AF_PACKET, SOCK_RAW, 0); }
ACT(netlink) { return socket(AF_NETLINK, SOCK_RAW, 0); }
ACT(socket_pair) { int pair[2]; return socketpair(AF_UNIX, SOCK_STREAM, 0, pair); }
ACT(signal_first) { return kill(1, 0); }
ACT(trace_first) { return ptrace(PTRACE_SEIZE, 1, NULL, NULL); }
ACT(set_clock) { struct timespec now = { 1, 0 }; return clock_settime(CLOCK_REALTIME, &now); }
ACT(set_host_name) { return sethostname("act", 3); }
ACT(load_module) { return (int)syscall(SYS_init_module, "", 0, ""); }
ACT(be_nice) { errno = 0; return nice(-5) == -1 && errno ? -1 : 0; }
ACT(new_mount_space) { return unshare(CLONE_NEWNS); }
ACT(mount_tmpfs) { return mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, NULL); }
ACT(mount_bind) { return mount(path, other, NULL, MS_BIND | MS_REC, NULL); }
ACT(mount_move) { return mount(path, other, NULL, MS_MOVE, NULL); }
ACT(mount_remount) { return mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID, NULL); }
ACT(mount_private) { return mount(NULL, path, NULL, MS_REC | MS_PRIVATE, NULL); }
ACT(unmount) { return umount2(path, MNT_DETACH); }

/* Enters the folder `path` as the root, the old one below it at `other`: what runtimes do. */
ACT(pivot)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -1;
	return (int)syscall(SYS_pivot_root, path, other);
}

static const struct {
	const char *name;
	act_function *function;
} acts[] = {
#define ROW(name) { #name, act_##name }
	ROW(append), ROW(append_create), ROW(be_nice), ROW(bind_unix), ROW(change_attribute), ROW(change_mode),
	ROW(change_owner), ROW(change_root), ROW(change_times), ROW(create), ROW(create_unnamed), ROW(enter),
	ROW(exchange), ROW(inet), ROW(inet_datagram), ROW(list), ROW(load_module), ROW(lock_exclusive),
	ROW(lock_record), ROW(lock_shared), ROW(look), ROW(make_device), ROW(make_folder), ROW(make_link),
	ROW(make_pipe), ROW(make_symlink), ROW(make_used_link), ROW(map_code), ROW(mount_bind), ROW(mount_move), ROW(mount_private),
	ROW(mount_remount), ROW(mount_tmpfs), ROW(netlink), ROW(new_mount_space), ROW(nothing), ROW(open_path),
	ROW(packet_socket), ROW(pivot), ROW(raw_socket), ROW(read), ROW(read_create), ROW(read_write), ROW(remove),
	ROW(remove_folder), ROW(rename), ROW(run), ROW(set_clock), ROW(set_host_name), ROW(signal_first),
	ROW(socket_pair), ROW(trace_first), ROW(truncate), ROW(unmount), ROW(watch), ROW(write),
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 2 && i < ARRAY_SIZE(acts); i++) {
		if (strcmp(acts[i].name, argv[1]) != 0)
			continue;
		if (acts[i].function(argv[2], argc > 3 ? argv[3] : NULL) >= 0)
			return 0;
		fprintf(stderr, "act %s %s: %s\n", argv[1], argv[2], strerror(errno));
		return errno == EACCES || errno == EPERM ? 1 : 2;
	}
	fprintf(stderr, "usage: act ACT PATH [PATH2]\n");
	return 3;
}
