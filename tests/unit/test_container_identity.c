/* SPDX-License-Identifier: Apache-2.0 */
/* Names and images: the order of what names a container, hostile names, and what engines answer (tests/bundles). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "snug/cleanup.h"
#include "snug/container_identity.h"
#include "snug/file.h"
#include "snug/memory.h"
#include "tests/tap.h"

#define ID "3244e12caf1b5cda966cd288b4511d266ebffd657464dac2c6011b5f9602219e"

struct row {
	const char *id, *given;
	const char *annotations;	/* JSON */
	const char *image;		/* of the engine; NULL = no answer */
	const char *label;		/* of the engine */
	enum name_source source;
	const char *name;
};

static const struct row rows[] = {
	{ ID, "web", "{\"com.docker.compose.service\":\"a\"}", "nginx", "com.docker.compose.service=b", NAME_BY_PERSON, "web" },
	{ ID, NULL, "{\"snug.name\":\"shop\"}", "nginx", "com.docker.compose.service=b", NAME_BY_PERSON, "shop" },
	{ ID, NULL, "{}", "nginx", "snug.name=labelled", NAME_BY_PERSON, "labelled" },
	{ ID, NULL, "{}", "nginx", "com.docker.compose.service=db", NAME_OF_SERVICE, "db" },
	{ ID, NULL, "{}", "nginx", "com.docker.compose.project=shop", NAME_OF_IMAGE, "nginx" },
	{ ID, NULL, "{\"io.kubernetes.cri.container-name\":\"proxy\"}", NULL, NULL, NAME_IN_POD, "proxy" },
	{ ID, NULL, "{}", "docker.io/library/nginx:1.25", NULL, NAME_OF_IMAGE, "nginx" },
	{ ID, NULL, "{}", "host:5000/team/redis@sha256:00", NULL, NAME_OF_IMAGE, "redis" },
	{ ID, NULL, "{}", "sha256:f2946a072efdb3386371dfc20b4f5b5896e50f89cb810b16a91530bff02dd874", NULL, NAME_OF_ID, "3244e12caf1b" },
	{ ID, NULL, "{}", "f2946a072efd", NULL, NAME_OF_ID, "3244e12caf1b" },
	{ ID, NULL, "{}", "cafe", NULL, NAME_OF_IMAGE, "cafe" },
	{ ID, NULL, "{}", NULL, NULL, NAME_OF_ID, "3244e12caf1b" },
	{ "my-test", NULL, "{}", NULL, NULL, NAME_OF_ID, "my-test" },
	{ "integration-test-2", NULL, "{}", NULL, NULL, NAME_OF_ID, "integration-test-2" },
	{ ID, "../../etc/cron.d/x", "{}", NULL, NULL, NAME_BY_PERSON, "etc-cron.d-x" },
	{ ID, "..", "{\"snug.name\":\"/\"}", "nginx", NULL, NAME_OF_IMAGE, "nginx" },
	{ ID, "-rf", "{}", NULL, NULL, NAME_BY_PERSON, "rf" },
	{ ID, ".gitignore", "{}", NULL, NULL, NAME_BY_PERSON, "gitignore" },
	{ ID, "a b\nc\x1b[31m\"'$(id)", "{}", NULL, NULL, NAME_BY_PERSON, "a-b-c--31m----id-" },
	{ ID, "M\xc3\xbcller", "{}", NULL, NULL, NAME_BY_PERSON, "M--ller" },
	{ "..", NULL, "{}", NULL, NULL, NAME_OF_ID, "container" },
};

static void test_names(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		auto_free char *config = xasprintf("{\"annotations\":%s}", row->annotations);
		struct engine_answer answer = { .image = (char *)row->image, .labels = STRING_SET_EMPTY };
		struct container_identity identity;
		struct bundle bundle;

		ok_int(bundle_parse(&bundle, config, strlen(config), NULL), 0);
		if (row->label)
			string_set_add(&answer.labels, row->label);
		container_identity_of(&identity, row->id, row->given, &bundle, row->image ? &answer : NULL);
		ok_str(identity.name, row->name);
		ok_int(identity.source, row->source);
		container_identity_done(&identity);
		string_set_done(&answer.labels);
		bundle_done(&bundle);
	}
}

static void test_long_name(void)
{
	const struct bundle nothing = { .command = TEXT_EMPTY };
	struct container_identity identity;
	char name[5000];

	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	container_identity_of(&identity, ID, name, &nothing, NULL);
	ok_int((int)strlen(identity.name), CONTAINER_NAME_MAX);
	container_identity_done(&identity);
}

static void test_labels(void)
{
	const struct bundle nothing = { .command = TEXT_EMPTY };
	struct engine_answer answer = { .image = (char *)"a", .digest = (char *)"sha256:b", .labels = STRING_SET_EMPTY };
	struct container_identity identity;

	string_set_add(&answer.labels, "com.docker.compose.project=shop");
	string_set_add(&answer.labels, "com.docker.compose.service=web");
	string_set_add(&answer.labels, "com.docker.compose.container-number=3");
	string_set_add(&answer.labels, "secret=hunter2");
	container_identity_of(&identity, ID, NULL, &nothing, &answer);
	ok_int((int)identity.labels.count, 2);
	ok_str(identity.labels.items[0], "com.docker.compose.project=shop");
	ok_str(identity.image, "a");
	ok_str(identity.digest, "sha256:b");
	container_identity_done(&identity);
	string_set_done(&answer.labels);
}

static void test_docker_answers(void)
{
	static const char container[] = "{\"Id\":\"x\",\"Name\":\"/shop_web_1\",\"Image\":\"sha256:11\",\"HostConfig\":{\"Memory\":"
		"18446744073709551615},\"Config\":{\"Image\":\"shop/web:1.2\",\"Labels\":{\"a\":\"b\",\"c\":null}}}";
	static const char image[] = "{\"RepoDigests\":[\"shop/webshop@sha256:22\",7,\"other\",\"docker.io/shop/web@sha256:33\"]}";
	struct engine_answer answer;

	ok_int(engine_answer_parse(&answer, container, strlen(container)), 0);
	ok_str(answer.image, "shop/web:1.2");
	ok_str(answer.digest, "sha256:11");
	ok(answer.labels.count == 1 && strcmp(answer.labels.items[0], "a=b") == 0);
	ok_int(engine_answer_parse_digest(&answer, image, strlen(image)), 0);
	ok_str(answer.digest, "sha256:33");
	ok_int(engine_answer_parse_digest(&answer, "{}", 2), -ENOENT);
	ok_str(answer.digest, "sha256:33");
	engine_answer_done(&answer);
	ok_int(engine_answer_parse(&answer, "{}", 2), -EINVAL);
	ok_int(engine_answer_parse(&answer, "[", 1), -EINVAL);
}

static void test_podman_storage(void)
{
	static const char storage[] = "[{\"id\":\"aa\"},{\"id\":\"" ID "\",\"image\":\"f294\",\"metadata\":"
		"\"{\\\"image-name\\\":\\\"localhost/shop/web:1.2\\\",\\\"name\\\":\\\"thirsty_edison\\\"}\"}]";
	struct engine_answer answer;

	ok_int(engine_answer_parse_storage(&answer, storage, strlen(storage), ID), 0);
	ok_str(answer.image, "localhost/shop/web:1.2");
	ok_str(answer.digest, "sha256:f294");
	engine_answer_done(&answer);
	ok_int(engine_answer_parse_storage(&answer, storage, strlen(storage), "bb"), -ENOENT);
	ok_int(engine_answer_parse_storage(&answer, storage, strlen(storage), "aa"), 0);
	ok(!answer.image && !answer.digest);
	engine_answer_done(&answer);
	ok_int(engine_answer_parse_storage(&answer, "{}", 2, "aa"), -EINVAL);
}

static void test_ids(void)
{
	auto_free char *name = xmemdup(ID, 12);

	ok(container_is_nameless(name, ID));
	ok(!container_is_nameless("web", ID) && !container_is_nameless(ID, ID));
	ok(!container_is_nameless("webshop-prod", "webshop-prod"));	/* runc: whoever runs it gives the id */
	ok(engine_knows_ids_like(ID));
	ok(!engine_knows_ids_like("web") && !engine_knows_ids_like(""));
	ok(!engine_knows_ids_like("3244e12caf1b5cda966cd288b4511d266ebffd657464dac2c6011b5f960221/../x"));
}

int main(void)
{
	test_names();
	test_long_name();
	test_labels();
	test_docker_answers();
	test_podman_storage();
	test_ids();
	return done();
}
