/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a trace consists of, said once: sections of entries, entries of fields.
 *
 * Writing, reading, merging and releasing walk these tables; none of them knows a section by name.
 * A field's type says how its bytes in a struct of trace.h become JSON and back, what telling two entries
 * apart by it means, and what the union of two of them is.
 */
#ifndef SNUG_TRACE_SECTION_H
#define SNUG_TRACE_SECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snug/json.h"
#include "snug/json_write.h"
#include "snug/names.h"
#include "snug/trace.h"
#include "snug/words.h"

struct field;

struct field_type {
	/* Makes zeroed memory an unset field. NULL: it already is one. */
	void (*init)(struct trace *trace, const struct field *field, void *entry);
	/* Appends the field's keys to an object, json_write.h: its own and what begins with it; none when there is nothing to say. */
	void (*write)(const struct field *field, const void *entry, struct text *object);
	/* Takes the field's keys out of `object`. The field is unset before. */
	int (*read)(struct trace *trace, const struct field *field, void *entry, json_t *object,
		    struct error *err);
	/* Appends what identifies the entry, in the order in which entries are to stand in the file. */
	void (*identify)(const struct field *field, const void *entry, struct text *key);
	/* Makes `into` the union of both. Commutative, associative, idempotent; an unset field takes what the other has. */
	void (*merge)(struct trace *trace, const struct field *field, void *into, const void *from);
	void (*done)(const struct field *field, void *entry);
};

enum field_flag {	/* beside those of enum json_string_flag */
	FIELD_IDENTITY = 1 << 8,	/* part of what tells entries apart */
	FIELD_OPTIONAL = 1 << 9,	/* may be unset: NULL, -1, empty; its key is then left out */
	FIELD_FIXED = 1 << 10,		/* of a run: known from its start, so that copies of a run agree on it */
};

struct field {
	const char *key;
	const struct field_type *type;
	size_t offset;			/* in the entry */
	unsigned int flags;		/* enum field_flag, enum json_string_flag */
	enum name_kind names;		/* of field_number */
	const struct words *words;	/* of field_word, field_words, field_kinds, field_truth_word */
	size_t limit;			/* of sets: most members, 0 = unbounded */
};

extern const struct field_type
	field_abi,		/* const struct arch * */
	field_arguments,	/* struct trace_argument *, followed by size_t */
	field_truth,		/* bool; united by or; where it is optional, false is left out */
	field_truth_word,	/* bool, as one of two words */
	field_command,		/* struct text: strings, each followed by NUL */
	field_counters,		/* struct map * of uint64_t *; united by the larger */
	field_integer,		/* int, -1 = unset; united by the larger */
	field_kinds,		/* uint32_t of KIND_BIT(), 0 or one of them in JSON */
	field_number,		/* int with a name, -1 = unset */
	field_set,		/* struct string_set */
	field_shared_set,	/* const struct string_set * that belongs to the trace */
	field_string,		/* char *, bytes; united by the larger */
	field_unsigned,		/* uint64_t; united by the larger; where it is optional, 0 = unset */
	field_word,		/* enum, one of `words` */
	field_words;		/* uint32_t, a set of `words` */

struct section {
	const char *key;		/* "files" */
	size_t offset;			/* of its struct map * in struct trace */
	size_t entry_size;		/* 0 = no entries: the map holds counters */
	bool is_optional;		/* left out where it is empty */
	const struct field *fields;	/* in the order in which entries sort; the last has no key */
	/* Brings fields into line with each other after a union; NULL = nothing to do. */
	void (*settle)(void *entry);
	/* What is wrong with an entry that was read; NULL when it agrees with itself. */
	const char *(*contradiction)(const void *entry);
	/* May an entry of the file be united with one before it? NULL = never: it is a duplicate. */
	bool (*may_join)(const void *before, const void *entry);
	/* How many JSON entries this is, and the `index`-th of them; NULL = it is one. */
	size_t (*split)(const void *entry, size_t index, void *ret);
};

/* Where the field stands in the entry. */
static inline void *field_at(const struct field *field, const void *entry)
{
	return (char *)entry + field->offset;
}

/* Room for an entry of any section. */
union entry {
	struct trace_capability capability;
	struct trace_exec exec;
	struct trace_file file;
	struct trace_mount mount;
	struct trace_network network;
	struct trace_note note;
	struct trace_ptrace ptrace;
	struct trace_run run;
	struct trace_signal signal;
	struct trace_socket socket;
	struct trace_syscall syscall;
};

extern const struct section sections[];	/* sorted by key; the last has no key */

const struct section *section_by_key(const char *key);	/* NULL when there is none */
struct map *section_map(const struct trace *trace, const struct section *section);

/* The one door into a trace: unites `entry` (borrowed) with what the section already has of it. */
void *trace_absorb(struct trace *trace, const struct section *section, const void *entry);

/* The entry that trace_absorb() would unite `entry` with, NULL when there is none. */
void *trace_lookup(struct trace *trace, const struct section *section, const void *entry);

void entry_init(struct trace *trace, const struct section *section, void *entry);	/* from zeroed memory */
void entry_done(const struct section *section, void *entry);	/* releases what the fields own */

/* The trace's own copy of a set: equal sets are one. */
const struct string_set *trace_share_set(struct trace *trace, const struct string_set *set);

/* Counters: name → uint64_t *. */
void counters_raise(struct map *counters, const char *name, uint64_t value);	/* to `value` at least */
void counters_merge(struct map *into, struct map *from);
void counters_write(struct map *counters, struct text *out);
int counters_read(struct map *ret, json_t *object, struct error *err);

#endif
