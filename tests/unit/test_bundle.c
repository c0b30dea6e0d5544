/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles: those that engines wrote (tests/bundles, see its README), and what no engine would write. */
#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>

#include "snug/bundle.h"
#include "snug/cleanup.h"
#include "snug/file.h"
#include "snug/memory.h"
#include "tests/tap.h"

#define BIT(capability) (1ull << (capability))
/* Docker's and containerd's default set. */
#define DEFAULT_SET (BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_FSETID) | BIT(CAP_FOWNER) | BIT(CAP_MKNOD) | \
		     BIT(CAP_NET_RAW) | BIT(CAP_SETGID) | BIT(CAP_SETUID) | BIT(CAP_SETFCAP) | BIT(CAP_SETPCAP) | \
		     BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_SYS_CHROOT) | BIT(CAP_KILL) | BIT(CAP_AUDIT_WRITE))

static int parse(struct bundle *ret, const char *json)
{
	struct error err = ERROR_NONE;

	return bundle_parse(ret, json, strlen(json), &err);
}

static struct bundle engine_bundle(const char *name)
{
	auto_free char *path = xasprintf("%s/tests/bundles/%s.json", getenv("TOP_SRCDIR"), name);
	CLEANUP(text_done) struct text json = TEXT_EMPTY;
	struct bundle bundle = { .command = TEXT_EMPTY };

	ok(file_read(path, 0, &json, NULL) == 0);
	ok_int(bundle_parse(&bundle, text_cstr(&json), json.length, NULL), 0);
	return bundle;
}

static const struct bundle_mount *mount_at(const struct bundle *bundle, const char *target)
{
	for (size_t i = 0; i < bundle->mount_count; i++)
		if (strcmp(bundle->mounts[i].target, target) == 0)
			return &bundle->mounts[i];
	return NULL;
}

/* docker run --ulimit core=-1:-1: its limits are no integers to jansson. */
static void test_docker_20_10(void)
{
	struct bundle bundle = engine_bundle("docker-20.10");

	ok_str(bundle.user, "0:0");
	ok(bundle.command.length == strlen("true") + 1 && strcmp(bundle.command.data, "true") == 0);
	ok(bundle.capabilities.known && bundle.capabilities.bounding == DEFAULT_SET);
	ok(bundle.capabilities.permitted == DEFAULT_SET && bundle.capabilities.ambient == 0);
	ok(bundle.no_new_privs == KNOWN_FALSE && bundle.read_only_root == KNOWN_FALSE);
	ok(bundle.has_seccomp == KNOWN_TRUE && !bundle.apparmor_profile && bundle.annotation_count == 0);
	bundle_done(&bundle);
}

/* --user 1000:1000 --read-only --security-opt no-new-privileges --cap-drop ALL -v /tmp:/data:ro --tmpfs /run */
static void test_docker_26_1(void)
{
	struct bundle bundle = engine_bundle("docker-26.1");

	ok_str(bundle.user, "1000:1000");
	ok(bundle.capabilities.known && bundle.capabilities.bounding == 0);
	ok(bundle.no_new_privs == KNOWN_TRUE && bundle.read_only_root == KNOWN_TRUE);
	ok(mount_at(&bundle, "/data") && mount_at(&bundle, "/data")->read_only);
	ok_str(mount_at(&bundle, "/data")->type, "bind");
	ok(mount_at(&bundle, "/run") && !mount_at(&bundle, "/run")->read_only);
	bundle_done(&bundle);
}

/* --user 1000:1000 --cap-add SYS_PTRACE --annotation snug.name=x */
static void test_podman_4_3(void)
{
	struct bundle bundle = engine_bundle("podman-4.3");

	ok(bundle.capabilities.bounding == (DEFAULT_SET | BIT(CAP_SYS_PTRACE)));
	ok(bundle.capabilities.permitted == BIT(CAP_SYS_PTRACE));
	ok_str(bundle_annotation(&bundle, "snug.name"), "x");
	ok_str(bundle_annotation(&bundle, "io.container.manager"), "libpod");
	ok(!bundle_annotation(&bundle, "snug"));
	bundle_done(&bundle);
}

/* ctr run --annotation snug.name=web */
static void test_containerd_1_6(void)
{
	struct bundle bundle = engine_bundle("containerd-1.6");

	ok(bundle.capabilities.bounding == DEFAULT_SET && bundle.no_new_privs == KNOWN_TRUE);
	ok_str(bundle_annotation(&bundle, "snug.name"), "web");
	bundle_done(&bundle);
}

static void test_unsaid(void)
{
	struct bundle bundle;

	ok_int(parse(&bundle, "{}"), 0);
	ok(!bundle.user && !bundle.command.length && !bundle.capabilities.known && !bundle.mount_count);
	ok(bundle.no_new_privs == NOT_KNOWN && bundle.read_only_root == NOT_KNOWN && bundle.has_seccomp == KNOWN_FALSE);
	bundle_done(&bundle);
	ok_int(parse(&bundle, "{\"process\":{}}"), 0);
	ok(bundle.capabilities.known && bundle.capabilities.bounding == 0 && bundle.no_new_privs == KNOWN_FALSE);
	bundle_done(&bundle);
	ok_int(bundle_read(&bundle, "/nonexistent", NULL), -ENOENT);
	ok(!bundle.user && bundle.no_new_privs == NOT_KNOWN && bundle.has_seccomp == NOT_KNOWN);
	bundle_done(&bundle);
}

static void test_strange(void)
{
	static const char *const refused[] = { "", "[]", "1", "\"x\"", "{", "{\"process\":\"\\u0000\"}" };
	struct bundle bundle;

	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		ok_int(parse(&bundle, refused[i]), -EINVAL);
		bundle_done(&bundle);
	}
	ok_int(parse(&bundle, "{\"process\":{\"user\":{\"uid\":-1,\"gid\":0},\"args\":[1,\"a\"],\"capabilities\":[\"CAP_KILL\"],"
			      "\"noNewPrivileges\":\"yes\"},\"root\":{\"readonly\":1},\"mounts\":[{},7,{\"destination\":\"\"},"
			      "{\"destination\":\"/a\",\"options\":[\"ro\",3,\"rw\"]}],\"annotations\":{\"a\":1,\"b\":\"c\"}}"), 0);
	ok(!bundle.user && bundle.command.length == 2 && !bundle.capabilities.known);
	ok(bundle.no_new_privs == NOT_KNOWN && bundle.read_only_root == NOT_KNOWN);
	ok(bundle.mount_count == 1 && !bundle.mounts[0].read_only && !bundle.mounts[0].type);
	ok(bundle.annotation_count == 1 && !bundle_annotation(&bundle, "a"));
	bundle_done(&bundle);
	ok_int(parse(&bundle, "{\"process\":{\"user\":{\"uid\":4294967295,\"gid\":4294967296},\"capabilities\":"
			      "{\"bounding\":[\"CAP_NO_SUCH\",\"KILL\",\"CAP_KILL\",5]}}}"), 0);
	ok(!bundle.user && bundle.capabilities.bounding == BIT(CAP_KILL));
	bundle_done(&bundle);
}

int main(void)
{
	test_docker_20_10();
	test_docker_26_1();
	test_podman_4_3();
	test_containerd_1_6();
	test_unsaid();
	test_strange();
	return done();
}
