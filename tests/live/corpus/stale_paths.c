/* SPDX-License-Identifier: Apache-2.0 */
/* One call with one text, again and again, while what it names changes: a recorder that remembers must notice. */
#include <sys/mman.h>

#include "corpus.h"

static void read_through(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	CHECK(fd >= 0 && close(fd) == 0);
}

/* As deployments do: a new link is renamed over the old. */
static void swap_link(void)
{
	make_symlink("one", "current");
	read_through(in_scratch("current"));
	expect("read", "ok", in_scratch("one"));
	make_symlink("two", "next");
	CHECK(rename(in_scratch("next"), in_scratch("current")) == 0);
	expect("rename-from", "ok", in_scratch("next"));
	expect("rename-to", "ok", in_scratch("current"));
	read_through(in_scratch("current"));
	expect("read", "ok", in_scratch("two"));
}

static void move_working_folder(void)
{
	CHECK(chdir(in_scratch("a")) == 0);
	read_through("file");
	expect("read", "ok", in_scratch("a/file"));
	CHECK(chdir(in_scratch("b")) == 0);
	read_through("file");
	expect("read", "ok", in_scratch("b/file"));
	/* The folder moves, the process stays in it. */
	CHECK(rename(in_scratch("b"), in_scratch("c")) == 0);
	read_through("file");
	expect("enter", "ok", in_scratch("a"));
	expect("enter,rename-from", "ok", in_scratch("b"));
	expect("rename-to", "ok", in_scratch("c"));
	expect("read", "ok", in_scratch("c/file"));
}

static void open_in(int number, const char *folder)
{
	int fd = open(folder, O_PATH | O_CLOEXEC);

	CHECK(fd >= 0 && dup2(fd, number) == number && close(fd) == 0);
	expect("look", "ok", folder);
	fd = openat(number, "file", O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0 && close(fd) == 0);
}

/* The links of /proc lead elsewhere with each new descriptor, or folder. */
static void reuse_proc_link(void)
{
	for (int i = 0; i < 2; i++) {
		int fd = open(in_scratch(i ? "e/code" : "d/code"), O_RDONLY | O_CLOEXEC);

		CHECK(fd >= 0 && dup2(fd, 31) == 31 && close(fd) == 0);
		fd = open("/proc/self/fd/31", O_WRONLY | O_CLOEXEC);
		CHECK(fd >= 0 && close(fd) == 0);
		expect("read,write", "ok", in_scratch(i ? "e/code" : "d/code"));
	}
	CHECK(close(31) == 0);
}

/* One number, other folders: by dup2, and by close and open. */
static void reuse_descriptor(void)
{
	char target[PATH_MAX];
	void *at;
	int fd;

	open_in(30, in_scratch("d"));
	expect("read", "ok", in_scratch("d/file"));
	open_in(30, in_scratch("e"));
	expect("read", "ok", in_scratch("e/file"));
	CHECK(close(30) == 0);
	for (int i = 0; i < 2; i++) {
		const char *path = in_scratch(i ? "e/code" : "d/code");

		fd = open(path, O_RDONLY | O_CLOEXEC);
		CHECK(fd >= 0);
		at = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
		CHECK(at != MAP_FAILED && munmap(at, 4096) == 0);
		CHECK(fchmod(fd, 0700) == 0 && close(fd) == 0);
		expect("read,map-execute,change-mode", "ok", path);
	}
	CHECK(readlink("/proc/self/cwd", target, sizeof(target)) > 0);
	expect("look", "ok", "/proc/PID/cwd");
}

int main(int argc, char **argv)
{
	static const char *const folders[] = { "a", "b", "d", "e" };
	char name[16];

	begin(argc, argv);
	make_file("one", 0600);
	make_file("two", 0600);
	for (int i = 0; i < 4; i++) {
		make_folder(folders[i]);
		snprintf(name, sizeof(name), "%s/file", folders[i]);
		make_file(name, 0600);
	}
	make_file("d/code", 0700);
	make_file("e/code", 0700);
	swap_link();
	reuse_descriptor();
	reuse_proc_link();
	move_working_folder();
	return finish();
}
