/* SPDX-License-Identifier: Apache-2.0 */
/* What an engine asks of its runtime, read from the command line; and the container's configuration, changed. */
#include <errno.h>

#include "snug/cleanup.h"
#include "snug/runtime_command.h"
#include "snug/runtime_config.h"
#include "snug/runtime_features.h"
#include "tests/tap.h"

#define WORDS_MAX 16

/* One row a command line, its words apart by one space. */
static const struct {
	const char *words, *name, *bundle, *config, *log;
	bool json;
} commands[] = {
	/* containerd's shim and conmon, as they are seen in /proc/PID/cmdline. */
	{ "--root /r --log /b/log.json --log-format json create --bundle /b --pid-file /b/init.pid 4f", "create", "/b",
	  "config.json", "/b/log.json", true },
	{ "--root /r --log /b/log.json --log-format json start 4f", "start", ".", "config.json", "/b/log.json", true },
	{ "--systemd-cgroup --root=/r --log=/l --log-format=json create --bundle=/b 4f", "create", "/b", "config.json", "/l", true },
	{ "create -b /b 4f", "create", "/b", "config.json", NULL, false },
	{ "create -b=/b 4f", "create", "/b", "config.json", NULL, false },
	{ "create -b/b 4f", "create", "/b", "config.json", NULL, false },
	{ "create -bundle /b 4f", "create", "/b", "config.json", NULL, false },
	{ "create --b /b 4f", "create", "/b", "config.json", NULL, false },
	{ "create -bundle=/b 4f", "create", "/b", "config.json", NULL, false },
	{ "run 4f", "run", ".", "config.json", NULL, false },
	{ "run -d --keep --no-pivot 4f", "run", ".", "config.json", NULL, false },
	{ "run --config other.json --bundle /b 4f", "run", "/b", "other.json", NULL, false },
	{ "run -f other.json 4f", "run", ".", "other.json", NULL, false },
	{ "run 4f --bundle /b", "run", "/b", "config.json", NULL, false },
	{ "run --bundle /a --bundle /b 4f", "run", "/b", "config.json", NULL, false },
	{ "run --bundle /b -- --bundle", "run", "/b", "config.json", NULL, false },
	/* Values that look like names and options. */
	{ "--root create --log run state 4f", "state", ".", "config.json", "run", false },
	{ "create --pid-file --bundle --console-socket run --bundle /b 4f", "create", "/b", "config.json", NULL, false },
	{ "create --bundle create create", "create", "create", "config.json", NULL, false },
	{ "kill run KILL", "kill", ".", "config.json", NULL, false },
	{ "exec --process p.json create", "exec", ".", "config.json", NULL, false },
	/* Options of a runtime to come: without a value, with one. */
	{ "--new create --bundle /b 4f", "create", "/b", "config.json", NULL, false },
	{ "--new some create --bundle /b 4f", "create", "/b", "config.json", NULL, false },
	{ "--new=some create --bundle /b 4f", "create", "/b", "config.json", NULL, false },
	{ "--version", NULL, ".", "config.json", NULL, false },
	{ "--log-format json --log-format text features", "features", ".", "config.json", NULL, false },
	{ "create --bundle", "create", ".", "config.json", NULL, false },
	{ "-", NULL, ".", "config.json", NULL, false },
};

/* Which container it is about. */
static const struct {
	const char *words, *id;
} containers[] = {
	{ "--root /r --log /b/log.json create --bundle /b --pid-file /b/init.pid 4f", "4f" },
	{ "run -d --keep 4f", "4f" },
	{ "run --bundle /b -- 4f", NULL },
	{ "exec --process /p.json --detach --pid-file /x.pid 4f", "4f" },
	{ "exec -t -e A=B --env C=D -u 1000 --cwd / --cap CAP_CHOWN 4f sh -c run", "4f" },
	{ "--new some exec 4f create", "4f" },
	{ "start 4f", "4f" },
	{ "exec", NULL },
	{ "--version", NULL },
};

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static void test_commands(void)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		char line[256], *words[WORDS_MAX] = { NULL }, *rest = line;
		struct runtime_command got;

		snprintf(line, sizeof(line), "%s", commands[i].words);
		for (size_t n = 0; rest && n < WORDS_MAX - 1; n++)
			words[n] = strsep(&rest, " ");
		got = runtime_command_parse(words);
		ok(same(got.name, commands[i].name) && same(got.bundle, commands[i].bundle) &&
		   same(got.config, commands[i].config) && same(got.log, commands[i].log) &&
		   got.log_is_json == commands[i].json);
		if (tap_failed)
			printf("# %s\n", commands[i].words);
		ok_int(runtime_command_makes_container(&got),
		       same(commands[i].name, "create") || same(commands[i].name, "run"));
	}
}

static void test_containers(void)
{
	for (size_t i = 0; i < sizeof(containers) / sizeof(containers[0]); i++) {
		char line[256], *words[WORDS_MAX] = { NULL }, *rest = line;
		struct runtime_command got;

		snprintf(line, sizeof(line), "%s", containers[i].words);
		for (size_t n = 0; rest && n < WORDS_MAX - 1; n++)
			words[n] = strsep(&rest, " ");
		got = runtime_command_parse(words);
		ok(same(got.id, containers[i].id));
		if (tap_failed)
			printf("# %s\n", containers[i].words);
		ok_int(runtime_command_joins_container(&got), same(got.name, "exec") && containers[i].id);
	}
}

#define SOCKET "/run/l.sock"
#define PROFILE "{\"listenerPath\":\"" SOCKET "\"}\n"
#define ARMED(base) "{\"listenerPath\":\"" SOCKET "\",\"snug.base\":" base "}"

/* One row a configuration: what it becomes, and what it is again when the listener is gone. NULL = refused, "" = no change. */
static const struct {
	const char *before, *recording, *restored;
} configs[] = {
	{ "{\"linux\":{\"seccomp\":{\"a\":1},\"x\":18446744073709551615}}",
	  "{\"linux\":{\"seccomp\":" ARMED("{\"a\":1}") ",\"x\":18446744073709551615}}",
	  "{\"linux\":{\"seccomp\":{\"a\":1},\"x\":18446744073709551615}}" },
	{ "{\"linux\":{\"x\":1}}", "{\"linux\":{\"x\":1,\"seccomp\":" ARMED("null") "}}", "{\"linux\":{\"x\":1}}" },
	{ "{\"linux\":{\"seccomp\":null}}", "{\"linux\":{\"seccomp\":" ARMED("null") "}}", "{\"linux\":{}}" },
	{ "{}", "{\"linux\":{\"seccomp\":" ARMED("null") "}}", "{\"linux\":{}}" },
	/* Again: what the container may do is not forgotten, and does not nest. */
	{ "{\"linux\":{\"seccomp\":" ARMED("{\"a\":1}") "}}", "{\"linux\":{\"seccomp\":" ARMED("{\"a\":1}") "}}",
	  "{\"linux\":{\"seccomp\":{\"a\":1}}}" },
	{ "{\"linux\":{\"seccomp\":{\"listenerPath\":\"/old\",\"snug.base\":{\"a\":1}}}}",
	  "{\"linux\":{\"seccomp\":" ARMED("{\"a\":1}") "}}", "{\"linux\":{\"seccomp\":{\"a\":1}}}" },
	/* It reports itself: to us, or to an agent of its own. */
	{ "{\"linux\":{\"seccomp\":" PROFILE "}}", "", "" },
	{ "{\"linux\":{\"seccomp\":{\"listenerPath\":\"/run/agent\"}}}", NULL, "" },
	{ "{\"linux\":{\"seccomp\":{\"listenerPath\":null}}}",
	  "{\"linux\":{\"seccomp\":" ARMED("{\"listenerPath\":null}") "}}", "{\"linux\":{\"seccomp\":{\"listenerPath\":null}}}" },
	{ "{\"linux\":{\"seccomp\":1}}", NULL, NULL },
	{ "{\"linux\":{\"Seccomp\":{}}}", NULL, NULL },
	{ "{\"linux\":{\"seccomp\":{\"ListenerPath\":\"/run/agent\"}}}", NULL, "" },
	{ "not JSON", NULL, NULL },
};

static void test_configs(void)
{
	for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
		const char *before = configs[i].before, *recording = configs[i].recording, *restored = configs[i].restored;
		CLEANUP(text_done) struct text config = TEXT_EMPTY;
		struct error err = ERROR_NONE;
		int code;

		text_puts(&config, before);
		code = runtime_config_record(&config, PROFILE, SOCKET, &err);
		ok(recording ? code == (recording[0] != '\0') : code < 0 && err.text[0]);
		ok_str(config.data, recording && recording[0] ? recording : before);
		code = runtime_config_restore(&config, NULL);
		ok(restored ? code == (restored[0] != '\0') : code < 0);
		ok_str(config.data, restored && restored[0] ? restored : before);
	}
}

static void test_message(void)
{
	CLEANUP(text_done) struct text config = TEXT_EMPTY, base = TEXT_EMPTY;
	struct error err = ERROR_NONE;

	text_puts(&config, configs[7].before);
	ok_int(runtime_config_base(&config, &base, NULL), 0);
	ok_int(runtime_config_record(&config, PROFILE, SOCKET, &err), -EBUSY);
	ok_str(err.text, "the container's own seccomp profile reports to \"/run/agent\"");
	text_clear(&config);
	text_puts(&config, configs[4].before);
	ok_int(runtime_config_base(&config, &base, NULL), 1);
	ok_str(base.data, "{\"a\":1}");
}

static void test_features(void)
{
	static const char both[] = "{\"annotations\":{\"io.github.seccomp.libseccomp.version\":\"2.5.4\"},"
		"\"linux\":{\"seccomp\":{\"knownFlags\":[\"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV\"],"
		"\"supportedFlags\":[\"SECCOMP_FILTER_FLAG_LOG\",\"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV\"]}}}";
	static const char known[] = "{\"linux\":{\"seccomp\":{\"knownFlags\":[\"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV\"]}}}";
	static const char hostile[] = "{\"annotations\":{\"io.github.seccomp.libseccomp.version\":\"2\\n\"}}";
	struct runtime_features features;

	ok_int(runtime_features_parse(&features, both, strlen(both), NULL), 0);
	ok_str(features.libseccomp, "2.5.4");
	ok(features.waits_killable);
	runtime_features_done(&features);
	ok_int(runtime_features_parse(&features, known, strlen(known), NULL), 0);
	ok(!features.libseccomp && !features.waits_killable);
	ok_int(runtime_features_parse(&features, hostile, strlen(hostile), NULL), 0);
	ok(!features.libseccomp);
	ok_int(runtime_features_parse(&features, "[]", 2, NULL), -EINVAL);
}

int main(void)
{
	test_features();
	test_commands();
	test_containers();
	test_configs();
	test_message();
	return done();
}
