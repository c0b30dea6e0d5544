/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which parts of a path differ from run to run, and where nothing may ever be guessed.
 *
 * Tables. A place is a folder whose entries the kernel or an engine numbers, /proc/PID, or a program in its own data: a
 * database's tables; or of which the person chooses one, a time zone's. A shape is a name that a program makes up: mkstemp()'s six letters. A guarded place is one in which a pattern that
 * we made would allow more than a person expects. Policy walks them; nothing else knows such names.
 */
#ifndef SNUG_PATH_SHAPE_H
#define SNUG_PATH_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

/* Which bytes of a part (of what stands between two slashes) vary. */
struct varying {
	size_t start, length;	/* bytes, from the part's first */
	bool number;		/* decimal digits; else anything */
	bool levels;		/* numbers right above it in the path vary with it */
	const char *source;	/* of the fact */
};

enum shape_where {
	SHAPE_TEMPORARY,	/* in folders for temporary files only: the name alone proves little */
	SHAPE_UNGUARDED,	/* everywhere but in guarded places */
	SHAPE_ANYWHERE,		/* what stays fixed names the file well enough */
};

/* Is the last part of path[0..end) numbered by the kernel or an engine? */
bool path_place_find(const char *path, size_t end, struct varying *ret);

/* How much of `path` names a folder of data that a program numbers by itself, if it is the file by which such a folder is known;
 * else 0. */
size_t data_folder_length(const char *path);

/* The same as path_place_find() for path[0..end) as it goes on behind such a folder. */
bool data_place_find(const char *path, size_t end, struct varying *ret);

/* How much of `path` names a folder of public data of which the person's environment chooses what is read, if it lies in one;
 * else 0. */
size_t chosen_data_length(const char *path);

/* Is `name`, a part of a path, one that programs make up? `transient`: it went away in the run that made it. */
bool name_shape_find(const char *name, enum shape_where where, bool transient, struct varying *ret);

/* Where `folder` is: in one for temporary files, in a guarded place, or in neither. */
enum shape_where shape_where_of(const char *folder);

/* Might mkstemp(3) have drawn these letters and digits? Of words few. */
bool is_random_name(const char *part, size_t length);

const char *guarded_place_at(size_t index);	/* NULL past the last */

#endif
