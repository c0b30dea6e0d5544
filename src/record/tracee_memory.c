/* SPDX-License-Identifier: Apache-2.0 */
/* Three ways to read a tracee's memory, and the way down from one to the next. */
#include "record/tracee_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <unistd.h>

#include "snug/cleanup.h"
#include "snug/memory.h"

#define PIECES_MAX 64	/* pages a call of process_vm_readv(); far below IOV_MAX */

/* One piece a page: a transfer is only promised to be partial at the bounds of a piece, process_vm_readv(2). */
static ssize_t read_by_call(pid_t tid, uint64_t address, void *buffer, size_t length)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct iovec remote[PIECES_MAX];
	struct iovec local = { buffer, 0 };
	size_t count = 0;
	ssize_t n;

	while (local.iov_len < length && count < PIECES_MAX) {
		uint64_t start = address + local.iov_len;
		size_t piece = page - start % page;

		if (piece > length - local.iov_len)
			piece = length - local.iov_len;
		remote[count++] = (struct iovec){ (void *)(uintptr_t)start, piece };
		local.iov_len += piece;
	}
	n = process_vm_readv(tid, &local, 1, remote, count, 0);
	return n < 0 ? -errno : n;
}

static ssize_t read_by_file(pid_t tid, uint64_t address, void *buffer, size_t length)
{
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)tid);
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = pread(fd, buffer, length, (off_t)address);
	return n < 0 ? -errno : n;
}

/* Words are aligned, so that none reaches over into a page that is not mapped. */
static ssize_t read_by_word(pid_t tid, uint64_t address, void *buffer, size_t length)
{
	size_t done = 0;

	while (done < length) {
		uint64_t at = address + done;
		size_t skip = at % sizeof(long), piece = sizeof(long) - skip;
		long word;

		errno = 0;
		word = ptrace(PTRACE_PEEKDATA, tid, (void *)(uintptr_t)(at - skip), NULL);
		if (errno)
			return done ? (ssize_t)done : -errno;
		if (piece > length - done)
			piece = length - done;
		memcpy((char *)buffer + done, (char *)&word + skip, piece);
		done += piece;
	}
	return (ssize_t)done;
}

/* A word that is there can be read, unless all of this memory is closed to us: the kernel answers EIO for both. */
static bool is_closed(pid_t tid)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof(info), &info) <= 0)
		return false;
	errno = 0;
	ptrace(PTRACE_PEEKDATA, tid, (void *)(uintptr_t)(info.instruction_pointer & ~(sizeof(long) - 1)), NULL);
	return errno != 0;
}

static ssize_t (*const readers[])(pid_t tid, uint64_t address, void *buffer, size_t length) = {
	[MEMORY_BY_CALL] = read_by_call,
	[MEMORY_BY_FILE] = read_by_file,
	[MEMORY_BY_WORD] = read_by_word,
};

ssize_t tracee_memory_read(pid_t tid, enum memory_way *way, uint64_t address, void *buffer, size_t length)
{
	size_t done = 0;

	while (done < length) {
		ssize_t n = readers[*way](tid, address + done, (char *)buffer + done, length - done);

		if ((n == -EPERM || n == -EACCES || n == -ENOSYS) && *way < MEMORY_BY_WORD) {
			(*way)++;
			continue;
		}
		if (n == -EIO && *way == MEMORY_BY_WORD && is_closed(tid))
			n = -EPERM;
		if ((n == -ESRCH || n == -EPERM) && done == 0)
			return n;
		if (n <= 0)	/* EFAULT, EIO: nothing is mapped there */
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}
