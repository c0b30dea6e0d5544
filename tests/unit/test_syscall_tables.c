/* SPDX-License-Identifier: Apache-2.0 */
/* The tables about calls: sorted, with a source each, about calls and arguments that there are; and what they say. */
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "snug/capability_inference.h"
#include "snug/memory.h"
#include "snug/syscall_access.h"
#include "snug/syscall_argument.h"
#include "tests/tap.h"

/* On some ABI that we know, a call has that name. */
static bool exists(const char *syscall)
{
	const struct arch *abi;

	for (size_t i = 0; (abi = arch_at(i)); i++)
		if (syscall_number(abi, syscall) >= 0)
			return true;
	printf("# no ABI has '%s'\n", syscall);
	return false;
}

static bool indices_fit(const signed char *arg, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (arg[i] < NO_ARGUMENT || arg[i] > 5)
			return false;
	return true;
}

static void test_access_table(void)
{
	const struct syscall_access *row, *before = NULL;
	bool sorted = true, known = true, sourced = true, fits = true, worded = true, reached = true;
	size_t count;

	for (size_t i = 0; (row = syscall_access_at(i)); i++) {
		sorted &= !before || strcmp(before->syscall, row->syscall) <= 0;
		known &= exists(row->syscall);
		sourced &= row->source && row->source[0];
		fits &= indices_fit(row->arg, ARRAY_SIZE(row->arg)) && row->when[0].index < 6 && row->when[1].index < 6;
		worded &= row->word || !(row->subject == SUBJECT_MOUNT || row->subject == SUBJECT_NOTE ||
					 row->subject == SUBJECT_MULTIPLEXED || row->subject == SUBJECT_TRACE);
		reached &= row->subject != SUBJECT_DESCRIPTOR || row->access != ACCESS_LOOK;
		before = row;
	}
	ok(sorted && known && sourced && fits && worded);
	ok(reached);	/* nothing is, by a look through a descriptor */
	ok(syscall_access_find("no such call", &count) == NULL && count == 0);
	row = syscall_access_find("renameat2", &count);
	ok(row && strcmp(row->syscall, "renameat2") == 0 && strcmp(row[count - 1].syscall, "renameat2") == 0);
	ok_int((long long)count, 5);
}

static void test_argument_table(void)
{
	const struct syscall_argument *row, *before = NULL;
	bool sorted = true, known = true, sourced = true, fits = true, unique = true;

	for (size_t i = 0; (row = syscall_argument_at(i)); i++) {
		int order = before ? strcmp(before->syscall, row->syscall) : -1;

		sorted &= order < 0 || (order == 0 && before->index <= row->index);
		unique &= order < 0 || strcmp(before->name, row->name) != 0 || before->abis;
		known &= exists(row->syscall);
		sourced &= row->source && row->source[0];
		fits &= (row->index & ~ARGUMENT_POINTED_TO) < 6 && row->mask != 0;
		before = row;
	}
	ok(sorted && unique && known && sourced && fits);
	ok_int(syscall_argument_find(arch_by_name("x86_64"), "clone", "flags")->index, 0);
	ok_int(syscall_argument_find(arch_by_name("s390x"), "clone", "flags")->index, 1);
	ok(syscall_argument_find(arch_by_name("x86"), "mmap", "prot") == NULL);
	ok(syscall_argument_find(arch_by_name("aarch64"), "mmap", "prot") != NULL);
	ok(syscall_argument_find(arch_by_name("aarch64"), "mmap", "nothing") == NULL);
}

static void test_inference_table(void)
{
	const struct capability_inference *row, *before = NULL;
	bool sorted = true, known = true, sourced = true, fits = true, tested = true;

	for (size_t i = 0; (row = capability_inference_at(i)); i++) {
		sorted &= !before || strcmp(before->syscall, row->syscall) <= 0;
		known &= exists(row->syscall);
		sourced &= row->source && row->source[0] && row->reason && row->reason[0];
		fits &= indices_fit(row->arg, ARRAY_SIZE(row->arg)) && row->capability <= CAP_LAST_CAP;
		tested &= row->need == NEED_NOTHING || row->holds;
		before = row;
	}
	ok(sorted && known && sourced && fits && tested);
}

static bool asks_for(const char *syscall, int capability, const struct inference_facts *facts)
{
	size_t count;
	const struct capability_inference *row = capability_inference_find(syscall, &count);

	for (size_t i = 0; i < count; i++)
		if (row[i].capability == capability && capability_inference_may_hold(&row[i], facts->args) &&
		    (!row[i].holds || row[i].holds(facts)))
			return true;
	return false;
}

static const uint64_t none[6];
static const struct credentials root = { .effective = UINT64_MAX, .permitted = UINT64_MAX };
static uint32_t groups[] = { 100, 200 };
static const struct credentials user = {
	.uid = { 1000, 1000, 1000, 1000 }, .gid = { 1000, 1000, 1000, 1000 }, .groups = groups, .group_count = 2,
};

static void test_ids(void)
{
	struct inference_facts facts = { .args = none, .caller = &root };

	ok(!asks_for("setuid", CAP_SETUID, &facts));			/* root to root */
	facts.ids[0] = 33;
	ok(asks_for("setuid", CAP_SETUID, &facts));
	facts.caller = &user;
	facts.ids[0] = 1000;
	ok(!asks_for("setuid", CAP_SETUID, &facts));
	facts.ids[1] = facts.ids[2] = UINT32_MAX;
	ok(!asks_for("setresuid", CAP_SETUID, &facts));
	facts.ids[2] = 0;
	ok(asks_for("setresuid", CAP_SETUID, &facts));
	ok(asks_for("setgroups", CAP_SETGID, &facts));
}

static void test_files(void)
{
	struct inference_file mine = { .uid = 1000, .gid = 1000, .mode = S_IFREG | 0644 }, theirs = { .gid = 200, .mode = S_IFREG | 0664 };
	struct inference_file sticky = { .mode = S_IFDIR | 01777 }, plain = { .mode = S_IFDIR | 0777 };
	struct inference_facts facts = { .args = none, .caller = &user, .file = &mine };
	const uint64_t keep_bit[6] = { 0, 02755 };

	ok(!asks_for("chmod", CAP_FOWNER, &facts));
	facts.ids[0] = UINT32_MAX;
	facts.ids[1] = 100;
	ok(!asks_for("fchown", CAP_CHOWN, &facts));	/* to a group of its own */
	facts.ids[1] = 300;
	ok(asks_for("fchown", CAP_CHOWN, &facts));
	facts.ids[0] = 1000;
	facts.ids[1] = UINT32_MAX;
	ok(!asks_for("fchown", CAP_CHOWN, &facts));
	facts.file = &theirs;
	ok(asks_for("fchown", CAP_CHOWN, &facts));
	ok(asks_for("chmod", CAP_FOWNER, &facts));
	facts.parent = &sticky;
	ok(asks_for("unlink", CAP_FOWNER, &facts));
	facts.parent = &plain;
	ok(!asks_for("unlink", CAP_FOWNER, &facts));
	facts.args = keep_bit;
	ok(!asks_for("chmod", CAP_FSETID, &facts));	/* 200 is a group of its own */
	theirs.gid = 5;
	ok(asks_for("chmod", CAP_FSETID, &facts));
}

static void test_mode_bits(void)
{
	struct inference_file file = { .uid = 1000, .gid = 1000, .mode = 0077 };

	ok(!file_allows(&user, &file, 4));	/* the owner's bits decide, though others may */
	file.uid = 0;
	ok(file_allows(&user, &file, 7));
	file.mode = 0705;
	ok(!file_allows(&user, &file, 4));	/* so do the group's */
	file.gid = 200;
	file.mode = 0040;
	ok(file_allows(&user, &file, 4) && !file_allows(&user, &file, 2));
	file.gid = 300;
	ok(!file_allows(&user, &file, 4));
}

/* Entries as the kernel hands them out, little-endian: version; tag, permissions, id. */
#define ENTRY(tag, permissions, id) tag, 0, permissions, 0, (id) & 0xff, (id) >> 8, 0, 0
#define ACL(...) (const unsigned char []){ 2, 0, 0, 0, __VA_ARGS__ }, \
	sizeof((const unsigned char []){ 2, 0, 0, 0, __VA_ARGS__ })

/* What `user` (1000, of the groups 100 and 200) may do with root's file. */
static bool acl_allows(uint32_t gid, uint32_t mode, uint32_t want, const unsigned char *acl, size_t length)
{
	struct inference_file file = { .gid = gid, .mode = mode };

	ok(posix_acl_parse(&file.acl, acl, length));
	return file_allows(&user, &file, want);
}

static void test_acls(void)
{
	/* setfacl -m u:1000:rw on mode 0640: allowed where the mode's bits would refuse it */
	ok(acl_allows(0, 0660, 6, ACL(ENTRY(1, 6, 0), ENTRY(2, 6, 1000), ENTRY(4, 4, 0), ENTRY(16, 6, 0), ENTRY(32, 0, 0))));
	/* ... but not beyond the mask, */
	ok(!acl_allows(0, 0640, 6, ACL(ENTRY(1, 6, 0), ENTRY(2, 6, 1000), ENTRY(4, 4, 0), ENTRY(16, 4, 0), ENTRY(32, 0, 0))));
	/* and not where that forbids all: then the kernel does not look at it */
	ok(acl_allows(0, 0604, 4, ACL(ENTRY(1, 6, 0), ENTRY(2, 0, 1000), ENTRY(4, 4, 0), ENTRY(16, 0, 0), ENTRY(32, 4, 0))));
	/* u:1000:- refuses what others may */
	ok(!acl_allows(0, 0644, 4, ACL(ENTRY(1, 6, 0), ENTRY(2, 0, 1000), ENTRY(4, 4, 0), ENTRY(16, 4, 0), ENTRY(32, 4, 0))));
	/* g:200:r beside an owning group that it is not in */
	ok(acl_allows(0, 0640, 4, ACL(ENTRY(1, 6, 0), ENTRY(4, 0, 0), ENTRY(8, 4, 200), ENTRY(16, 4, 0), ENTRY(32, 0, 0))));
	/* any of its groups may allow it, and each has to allow all of it */
	ok(acl_allows(200, 0660, 6, ACL(ENTRY(1, 6, 0), ENTRY(4, 0, 0), ENTRY(8, 6, 100), ENTRY(16, 6, 0), ENTRY(32, 0, 0))));
	ok(!acl_allows(200, 0660, 6, ACL(ENTRY(1, 6, 0), ENTRY(4, 4, 0), ENTRY(8, 2, 100), ENTRY(16, 6, 0), ENTRY(32, 6, 0))));
	/* in a group that may not, what others may counts no more */
	ok(!acl_allows(0, 0664, 4, ACL(ENTRY(1, 6, 0), ENTRY(4, 6, 0), ENTRY(8, 2, 200), ENTRY(16, 6, 0), ENTRY(32, 4, 0))));
	ok(acl_allows(0, 0664, 4, ACL(ENTRY(1, 6, 0), ENTRY(4, 6, 0), ENTRY(8, 2, 7), ENTRY(16, 6, 0), ENTRY(32, 4, 0))));
}

static void test_acl_of_any_length(void)
{
	static unsigned char bytes[4 + 8 * (ACL_ENTRIES_MAX + 1)] = { 2 };
	struct inference_file file = { .mode = 0666 };

	ok(!posix_acl_parse(&file.acl, bytes, 0) && file.acl.count == 0);
	ok(!posix_acl_parse(&file.acl, bytes, 5) && file.acl.count == 0);
	ok(posix_acl_parse(&file.acl, bytes, 4) && file_allows(&user, &file, 4));
	ok(posix_acl_parse(&file.acl, bytes, sizeof(bytes)) && !file_allows(&user, &file, 4));
	bytes[0] = 3;
	ok(!posix_acl_parse(&file.acl, bytes, sizeof(bytes)) && file_allows(&user, &file, 4));
}

static void test_others(void)
{
	const uint64_t packet[6] = { AF_PACKET, SOCK_RAW }, stream[6] = { AF_INET, SOCK_STREAM };
	const uint64_t raw[6] = { AF_INET6, SOCK_RAW | SOCK_CLOEXEC }, device[6] = { 0, S_IFBLK | 0600 };
	const uint64_t namespace[6] = { CLONE_NEWNET }, with_user[6] = { CLONE_NEWNET | CLONE_NEWUSER };
	struct inference_facts facts = { .args = packet, .caller = &user, .target = &root, .first_free_port = 1024 };

	ok(asks_for("socket", CAP_NET_RAW, &facts));
	facts.args = raw;
	ok(asks_for("socket", CAP_NET_RAW, &facts));
	facts.args = stream;
	ok(!asks_for("socket", CAP_NET_RAW, &facts));
	facts.family = AF_INET;
	facts.port = 80;
	ok(asks_for("bind", CAP_NET_BIND_SERVICE, &facts));
	facts.first_free_port = 80;
	ok(!asks_for("bind", CAP_NET_BIND_SERVICE, &facts));
	facts.port = 0;
	ok(!asks_for("bind", CAP_NET_BIND_SERVICE, &facts));
	ok(asks_for("kill", CAP_KILL, &facts));
	facts.target = &user;
	ok(!asks_for("kill", CAP_KILL, &facts));
	facts.args = device;
	ok(asks_for("mknod", CAP_MKNOD, &facts));
	facts.args = namespace;
	ok(asks_for("unshare", CAP_SYS_ADMIN, &facts));
	facts.args = with_user;
	ok(!asks_for("unshare", CAP_SYS_ADMIN, &facts));
	facts.asked[1] = facts.limit[1] = 1024;
	ok(!asks_for("prlimit64", CAP_SYS_RESOURCE, &facts));
	facts.asked[1] = UINT64_MAX;
	ok(asks_for("prlimit64", CAP_SYS_RESOURCE, &facts));
	facts.name = "security.capability";
	ok(asks_for("setxattr", CAP_SETFCAP, &facts) && !asks_for("setxattr", CAP_SYS_ADMIN, &facts));
	facts.name = "user.x";
	ok(!asks_for("setxattr", CAP_SYS_ADMIN, &facts));
}

static void test_open_meaning(void)
{
	const struct arch *x86 = arch_by_name("x86_64"), *arm = arch_by_name("aarch64");

	ok_int(open_meaning(x86, O_RDONLY).access, ACCESS_READ);
	ok_int(open_meaning(x86, O_RDWR | 0100).access, ACCESS_READ | ACCESS_WRITE | ACCESS_CREATE);
	ok_int(open_meaning(x86, O_WRONLY | 02000).access, ACCESS_APPEND);
	ok_int(open_meaning(x86, O_WRONLY | 02000 | 01000).access, ACCESS_APPEND | ACCESS_WRITE);
	ok_int(open_meaning(x86, 01000).access, ACCESS_READ | ACCESS_WRITE);	/* truncation alone writes */
	ok_int(open_meaning(x86, 010000000 | O_RDWR).access, ACCESS_LOOK);
	ok(open_meaning(x86, 0400000).last_stays && !open_meaning(x86, 0100000).last_stays);
	ok(open_meaning(arm, 0100000).last_stays && !open_meaning(arm, 0400000).last_stays);
	ok(open_meaning(x86, 020000000 | 0200000 | O_RDWR).access & ACCESS_CREATE);
	ok(open_meaning(arm, 020000000 | 040000 | O_RDWR).access & ACCESS_CREATE);
	ok(open_meaning(x86, 0100 | 0200 | O_RDWR).last_stays);
}

int main(void)
{
	test_access_table();
	test_argument_table();
	test_inference_table();
	test_ids();
	test_files();
	test_mode_bits();
	test_acls();
	test_acl_of_any_length();
	test_others();
	test_open_meaning();
	return done();
}
