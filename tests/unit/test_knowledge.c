/* SPDX-License-Identifier: Apache-2.0 */
/* Tables are facts: sorted, unique, resolvable, and read back as they were written. */
#include <errno.h>
#include <stdint.h>

#include "snug/arch.h"
#include "snug/names.h"
#include "snug/risk.h"
#include "tests/tap.h"

static void test_names_round_trip(void)
{
	bool all = true;

	for (int kind = 0; kind < NAME_KIND_MAX_; kind++)
		for (int value = -1; value < 300; value++) {
			char name[NAME_LENGTH];
			int back = -2;

			if (!value_of((enum name_kind)kind, name_of((enum name_kind)kind, value, name), &back) || back != value) {
				printf("# kind %d value %d name %s came back as %d\n", kind, value, name, back);
				all = false;
			}
		}
	ok(all);
}

static void test_names(void)
{
	char name[NAME_LENGTH];
	int value;

	ok_str(name_of(NAME_FAMILY, 10, name), "inet6");
	ok_str(name_of(NAME_CAPABILITY, 40, name), "CHECKPOINT_RESTORE");
	ok_str(name_of(NAME_SIGNAL, 64, name), "rtmin+32");
	ok_str(name_of(NAME_ERRNO, ENOSYS, name), "ENOSYS");
	ok_str(name_of(NAME_FAMILY, 4711, name), "#4711");
	ok(!value_of(NAME_FAMILY, "#2", &value));	/* a second spelling of "inet" */
	ok(!value_of(NAME_FAMILY, "#", &value));
	ok(!value_of(NAME_FAMILY, "#99999999999", &value));
	ok(!value_of(NAME_CAPABILITY, "chown", &value));
}

static void test_risk(void)
{
	const struct arch *x86 = arch_by_name("x86"), *x86_64 = arch_by_name("x86_64");
	bool sorted = true, known = true;

	for (size_t i = 0; risk_syscall_at(i); i++) {
		const struct risk *row = risk_syscall_at(i);

		sorted &= i == 0 || strcmp(risk_syscall_at(i - 1)->name, row->name) < 0;
		if (syscall_number(x86_64, row->name) < 0 && syscall_number(x86, row->name) < 0) {
			printf("# no such call: %s\n", row->name);
			known = false;
		}
		ok(risk_of_syscall(row->name) == row);
	}
	ok(sorted);
	ok(known);
	for (int capability = 0; capability <= 40; capability++) {
		char name[NAME_LENGTH];

		ok(risk_of_capability(name_of(NAME_CAPABILITY, capability, name)) != NULL);
	}
	ok_str(risk_of_written_path("/proc/sys/kernel/x")->name, "/proc/sys");
	ok_str(risk_of_written_path("/etc")->name, "/etc");
	ok(risk_of_written_path("/etcetera") == NULL);
}

static void test_arches(void)
{
	char name[SYSCALL_NAME_MAX];
	const struct arch *row = arch_by_name("x86_64");

	ok_str(syscall_name(row, 257, name), "openat");
	ok_str(syscall_name(row, 452, name), "fchmodat2");
	ok_int(syscall_number(row, "fchmodat2"), 452);
	ok_str(syscall_name(row, 9999, name), "#9999");
	ok_int(syscall_number(row, "#9999"), 9999);
	ok_int(syscall_number(row, "no_such_call"), -1);
	ok_str(arch_find(row->audit_arch, 0x40000000u | 1)->name, "x32");
	ok_str(arch_find(row->audit_arch, 1)->name, "x86_64");
	ok_str(arch_find(row->audit_arch, UINT64_MAX)->name, "x86_64");	/* -1: a call that a tracer cancelled */
	ok(arch_find(0xdeadbeef, 1) == NULL);
	ok_str(syscall_name(arch_by_name("x32"), 0x40000000u | 257, name), "openat");
	ok_str(syscall_name(arch_by_name("x86"), 295, name), "openat");
	for (size_t i = 0; arch_at(i); i++)
		ok(arch_by_name(arch_at(i)->name) == arch_at(i) && arch_at(i)->source);
}

/* Every number has a name that leads back to it. */
static void test_syscall_round_trip(void)
{
	for (size_t i = 0; arch_at(i); i++) {
		const struct arch *arch = arch_at(i);
		int wrong = 0;

		for (int plain = 0; plain < 600; plain++) {
			char name[SYSCALL_NAME_MAX], again[SYSCALL_NAME_MAX];
			int number = syscall_number(arch, syscall_name(arch, (uint32_t)plain | arch->number_mask, name));

			if (number < 0 || strcmp(syscall_name(arch, (uint32_t)number, again), name) != 0)
				wrong++;
		}
		ok_int(wrong, 0);
	}
}

int main(void)
{
	test_names();
	test_names_round_trip();
	test_risk();
	test_arches();
	test_syscall_round_trip();
	return done();
}
