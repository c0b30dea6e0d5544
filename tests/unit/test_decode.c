/* SPDX-License-Identifier: Apache-2.0 */
/* The decoder over real calls of this process: paths, descriptors, sockets, signals, and what costs nothing twice. */
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "record/lookup.h"
#include "snug/cleanup.h"
#include "snug/memory.h"
#include "tests/tap.h"
#include "tests/unit/decode_harness.h"

/* The calls of the text below are those of machines that have the older ones: open, stat, mkdir, … */
#ifndef SYS_open
int main(void)
{
	puts("1..0 # SKIP this architecture has none of the older calls");
	return 0;
}
#else

static char *folder;	/* scratch, absolute and resolved */

static bool has(const char *lines, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool has(const char *lines, const char *format, ...)
{
	CLEANUP(text_done) struct text all = TEXT_EMPTY, want = TEXT_EMPTY;
	char line[8192];
	va_list args;
	bool found;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	text_printf(&want, "\n%s\n", line);
	text_printf(&all, "\n%s", lines);
	found = strstr(text_cstr(&all), text_cstr(&want)) != NULL;
	if (!found)
		printf("# want: %s\n# got:\n%s\n", line, lines);
	return found;
}

static char *in_folder(const char *name)
{
	return xasprintf("%s/%s", folder, name);
}

static void test_open(struct harness *h)
{
	auto_free char *a = in_folder("a"), *link = in_folder("link"), *gone = in_folder("gone/x");
	const char *lines = ACT4(h, SYS_openat, AT_FDCWD & 0xffffffffu, P(a), O_CREAT | O_RDWR, 0600);

	ok(has(lines, "file read,write,create file %s/a ok", folder));
	ok(has(lines, "call openat ok"));
	ok_str(ACT4(h, SYS_openat, AT_FDCWD & 0xffffffffu, P(a), O_CREAT | O_RDWR, 0600), "");
	ok(!h->exit_was_needed);
	ok(symlink("a", link) == 0);
	ok(has(ACT4(h, SYS_openat, AT_FDCWD & 0xffffffffu, P(link), O_RDONLY, 0), "file read file %s/a ok", folder));
	lines = ACT4(h, SYS_openat, AT_FDCWD & 0xffffffffu, P(link), O_RDONLY | O_NOFOLLOW, 0);
	ok(has(lines, "file read symlink %s/link unknown", folder));
	ok(has(ACT4(h, SYS_openat, AT_FDCWD & 0xffffffffu, P(link), O_PATH | O_NOFOLLOW, 0),
	       "file look symlink %s/link ok", folder));
	lines = ACT4(h, SYS_openat, AT_FDCWD & 0xffffffffu, P(gone), O_RDONLY, 0);
	ok(has(lines, "file read unknown %s/gone/x absent", folder));
	ok(has(ACT4(h, SYS_openat, AT_FDCWD & 0xffffffffu, P(a), O_WRONLY | O_APPEND, 0),
	       "file append file %s/a ok", folder));
	ok(has(ACT4(h, SYS_openat, AT_FDCWD & 0xffffffffu, P(a), O_WRONLY | O_TRUNC | O_APPEND, 0),
	       "file write,append file %s/a ok", folder));
	lines = ACT4(h, SYS_openat, AT_FDCWD & 0xffffffffu, P(folder), O_TMPFILE | O_RDWR, 0600);
	ok(strstr(lines, "/#") != NULL);
	ok(strstr(lines, "(deleted)") == NULL);
	ok_str(ACT4(h, SYS_openat, AT_FDCWD & 0xffffffffu, 16, O_RDONLY, 0), "");
	ok_str(ACT3(h, SYS_readlink, 16, 16, 16), "call readlink EFAULT\n");
}

/* A signal's handler ends during a wait: the result that is seen then is the wait's. */
static void test_sigreturn(struct harness *h)
{
	struct call call = { .abi = arch_native(), .number = SYS_rt_sigreturn };
	struct pending *pending;

	text_clear(&h->lines);
	decode_entry(h->decoder, &h->task, &call, &pending);
	decode_exit(h->decoder, &h->task, pending, -EINTR);
	ok_str(text_cstr(&h->lines), "call rt_sigreturn ok\n");
}

static void test_absent_turns_ok(struct harness *h)
{
	auto_free char *late = in_folder("late");

	ok(has(ACT2(h, SYS_access, P(late), F_OK), "file look unknown %s/late absent", folder));
	ok(h->exit_was_needed);
	ok_str(ACT2(h, SYS_access, P(late), F_OK), "");
	ok(h->exit_was_needed);
	close(creat(late, 0600));
	ok(has(ACT2(h, SYS_access, P(late), F_OK), "file look file %s/late ok", folder));
	ok_str(ACT2(h, SYS_access, P(late), F_OK), "");
	ok(!h->exit_was_needed);
}

static void test_relative(struct harness *h)
{
	auto_free char *sub = in_folder("sub"), *dots = in_folder("sub/../sub/./../a"), *before = getcwd(NULL, 0);
	int fd;

	ok(has(ACT2(h, SYS_mkdir, P(sub), 0700), "file create folder %s ok", sub));
	ok_str(ACT2(h, SYS_mkdir, P(sub), 0700), "");	/* EEXIST of what once succeeded */
	ok(has(ACT2(h, SYS_mkdir, P("/usr"), 0700), "file look folder /usr ok"));	/* it is there, so that no LSM was asked */
	ok(has(ACT1(h, SYS_chdir, P(sub)), "file enter folder %s ok", sub));
	ok(has(ACT2(h, SYS_stat, P("../a"), P(&(struct stat){ 0 })), "file look file %s/a ok", folder));
	ok_str(ACT2(h, SYS_stat, P("../a"), P(&(struct stat){ 0 })), "");
	ok(has(ACT1(h, SYS_chdir, P("..")), "file enter folder %s ok", folder));
	ok_str(ACT2(h, SYS_stat, P("a"), P(&(struct stat){ 0 })), "");
	ok_str(ACT2(h, SYS_stat, P(dots), P(&(struct stat){ 0 })), "");	/* the same event by another name */
	fd = open(sub, O_RDONLY | O_DIRECTORY);
	ok(has(ACT4(h, SYS_faccessat, (uint64_t)fd, P("../late"), R_OK, 0), "call faccessat ok"));
	/* What is open already is not reached by a look. */
	ok_str(ACT4(h, SYS_newfstatat, (uint64_t)fd, P(""), P(&(struct stat){ 0 }), AT_EMPTY_PATH), "call newfstatat ok\n");
	ok_str(ACT4(h, SYS_newfstatat, AT_FDCWD & 0xffffffffu, P(""), P(&(struct stat){ 0 }), AT_EMPTY_PATH), "");
	ok_str(ACT2(h, SYS_fstat, (uint64_t)fd, P(&(struct stat){ 0 })), "call fstat ok\n");
	ok(has(ACT5(h, SYS_fchownat, (uint64_t)fd, P(""), UINT32_MAX, UINT32_MAX, AT_EMPTY_PATH),
	       "file change-owner folder %s ok", sub));
	ok(has(ACT1(h, SYS_fchdir, (uint64_t)fd), "call fchdir ok"));
	ok(has(ACT2(h, SYS_access, P("nothing"), F_OK), "file look unknown %s/nothing absent", sub));
	close(fd);
	ok(chdir(before) == 0);
}

/* What is known of some arguments only, for a filter. */
static void test_settlement(struct harness *h)
{
	static const char nothing[] = "";
	struct call call = { .abi = arch_native(), .number = SYS_newfstatat, .args = { 0, P(nothing), 0, AT_EMPTY_PATH } };
	const struct empty_paths none = { .count = 0 }, one = { .at = { 0x7f0000000010 }, .count = 1 };
	uint64_t path = 0, looks[6] = { 3, 0x7f0000000010, 1, AT_EMPTY_PATH | AT_NO_AUTOMOUNT };
	struct settlement settlement;

	ok(decode_looks_if_empty(h->decoder, &call, &path) && path == P(nothing));
	call.args[3] = AT_SYMLINK_NOFOLLOW;
	ok(!decode_looks_if_empty(h->decoder, &call, &path));
	ok(!decode_settlement(h->decoder, &h->task, &call, &none, &settlement));
	ok(decode_settlement(h->decoder, &h->task, &call, &one, &settlement));
	ok(settlement.among_count == 1 && !settlement.unless_count && syscall_access_holds(settlement.among[0], looks));
	looks[1] += 1ull << 32;
	ok(!syscall_access_holds(settlement.among[0], looks));
	looks[1] = 0x7f0000000010;
	looks[3] = 0;
	ok(!syscall_access_holds(settlement.among[0], looks));
	call.number = SYS_statx;	/* not made yet */
	ok(!decode_settlement(h->decoder, &h->task, &call, &one, &settlement));
	call.number = SYS_fchownat;
	ok(!decode_looks_if_empty(h->decoder, &call, &path));
}

/* A message without an address goes where its socket is connected to: that was told. */
static void test_settled_message(struct harness *h)
{
	const struct call call = { .abi = arch_native(), .number = SYS_sendto };
	const struct empty_paths none = { .count = 0 };
	uint64_t args[6] = { 3, 0x7f0000000010, 1, 0, 0, 16 };
	struct settlement settlement;
	int ends[2];

	ok(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	ok(!decode_settlement(h->decoder, &h->task, &call, &none, &settlement));
	act(h, SYS_sendto, (uint64_t)ends[0], P("a"), 1, 0, 0, 0);
	ok(decode_settlement(h->decoder, &h->task, &call, &none, &settlement));
	ok(settlement.among_count == 1 && !settlement.unless_count && syscall_access_holds(settlement.among[0], args));
	args[4] = 1ull << 32;
	ok(!syscall_access_holds(settlement.among[0], args));
	args[4] = 0x7ffc00000000;
	ok(!syscall_access_holds(settlement.among[0], args));
	ok(!decode_settlement(h->decoder, &h->task, &(struct call){ .abi = arch_native(), .number = SYS_sendmsg }, &none,
			      &settlement));
	close(ends[0]);
	close(ends[1]);
}

/* What need not be decoded: the same text from the same place, unless a look is needed to tell. */
static void test_known(struct harness *h)
{
	auto_free char *a = in_folder("a"), *other = in_folder("other"), *link = in_folder("to-a");
	struct call call = { .abi = arch_native(), .number = SYS_access, .args = { P(a), F_OK } };
	struct call open = { .abi = arch_native(), .number = SYS_openat, .args = { AT_FDCWD & 0xffffffffu, P(a), O_RDONLY } };

	ok(symlink("a", link) == 0);
	ACT2(h, SYS_access, P(a), F_OK);
	ok(decode_is_known(h->decoder, &h->task, &call) && decode_same_again(h->decoder));
	ACT4(h, SYS_openat, AT_FDCWD & 0xffffffffu, P(a), O_RDONLY, 0);
	ok(decode_is_known(h->decoder, &h->task, &open));
	open.args[2] = O_RDWR | O_APPEND;
	ok(!decode_is_known(h->decoder, &h->task, &open));
	ACT2(h, SYS_access, P(link), F_OK);
	call.args[0] = P(link);
	ok(!decode_is_known(h->decoder, &h->task, &call));
	call.args[0] = P(other);
	ok(!decode_is_known(h->decoder, &h->task, &call));
	call.args[0] = 16;
	ok(!decode_is_known(h->decoder, &h->task, &call));
	open.args[0] = 0, open.args[1] = P("a"), open.args[2] = O_RDONLY;
	ok(!decode_is_known(h->decoder, &h->task, &open));
	ok(unlink(link) == 0);
}

static void test_proc(struct harness *h)
{
	auto_free char *a = in_folder("a");
	int fd = open(a, O_RDONLY), pipes[2];
	char name[64];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	ok(has(ACT3(h, SYS_open, P(name), O_WRONLY, 0), "file write file %s/a ok", folder));
	ok(has(ACT3(h, SYS_open, P("/proc/self/status"), O_RDONLY, 0), "file read file /proc/%d/status ok", getpid()));
	ok(has(ACT3(h, SYS_open, P("/proc/thread-self/stat"), O_RDONLY, 0), "file read file /proc/%d/task/%d/stat ok",
	       getpid(), getpid()));
	ok(has(ACT3(h, SYS_readlink, P("/proc/self"), P(name + 32), 16), "file look symlink /proc/self ok"));
	ok(pipe(pipes) == 0);
	snprintf(name, sizeof(name), "/dev/fd/%d", pipes[0]);
	ok_str(ACT3(h, SYS_open, P(name), O_RDONLY | O_NONBLOCK, 0), "");
	ok(has(ACT3(h, SYS_open, P("/proc/self/mem"), O_RDONLY, 0), "ptrace read 0 ok"));
	close(pipes[0]);
	close(pipes[1]);
	close(fd);
}

static void test_names(struct harness *h)
{
	auto_free char *one = in_folder("one"), *two = in_folder("two"), *hard = in_folder("hard");
	auto_free char *sym = in_folder("sym"), *strange = in_folder("a\nb\xff\"*{}"), *slash = in_folder("dirlink/");
	auto_free char *dirlink = in_folder("dirlink"), *gone = in_folder("gone/one");
	const char *lines;

	close(creat(one, 0600));
	lines = ACT2(h, SYS_rename, P(one), P(two));
	ok(has(lines, "file rename-from file %s/one ok", folder));
	ok(has(lines, "file rename-to file %s/two ok", folder));
	lines = ACT2(h, SYS_rename, P(hard), P(one));
	ok(has(lines, "file rename-from unknown %s/hard absent", folder));
	lines = ACT2(h, SYS_rename, P(two), P(gone));
	ok(has(lines, "file rename-from file %s/two unknown", folder));
	ok(has(lines, "file rename-to file %s absent", gone));
	lines = ACT2(h, SYS_link, P(two), P(hard));
	ok(has(lines, "file link-from file %s/two ok", folder));
	ok(has(lines, "file link-to file %s/hard ok", folder));
	lines = ACT2(h, SYS_symlink, P("two"), P(sym));
	ok(has(lines, "file create symlink %s/sym ok", folder));
	lines = ACT5(h, SYS_renameat2, AT_FDCWD & 0xffffffffu, P(two), AT_FDCWD & 0xffffffffu, P(sym), RENAME_EXCHANGE);
	ok(has(lines, "file rename-from,rename-to file %s/two ok", folder));
	ok(has(lines, "file rename-from,rename-to symlink %s/sym ok", folder));
	lines = ACT1(h, SYS_unlink, P(two));
	ok(has(lines, "file delete symlink %s/two ok", folder));
	ok(has(ACT2(h, SYS_creat, P(strange), 0600), "file write,create file %s ok", strange));
	ok(symlink(".", dirlink) == 0);
	ok(has(ACT2(h, SYS_lstat, P(dirlink), P(&(struct stat){ 0 })), "file look symlink %s ok", dirlink));
	ok(has(ACT2(h, SYS_lstat, P(slash), P(&(struct stat){ 0 })), "file look folder %s ok", folder));
	lines = ACT1(h, SYS_rmdir, P(slash));
	ok(has(lines, "file delete symlink %s absent", dirlink));
	ok(has(ACT3(h, SYS_mknod, P(one), S_IFIFO | 0600, 0), "file create pipe %s/one ok", folder));
}

/* What a path means may change: then what was known of it is not. */
static void test_stale(struct harness *h)
{
	auto_free char *current = in_folder("current"), *next = in_folder("next"), *old = in_folder("old");

	close(creat(old, 0600));
	ok(symlink("old", current) == 0);
	ok(has(ACT2(h, SYS_truncate, P(current), 0), "file write file %s ok", old));
	ok_str(ACT2(h, SYS_truncate, P(current), 0), "");
	ok(has(ACT2(h, SYS_symlink, P("late"), P(next)), "file create symlink %s ok", next));
	ok(rename(next, current) == 0);
	ok(has(ACT2(h, SYS_truncate, P(current), 0), "file write file %s/late ok", folder));
}

static void test_descriptors(struct harness *h)
{
	auto_free char *a = in_folder("a");
	int fd = open(a, O_RDWR);
	struct flock lock = { .l_type = F_WRLCK };

	ok(has(ACT2(h, SYS_flock, (uint64_t)fd, LOCK_SH), "file lock file %s ok", a));
	ok(has(ACT2(h, SYS_flock, (uint64_t)fd, LOCK_EX), "file lock,lock-exclusive file %s ok", a));
	ok(has(ACT3(h, SYS_fcntl, (uint64_t)fd, F_SETLK, P(&lock)), "call fcntl cmd=%d ok", F_SETLK));
	ok(has(ACT2(h, SYS_fchmod, (uint64_t)fd, 0640), "file change-mode file %s ok", a));
	ok(has(ACT2(h, SYS_ftruncate, (uint64_t)fd, 4096), "call ftruncate ok"));
	ok(has(act(h, SYS_mmap, 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, (uint64_t)fd, 0),
	       "file map-execute file %s ok", a));
	ok(has(ACT4(h, SYS_utimensat, (uint64_t)fd, 0, 0, 0), "file change-attributes file %s ok", a));
	ok(has(act(h, SYS_mmap, 0, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, (uint64_t)-1, 0),
	       "note write-execute"));
	unlink(a);
	ok(has(ACT3(h, SYS_fchown, (uint64_t)fd, (uint64_t)-1, (uint64_t)-1), "file change-owner file %s ok", a));
	close(fd);
}

static void test_mprotect(struct harness *h)
{
	auto_free char *x = in_folder("mapped\nfile");
	int fd = open(x, O_RDWR | O_CREAT, 0600);
	void *at;

	ok(ftruncate(fd, 8192) == 0);
	at = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, fd, 0);
	ok(has(ACT3(h, SYS_mprotect, P(at), 8192, PROT_READ | PROT_EXEC), "file map-execute file %s ok", x));
	close(fd);
}

static void test_inet(struct harness *h)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 address6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int known = socket(AF_INET, SOCK_DGRAM, 0);
	const char *lines = ACT3(h, SYS_socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t length = sizeof(address);
	int fd = known + 1;

	ok(has(lines, "network inet stream tcp 1 - ok"));
	ok(has(lines, "call socket domain=2 type=1 protocol=0 ok"));
	ok(has(ACT3(h, SYS_bind, (uint64_t)fd, P(&address), sizeof(address)), "network inet stream tcp 2 127.0.0.1:0 ok"));
	ok(has(ACT2(h, SYS_listen, (uint64_t)fd, 1), "network inet stream tcp 4 - ok"));
	ok(getsockname(fd, (struct sockaddr *)&address, &length) == 0);
	/* from before the decoder knew sockets: asked for its type */
	lines = act(h, SYS_sendto, (uint64_t)known, P("x"), 1, 0, P(&address), sizeof(address));
	ok(has(lines, "network inet dgram udp 16 127.0.0.1:%u ok", ntohs(address.sin_port)));
	ok_str(act(h, SYS_sendto, (uint64_t)known, P("x"), 1, 0, P(&address), sizeof(address)), "");
	ok(!h->exit_was_needed);
	lines = ACT3(h, SYS_connect, (uint64_t)known, P(&address6), sizeof(address6));
	ok(has(lines, "network inet dgram udp 16 [::1]:0 unknown"));
	close(fd);
	close(known);
}

static void test_unix(struct harness *h)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	auto_free char *path = in_folder("socket");
	int fds[2], fd = socket(AF_UNIX, SOCK_STREAM, 0), other = socket(AF_UNIX, SOCK_STREAM, 0);
	const char *lines;
	size_t length;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	lines = ACT3(h, SYS_bind, (uint64_t)fd, P(&address), sizeof(address));
	ok(has(lines, "file create,connect socket %s ok", path));
	ok(has(lines, "unix %s stream 2 ok", path));
	ok(has(ACT2(h, SYS_listen, (uint64_t)fd, 1), "unix %s stream 4 ok", path));
	lines = ACT3(h, SYS_connect, (uint64_t)other, P(&address), sizeof(address));
	ok(has(lines, "file connect socket %s ok", path));
	ok(has(lines, "unix %s stream 16 ok", path));
	memcpy(address.sun_path, "\0na\xffme", 7);
	length = offsetof(struct sockaddr_un, sun_path) + 6;
	close(other);
	other = socket(AF_UNIX, SOCK_DGRAM, 0);
	lines = ACT3(h, SYS_bind, (uint64_t)other, P(&address), length);
	ok(has(lines, "unix @na\\xffme dgram 2 ok"));
	ok(has(ACT4(h, SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, P(fds)), "unix - stream 1 ok"));
	close(other);
	close(fd);
}

static void test_message(struct harness *h)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(0x7f000001) };
	struct iovec iov = { (void *)"x", 1 };
	struct mmsghdr messages[2] = {
		{ .msg_hdr = { .msg_name = &address, .msg_namelen = sizeof(address), .msg_iov = &iov, .msg_iovlen = 1 } },
		{ .msg_hdr = { .msg_iov = &iov, .msg_iovlen = 1 } },
	};
	struct sockaddr_in second = address;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	second.sin_port = htons(10);
	messages[1].msg_hdr.msg_name = &second;
	messages[1].msg_hdr.msg_namelen = sizeof(second);
	ok(has(ACT3(h, SYS_sendmsg, (uint64_t)fd, P(&messages[0].msg_hdr), 0), "network inet dgram udp 16 127.0.0.1:9 ok"));
	ok(has(ACT4(h, SYS_sendmmsg, (uint64_t)fd, P(messages), 2, 0), "network inet dgram udp 16 127.0.0.1:10 ok"));
	close(fd);
}

static void test_signals(struct harness *h)
{
	ok(has(ACT2(h, SYS_kill, (uint64_t)getpid(), 0), "signal 0 0 ok"));
	ok(has(ACT3(h, SYS_tgkill, (uint64_t)getpid(), (uint64_t)getpid(), SIGWINCH), "signal %d 0 ok", SIGWINCH));
	ok(has(ACT2(h, SYS_kill, (uint64_t)getppid(), 0), "signal 0 1 ok"));
	ok(has(ACT2(h, SYS_kill, 0x7ffffff0, 0), "signal 0 2 unknown"));
}

/* Looks at a call as a recorder does that is blind to results, and really makes it. */
static const char *unseen(struct harness *h, long number, uint64_t a, uint64_t b, uint64_t c)
{
	struct call call = { .abi = arch_native(), .number = (uint64_t)number, .args = { a, b, c } };
	struct pending *pending;

	text_clear(&h->lines);
	decode_entry(h->decoder, &h->task, &call, &pending);
	decode_unseen(h->decoder, &h->task, pending);
	syscall(number, a, b, c);
	return text_cstr(&h->lines);
}

static void test_unseen(struct harness *h)
{
	auto_free char *never = in_folder("never"), *made = in_folder("made"), *moved = in_folder("moved");
	auto_free char *nowhere = in_folder("no-folder/made");

	ok(has(unseen(h, SYS_stat, P(never), 0, 0), "file look unknown %s absent", never));
	ok(has(unseen(h, SYS_open, P(made), O_CREAT | O_WRONLY, 0600), "file write,create file %s unknown", made));
	ok(has(unseen(h, SYS_open, P(nowhere), O_CREAT | O_WRONLY, 0600), "file write,create file %s absent", nowhere));
	ok(has(unseen(h, SYS_stat, P(made), 0, 0), "file look file %s unknown", made));
	ok(has(unseen(h, SYS_rename, P(made), P(moved), 0), "file rename-to file %s unknown", moved));
	ok(has(unseen(h, SYS_rename, P(never), P(made), 0), "file rename-to unknown %s absent", made));
	syscall(SYS_rename, moved, never);
	ok(has(unseen(h, SYS_stat, P(never), 0, 0), "file look file %s unknown", never));
	unlink(never);
}

/* What the recorder finds out of a call in a container: is there anything? It is over then. */
static bool is_news(struct decoder *decoder, const struct harness *h, const struct call *call)
{
	struct pending *pending;
	bool news;

	decode_entry(decoder, &h->task, call, &pending);
	news = pending;
	if (call->refusal)
		decode_exit(decoder, &h->task, pending, -call->refusal);
	else
		decode_unseen(decoder, &h->task, pending);
	return news;
}

/* Who is blind to results has learnt all with the first call; a refusal that comes then is another result. */
static void test_unseen_again(struct harness *h)
{
	struct decoder *decoder = decoder_new(&(struct event_sink){ keep_line, h });
	auto_free char *made = in_folder("again");
	struct lookups *lookups = lookups_new();
	struct call call = { .abi = arch_native(), .number = SYS_stat, .args = { P(made) } };

	decoder_defer(decoder, lookups);
	close(creat(made, 0600));
	ok(is_news(decoder, h, &call));
	ok(!is_news(decoder, h, &call));
	call.refusal = EPERM;
	ok(is_news(decoder, h, &call));
	ok(!is_news(decoder, h, &call));
	call.refusal = 0;
	ok(!is_news(decoder, h, &call));
	decoder_free(decoder);
	lookups_free(lookups);
	unlink(made);
}

/* nscd's socket, where there is no nscd: nobody is connected to. */
static void test_unseen_socket(struct harness *h)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	auto_free char *path = in_folder("no-server");
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	ok(has(unseen(h, SYS_connect, (uint64_t)fd, P(&address), sizeof(address)), "unix %s stream 16 absent", path));
	ok(has(unseen(h, SYS_bind, (uint64_t)fd, P(&address), sizeof(address)), "unix %s stream 2 unknown", path));
	ok(has(unseen(h, SYS_connect, (uint64_t)fd, P(&address), sizeof(address)), "unix %s stream 16 unknown", path));
	close(fd);
	unlink(path);
}

/* What execve() reads besides: a script's interpreter, and that one's ELF interpreter. */
static void test_program(struct harness *h)
{
	auto_free char *script = in_folder("script"), *shell = realpath("/bin/sh", NULL);
	auto_free char *own = realpath("/proc/self/exe", NULL);
	struct call call = { .abi = arch_native(), .number = SYS_execve, .args = { P(script) } };
	struct pending *pending;
	FILE *file = fopen(script, "w");

	fputs("#! /bin/sh -e\n", file);
	fclose(file);
	chmod(script, 0755);
	text_clear(&h->lines);
	decode_entry(h->decoder, &h->task, &call, &pending);
	decode_exit(h->decoder, &h->task, pending, 0);
	ok(has(text_cstr(&h->lines), "file read,execute file %s ok", script));
	ok(has(text_cstr(&h->lines), "file read,map-execute,execute file %s ok", shell));
	ok(strstr(text_cstr(&h->lines), "file read,map-execute file /") != NULL);
	text_clear(&h->lines);
	decode_entry(h->decoder, &h->task, &call, &pending);
	ok_str(decode_exec(h->decoder, &h->task, pending), own);
	ok(has(text_cstr(&h->lines), "exec /test %s", own));
	decode_exit(h->decoder, &h->task, pending, 0);
}

/* The memory of a 32-bit program: pointers that are none of ours. */
static const char *fake_memory;
static size_t fake_size;

static ssize_t read_fake_memory(void *context, uint64_t address, void *buffer, size_t length)
{
	(void)context;
	if (address < 0x1000 || address - 0x1000 >= fake_size)
		return -EFAULT;
	if (length > fake_size - (address - 0x1000))
		length = fake_size - (address - 0x1000);
	memcpy(buffer, fake_memory + (address - 0x1000), length);
	return (ssize_t)length;
}

static const char *act_x86(struct harness *h, const char *name, const void *memory, size_t size,
			   uint64_t a, uint64_t b, int64_t result)
{
	const struct arch *abi = arch_by_name("x86");
	struct call call = { .abi = abi, .number = (uint64_t)syscall_number(abi, name), .args = { a, b } };
	struct task task = h->task;
	struct pending *pending;

	fake_memory = memory;
	fake_size = size;
	task.read_memory = read_fake_memory;
	text_clear(&h->lines);
	decode_entry(h->decoder, &task, &call, &pending);
	decode_exit(h->decoder, &task, pending, result);
	return text_cstr(&h->lines);
}

static void test_32_bit(struct harness *h)
{
	static const struct {
		uint32_t words[6];
		struct sockaddr_in address;
	} bind_call = {
		{ 99, 0x1018, sizeof(struct sockaddr_in) }, { .sin_family = AF_INET, .sin_port = 0x901f /* 8080 */ },
	};
	static const uint32_t socket_call[] = { AF_INET6, SOCK_DGRAM, 0 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	const char *lines = act_x86(h, "socketcall", socket_call, sizeof(socket_call), 1, 0x1000, 1000);

	ok(has(lines, "note abi-x86"));
	ok(has(lines, "call socketcall call=1 ok"));
	ok(has(lines, "network inet6 dgram udp 1 - ok"));
	ok(dup2(fd, 99) == 99);
	lines = act_x86(h, "socketcall", &bind_call, sizeof(bind_call), 2, 0x1000, 0);
	ok(has(lines, "network inet stream tcp 2 0.0.0.0:8080 ok"));
	lines = act_x86(h, "oldstat", "/", 2, 0x1000, 0, 0);
	ok(has(lines, "file look folder / ok"));
	close(99);
	close(fd);
}

int main(void)
{
	char template[] = "/tmp/snug-decode-XXXXXX";
	struct harness *h = harness_new();

	folder = realpath(mkdtemp(template), NULL);
	test_open(h);
	test_sigreturn(h);
	test_absent_turns_ok(h);
	test_relative(h);
	test_settlement(h);
	test_settled_message(h);
	test_known(h);
	test_proc(h);
	test_names(h);
	test_stale(h);
	test_descriptors(h);
	test_mprotect(h);
	test_inet(h);
	test_unix(h);
	test_message(h);
	test_signals(h);
	test_unseen(h);
	test_unseen_again(h);
	test_unseen_socket(h);
	test_program(h);
	test_32_bit(h);
	harness_free(h);
	{
		auto_free char *command = xasprintf("rm -rf '%s'", folder);

		ok(system(command) == 0);
	}
	free(folder);
	return done();
}
#endif
