/* SPDX-License-Identifier: Apache-2.0 */
/* snug runtime: an OCI runtime for engines, which has the containers that it makes report themselves. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/listener_socket.h"
#include "cli/oci_runtime.h"
#include "cli/program_output.h"
#include "snug/cleanup.h"
#include "snug/file.h"
#include "snug/json_edit.h"
#include "snug/listener.h"
#include "snug/memory.h"
#include "snug/recorder.h"
#include "snug/runtime_command.h"
#include "snug/runtime_config.h"

#define CONFIG_MAX (16u << 20)	/* bytes of a config.json */
#define LOG_FILE_PREFIX "file:"	/* crun's way to name a file; its other prefixes name other places */

static const char *const usual[] = { "runc", "crun" };	/* the first that there is, where none is named */

static const struct command_option options[] = {
	{ "runtime", 'r', "PROGRAM", "the runtime that does the work (default: runc, else crun)" },
	{ "socket", 's', "PATH", "where the listener is found (default: that of 'snug listen')" },
	{ "if-listening", 0, NULL, "run a container unrecorded, with a warning in the log, when it cannot be recorded" },
	{ NULL }
};

/* The file that the runtime would write its log to, and engines take their message from. NULL = none is named. */
static const char *log_file(const struct runtime_command *command)
{
	const char *colon = command->log ? strchr(command->log, ':') : NULL;

	if (!command->log || !command->log[0])
		return NULL;
	if (strncmp(command->log, LOG_FILE_PREFIX, strlen(LOG_FILE_PREFIX)) == 0)
		return command->log + strlen(LOG_FILE_PREFIX);
	return colon && !memchr(command->log, '/', (size_t)(colon - command->log)) ? NULL : command->log;
}

/* As logrus prints it for runc: {"level":"error","msg":"…","time":"2026-11-22T07:00:00Z"}. */
static void print_log_line(struct text *out, bool json, const char *level, const char *message)
{
	char stamp[sizeof("2026-11-22T07:00:00Z")] = "";
	time_t now = time(NULL);
	struct tm utc;

	if (gmtime_r(&now, &utc))
		strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &utc);
	text_printf(out, json ? "{\"level\":\"%s\",\"msg\":" : "level=%s msg=", level);
	json_edit_quote(out, message);
	text_printf(out, json ? ",\"time\":\"%s\"}\n" : " time=\"%s\"\n", stamp);
}

/*
 * Says something where the runtime would: in its log file if it was given one, because standard error
 * is then the container's. A warning that no engine shows goes to the machine's log as well.
 */
static void report(const struct runtime_command *command, bool is_error, const struct error *err)
{
	const char *path = log_file(command), *level = is_error ? "error" : "warning";
	auto_free char *message = xasprintf("snug runtime: %s", err->text);
	CLEANUP(text_done) struct text line = TEXT_EMPTY;
	auto_close int fd = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644) : -1;

	print_log_line(&line, command->log_is_json, level, message);
	if (fd < 0 || write(fd, line.data, line.length) < 0)
		complain_text("runtime: %s", err->text);
	if (!is_error)
		syslog(LOG_USER | LOG_WARNING, "%s", message);
}

static char *config_path(const struct runtime_command *command)
{
	return command->config[0] == '/' ? xstrdup(command->config)
					 : xasprintf("%s/%s", command->bundle, command->config);
}

/* Can the runtime have calls wait so that no handler's signal interrupts them? */
static bool waits_killable(const char *program)
{
	struct runtime_features features = { 0 };
	bool answer;

	for (size_t i = 0; i < (program ? 1 : ARRAY_SIZE(usual)); i++)
		if (oci_runtime_features(program ? program : usual[i], &features) != -ENOENT)
			break;
	answer = features.waits_killable;
	runtime_features_done(&features);
	return answer;
}

/* What the container may do without us, and one rule more. */
static int print_traced_profile(struct text *out, const struct text *config, const char *gate, struct error *err)
{
	static const char *const own[] = { "linux", "seccomp", NULL };
	CLEANUP(text_done) struct text base = TEXT_EMPTY;
	struct json_span span;
	int code = runtime_config_base(config, &base, err);

	if (code == 0 && (code = json_edit_find(config->data, config->length, own, &span, err)) == 1)
		text_add(&base, config->data + span.start, span.end - span.start);
	if (code < 0)
		return code;
	return record_profile_traced(out, &(struct record_profile_options){ .socket = gate },
				     code == 1 && strcmp(base.data, "null") != 0 ? base.data : NULL, err);
}

/* What we are from now on, and all that we start. Whoever has one already needs CAP_AUDIT_CONTROL for another. */
static int take_login(uint32_t login, struct error *err)
{
	auto_close int fd = open("/proc/self/loginuid", O_WRONLY | O_CLOEXEC);
	auto_free char *words = xasprintf("%" PRIu32, login);

	if (fd >= 0 && write(fd, words, strlen(words)) == (ssize_t)strlen(words))
		return 0;
	error_set(err, -errno, "it cannot be given a login uid of its own, by which audit would tell it from others");
	return error_hint(err, "nobody can where it is immutable (auditctl --loginuid-immutable): record it by another recorder");
}

/* The file that is going to be the runtime; owned by the caller, "" = there is none. */
static char *runtime_file(const char *program)
{
	for (size_t i = 0; i < (program ? 1 : ARRAY_SIZE(usual)); i++) {
		auto_free char *found = program_find(program ? program : usual[i]);
		char *file = found ? realpath(found, NULL) : NULL;

		if (file)
			return file;
	}
	return xstrdup("");
}

/* Where the listener records by audit. Returns 1 when the container, or the session in one, is told of from now on, 0 otherwise. */
static int follow_by_audit(const struct runtime_command *command, const char *program, const char *socket, struct error *err)
{
	bool makes = runtime_command_makes_container(command);
	auto_free char *bundle = makes ? realpath(command->bundle, NULL) : NULL, *runtime = runtime_file(program);
	const struct login_question question = {
		.id = command->id, .bundle = makes ? bundle ?: command->bundle : "", .runtime = runtime };
	uint32_t login;
	int code;

	if (!command->id || (!makes && !runtime_command_joins_container(command)))
		return 0;
	code = listener_ask_login(socket, &question, &login, err);
	if (code == 1 && take_login(login, err) < 0)
		return err->code;
	return code;
}

/* The container reports itself from now on. */
static int arm(const struct runtime_command *command, const char *program, const char *socket, struct error *err)
{
	CLEANUP(text_done) struct text config = TEXT_EMPTY, profile = TEXT_EMPTY;
	auto_free char *path = config_path(command);
	int code;

	if ((code = listener_check(socket, err)) < 0 || (code = file_read(path, CONFIG_MAX, &config, err)) < 0)
		return code;
	auto_free char *gate = xasprintf("%s" LISTENER_GATE "/" LISTENER_GATE_LINK, socket);
	bool is_traced = listener_is_traced(socket);

	if (is_traced) {
		code = print_traced_profile(&profile, &config, gate, err);
		if (code < 0)
			return error_wrap(err, "'%s'", path);
	} else {
		record_profile(&profile, &(struct record_profile_options){
			.socket = socket, .waits_killable = waits_killable(program) });
	}
	code = runtime_config_record(&config, text_cstr(&profile), is_traced ? gate : socket, err);
	if (code < 0)
		return error_wrap(err, "'%s'", path);
	return code ? file_replace(path, config.data, config.length, err) : 0;
}

/* A bundle that was recorded before does not go on reporting to a listener that is gone. */
static void disarm(const struct runtime_command *command)
{
	CLEANUP(text_done) struct text config = TEXT_EMPTY;
	auto_free char *path = config_path(command);
	struct error err = ERROR_NONE;

	if (file_read(path, CONFIG_MAX, &config, NULL) == 0 && runtime_config_restore(&config, NULL) == 1 &&
	    file_replace(path, config.data, config.length, &err) < 0)
		report(command, false, &err);
}

/* The same process goes on as the runtime, so that arguments, descriptors, environment, signals and status are its own. */
static int become(const char *program, char **arguments, struct error *err)
{
	size_t count = 0;

	while (arguments[count])
		count++;
	auto_free char **argv = xcalloc(count + 2, sizeof(*argv));

	memcpy(argv + 1, arguments, count * sizeof(*argv));
	for (size_t i = 0; i < (program ? 1 : ARRAY_SIZE(usual)); i++) {
		auto_free char *name = xstrdup(program ? program : usual[i]);

		argv[0] = name;
		execvp(name, argv);
		error_set(err, -errno, "cannot run the runtime '%s': %s", name, strerror(errno));
	}
	return err->code;
}

static int run(struct invocation *invocation)
{
	const char *given = option_value(invocation, "socket");
	auto_free char *socket = given ? xstrdup(given) : listener_default_socket();
	struct runtime_command command = runtime_command_parse(invocation->operands);
	bool must_record = !option_value(invocation, "if-listening");
	struct error err = ERROR_NONE;
	int code = follow_by_audit(&command, option_value(invocation, "runtime"), socket, &err);

	if (code == 0 && runtime_command_makes_container(&command))
		code = arm(&command, option_value(invocation, "runtime"), socket, &err);
	if (code < 0) {
		report(&command, must_record, &err);
		if (must_record)
			return RECORD_STATUS_OWN_FAILURE;
		if (runtime_command_makes_container(&command))
			disarm(&command);
	}
	err = (struct error)ERROR_NONE;
	become(option_value(invocation, "runtime"), invocation->operands, &err);
	report(&command, true, &err);
	return err.code == -ENOENT ? RECORD_STATUS_NOT_FOUND : RECORD_STATUS_NOT_EXECUTABLE;
}

const struct command command_runtime = {
	.name = "runtime",
	.usage = "[-r PROGRAM] [-s PATH] [--if-listening] -- ARGUMENT...",
	.summary = "be an engine's OCI runtime, and record what it starts",
	.options = options,
	.run = run,
	.options_first = true,
};
