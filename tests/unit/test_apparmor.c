/* SPDX-License-Identifier: Apache-2.0 */
/* Names and permissions in AppArmor's language; which protective deny stands in the way of what was recorded. */
#include "emit/apparmor_name.h"
#include "emit/apparmor_rules.h"
#include "tests/tap.h"

/* Lives until the next call. */
static const char *literal(const char *bytes, const char *suffix)
{
	static struct text out;

	text_clear(&out);
	apparmor_add_literal(&out, bytes, suffix);
	return text_cstr(&out);
}

static void test_names(void)
{
	static const struct pattern_piece pieces[] = {
		{ PATTERN_LITERAL, (char *)"/proc/" }, { PATTERN_NUMBER, NULL }, { PATTERN_LITERAL, (char *)"/a b/" },
		{ PATTERN_NAME, NULL }, { PATTERN_LITERAL, (char *)"/" }, { PATTERN_TREE, NULL },
	};
	CLEANUP(text_done) struct text out = TEXT_EMPTY;

	ok_str(literal("/usr/lib/x86_64-linux-gnu/libc.so.6", ""), "/usr/lib/x86_64-linux-gnu/libc.so.6");
	ok_str(literal("/srv", "{,/}"), "/srv{,/}");
	ok_str(literal("/a b", "/"), "\"/a b/\"");
	ok_str(literal("/*?[a]{b,c}^", ""), "\"/\\*\\?\\[a\\]\\{b,c\\}\\^\"");
	ok_str(literal("/@{PROC}", ""), "\"/@\\{PROC\\}\"");
	ok_str(literal("/\"\\\n\x01\x7f\xff", ""), "\"/\\042\\134\\012\\001\\177\\377\"");
	apparmor_add_pattern(&out, pieces, sizeof(pieces) / sizeof(pieces[0]), "");
	ok_str(text_cstr(&out), "\"/proc/[0-9]*/a b/?*/?**\"");
}

static bool matches(const char *pattern, const char *path)
{
	return apparmor_match(pattern, strlen(pattern), path);
}

static void test_patterns(void)
{
	static const char top[] = "/proc/{[^1-9],[^1-9][^0-9],[^1-9s][^0-9y][^0-9s],[^1-9][^0-9][^0-9][^0-9/]*}/** ";

	ok(matches("/proc/*", "/proc/kcore"));
	ok(!matches("/proc/*", "/proc/1/status"));
	ok(matches("/proc/sys/[^k]**", "/proc/sys/net/core/somaxconn"));
	ok(!matches("/proc/sys/[^k]**", "/proc/sys/kernel/shmmax"));
	ok(matches("/proc/sys/kernel/{?,??,[^s][^h][^m]**}", "/proc/sys/kernel/core_pattern"));
	ok(!matches("/proc/sys/kernel/{?,??,[^s][^h][^m]**}", "/proc/sys/kernel/shmmax"));
	ok(apparmor_match(top, sizeof(top) - 2, "/proc/irq/1/smp_affinity"));
	ok(!apparmor_match(top, sizeof(top) - 2, "/proc/17/oom_score_adj"));
	ok(!apparmor_match(top, sizeof(top) - 2, "/proc/sys/net/core/somaxconn"));
	ok(matches("/sys/fs/cg[^r]*/**", "/sys/fs/cgx/y"));
	ok(!matches("/sys/fs/cg[^r]*/**", "/sys/fs/cgroup/cpu.max"));
	ok(!matches("/a{b", "/ab"));	/* no end: matches nothing */
}

static void test_permissions(void)
{
	CLEANUP(text_done) struct text out = TEXT_EMPTY;

	apparmor_add_permissions(&out, ~0u);
	ok_str(text_cstr(&out), "mrwlkix");
	text_clear(&out);
	apparmor_add_permissions(&out, PERMISSION_APPEND | PERMISSION_READ);
	ok_str(text_cstr(&out), "ra");
	ok(apparmor_permissions_of("rw", 2) == (PERMISSION_READ | PERMISSION_WRITE | PERMISSION_APPEND));
	ok(apparmor_permissions_of("wklx", 4) ==
	   (PERMISSION_WRITE | PERMISSION_APPEND | PERMISSION_LOCK | PERMISSION_LINK | PERMISSION_EXECUTE));
}

static bool denied(const char *deny, const char *path, enum file_kind kind, unsigned int permissions)
{
	struct pattern_piece piece = { PATTERN_LITERAL, (char *)path };
	struct policy_file rule = { .pieces = &piece, .piece_count = 1, .kind = kind };
	struct apparmor_file file = { .pattern = NULL, .rule = &rule, .permissions = permissions };

	return apparmor_deny_hits(deny, &file);
}

static void test_denies(void)
{
	ok(denied("deny /proc/sys/[^k]** w,", "/proc/sys/vm/swappiness", FILE_KIND_FILE, PERMISSION_WRITE));
	ok(!denied("deny /proc/sys/[^k]** w,", "/proc/sys/vm/swappiness", FILE_KIND_FILE, PERMISSION_READ));
	ok(denied("deny /proc/kcore rwklx,", "/proc/kcore", FILE_KIND_FILE, PERMISSION_READ));
	ok(denied("deny /sys/[^f]*/** wklx,", "/sys/block/", FILE_KIND_FOLDER, PERMISSION_WRITE));
	ok(denied("deny /sys/[^f]*/** wklx,", "/sys/block/sda", FILE_KIND_UNKNOWN, PERMISSION_LOCK));
	ok(!denied("deny mount,", "/mount", FILE_KIND_FILE, PERMISSION_WRITE));
}

int main(void)
{
	ok(apparmor_is_plain_name("snug-shop-web.2_b"));
	ok(!apparmor_is_plain_name(""));
	ok(!apparmor_is_plain_name("snug web"));
	test_names();
	test_patterns();
	test_permissions();
	test_denies();
	return done();
}
