/* SPDX-License-Identifier: Apache-2.0 */
/* Headers of scripts and ELF files, and capabilities of files; see program_file.h. */
#include "record/program_file.h"

#include <elf.h>
#include <endian.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "snug/cleanup.h"
#include "snug/memory.h"

#define HEADER_MAX 256		/* bytes: BINPRM_BUF_SIZE, include/uapi/linux/binfmts.h */
#define PROGRAM_HEADERS_MAX 128

static void script_interpreter(const char *header, struct interpreters *ret)
{
	const char *start = header + 2 + strspn(header + 2, " \t");
	size_t length = strcspn(start, " \t\n");

	if (length)
		ret->of_script = xmemdup(start, length);
}

/* The two classes of ELF differ in where a program header keeps its three fields that matter. */
static bool interp_header(int fd, const unsigned char *header, uint64_t *offset, uint64_t *size)
{
	bool wide = header[EI_CLASS] == ELFCLASS64;
	const Elf64_Ehdr *e64 = (const void *)header;
	const Elf32_Ehdr *e32 = (const void *)header;
	uint64_t at = wide ? e64->e_phoff : e32->e_phoff;
	size_t count = wide ? e64->e_phnum : e32->e_phnum;
	size_t each = wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);

	for (size_t i = 0; i < count && i < PROGRAM_HEADERS_MAX; i++, at += each) {
		union {
			Elf64_Phdr wide;
			Elf32_Phdr narrow;
		} ph;

		if (pread(fd, &ph, each, (off_t)at) != (ssize_t)each)
			return false;
		if (ph.wide.p_type != PT_INTERP)	/* the first field of both */
			continue;
		*offset = wide ? ph.wide.p_offset : ph.narrow.p_offset;
		*size = wide ? ph.wide.p_filesz : ph.narrow.p_filesz;
		return true;
	}
	return false;
}

static void elf_interpreter(int fd, const unsigned char *header, struct interpreters *ret)
{
	uint64_t offset = 0, size = 0;
	char path[PATH_MAX];
	ssize_t n;

	ret->elf = true;
	if (!interp_header(fd, header, &offset, &size) || size < 2 || size > sizeof(path))
		return;
	n = pread(fd, path, size, (off_t)offset);
	if (n > 1 && path[n - 1] == '\0')
		ret->of_elf = xstrdup(path);
}

bool is_program(const struct resolved *file)
{
	return file->fd >= 0 && file->kind == FILE_KIND_FILE && (file->owner.mode & 0111);
}

void read_interpreters(int look, struct interpreters *ret)
{
	/* one more, so that text ends in a NUL; aligned for the ELF header */
	union {
		unsigned char bytes[HEADER_MAX + 1];
		Elf64_Ehdr align;
	} header = { { 0 } };
	char name[64];
	auto_close int fd = -1;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", look);
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || pread(fd, header.bytes, HEADER_MAX, 0) < 4)
		return;
	if (memcmp(header.bytes, "#!", 2) == 0)
		script_interpreter((const char *)header.bytes, ret);
	else if (memcmp(header.bytes, ELFMAG, SELFMAG) == 0)
		elf_interpreter(fd, header.bytes, ret);
}

uint64_t read_file_capabilities(const char *path)
{
	struct vfs_ns_cap_data data = { 0 };
	ssize_t n = getxattr(path, "security.capability", &data, sizeof(data));

	return n < (ssize_t)XATTR_CAPS_SZ_2 ? 0
		: (uint64_t)le32toh(data.data[1].permitted) << 32 | le32toh(data.data[0].permitted);
}

/* Class and machine stand at the same place in all ELF files. */
static bool read_elf_header(int look, Elf64_Ehdr *ret)
{
	size_t end = offsetof(Elf64_Ehdr, e_machine) + sizeof(ret->e_machine);
	char path[32];
	auto_close int fd = -1;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", look);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	return fd >= 0 && pread(fd, ret, end, 0) == (ssize_t)end && memcmp(ret->e_ident, ELFMAG, SELFMAG) == 0;
}

/* AUDIT_ARCH_* is the machine's number with flags (include/uapi/linux/audit.h); x32 is x86_64 with the other class. */
static bool is_abi_of(const struct arch *abi, const Elf64_Ehdr *header)
{
	bool wide = header->e_ident[EI_CLASS] == ELFCLASS64, little = header->e_ident[EI_DATA] == ELFDATA2LSB;
	uint32_t machine = abi->audit_arch & ~(__AUDIT_ARCH_64BIT | __AUDIT_ARCH_LE);

	return machine == (little ? le16toh(header->e_machine) : be16toh(header->e_machine)) &&
	       little == !!(abi->audit_arch & __AUDIT_ARCH_LE) && wide == (abi->pointer_bits == 64);
}

/* What another machine's kernel would run is run here, if at all, by an emulator of our own ABI. */
const struct arch *foreign_program_abi(int look)
{
	const struct arch *native = arch_native(), *abi;
	Elf64_Ehdr header;

	if (!native || !read_elf_header(look, &header))
		return NULL;
	for (size_t i = 0; (abi = arch_at(i)); i++)
		if (abi != native && strcmp(abi->family, native->family) == 0 && is_abi_of(abi, &header))
			return abi;
	return NULL;
}
