/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Look-ups that are alike and look-ups that only look alike: the same text from elsewhere, the same file by another name,
 * another end, another task. Run in an empty folder. With an argument it only makes many of one kind.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#define TIMES 3		/* each is made so often: what is known by then must not hide what follows */

static void expect(int right, const char *what)
{
	if (!right) {
		fprintf(stderr, "look_ups: %s: %s\n", what, strerror(errno));
		_exit(1);
	}
}

static void look(const char *path)
{
	struct statx stx;
	struct statfs fs;
	struct stat st;
	char text[64];

	for (int i = 0; i < TIMES; i++) {
		stat(path, &st);
		lstat(path, &st);
		access(path, R_OK);
		statfs(path, &fs);
		(void)!readlink(path, text, sizeof(text));
		getxattr(path, "user.none", text, sizeof(text));
		statx(AT_FDCWD, path, 0, STATX_BASIC_STATS, &stx);
	}
}

static int open_and_look(int folder, const char *path, int flags)
{
	struct statx stx;
	struct stat st;
	int fd = -1;

	for (int i = 0; i < TIMES; i++) {
		if (fd >= 0)
			close(fd);
		fd = openat(folder, path, flags, 0600);
		fstat(fd, &st);
		statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &stx);
	}
	return fd;
}

static void make(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	expect(fd >= 0 && write(fd, path, strlen(path)) > 0, path);
	close(fd);
}

static void by_place(void)
{
	int folder, here = open(".", O_PATH);

	mkdir("one", 0700), mkdir("two", 0700), make("one/name"), make("two/name");
	for (int i = 0; i < TIMES; i++) {
		expect(chdir("one") == 0, "one");
		look("name"), close(open_and_look(AT_FDCWD, "name", O_RDONLY));
		expect(chdir("../two") == 0, "two");
		look("name"), close(open_and_look(AT_FDCWD, "name", O_RDONLY));
		expect(fchdir(here) == 0, "here");
	}
	for (int i = 0; i < TIMES; i++) {
		mkdir("three", 0700), make("three/inner");
		folder = open(i % 2 ? "one" : "three", O_RDONLY | O_DIRECTORY);
		close(open_and_look(folder, i % 2 ? "name" : "inner", O_RDONLY));
		close(folder);
	}
	close(here);
}

static void by_end(void)
{
	look("later"), close(open_and_look(AT_FDCWD, "later", O_RDONLY));
	make("later");
	look("later"), close(open_and_look(AT_FDCWD, "later", O_RDONLY));
	unlink("later");
	look("later");
	look("one/name/below"), look(""), look((const char *)8);
	close(open_and_look(AT_FDCWD, "one", O_WRONLY));
}

static void by_link(void)
{
	expect(symlink("one", "turned") == 0, "turned");
	look("turned/name"), close(open_and_look(AT_FDCWD, "turned/name", O_RDONLY));
	expect(symlink("two", "next") == 0 && rename("next", "turned") == 0, "turned again");
	look("turned/name"), close(open_and_look(AT_FDCWD, "turned/name", O_RDONLY));
	mkdir("old", 0700), make("old/file"), look("old/file");
	expect(rename("old", "new") == 0, "new");
	look("old/file"), look("new/file");
}

/* What is only written, and looked at through its descriptor alone. */
static void by_descriptor(void)
{
	struct stat st;
	int fd;

	make("written"), make("kept");
	expect(link("written", "alias") == 0, "alias");
	close(open_and_look(AT_FDCWD, "written", O_WRONLY));
	close(open_and_look(AT_FDCWD, "alias", O_WRONLY));
	for (int i = 0; i < TIMES; i++) {
		fd = open("log", O_WRONLY | O_APPEND | O_CREAT, 0600);
		expect(write(fd, "x", 1) == 1 && fstat(fd, &st) == 0, "log");
		close(fd);
	}
	close(open_and_look(AT_FDCWD, "kept", O_PATH));
	unlink("kept"), make("again");	/* perhaps the same inode */
	close(open_and_look(AT_FDCWD, "again", O_WRONLY));
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	for (int i = 0; i < TIMES; i++)
		fstat(fd, &st), fstat(0, &st), fstat(-1, &st);
	close(fd);
}

static void other_calls(void)
{
	char path[1024];
	int watch = inotify_init1(IN_CLOEXEC);

	for (int i = 0; i < TIMES; i++) {
		inotify_add_watch(watch, "one", IN_CREATE);
		(void)!truncate("two/name", 3);
		fchmodat(AT_FDCWD, "two/name", 0640, 0);
	}
	close(watch);
	strcpy(path, "one");
	for (int i = 0; i < 150; i++)
		strcat(path, "/.");
	look(strcat(path, "/name"));	/* longer than what the kernel remembers */
}

static void *in_thread(void *name)
{
	look("one/name"), look(name);
	return NULL;
}

static void by_task(void)
{
	pthread_t threads[8];
	char names[8][16];
	pid_t child;

	for (int i = 0; i < 8; i++) {
		snprintf(names[i], sizeof(names[i]), "thread-%d", i);
		expect(pthread_create(&threads[i], NULL, in_thread, names[i]) == 0, "pthread_create");
	}
	for (int i = 0; i < 8; i++)
		pthread_join(threads[i], NULL);
	child = fork();
	if (child == 0) {
		expect(chroot("two") == 0 && chdir("/") == 0, "chroot");
		look("/name"), look("name"), look("/one/name");
		_exit(0);
	}
	waitpid(child, NULL, 0);
	child = vfork();
	if (child == 0) {
		execlp("stat", "stat", "-t", "one/name", "two/name", (char *)NULL);
		_exit(1);
	}
	waitpid(child, NULL, 0);
	if (fork() == 0) {
		expect(unshare(CLONE_FS) == 0 && chdir("two") == 0, "unshare");
		look("name");
		_exit(0);
	}
	wait(NULL);
}

static void ignore(int signal)
{
	(void)signal;
}

static void look_often(const char *what)
{
	char name[32];

	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "%s-%d", what, i);
		look(name);
	}
}

/* SIGCONT takes stops away that have not happened yet. */
static void among_signals(void)
{
	const struct itimerval often = { { 0, 300 }, { 0, 300 } }, never = { { 0, 0 }, { 0, 0 } };
	pid_t parent = getpid(), child;

	signal(SIGALRM, ignore);
	setitimer(ITIMER_REAL, &often, NULL);
	look_often("alarm");
	setitimer(ITIMER_REAL, &never, NULL);
	child = fork();
	if (child == 0)
		for (;;) {	/* without a pause the parent may never come back from one to the next, with a stop for each */
			kill(parent, SIGCONT);
			usleep(50);
		}
	look_often("continue");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

int main(int count, char **arguments)
{
	if (count > 1) {
		for (int i = 0; i < atoi(arguments[1]); i++)
			close(open_and_look(AT_FDCWD, "/etc/passwd", O_RDONLY)), look("/etc/passwd"), look("/etc/absent");
		return 0;
	}
	by_place();
	by_end();
	by_link();
	by_descriptor();
	other_calls();
	by_task();
	among_signals();
	return 0;
}
