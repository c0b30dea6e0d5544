/* SPDX-License-Identifier: Apache-2.0 */
/* What two recordings allow apart from each other: rows of (facts before, facts after → changes in their order). */
#include "snug/difference.h"

#include <stdlib.h>
#include <string.h>

#include "snug/memory.h"
#include "tests/tap.h"
#include "tests/unit/policy_of_facts.h"

#define RUN(id) "\"runs\":[{\"id\":\"" id "\",\"recorder\":\"ptrace\",\"complete\":true,\"duration_ms\":\"1\"," \
	"\"exhaustive\":true,\"exit\":0,\"no_new_privs\":true}]"
#define WHO "\"by\":[\"/bin/a\"],\"runs\":[\"r\"]"
#define CALL(name) "{\"abi\":\"x86_64\",\"name\":\"" name "\",\"ok\":true,\"phase\":\"program\"," WHO "}"
#define SOCKETS(domains) "{\"abi\":\"x86_64\",\"args\":{\"domain\":[" domains "]},\"name\":\"socket\",\"ok\":true," \
	"\"phase\":\"program\"," WHO "}"
#define USED(path, access) "{\"access\":[" access "],\"kind\":\"file\",\"outcome\":\"ok\",\"path\":\"" path "\"," WHO "}"
#define TCP(bound, connected) "{\"acts\":[\"create\"],\"bound\":[" bound "],\"connected\":[" connected "]," \
	"\"family\":\"inet\",\"outcome\":\"ok\",\"protocol\":\"tcp\",\"type\":\"stream\"," WHO "}"

#define ABSTRACT(address) "{\"acts\":[\"bind\"],\"address\":\"" address "\",\"outcome\":\"ok\",\"type\":\"dgram\"," WHO "}"

static const struct row {
	const char *what, *before, *after;
	unsigned int flags;
	const char *changes;	/* a line each: sign, risk, words */
} rows[] = {
	{ "nothing changed", "\"syscalls\":[" CALL("read") "]", "\"syscalls\":[" CALL("read") "]", 0, "" },
	{ "calls, the riskiest first", "\"syscalls\":[" CALL("read") "," CALL("flock") "]",
	  "\"syscalls\":[" CALL("bpf") "," CALL("flock") "," CALL("splice") "]", DIFFERENCE_NEEDED_ONLY,
	  "+high call bpf\n+low call splice\n-low call read\n" },
	{ "a stand-in is no need of the program", "\"syscalls\":[" CALL("read") "]",
	  "\"syscalls\":[" CALL("read") "," CALL("statx") "]", DIFFERENCE_NEEDED_ONLY, "+low call statx\n" },
	{ "and comes with it", "\"syscalls\":[" CALL("read") "]", "\"syscalls\":[" CALL("read") "," CALL("statx") "]", 0,
	  "+low call newfstatat\n+low call statx\n" },
	{ "a value of an argument", "\"syscalls\":[" SOCKETS("\"2\"") "]", "\"syscalls\":[" SOCKETS("\"2\",\"40\"") "]", 0,
	  "+medium call socket domain vsock\n" },
	{ "every value after one", "\"syscalls\":[" SOCKETS("\"2\"") "]", "\"syscalls\":[" CALL("socket") "]", 0,
	  "+low call socket\n" },
	{ "one value after every", "\"syscalls\":[" CALL("socket") "]", "\"syscalls\":[" SOCKETS("\"2\"") "]", 0,
	  "-low call socket\n" },
	{ "another access to a path", "\"files\":[" USED("/etc/a", "\"read\"") "]",
	  "\"files\":[" USED("/etc/a", "\"create\",\"read\",\"write\"") "]", 0, "+medium create and write /etc/a\n" },
	{ "a program", "\"files\":[" USED("/bin/sh", "\"read\"") "]",
	  "\"files\":[" USED("/bin/sh", "\"execute\",\"map-execute\",\"read\"") "]", 0, "+medium run /bin/sh\n" },
	{ "to look asks for nothing", "\"files\":[" USED("/a", "\"read\"") "]",
	  "\"files\":[" USED("/a", "\"read\"") "," USED("/b", "\"look\"") "]", 0, "" },
	{ "a path that a pattern matches", "\"files\":[" USED("/proc/17/stat", "\"read\"") "]",
	  "\"files\":[" USED("/proc/99/stat", "\"read\"") "]", 0, "" },
	{ "a path that it does not match", "\"files\":[" USED("/proc/17/stat", "\"read\"") "]",
	  "\"files\":[" USED("/proc/17/maps", "\"read\"") "," USED("/proc/17/stat", "\"read\"") "]", 0,
	  "+low read /proc/[0-9]*/maps\n" },
	{ "names that look like patterns", "\"files\":[" USED("/a/x", "\"read\"") "]",
	  "\"files\":[" USED("/a/*", "\"read\"") "]", DIFFERENCE_ADDED_ONLY, "+low read /a/\\x2a\n" },
	{ "a connection to another port", "\"network\":[" TCP("", "\"10.0.0.1:80\"") "]",
	  "\"network\":[" TCP("", "\"10.0.0.2:80\",\"10.0.0.2:443\",\"127.0.0.1:80\"") "]", 0,
	  "+medium connect to tcp port 443\n+medium connect to tcp port 80 on loopback\n" },
	{ "a port of the kernel's choice", "\"network\":[" TCP("\"0.0.0.0:40001\"", "") "]",
	  "\"network\":[" TCP("\"0.0.0.0:50001\",\"[::]:8080\"", "") "]", 0, "+low listen on tcp port 8080\n" },
	{ "abstract names of the kernel's choice, and with a process id", "\"sockets\":[" ABSTRACT("@0006f") "," ABSTRACT("@app-4242") "]",
	  "\"sockets\":[" ABSTRACT("@1b2c3") "," ABSTRACT("@app-17") "," ABSTRACT("@other") "]", 0, "+low listen on unix @other\n" },
	{ "all sockets are new", "\"network\":[]", "\"network\":[" TCP("", "") "]", 0, "+low make inet stream sockets\n" },
};

static char *write_changes(const struct difference *difference)
{
	struct text out = TEXT_EMPTY;

	for (size_t i = 0; i < difference->count; i++) {
		const struct change *change = &difference->changes[i];

		text_printf(&out, "%c%s ", change->added ? '+' : '-', risk_level_name(change->risk));
		rule_words(&out, &change->rule);
		text_putc(&out, '\n');
	}
	return text_steal(&out);
}

static int read_policy(struct trace **trace, struct policy **policy, const char *facts)
{
	/* A policy wants something to be there. */
	auto_free char *json = xasprintf("{\"format\":\"snug-trace/1\"," RUN("r") ",%s%s}", facts,
					 strstr(facts, "\"syscalls\"") ? "" : ",\"syscalls\":[" CALL("read") "]");

	return policy_of_facts(trace, policy, json);
}

static void try_row(const struct row *row)
{
	CLEANUP(trace_freep) struct trace *before = NULL, *after = NULL;
	CLEANUP(policy_freep) struct policy *old = NULL, *new = NULL;
	CLEANUP(difference_done) struct difference difference = { 0 };
	auto_free char *changes = NULL;

	printf("# %s\n", row->what);
	if (read_policy(&before, &old, row->before) < 0 || read_policy(&after, &new, row->after) < 0) {
		ok(false);
		return;
	}
	difference_from_policies(&difference, old, new, row->flags);
	changes = write_changes(&difference);
	ok_str(changes, row->changes);
}

/* Patterns as a person writes them: '#' a number, '*' a name, '+' a tree. */
static size_t read_pattern(struct pattern_piece *pieces, const char *text, char *bytes)
{
	static const char signs[] = { [PATTERN_NUMBER] = '#', [PATTERN_NAME] = '*', [PATTERN_TREE] = '+' };
	size_t count = 0;

	for (; *text; text++) {
		const char *sign = memchr(signs + 1, *text, sizeof(signs) - 1);

		if (sign) {
			pieces[count++] = (struct pattern_piece){ (enum pattern_kind)(sign - signs), NULL };
		} else {
			bytes[0] = *text;
			bytes[1] = '\0';
			pieces[count++] = (struct pattern_piece){ PATTERN_LITERAL, bytes };
			bytes += 2;
		}
	}
	return count;
}

static const struct {
	const char *wide, *narrow;
	bool covers;
} patterns[] = {
	{ "/a", "/a", true },	  { "/a", "/b", false },      { "/#", "/12", true },	{ "/#", "/", false },
	{ "/#", "/1a", false },	  { "/#", "/#", true },	      { "/*", "/#", true },	{ "/#", "/*", false },
	{ "/*", "/a/b", false },  { "/+", "/a/b", true },     { "/+", "/*/#", true },	{ "/*", "/+", false },
	{ "/+", "/", false },	  { "/a*z", "/a1z", true },   { "/a*z", "/az", false }, { "/a*z", "/a*z", true },
	{ "/*/c", "/+/c", false }, { "/+/c", "/a/b/c", true }, { "/a", "/ab", false },	{ "/ab", "/a", false },
	{ "+", "/x", true },	  { "/*.pid", "/x#.pid", true },
};

static void try_patterns(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
		struct pattern_piece wide[16], narrow[16];
		char wide_bytes[32], narrow_bytes[32];
		size_t wide_count = read_pattern(wide, patterns[i].wide, wide_bytes);
		size_t narrow_count = read_pattern(narrow, patterns[i].narrow, narrow_bytes);

		printf("# does '%s' cover '%s'?\n", patterns[i].wide, patterns[i].narrow);
		ok_int(pattern_covers(wide, wide_count, narrow, narrow_count), patterns[i].covers);
	}
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		try_row(&rows[i]);
	try_patterns();
	return done();
}
