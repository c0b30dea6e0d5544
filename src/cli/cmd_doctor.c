/* SPDX-License-Identifier: Apache-2.0 */
/* snug doctor: what works on this machine, and what to do about the rest. */
#include <string.h>
#include <sys/utsname.h>

#include "cli/apparmor_host.h"
#include "cli/command.h"
#include "cli/engine_client.h"
#include "cli/listener_socket.h"
#include "cli/setup.h"
#include "snug/baseline.h"
#include "snug/cleanup.h"
#include "snug/file.h"
#include "snug/memory.h"
#include "snug/recorder.h"
#include "snug/text.h"

#define WORDS_COLUMN 16			/* where the words about a thing begin */
#define KERNEL_FILE_MAX 4096		/* bytes; these files hold a line */
#define VERSION_MAX 256			/* bytes of a program's answer that are looked at */

/* One row a thing of the kernel; present() puts what is there into `found`, or returns false. */
struct feature {
	const char *name;
	bool (*present)(struct text *found);
	const char *otherwise;		/* what follows from its absence, and what to do */
};

/* One row a program; the first line that the command prints is its version. */
struct program {
	const char *name;
	const char *command;
	const char *otherwise;
};

static bool read_line(const char *path, struct text *line)
{
	CLEANUP(text_done) struct text content = TEXT_EMPTY;

	if (file_read(path, KERNEL_FILE_MAX, &content, NULL) < 0)
		return false;
	text_add(line, text_cstr(&content), strcspn(text_cstr(&content), "\n"));
	return true;
}

static bool kernel(struct text *found)
{
	struct utsname name;

	if (uname(&name) < 0)
		return false;
	text_printf(found, "%s %s, %s", name.sysname, name.release, name.machine);
	return true;
}

static bool seccomp(struct text *found)
{
	text_puts(found, "filters with the actions ");
	return read_line("/proc/sys/kernel/seccomp/actions_avail", found);
}

static bool apparmor(struct text *found)
{
	text_puts(found, "enabled");
	return apparmor_enabled();
}

/* Without Yama every process of one's own can be attached to. */
static bool attach(struct text *found)
{
	CLEANUP(text_done) struct text scope = TEXT_EMPTY;

	text_puts(found, "any process of the same user can be attached to");
	return !read_line("/proc/sys/kernel/yama/ptrace_scope", &scope) || text_cstr(&scope)[0] == '0';
}

static bool look_ups(struct text *found)
{
	struct error err = ERROR_NONE;

	text_puts(found, "files that are known are looked up without a stop");
	return recorder_probe_look_ups(&err) == 0;
}

static const struct feature features[] = {
	{ "kernel", kernel, "does not tell its name" },
	{ "seccomp", seccomp, "no seccomp filters: neither a quick recording nor a seccomp profile works under this "
	  "kernel; it needs CONFIG_SECCOMP_FILTER, Linux 4.14 or newer" },
	{ "attaching", attach, "Yama keeps processes that are not our children from being attached to; start the "
	  "program with 'snug record', or set kernel.yama.ptrace_scope=0 with sysctl as root" },
	{ "BPF", look_ups, "not usable: with the recorder auto each look-up of a file stops; it takes root outside of a container, "
	  "x86-64 and Linux 5.5 to 6.18" },
	{ "AppArmor", apparmor, "not in this kernel: profiles for it are written here, and loaded elsewhere; the "
	  "seccomp profile and the capability list work without it" },
};

static const struct program programs[] = {
	{ "docker", "docker --version", "not installed; Debian's package is docker.io" },
	{ "Docker Engine", "timeout 5 docker version --format '{{.Server.Version}}'",
	  "does not answer; start it, or run this as root or in the group docker" },
	{ "podman", "podman --version", "not installed; Debian's package is podman" },
	{ "runc", "runc --version", "not installed; it comes with Docker" },
	{ "crun", "crun --version", "not installed; it comes with podman" },
	{ "containerd", "containerd --version", "not installed; it comes with Docker" },
	{ "apparmor_parser", "apparmor_parser --version",
	  "not installed; it loads AppArmor profiles; Debian's package is apparmor" },
};

static void print_words(const char *name, const char *words)
{
	int column = printf("%s ", name);

	if (column < WORDS_COLUMN)
		column += printf("%*s", WORDS_COLUMN - column, "");
	print_wrapped(stdout, (size_t)column, WORDS_COLUMN, words);
}

static void print_features(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(features); i++) {
		CLEANUP(text_done) struct text found = TEXT_EMPTY;
		bool present = features[i].present(&found);

		print_words(features[i].name, present ? text_cstr(&found) : features[i].otherwise);
	}
}

/* Returns whether any recorder works here. */
static bool print_recorders(void)
{
	const struct recorder *recorder;
	bool usable = false;

	for (size_t i = 0; (recorder = recorder_at(i)); i++) {
		CLEANUP(text_done) struct text words = TEXT_EMPTY;
		struct error err = ERROR_NONE;

		if (recorder->probe(&err) < 0) {
			text_printf(&words, "not usable: %s", err.text);
		} else {
			text_printf(&words, "usable; %s", recorder->summary);
			usable = true;
		}
		if (recorder->left_behind && recorder->left_behind())
			text_puts(&words, "; an interrupted recording left the kernel's settings changed: the next one puts them back");
		print_words(recorder->name, text_cstr(&words));
	}
	return usable;
}

/* Administrators' folders are not in everybody's PATH. */
static bool program_version(const struct program *program, char version[static VERSION_MAX])
{
	CLEANUP(text_done) struct text command = TEXT_EMPTY;
	FILE *answer;
	bool answered;

	text_printf(&command, "PATH=$PATH:/usr/sbin:/sbin; %s </dev/null 2>/dev/null", program->command);
	answer = popen(text_cstr(&command), "r");
	if (!answer)
		return false;
	answered = fgets(version, VERSION_MAX, answer) != NULL;
	if (pclose(answer) != 0 || !answered)
		return false;
	version[strcspn(version, "\n")] = '\0';
	return true;
}

/* "runc version 1.4.0+ds1": what such a runtime needs before the program starts may not be in our tables yet. */
static void judge_runtime(struct text *words, const char *name, const char *line)
{
	const char *newest = baseline_newest(name), *version = strstr(line, " version ");

	if (newest && version && baseline_lacks(name, version + strlen(" version ")))
		text_printf(words, "; newer than any that snug knows, which is %s: if a container does not start under its "
			    "profile, look for a newer snug", newest);
}

static void print_programs(void)
{
	char version[VERSION_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		CLEANUP(text_done) struct text words = TEXT_EMPTY;
		bool answered = program_version(&programs[i], version);

		text_puts(&words, answered ? version : programs[i].otherwise);
		if (answered)
			judge_runtime(&words, programs[i].name, version);
		print_words(programs[i].name, text_cstr(&words));
	}
}

/* Who listens where 'snug listen' does unless it is told otherwise, and which engines bring their containers there. */
static void print_listener(void)
{
	auto_free char *socket = listener_default_socket();
	struct error err = ERROR_NONE;
	bool is_heard = listener_check(socket, &err) == 0;
	auto_free char *words = is_heard ? xasprintf("answers at '%s'", socket) : xstrdup(err.text);

	print_words("listener", words);
	setup_describe(print_words, is_heard);
}

static void print_other_way(void)
{
	struct docker_engine engine = docker_engine_ask();
	CLEANUP(text_done) struct text words = TEXT_EMPTY;

	if (!engine.drops_listener)
		return;
	text_printf(&words, "Docker %s passes no listener on, and starts no container under the record profile; ", engine.version);
	text_puts(&words, engine.snug_is_default ? "its default runtime " ENGINE_SNUG_RUNTIME " records instead" :
		  engine.has_snug_runtime ? "use --runtime " ENGINE_SNUG_RUNTIME " instead" :
		  "'snug setup docker' makes it record by --runtime " ENGINE_SNUG_RUNTIME);
	print_words("record profile", text_cstr(&words));
}

/* Containers that cannot start any more when their listener is gone. */
static void print_armed(void)
{
	struct armed_containers armed;

	armed_containers_find(&armed, NULL, NULL);
	for (size_t i = 0; i < armed.count; i++) {
		const struct armed_container *container = &armed.items[i];
		CLEANUP(text_done) struct text words = TEXT_EMPTY;

		text_printf(&words, "of %s, has a record profile, and ", container->engine);
		text_puts(&words, !container->socket ? "needs a listener to start" :
			  listener_check(container->socket, NULL) == 0 ? "its listener answers" :
			  "cannot start: its listener does not answer");
		text_printf(&words, "; re-create it: %s", container->command);
		print_words(container->name, text_cstr(&words));
	}
	armed_containers_done(&armed);
}

static int run(struct invocation *invocation)
{
	bool usable;

	if (invocation->operand_count > 0)
		return complain_text("doctor: takes no operand, not '%s'", invocation->operands[0]);
	puts("This machine");
	print_features();
	puts("\nRecorders");
	usable = print_recorders();
	puts("\nListener");
	print_listener();
	puts("\nContainer engines and their tools");
	print_programs();
	print_other_way();
	print_armed();
	return usable ? STATUS_FINE : STATUS_NO;
}

static const struct command_option options[] = {
	{ NULL }
};

const struct command command_doctor = {
	.name = "doctor",
	.usage = "",
	.summary = "tell what works on this machine, and what to do about the rest",
	.options = options,
	.run = run,
};
