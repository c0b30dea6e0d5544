/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people have decided: the file `rules`, the policy's second input beside the trace.
 *
 *	rules_read(&rules, text, …) → policy_options.rules → policy_from_trace() → … → rules_free()
 *
 * One line is one fact: "never capability SYS_ADMIN  # review of November" (see snug-rules(5)). Anything that is
 * not understood is an error with its line, never a wider rule. snug reads this file and never writes it.
 */
#ifndef SNUG_RULES_H
#define SNUG_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snug/cleanup.h"
#include "snug/error.h"
#include "snug/pattern.h"

enum line_class {
	LINE_CAPABILITY,	/* `number` */
	LINE_EXEC,		/* `pattern`, `access` */
	LINE_FILE,		/* the same, `letters` */
	LINE_MOUNT,		/* `act`, `target`, `source`, `type`, `flags` */
	LINE_NETWORK,		/* `number` is the family, `type` */
	LINE_PTRACE,		/* `act` */
	LINE_SIGNAL,		/* `number` */
	LINE_SYSCALL,		/* `call`, `argument`, `values` */
	LINE_UMOUNT,		/* `act`, `target` */
	LINE_UNIX,		/* `type`; `address`, or `pattern` and `access` */
	LINE_CLASS_MAX_,
};

struct rule_line {
	bool never;		/* else allow */
	enum line_class class;
	size_t line;		/* from 1 */
	char *fact;		/* owned; the line without verb and reason, one blank between words: "file r /etc/shop" */
	char *reason;		/* owned; never empty */
	int number, type;	/* -1 = any */
	struct pattern pattern;	/* no pieces where the class has none */
	uint32_t access;	/* set of enum access: what `allow` grants, what `never` forbids */
	uint32_t folds;		/* what may be done to a path that the pattern is to stand for */
	char *letters;		/* owned; of AppArmor: "rw" */
	char *call, *argument;	/* owned; `argument` NULL = whatever its arguments */
	uint64_t *values;	/* owned; as written, of `argument` */
	size_t value_count;
	char *act, *target, *source, *kind;	/* owned; raw bytes; NULL = any. `kind` is the file system's type */
	uint64_t flags;		/* MS_* */
	char *address;		/* owned; an abstract one, "@name" */
};

struct rules {
	struct rule_line *items;	/* owned; in the order of the lines */
	size_t count;
};

#define RULES_SIZE_MAX (1u << 18)	/* bytes of a file */

/* `name` is for messages: "'web/rules' line 3: …". */
int rules_read(struct rules **ret, const char *data, size_t length, const char *name, struct error *err);
struct rules *rules_free(struct rules *rules);	/* accepts NULL, returns NULL */
DEFINE_CLEANUP(struct rules *, rules_free);

/* How the words of a class go on, for messages and manuals; NULL past the last class. */
const char *line_usage(enum line_class class);

#endif
