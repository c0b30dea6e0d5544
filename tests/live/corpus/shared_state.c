/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks that share a working folder or a descriptor table: what one changes, the other uses. */
#include <sched.h>
#include <sys/socket.h>

#include "corpus.h"

static char stack[65536] __attribute__((aligned(16)));
static int pair[2];

static void read_relative(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	CHECK(fd >= 0 && close(fd) == 0);
}

static void signal_other(int end)
{
	CHECK(write(end, "x", 1) == 1);
}

static void await_other(int end)
{
	char byte;

	CHECK(read(end, &byte, 1) == 1);
}

/* Shares the folder with its parent (CLONE_FS), which moves it in between. */
static int in_shared_folder(void *argument)
{
	(void)argument;
	await_other(pair[1]);
	read_relative("file");
	signal_other(pair[1]);
	await_other(pair[1]);
	read_relative("file");
	CHECK(chdir(in_scratch("c")) == 0);
	return 0;
}

static void share_folder(void)
{
	pid_t pid = clone(in_shared_folder, stack + sizeof(stack), CLONE_FS | SIGCHLD, NULL);

	CHECK(pid > 0);
	CHECK(chdir(in_scratch("a")) == 0);
	signal_other(pair[0]);
	await_other(pair[0]);
	CHECK(chdir(in_scratch("b")) == 0);
	signal_other(pair[0]);
	CHECK(status_of(pid) == 0);
	read_relative("file");
	for (const char *const *name = (const char *const[]){ "a", "b", "c", NULL }; *name; name++)
		expect("enter", "ok", in_scratch(*name));
	expect("read", "ok", in_scratch("a/file"));
	expect("read", "ok", in_scratch("b/file"));
	expect("read", "ok", in_scratch("c/file"));
}

/* Shares the table of descriptors (CLONE_FILES): number 40 becomes another folder. */
static int in_shared_table(void *argument)
{
	int fd = open(in_scratch("b"), O_PATH | O_CLOEXEC);

	(void)argument;
	CHECK(fd >= 0 && dup2(fd, 40) == 40);
	return 0;
}

static void open_at_40(void)
{
	int fd = openat(40, "file", O_WRONLY | O_CLOEXEC);

	CHECK(fd >= 0 && close(fd) == 0);
}

static void share_table(void)
{
	int fd = open(in_scratch("a"), O_PATH | O_CLOEXEC);

	CHECK(fd >= 0 && dup2(fd, 40) == 40);
	open_at_40();
	CHECK(status_of(clone(in_shared_table, stack + sizeof(stack), CLONE_FILES | SIGCHLD, NULL)) == 0);
	open_at_40();
	expect("look", "ok", in_scratch("a"));
	expect("look", "ok", in_scratch("b"));
	expect("write", "ok", in_scratch("a/file"));
	expect("write", "ok", in_scratch("b/file"));
}

/* A descriptor that came in a message. */
static void pass_folder(void)
{
	char byte = 'd', room[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = room,
				  .msg_controllen = sizeof(room) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int fd = open(in_scratch("c"), O_PATH | O_CLOEXEC);

	CHECK(fd >= 0);
	expect("look", "ok", in_scratch("c"));
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	CHECK(sendmsg(pair[0], &message, 0) == 1);
	CHECK(close(fd) == 0);
	CHECK(close(40) == 0);
	CHECK(recvmsg(pair[1], &message, 0) == 1);
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	CHECK(dup2(fd, 40) == 40);
	open_at_40();
	expect("write", "ok", in_scratch("c/file"));
}

int main(int argc, char **argv)
{
	begin(argc, argv);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	make_folder("a");
	make_folder("b");
	make_folder("c");
	make_file("a/file", 0600);
	make_file("b/file", 0600);
	make_file("c/file", 0600);
	share_folder();
	share_table();
	pass_folder();
	expect_row("sockets", "type=stream outcome=ok acts=create");
	return finish();
}
