/* SPDX-License-Identifier: Apache-2.0 */
/* Programs: what execve() reads, maps and executes besides the file that it names. */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/decode_internal.h"
#include "snug/cleanup.h"

#define HEADER_MAX 256		/* bytes: BINPRM_BUF_SIZE, include/uapi/linux/binfmts.h */
#define INTERPRETERS_MAX 5	/* exec_binprm(), fs/exec.c: "-ELOOP" beyond */
#define PROGRAM_HEADERS_MAX 128

/* What a file names as its interpreter; each NULL when there is none. Owned. */
struct interpreters {
	char *of_script;	/* "#!" */
	char *of_elf;		/* PT_INTERP */
	bool elf;
};

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

/* `look` is an O_PATH descriptor of a regular file. */
static void read_interpreters(int look, struct interpreters *ret)
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

static struct draft *add_by_path(struct decoder *decoder, const struct task *task, struct pending *pending,
				 const char *path, uint32_t access)
{
	struct resolve_request request = { .tid = task->tid, .dirfd = AT_FDCWD, .path = path };

	return add_path(decoder, pending, &request, access, FILE_KIND_UNKNOWN);
}

static struct privileges privileges_of(struct decoder *decoder, pid_t tid)
{
	const struct credentials *credentials = task_credentials(decoder->tasks, tid);

	if (!credentials)
		return (struct privileges){ 0 };
	return (struct privileges){
		true, credentials->uid[CREDENTIAL_EFFECTIVE], credentials->gid[CREDENTIAL_EFFECTIVE],
		credentials->permitted,
	};
}

/* cap_bprm_creds_from_file(), security/commoncap.c: what no_new_privs would have taken away. */
static void note_gain(struct decoder *decoder, const struct pending *pending, const struct privileges *before,
		      pid_t tid)
{
	struct privileges after = privileges_of(decoder, tid);
	struct event event = {
		.kind = EVENT_NOTE,
		.note = {
			"gained-privileges", "a program gained privileges by its set-id bits or file capabilities: "
					     "no-new-privileges would refuse that",
		},
	};

	if (before->known && after.known &&
	    (before->uid != after.uid || before->gid != after.gid || (after.permitted & ~before->permitted)))
		send_event(decoder, pending, &event);
}

SUBJECT_FUNCTION(decode_program)
{
	struct draft *draft = add_path_argument(decoder, task, pending, access);

	pending->before = privileges_of(decoder, task->tid);
	for (int i = 0; draft && draft->found && i < INTERPRETERS_MAX; i++) {
		struct interpreters of = { 0 };

		/* A server of a user-space file system may be a task that we hold: it is not asked to read. Nor is what
		 * the kernel would not execute, such as /proc/kmsg, which forgets what was read. */
		if (draft->file.kind == FILE_KIND_FILE && (draft->file.owner.mode & 0111) && !draft->file.remote)
			read_interpreters(draft->file.fd, &of);
		if (of.elf)
			draft->event.file.access |= ACCESS_MAP_EXECUTE;
		if (of.of_elf)
			add_by_path(decoder, task, pending, of.of_elf, ACCESS_READ | ACCESS_MAP_EXECUTE);
		draft = of.of_script ? add_by_path(decoder, task, pending, of.of_script, access->access) : NULL;
		free(of.of_elf);
		free(of.of_script);
	}
}

static void send_file(struct decoder *decoder, const struct pending *pending, const char *path, uint32_t access)
{
	struct event event = {
		.kind = EVENT_FILE,
		.file = { .path = path, .kind = FILE_KIND_FILE, .access = access, .outcome = OUTCOME_OK },
	};

	if (path[0] == '/' && strncmp(path, "/memfd:", 7) != 0)
		send_event(decoder, pending, &event);
}

const char *decode_exec(struct decoder *decoder, const struct task *task, struct pending *pending)
{
	auto_free char *exe = read_task_link(task->tid, "exe");
	const struct pending made = {
		.by = names_keep(decoder->names, pending ? pending->by : task->by), .phase = task->phase,
	};
	struct event event = { .kind = EVENT_EXEC, .exec = { .from = made.by, .to = exe } };

	task_states_forget(decoder->tasks, task->tid);
	if (pending)
		note_gain(decoder, &made, &pending->before, task->tid);
	if (!exe)
		return NULL;
	send_file(decoder, &made, exe, ACCESS_READ | ACCESS_EXECUTE | ACCESS_MAP_EXECUTE);
	send_event(decoder, &made, &event);
	send_file_capabilities(decoder, &made, task->tid);
	return names_keep(decoder->names, exe);
}
