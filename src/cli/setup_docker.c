/* SPDX-License-Identifier: Apache-2.0 */
/* Docker's daemon.json, and dockerd that reads it again. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "cli/setup.h"
#include "snug/cleanup.h"
#include "snug/file.h"
#include "snug/memory.h"

#define PID_FILE "/run/docker.pid"
#define READ_WAIT_MS 10000	/* dockerd reads its file at once */

struct docker_file {
	struct text now, before;	/* owned; `before` is the backup, empty = there was no file, or is none */
	char *backup;			/* owned; its path */
	bool has_backup;
};

static void docker_file_done(struct docker_file *file)
{
	text_done(&file->now);
	text_done(&file->before);
	free(file->backup);
}

static int docker_file_read(const struct setup *setup, struct docker_file *ret, struct error *err)
{
	int code;

	*ret = (struct docker_file){ TEXT_EMPTY, TEXT_EMPTY, xasprintf("%s" SETUP_BACKUP_SUFFIX, setup->config), false };
	if ((code = setup_read(setup->config, &ret->now, err)) < 0 ||
	    (code = setup_read(ret->backup, &ret->before, err)) < 0)
		return code;
	ret->has_backup = code == 1;
	return 0;
}

/* The daemon that the pid file names; 0 = none runs, or it is another program by now. */
static pid_t find_dockerd(const struct text *json, char **ret_pid_file)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	CLEANUP(text_done) struct text content = TEXT_EMPTY, name = TEXT_EMPTY;
	long pid;

	*ret_pid_file = docker_config_string(json, "pidfile");
	if (!*ret_pid_file)
		*ret_pid_file = geteuid() == 0 || !runtime ? xstrdup(PID_FILE) : xasprintf("%s/docker.pid", runtime);
	if (file_read(*ret_pid_file, 64, &content, NULL) < 0)
		return 0;
	pid = strtol(text_cstr(&content), NULL, 10);
	auto_free char *comm = xasprintf("/proc/%ld/comm", pid);
	if (pid <= 0 || file_read(comm, 64, &name, NULL) < 0 || strcmp(text_cstr(&name), "dockerd\n") != 0)
		return 0;
	return (pid_t)pid;
}

/* Sends SIGHUP and waits until somebody has read the file to its end. */
static int have_it_read(const char *config, pid_t dockerd, struct error *err)
{
	auto_close int watch = inotify_init1(IN_CLOEXEC);
	struct pollfd ready = { .fd = watch, .events = POLLIN };

	if (watch < 0 || inotify_add_watch(watch, config, IN_CLOSE_NOWRITE) < 0)
		return error_errno(err, -errno, "cannot watch '%s'", config);
	if (kill(dockerd, SIGHUP) < 0)
		return error_errno(err, -errno, "cannot send SIGHUP to dockerd (%d)", dockerd);
	if (poll(&ready, 1, READ_WAIT_MS) <= 0)
		return error_set(err, -ETIMEDOUT, "dockerd (%d) does not read '%s' again (hint: it was started with another "
				 "--config-file)", dockerd, config);
	printf("dockerd (%d) has read it\n", dockerd);
	return 0;
}

/* Returns 1 when dockerd has read the file, 0 when somebody else has to tell it. */
static int reload(const struct setup *setup, const struct text *json, struct error *err)
{
	auto_free char *pid_file = NULL;
	pid_t dockerd = find_dockerd(json, &pid_file);
	int code;

	if (setup->reload && !dockerd)
		return error_set(err, -ESRCH, "no dockerd runs by '%s' (hint: send SIGHUP to it yourself)", pid_file);
	if (setup->reload) {
		code = have_it_read(setup->config, dockerd, err);
		return code < 0 ? code : 1;
	}
	printf("next: kill -HUP $(cat %s)\n", pid_file);
	return 0;
}

static int add(const struct setup *setup, struct docker_file *file, struct error *err)
{
	CLEANUP(text_done) struct text changed = TEXT_EMPTY;
	int code;

	text_add(&changed, text_cstr(&file->now), file->now.length);
	if ((code = docker_config_add(&changed, &setup->registration, err)) < 0)
		return error_wrap(err, "'%s'", setup->config);
	if (strcmp(changed.data, text_cstr(&file->now)) == 0) {
		printf("%s: registered already\n", setup->config);
	} else {
		if ((!file->has_backup && (code = setup_write(file->backup, &file->now, err)) < 0) ||
		    (code = setup_write(setup->config, &changed, err)) < 0)
			return code;
		printf("%s: runtime '%s' is registered%s (backup: %s)\n", setup->config, ENGINE_RUNTIME,
		       setup->registration.as_default ? ", and records every container while somebody listens" : "",
		       file->backup);
	}
	code = reload(setup, &changed, err);
	if (code >= 0)
		printf("then: snug listen -- %s\n", setup->registration.as_default ? "COMMAND"
		       : "docker run --runtime " ENGINE_RUNTIME " IMAGE");
	return code < 0 ? code : 0;
}

/* The file as it was, or no file if there was none; and no backup. */
static int remove_ours(const struct setup *setup, struct docker_file *file, struct error *err)
{
	int code = docker_config_remove(&file->now, &file->before, err);
	const char *rest = text_cstr(&file->now);

	if (code < 0)
		return error_wrap(err, "'%s'", setup->config);
	if (code == 0 && !file->has_backup) {
		printf("%s: nothing of snug is in it\n", setup->config);
		return 0;
	}
	if (file->has_backup && file->before.length == 0 && rest[strspn(rest, "{} \t\r\n")] == '\0')
		code = setup_remove(setup->config, err);
	else if (code == 1)
		code = setup_write(setup->config, &file->now, err);
	if (code >= 0 && (code = setup_remove(file->backup, err)) == 0)
		printf("%s: nothing of snug is left in it\n"
		       "containers that were made with its runtimes go on until dockerd is started anew\n", setup->config);
	return code;
}

static int undo(const struct setup *setup, struct docker_file *file, struct error *err)
{
	int code = docker_config_release(&file->now, &file->before, err);

	if (code < 0)
		return error_wrap(err, "'%s'", setup->config);
	if (code == 0)
		return remove_ours(setup, file, err);
	if ((code = setup_write(setup->config, &file->now, err)) < 0)
		return code;
	printf("%s: the default runtime is what it was\n", setup->config);
	code = reload(setup, &file->now, err);
	if (code == 1)
		return remove_ours(setup, file, err);
	if (code == 0)
		printf("then once more: snug setup --undo docker\n");
	return code;
}

int setup_docker(const struct setup *setup, struct error *err)
{
	CLEANUP(docker_file_done) struct docker_file file = { TEXT_EMPTY, TEXT_EMPTY, NULL, false };
	int code = docker_file_read(setup, &file, err);

	if (code < 0)
		return code;
	return setup->undo ? undo(setup, &file, err) : add(setup, &file, err);
}
