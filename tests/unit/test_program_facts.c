/* SPDX-License-Identifier: Apache-2.0 */
/* What files of programs say, and which of them it is remembered of. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "record/program_facts.h"
#include "snug/cleanup.h"
#include "tests/tap.h"

static char path[] = "/tmp/snug-program-XXXXXX";

static const struct program_facts *read_it(struct program_memory *memory, const char *name, struct statx *file)
{
	auto_close int look = open(name, O_PATH | O_CLOEXEC);

	statx(AT_FDCWD, name, 0, PROGRAM_MASK, file);
	return program_facts_read(memory, look, true);
}

/* One that has been there for long. */
static void test_remembered(struct program_memory *memory)
{
	struct statx file = { 0 };
	const struct program_facts *facts = read_it(memory, "/proc/self/exe", &file);

	ok(!facts->set_ids && !facts->foreign && !facts->of_script && !facts->capabilities);
	facts = read_it(memory, "/bin/sh", &file);
	ok(!facts->set_ids && !facts->foreign && !facts->of_script);
	ok(program_facts_known(memory, &file) == facts);
	file.stx_ctime.tv_nsec++;
	ok(!program_facts_known(memory, &file));
}

/* One that may be changed again before the clock of its file system has gone on. */
static void test_new(struct program_memory *memory)
{
	static const char script[] = "#! /bin/interpreter -x\n";
	int fd = mkstemp(path);
	struct statx file = { 0 };
	const struct program_facts *facts;

	ok(fd >= 0 && write(fd, script, sizeof(script) - 1) == sizeof(script) - 1 && fchmod(fd, 0755) == 0);
	facts = read_it(memory, path, &file);
	ok(!facts->set_ids);
	ok_str(facts->of_script, "/bin/interpreter");
	ok(!program_facts_known(memory, &file));
	ok(fchmod(fd, 04755) == 0);
	ok(read_it(memory, path, &file)->set_ids);
	ok(fchmod(fd, 0644) == 0);
	ok(!read_it(memory, path, &file)->of_script);
	close(fd);
	unlink(path);
}

static void test_unseen(struct program_memory *memory)
{
	const struct program_facts *facts = program_facts_read(memory, -1, true);

	ok(facts->set_ids && !facts->foreign && !facts->of_script && !facts->capabilities);
}

int main(void)
{
	struct program_memory *memory = program_memory_new();

	test_remembered(memory);
	test_new(memory);
	test_unseen(memory);
	program_memory_free(memory);
	program_memory_free(NULL);
	return done();
}
