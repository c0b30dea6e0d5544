/* SPDX-License-Identifier: Apache-2.0 */
/* Lines and links of /proc/TID; see proc_file.h. */
#include "record/proc_file.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snug/cleanup.h"
#include "snug/memory.h"

#define FORKED_ONLY 0x40ul	/* PF_FORKNOEXEC, include/linux/sched.h */
#define EXITING 0x4ul		/* PF_EXITING, the same */
#define READ_FIRST 4096		/* bytes; /proc/PID/status has some 1,400 */
#define LINK_LENGTH_MAX (PATH_MAX + 256)	/* bytes: a path, " (deleted)" and air */

/* A file may be named so; only the one without a name left has lost it. */
static bool has_lost_its_name(const char *link)
{
	struct statx st = { 0 };

	return statx(AT_FDCWD, link, AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_NLINK, &st) == 0 &&
	       st.stx_nlink == 0;
}

char *read_proc_link(const char *name)
{
	static const char deleted[] = " (deleted)";
	size_t tail = sizeof(deleted) - 1;
	char text[LINK_LENGTH_MAX];
	const ssize_t n = readlink(name, text, sizeof(text) - 1);

	if (n < 0 || (size_t)n >= sizeof(text) - 1)
		return NULL;
	text[n] = '\0';
	if ((size_t)n > tail && strcmp(text + (size_t)n - tail, deleted) == 0 && has_lost_its_name(name))
		text[(size_t)n - tail] = '\0';
	return xstrdup(text);
}

char *read_task_link(pid_t tid, const char *link)
{
	char name[64];

	snprintf(name, sizeof(name), "/proc/%d/%s", tid, link);
	return read_proc_link(name);
}

/* What is shorter than asked for was the rest: single_open(), fs/seq_file.c. */
char *read_task_file(pid_t tid, const char *file)
{
	char name[64];
	auto_close int fd = -1;
	auto_free char *text = NULL;
	size_t size = READ_FIRST, length = 0;
	ssize_t n;

	snprintf(name, sizeof(name), "/proc/%d/%s", tid, file);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	text = xrealloc(NULL, size, 1);
	while ((n = read(fd, text + length, size - 1 - length)) > 0) {
		length += (size_t)n;
		if (length < size - 1)
			break;
		size *= 2;
		text = xrealloc(text, size, 1);
	}
	text[length] = '\0';
	return length ? steal_ptr(text) : NULL;
}

char *read_task_field(pid_t tid, const char *file, const char *field)
{
	auto_free char *text = read_task_file(tid, file);
	const size_t length = strlen(field);

	for (const char *line = text, *end; line && *line; line = end) {
		end = line + strcspn(line, "\n");
		end += *end == '\n';
		if (strncmp(line, field, length) == 0)
			return xmemdup(line + length, (size_t)(end - line) - length);
	}
	return NULL;
}

char *read_task_name(pid_t tid)
{
	char *name = read_task_field(tid, "comm", "");

	if (name)
		name[strcspn(name, "\n")] = '\0';
	return name;
}

long task_status_number(pid_t tid, const char *field)
{
	auto_free char *text = read_task_field(tid, "status", field);

	return text ? strtol(text, NULL, 10) : -1;
}

/* proc(5): "NSpid: 4711 7", outermost first. */
long task_own_number(pid_t tid, const char *field)
{
	auto_free char *text = read_task_field(tid, "status", field);
	const char *last = text ? strrchr(text, '\t') : NULL;

	return last ? strtol(last + 1, NULL, 10) : -1;
}

/* The state and the flags. A name may hold anything, brackets too: the fields begin behind the last one, proc_pid_stat(5). */
static bool read_stat(pid_t tid, char *state, unsigned long *flags)
{
	auto_free char *stat = read_task_field(tid, "stat", "");
	const char *behind_name = stat ? strrchr(stat, ')') : NULL;

	return behind_name && sscanf(behind_name, ") %c %*d %*d %*d %*d %*d %lu", state, flags) == 2;
}

bool task_has_executed(pid_t pid)
{
	unsigned long flags;
	char state;

	return read_stat(pid, &state, &flags) && !(flags & FORKED_ONLY);
}

bool task_ends(pid_t tid)
{
	unsigned long flags;
	char state;

	return !read_stat(tid, &state, &flags) || state == 'Z' || state == 'X' || (flags & EXITING);
}

/* Field 39, behind the name, which is the second. */
bool task_maps_constant(pid_t tid, uint64_t address)
{
	auto_fclose FILE *file = NULL;
	auto_free char *line = NULL;
	unsigned long low, high, inode;
	char name[64], rights[8];
	size_t size = 0;

	snprintf(name, sizeof(name), "/proc/%d/maps", tid);
	file = fopen(name, "re");
	while (file && getline(&line, &size, file) > 0)
		if (sscanf(line, "%lx-%lx %7s %*s %*s %lu", &low, &high, rights, &inode) == 4 && low <= address && address < high)
			return inode && rights[0] == 'r' && rights[1] == '-' && rights[3] == 'p';
	return false;
}

int task_processor(pid_t tid)
{
	auto_free char *stat = read_task_field(tid, "stat", "");
	const char *at = stat ? strrchr(stat, ')') : NULL;
	int processor;

	for (int field = 2; at && field < 39; field++)
		at = strchr(at + 1, ' ');
	return at && sscanf(at, "%d", &processor) == 1 ? processor : -1;
}
