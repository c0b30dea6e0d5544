/* SPDX-License-Identifier: Apache-2.0 */
/* Formats of trace events as kernels tell them, for what decodes records without a kernel. */
#ifndef TRACEFS_FORMATS_H
#define TRACEFS_FORMATS_H

#include "record/tracefs_format.h"

#define COMMON \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n" \
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n" \
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n" \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"

enum {
	ID_EXIT = 781, ID_ENTER = 782, ID_ENTER_STRINGS = 783, ID_RAW_ENTER = 443, ID_NEW_TASK = 205, ID_EXEC = 365,
	ID_CHECK = 2073, ID_STACK = 4,
};

static const struct format {
	enum tracefs_record_kind kind;
	bool raw;
	const char *text;
} formats[] = {
	{ TRACEFS_ENTER, false,	/* Linux 6.18 */
	  "name: sys_enter_openat\nID: 782\nformat:\n" COMMON
	  "\tfield:int __syscall_nr;\toffset:8;\tsize:4;\tsigned:1;\n"
	  "\tfield:int dfd;\toffset:16;\tsize:8;\tsigned:0;\n"
	  "\tfield:const char * filename;\toffset:24;\tsize:8;\tsigned:0;\n"
	  "\tfield:int flags;\toffset:32;\tsize:8;\tsigned:0;\n"
	  "\tfield:umode_t mode;\toffset:40;\tsize:8;\tsigned:0;\n"
	  "\nprint fmt: \"dfd: 0x%08lx\", ((unsigned long)(REC->dfd))\n" },
	{ TRACEFS_ENTER, false,	/* Linux 6.19: with what the kernel read for the pointer */
	  "name: sys_enter_openat\nID: 783\nformat:\n" COMMON
	  "\tfield:int __syscall_nr;\toffset:8;\tsize:4;\tsigned:1;\n"
	  "\tfield:int dfd;\toffset:16;\tsize:8;\tsigned:0;\n"
	  "\tfield:const char * filename;\toffset:24;\tsize:8;\tsigned:0;\n"
	  "\tfield:int flags;\toffset:32;\tsize:8;\tsigned:0;\n"
	  "\tfield:umode_t mode;\toffset:40;\tsize:8;\tsigned:0;\n"
	  "\tfield:__data_loc char[] __filename_val;\toffset:48;\tsize:4;\tsigned:0;\n"
	  "\nprint fmt: \"dfd: 0x%08lx\", ((unsigned long)(REC->dfd))\n" },
	{ TRACEFS_EXIT, false,
	  "name: sys_exit_openat\nID: 781\nformat:\n" COMMON
	  "\tfield:int __syscall_nr;\toffset:8;\tsize:4;\tsigned:1;\n"
	  "\tfield:long ret;\toffset:16;\tsize:8;\tsigned:1;\n"
	  "\nprint fmt: \"0x%lx\", REC->ret\n" },
	{ TRACEFS_ENTER, true,
	  "name: sys_enter\nID: 443\nformat:\n" COMMON
	  "\tfield:long id;\toffset:8;\tsize:8;\tsigned:1;\n"
	  "\tfield:unsigned long args[6];\toffset:16;\tsize:48;\tsigned:0;\n"
	  "\nprint fmt: \"NR %ld\", REC->id\n" },
	{ TRACEFS_NEW_TASK, false,
	  "name: task_newtask\nID: 205\nformat:\n" COMMON
	  "\tfield:pid_t pid;\toffset:8;\tsize:4;\tsigned:1;\n"
	  "\tfield:char comm[16];\toffset:12;\tsize:16;\tsigned:0;\n"
	  "\tfield:u64 clone_flags;\toffset:32;\tsize:8;\tsigned:0;\n"
	  "\tfield:short oom_score_adj;\toffset:40;\tsize:2;\tsigned:1;\n"
	  "\nprint fmt: \"pid=%d\", REC->pid\n" },
	{ TRACEFS_EXEC, false,
	  "name: sched_process_exec\nID: 365\nformat:\n" COMMON
	  "\tfield:__data_loc char[] filename;\toffset:8;\tsize:4;\tsigned:0;\n"
	  "\tfield:pid_t pid;\toffset:12;\tsize:4;\tsigned:1;\n"
	  "\tfield:pid_t old_pid;\toffset:16;\tsize:4;\tsigned:1;\n"
	  "\nprint fmt: \"filename=%s\", __get_str(filename)\n" },
	{ TRACEFS_CHECK, false,
	  "name: cap_capable\nID: 2073\nformat:\n" COMMON
	  "\tfield:const struct cred * cred;\toffset:8;\tsize:8;\tsigned:0;\n"
	  "\tfield:struct user_namespace * target_ns;\toffset:16;\tsize:8;\tsigned:0;\n"
	  "\tfield:const struct user_namespace * capable_ns;\toffset:24;\tsize:8;\tsigned:0;\n"
	  "\tfield:int cap;\toffset:32;\tsize:4;\tsigned:1;\n"
	  "\tfield:int ret;\toffset:36;\tsize:4;\tsigned:1;\n"
	  "\nprint fmt: \"cap %d\", REC->cap\n" },
	{ TRACEFS_STACK, false,
	  "name: kernel_stack\nID: 4\nformat:\n" COMMON
	  "\tfield:int size;\toffset:8;\tsize:4;\tsigned:1;\n"
	  "\tfield:unsigned long caller[8];\toffset:16;\tsize:64;\tsigned:0;\n"
	  "\nprint fmt: \"\\t=> %ps\\n\", (void *)REC->caller[0]\n" },
};

#endif
