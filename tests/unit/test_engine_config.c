/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of engines: snug added, a former default kept behind it, and taken out to the byte. */
#include <errno.h>
#include <stdlib.h>

#include "snug/cleanup.h"
#include "snug/engine_config.h"
#include "tests/tap.h"

#define ARGUMENTS(runtime, rest) "[\"runtime\", \"--runtime\", \"" runtime "\", \"--socket\", \"/l\"" rest "]"
#define PLAIN "{\"path\": \"/s\", \"runtimeArgs\": " ARGUMENTS("/r", ", \"--\"") "}"
#define DEFAULT(runtime, more) "{\"path\": \"/s\", \"runtimeArgs\": " \
	ARGUMENTS(runtime, ", \"--if-listening\", \"--\"" more) "}"

/* One row a daemon.json: what it becomes, and what dockerd has to read before it is as it was. NULL = refused. */
static const struct {
	const char *before;
	bool as_default;
	const char *added, *released;
} rows[] = {
	{ "{\n  \"a\": 1\n}\n", false, "{\n  \"a\": 1,\n  \"runtimes\": {\"snug\": " PLAIN "}\n}\n", NULL },
	{ "{\"runtimes\":{\"x\":{}}}", false, "{\"runtimes\":{\"x\":{},\"snug\":" PLAIN "}}", NULL },
	{ "{\"runtimes\":{\"x\":{}}}", true,
	  "{\"runtimes\":{\"x\":{},\"snug\":" PLAIN ",\"snug-default\":" DEFAULT("/r", "") "},\"default-runtime\":\"snug-default\"}",
	  "{\"runtimes\":{\"x\":{},\"snug\":" PLAIN ",\"snug-default\":" DEFAULT("/r", "") "},\"default-runtime\":\"runc\"}" },
	/* What was the default before does the work behind it, and is the default again. */
	{ "{\"default-runtime\":\"x\",\"runtimes\":{\"x\":{\"path\":\"/x\",\"runtimeArgs\":[\"-a\",\"b\"]}}}", true,
	  "{\"default-runtime\":\"snug-default\",\"runtimes\":{\"x\":{\"path\":\"/x\",\"runtimeArgs\":[\"-a\",\"b\"]},"
	  "\"snug\":" PLAIN ",\"snug-default\":" DEFAULT("/x", ", \"-a\", \"b\"") "}}",
	  "{\"default-runtime\":\"x\",\"runtimes\":{\"x\":{\"path\":\"/x\",\"runtimeArgs\":[\"-a\",\"b\"]},"
	  "\"snug\":" PLAIN ",\"snug-default\":" DEFAULT("/x", ", \"-a\", \"b\"") "}}" },
	{ "{\"default-runtime\":\"runc\",\"runtimes\":{}}", true,
	  "{\"default-runtime\":\"snug-default\",\"runtimes\":{\"snug\":" PLAIN ",\"snug-default\":" DEFAULT("/r", "") "}}",
	  "{\"default-runtime\":\"runc\",\"runtimes\":{\"snug\":" PLAIN ",\"snug-default\":" DEFAULT("/r", "") "}}" },
	/* An entry of somebody else's by our name comes back. */
	{ "{\"runtimes\":{\"snug\":{\"path\":\"/mine\"}}}", false, "{\"runtimes\":{\"snug\":" PLAIN "}}", NULL },
	{ "{\"default-runtime\":\"x\"}", true, NULL, NULL },
	{ "{\"default-runtime\":\"x\",\"runtimes\":{\"x\":{\"runtimeType\":\"kata\"}}}", true, NULL, NULL },
	{ "not JSON", false, NULL, NULL },
	{ "{\"runtimes\":[]}", false, NULL, NULL },
	{ "{\"runtimes\":{},\"Runtimes\":{}}", false, NULL, NULL },
};

static void copy(struct text *out, const char *s)
{
	text_clear(out);
	text_puts(out, s);
}

static void test_docker(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct engine_registration r = { "/s", "/r", "/l", rows[i].as_default };
		CLEANUP(text_done) struct text json = TEXT_EMPTY, before = TEXT_EMPTY;
		struct error err = ERROR_NONE;
		int code;

		copy(&json, rows[i].before);
		copy(&before, rows[i].before);
		code = docker_config_add(&json, &r, &err);
		ok(rows[i].added ? code == 0 : code < 0 && err.text[0]);
		if (!rows[i].added)
			continue;
		ok_str(json.data, rows[i].added);
		ok(docker_config_add(&json, &r, NULL) == 0);
		ok_int(docker_config_use(&json), rows[i].as_default ? ENGINE_USE_DEFAULT : ENGINE_USE_BY_NAME);
		ok_str(json.data, rows[i].added);
		ok_int(docker_config_release(&json, &before, NULL), rows[i].released != NULL);
		ok_str(json.data, rows[i].released ? rows[i].released : rows[i].added);
		ok_int(docker_config_release(&json, &before, NULL), 0);
		ok_int(docker_config_remove(&json, &before, NULL), 1);
		ok_str(json.data, rows[i].before);
	}
}

/* Without a backup nobody knows what was there; what is ours goes all the same. */
static void test_docker_alone(void)
{
	const struct engine_registration r = { "/s", "/r", "/l", true };
	CLEANUP(text_done) struct text json = TEXT_EMPTY, before = TEXT_EMPTY;
	auto_free char *name = NULL;

	ok_int(docker_config_add(&json, &r, NULL), 0);
	ok_str(json.data, "{\n\t\"runtimes\": {\"snug\":" PLAIN ",\"snug-default\":" DEFAULT("/r", "") "},\n"
	       "\t\"default-runtime\": \"snug-default\"\n}\n");
	name = docker_config_string(&json, "default-runtime");
	ok_str(name, "snug-default");
	ok_int(docker_config_release(&json, &before, NULL), 1);
	ok_int(docker_config_remove(&json, &before, NULL), 1);
	ok_str(json.data, "{\n}\n");
	ok_int(docker_config_remove(&json, &before, NULL), 0);
}

static void test_script(void)
{
	const struct engine_registration r = { "/it's/snug", "/r", "/l k", false };
	CLEANUP(text_done) struct text script = TEXT_EMPTY, config = TEXT_EMPTY;

	engine_script(&script, &r, true);
	ok(strstr(script.data, "\nexec '/it'\\''s/snug' runtime --runtime '/r' --socket '/l k' --if-listening -- \"$@\"\n"));
	podman_config(&config, "/a", "/b", true);
	ok(strstr(config.data, "\n[engine]\nruntime = \"snug-default\"\n"));
	ok(strstr(config.data, "\n[engine.runtimes]\nsnug = [\"/a\"]\nsnug-default = [\"/b\"]\n"));
	ok_int(script_config_use(&config), ENGINE_USE_DEFAULT);
	text_clear(&config);
	ok_int(script_config_use(&config), ENGINE_USE_NONE);
	podman_config(&config, "/a", "/b", false);
	ok_int(script_config_use(&config), ENGINE_USE_BY_NAME);
	ok(!strstr(config.data, "[engine]\n") && !strstr(config.data, "snug-default"));
}

#define CRI2 "plugins.\"io.containerd.grpc.v1.cri\".containerd"
#define CRI3 "plugins.\"io.containerd.cri.v1.runtime\".containerd"
#define BLOCK(cri) "# snug setup: begin\n[" cri ".runtimes.snug]\n  runtime_type = \"io.containerd.runc.v2\"\n  [" cri \
	".runtimes.snug.options]\n    BinaryName = \"/a\"\n# snug setup: end\n"

static const struct {
	const char *before, *added;	/* NULL = refused */
	bool as_default;
} toml_rows[] = {
	{ "version = 2\n[plugins]\n", "version = 2\n[plugins]\n" BLOCK(CRI2), false },
	{ "  version=3\nroot = \"/x\"", "  version=3\nroot = \"/x\"\n" BLOCK(CRI3), false },
	{ "", "version = 2\n" BLOCK(CRI2), false },
	{ "root = \"/x\"\n", NULL, false },
	{ "version = 1\n", NULL, false },
	{ "version = 23\n", NULL, false },
	{ "version = 2\n[" CRI2 "]\n", NULL, true },
	{ "version = 2\n[a]\n  default_runtime_name = \"x\"\n", NULL, true },
};

static void test_containerd(void)
{
	for (size_t i = 0; i < sizeof(toml_rows) / sizeof(toml_rows[0]); i++) {
		CLEANUP(text_done) struct text toml = TEXT_EMPTY;
		struct error err = ERROR_NONE;
		int code;

		copy(&toml, toml_rows[i].before);
		code = containerd_config_add(&toml, "/a", "/b", toml_rows[i].as_default, &err);
		ok(toml_rows[i].added ? code == 1 : code < 0 && err.text[0]);
		if (!toml_rows[i].added)
			continue;
		ok_str(toml.data, toml_rows[i].added);
		ok_int(containerd_config_add(&toml, "/a", "/b", false, NULL), 0);
		ok_str(toml.data, toml_rows[i].added);
		ok_int(containerd_config_remove(&toml), 1);
		ok_int(containerd_config_remove(&toml), 0);
		ok(strstr(toml.data, "snug") == NULL);
	}
}

int main(void)
{
	test_docker();
	test_docker_alone();
	test_script();
	test_containerd();
	return done();
}
