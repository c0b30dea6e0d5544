/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uses of files that are like those before, and such as only look like them: what the text means, what the descriptor is, or what
 * the name stands for is another by then. Run in an empty folder.
 *
 *	uses_again alike	of what stays what it is
 *	uses_again turned	of names that stand for something else later
 *	uses_again received	through a descriptor of which no call told
 *	uses_again often	by a path from the root, and in the end in another way and by another program, /uses_again_too:
 *	uses_again look PATH
 *	uses_again many COUNT	of one kind
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIMES 3

static void expect(int right, const char *what)
{
	if (!right) {
		fprintf(stderr, "uses_again: %s: %s\n", what, strerror(errno));
		_exit(1);
	}
}

static void make(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	expect(fd >= 0, path);
	close(fd);
}

/* The last one stays open. */
static int use(int folder, const char *path, int flags)
{
	struct stat st;
	int fd = -1;

	for (int i = 0; i < TIMES; i++) {
		if (fd >= 0)
			close(fd);
		expect(fstatat(folder, path, &st, 0) == 0, path);
		fd = openat(folder, path, flags);
		expect(fd >= 0, path);
	}
	return fd;
}

static void wait_for(pid_t child)
{
	int status;

	expect(waitpid(child, &status, 0) == child && status == 0, "a child");
}

static void from_elsewhere(void)
{
	pid_t child;

	mkdir("one", 0700), mkdir("two", 0700);
	make("one/name"), make("two/name"), make("two/root");
	for (int i = 0; i < TIMES; i++) {
		expect(chdir("one") == 0, "one");
		close(use(AT_FDCWD, "name", O_RDONLY));
		expect(chdir("../two") == 0, "two");
		close(use(AT_FDCWD, "name", O_RDONLY));
		expect(chdir("..") == 0, "..");
	}
	child = fork();
	if (child == 0) {
		expect(chroot("two") == 0 && chdir("/") == 0, "chroot");
		close(use(AT_FDCWD, "/root", O_RDONLY));
		_exit(0);
	}
	wait_for(child);
}

static void by_descriptor(void)
{
	int one, two, other;

	make("one/inner"), make("two/inner"), make("one/locked"), make("two/copied");
	one = open("one", O_RDONLY | O_DIRECTORY);
	close(use(one, "inner", O_RDONLY));
	close(one);
	two = open("two", O_RDONLY | O_DIRECTORY);	/* the same number */
	expect(two == one, "two");
	close(use(two, "inner", O_RDONLY));
	other = open("one", O_RDONLY | O_DIRECTORY);
	close(use(other, "inner", O_RDONLY));
	expect(dup2(two, other) == other, "dup2");
	close(use(other, "copied", O_RDONLY));
	close(other);
	close(two);
	one = use(AT_FDCWD, "one/locked", O_RDONLY);
	expect(flock(one, LOCK_EX) == 0, "flock");
	close(one);
}

/* By the first of these, who hears of calls late has mostly heard of what a name was. */
static void use_and_remove(const char *path)
{
	make(path);
	close(use(AT_FDCWD, path, O_RDONLY | O_NONBLOCK));
	usleep(700000);
	close(use(AT_FDCWD, path, O_RDONLY | O_NONBLOCK));
	expect(unlink(path) == 0, path);
}

static void turned(void)
{
	struct stat st;
	int fd;

	make("target");
	use_and_remove("folder");
	expect(mkdir("folder", 0700) == 0, "folder");
	fd = use(AT_FDCWD, "folder", O_RDONLY | O_NONBLOCK);
	expect(openat(fd, "absent", O_RDONLY) < 0 && errno == ENOENT, "absent");
	close(fd);
	use_and_remove("fifo");
	expect(mkfifo("fifo", 0600) == 0, "fifo");
	close(use(AT_FDCWD, "fifo", O_RDONLY | O_NONBLOCK));
	use_and_remove("link");
	expect(symlink("target", "link") == 0, "link");
	close(use(AT_FDCWD, "link", O_RDONLY | O_NONBLOCK));
	use_and_remove("gone");
	expect(stat("gone", &st) < 0 && open("gone", O_RDONLY | O_NONBLOCK) < 0, "gone");
}

static void *in_thread(void *name)
{
	close(use(AT_FDCWD, "one/name", O_WRONLY));
	close(use(AT_FDCWD, name, O_RDONLY));
	return NULL;
}

static void by_whom(void)
{
	char names[4][16];
	pthread_t threads[4];
	pid_t child;

	for (int i = 0; i < 4; i++) {
		snprintf(names[i], sizeof(names[i]), "thread-%d", i);
		make(names[i]);
		expect(pthread_create(&threads[i], NULL, in_thread, names[i]) == 0, "pthread_create");
	}
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	child = fork();
	if (child == 0) {
		execlp("cat", "cat", "one/name", "two/name", (char *)NULL);
		_exit(1);
	}
	wait_for(child);
}

/* It comes by a message, in the number of a folder that was closed. */
static void received(void)
{
	char room[CMSG_SPACE(sizeof(int))] = { 0 }, byte = 0;
	struct iovec bytes = { &byte, 1 };
	struct msghdr message = { .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof(room) };
	struct cmsghdr *head;
	int pair[2], one, sent;

	mkdir("one", 0700), mkdir("two", 0700), make("one/inner"), make("two/inner");
	expect(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0, "socketpair");
	sent = open("two", O_RDONLY | O_DIRECTORY);
	head = CMSG_FIRSTHDR(&message);
	*head = (struct cmsghdr){ .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int)) };
	memcpy(CMSG_DATA(head), &sent, sizeof(sent));
	expect(sendmsg(pair[0], &message, 0) == 1, "sendmsg");
	one = open("one", O_RDONLY | O_DIRECTORY);
	close(one);
	expect(recvmsg(pair[1], &message, 0) == 1, "recvmsg");
	close(use(one, "inner", O_RDONLY));
}

static void often(void)
{
	struct stat st;
	char path[4096];
	int fd = -1;
	pid_t child;

	make("name");
	expect(realpath("name", path) != NULL, "realpath");
	for (int i = 0; i < 600; i++) {
		if (i == 300)
			usleep(700000);	/* by now who hears of calls late has heard of these */
		if (fd >= 0)
			close(fd);
		fd = open(path, O_RDONLY);
		expect(fd >= 0 && stat(path, &st) == 0 && access(path, R_OK) == 0, path);
	}
	expect(flock(fd, LOCK_EX) == 0, "flock");
	close(fd);
	child = fork();
	if (child == 0) {
		execl("/uses_again_too", "uses_again_too", "look", path, (char *)NULL);
		_exit(1);
	}
	wait_for(child);
}

static void many(int count)
{
	struct stat st;

	make("name");
	for (int i = 0; i < count; i++) {
		expect(stat("name", &st) == 0, "stat");
		close(open("name", O_RDONLY));
	}
}

int main(int count, char **arguments)
{
	struct stat st;

	if (count == 3 && strcmp(arguments[1], "look") == 0) {
		expect(stat(arguments[2], &st) == 0, arguments[2]);
	} else if (count == 3) {
		many(atoi(arguments[2]));
	} else if (count == 2 && strcmp(arguments[1], "received") == 0) {
		received();
	} else if (count == 2 && strcmp(arguments[1], "turned") == 0) {
		turned();
	} else if (count == 2 && strcmp(arguments[1], "often") == 0) {
		often();
	} else {
		from_elsewhere();
		by_descriptor();
		by_whom();
	}
	return 0;
}
