/* SPDX-License-Identifier: Apache-2.0 */
/* Names that kernels, engines and programs make up anew in every run: the tables and how a name is compared. */
#include "snug/path_shape.h"

#include <stdint.h>
#include <string.h>

#include "snug/cleanup.h"
#include "snug/memory.h"

#define DIGITS "0123456789"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LETTERS LOWER UPPER DIGITS
#define CONTAINER_ID_LENGTH 64	/* bytes: a SHA-256 in hex, moby pkg/stringid */
#define ANY_LENGTH 255		/* NAME_MAX of Linux */

/* What a word of capital letters in a part of a place stands for. */
static const struct place_word {
	const char *word;
	const char *characters;
	size_t least, most;	/* how many */
} place_words[] = {
	{ "HEX", DIGITS "ABCDEF", 3, ANY_LENGTH },
	{ "HH", DIGITS "abcdef", 2, 2 },
	{ "ID", DIGITS "abcdef", CONTAINER_ID_LENGTH, CONTAINER_ID_LENGTH },
	{ "N", DIGITS, 1, ANY_LENGTH },
	{ "NS", DIGITS "_", 3, ANY_LENGTH },	/* numbers with a line between */
	{ "SHA", DIGITS "abcdef", 38, 64 },	/* the rest of a SHA-1, or all of a SHA-1 or SHA-256 */
};

/* At most one such word a part. */
struct path_place {
	const char *path;
	const char *source;
};

static const struct path_place place_rows[] = {
	{ "/proc/N", "proc(5): a folder a process" },
	{ "/proc/N/fd/N", "proc(5): its descriptors" },
	{ "/proc/N/fdinfo/N", "proc(5)" },
	{ "/proc/N/task/N", "proc(5): a folder a thread" },
	{ "/proc/N/task/N/fd/N", "proc(5)" },
	{ "/proc/N/task/N/fdinfo/N", "proc(5)" },
	{ "/dev/pts/N", "pts(4): numbered in the order in which terminals are opened" },
	{ "/sys/fs/cgroup/docker/ID", "Docker with the cgroupfs driver, without a cgroup namespace" },
	{ "/sys/fs/cgroup/system.slice/docker-ID.scope", "Docker with the systemd driver" },
	{ "/sys/fs/cgroup/machine.slice/libpod-ID.scope", "podman" },
	{ "/sys/fs/cgroup/system.slice/cri-containerd-ID.scope", "containerd" },
};

#define GIT "/.git/HEAD"
#define GIT_OBJECTS "gitrepository-layout(5): objects, by what is in them and when it was committed"
#define POSTGRESQL "/global/pg_control"
#define RELATION "PostgreSQL src/common/relpath.c GetRelationPath()"
#define SLRU "PostgreSQL slru.c SlruFileName()"

/* Where a program numbers its own files, below whatever folder has the file `mark`, which its data always have. */
static const struct data_place {
	const char *mark;
	struct path_place place;
} data_rows[] = {
	{ GIT, { "/.git/objects/HH", GIT_OBJECTS } },
	{ GIT, { "/.git/objects/HH/SHA", GIT_OBJECTS } },
	{ GIT, { "/.git/objects/pack/pack-SHA.idx", GIT_OBJECTS } },
	{ GIT, { "/.git/objects/pack/pack-SHA.pack", GIT_OBJECTS } },
	{ GIT, { "/.git/objects/pack/pack-SHA.rev", GIT_OBJECTS } },
	{ POSTGRESQL, { "/base/N", RELATION ": a folder a database" } },
	{ POSTGRESQL, { "/base/N/N", RELATION } },
	{ POSTGRESQL, { "/base/N/N_fsm", RELATION } },
	{ POSTGRESQL, { "/base/N/N_init", RELATION } },
	{ POSTGRESQL, { "/base/N/N_vm", RELATION } },
	{ POSTGRESQL, { "/base/N/tNS", RELATION ": temporary tables, by session" } },
	{ POSTGRESQL, { "/base/N/tNS_fsm", RELATION } },
	{ POSTGRESQL, { "/base/N/tNS_vm", RELATION } },
	{ POSTGRESQL, { "/global/N", RELATION } },
	{ POSTGRESQL, { "/global/N_fsm", RELATION } },
	{ POSTGRESQL, { "/global/N_vm", RELATION } },
	{ POSTGRESQL, { "/pg_commit_ts/0HEX", SLRU } },
	{ POSTGRESQL, { "/pg_multixact/members/0HEX", SLRU } },
	{ POSTGRESQL, { "/pg_multixact/offsets/0HEX", SLRU } },
	{ POSTGRESQL, { "/pg_notify/0HEX", SLRU } },
	{ POSTGRESQL, { "/pg_serial/0HEX", SLRU } },
	{ POSTGRESQL, { "/pg_subtrans/0HEX", SLRU } },
	{ POSTGRESQL, { "/pg_wal/0000HEX", "PostgreSQL xlog_internal.h XLogFileName()" } },
	{ POSTGRESQL, { "/pg_xact/0HEX", SLRU } },
};

static const struct path_place chosen_rows[] = {
	{ "/usr/lib/locale/", "setlocale(3), locale(7): LC_ALL, LANG" },
	{ "/usr/share/locale/", "gettext(3): LANGUAGE" },
	{ "/usr/share/zoneinfo/", "tzset(3): TZ, or where /etc/localtime leads" },
};

/* prefix + varying characters + suffix make the whole name. */
struct name_shape {
	const char *prefix;		/* NULL = any */
	const char *characters;		/* that vary, each one of these */
	size_t least, most;		/* how many */
	const char *suffix;		/* NULL = none, or one that begins with a dot */
	enum shape_where where;
	bool only_transient;		/* holds for names that went away in the run that made them */
	bool levels;
	const char *source;
};

#define REDIS_AOF "Redis 7.0 aof.c getNewBaseFileNameAndMarkPreAsHistory(), getNewIncrAofName(): counted up by each rewriting"

/* The first row that fits wins: exact prefixes first. */
static const struct name_shape shape_rows[] = {
	{ "#", DIGITS, 1, 20, "", SHAPE_UNGUARDED, false, false, "Linux fs/dcache.c d_mark_tmpfile(): O_TMPFILE" },
	{ "sem.mp-", LOWER DIGITS "_", 8, 8, "", SHAPE_TEMPORARY, false, false,
	  "Python multiprocessing/synchronize.py: tempfile's random names" },
	{ "psm_", "0123456789abcdef", 8, 8, "", SHAPE_TEMPORARY, false, false,
	  "Python multiprocessing/shared_memory.py" },
	{ "pymp-", LOWER DIGITS "_", 8, 8, "", SHAPE_TEMPORARY, false, false, "Python multiprocessing/util.py" },
	{ "listener-", LOWER DIGITS "_", 8, 8, "", SHAPE_TEMPORARY, false, false,
	  "Python multiprocessing/connection.py" },
	{ "sem.", LETTERS, 6, 6, "", SHAPE_TEMPORARY, true, false, "glibc sem_open(): a draft, linked to its name" },
	{ "tmp", LOWER DIGITS "_", 8, 8, NULL, SHAPE_TEMPORARY, false, false, "Python tempfile.py" },
	{ "tmp.", LETTERS, 10, 10, NULL, SHAPE_TEMPORARY, false, false, "coreutils mktemp(1)" },
	{ "etilqs_", "0123456789abcdef" LETTERS, 15, 16, "", SHAPE_UNGUARDED, true, false,
	  "SQLite os_unix.c unixGetTempname()" },
	{ "temp-", DIGITS, 1, 10, ".rdb", SHAPE_UNGUARDED, true, false, "Redis rdb.c rdbSave(): the process" },
	{ "temp-rewriteaof-", DIGITS, 1, 10, ".aof", SHAPE_UNGUARDED, true, false, "Redis aof.c" },
	{ "temp-rewriteaof-bg-", DIGITS, 1, 10, ".aof", SHAPE_UNGUARDED, true, false, "Redis aof.c" },
	{ NULL, DIGITS, 1, 10, ".base.aof", SHAPE_UNGUARDED, false, false, REDIS_AOF },
	{ NULL, DIGITS, 1, 10, ".base.rdb", SHAPE_UNGUARDED, false, false, REDIS_AOF },
	{ NULL, DIGITS, 1, 10, ".incr.aof", SHAPE_UNGUARDED, false, false, REDIS_AOF },
	{ "pgsql_tmp", DIGITS ".", 3, 24, "", SHAPE_UNGUARDED, true, false, "PostgreSQL fd.c OpenTemporaryFile()" },
	{ "pg_internal.init.", DIGITS, 1, 10, "", SHAPE_UNGUARDED, true, false,
	  "PostgreSQL relcache.c write_relcache_init_file(): the process" },
	{ "xlogtemp.", DIGITS, 1, 10, "", SHAPE_UNGUARDED, true, false, "PostgreSQL xlog.c XLogFileInitInternal(): the process" },
	{ "PostgreSQL.", DIGITS, 1, 10, "", SHAPE_TEMPORARY, false, false, "PostgreSQL dsm_impl.c dsm_impl_posix(): a random handle" },
	{ "tmp_obj_", LETTERS, 6, 6, "", SHAPE_UNGUARDED, true, false, "Git object-file.c create_tmpfile()" },
	{ "tmp_pack_", LETTERS, 6, 6, "", SHAPE_UNGUARDED, true, false, "Git builtin/index-pack.c, pack-write.c" },
	{ "tmp_idx_", LETTERS, 6, 6, "", SHAPE_UNGUARDED, true, false, "Git pack-write.c write_idx_file()" },
	{ "tmp_rev_", LETTERS, 6, 6, "", SHAPE_UNGUARDED, true, false, "Git pack-write.c write_rev_file_order()" },
	{ "", DIGITS, 10, 10, "", SHAPE_UNGUARDED, true, true, "nginx ngx_create_temp_file(): a counter" },
	{ "go-build", DIGITS, 1, 10, "", SHAPE_TEMPORARY, true, false, "Go os.MkdirTemp()" },
	{ "cc", LETTERS, 6, 6, ".cdtor.c", SHAPE_TEMPORARY, true, false, "GCC collect2.cc" },
	{ "cc", LETTERS, 6, 6, ".cdtor.o", SHAPE_TEMPORARY, true, false, "GCC collect2.cc" },
	{ "cc", LETTERS, 6, 6, NULL, SHAPE_TEMPORARY, true, false, "GCC libiberty/make-temp-file.c" },
	{ "sh-thd.", LETTERS, 6, 6, "", SHAPE_TEMPORARY, true, false, "bash lib/sh/tmpfile.c: here documents" },
	{ "sort", LETTERS, 6, 6, "", SHAPE_TEMPORARY, true, false, "coreutils sort.c" },
	{ "php", LETTERS, 6, 6, "", SHAPE_TEMPORARY, true, false, "PHP main/php_open_temporary_file.c" },
	{ "", DIGITS, 1, 10, "", SHAPE_TEMPORARY, true, false, "OpenJDK perfMemory_posix.cpp: hsperfdata_USER/PROCESS" },
	{ "", LETTERS "_", 10, 10, NULL, SHAPE_TEMPORARY, true, false, "Perl File::Temp" },
	{ "", LOWER DIGITS "_", 8, 8, "", SHAPE_TEMPORARY, true, false,
	  "Python tempfile.py _get_default_tempdir(): tries whether it can write there" },
	{ NULL, DIGITS, 9, 20, "", SHAPE_ANYWHERE, true, false,
	  "Python importlib _write_atomic(): NAME.pyc.ID; Go os.CreateTemp()" },
	{ NULL, LETTERS, 6, 6, "", SHAPE_TEMPORARY, true, false, "mkstemp(3), mkdtemp(3)" },
};

/* hier(7) and the Filesystem Hierarchy Standard 3.0; shm_overview(7). */
static const char *const temporary_rows[] = { "/dev/shm", "/run", "/tmp", "/var/run", "/var/tmp" };

/* Programs, configuration, credentials, the kernel's own files, and the sockets that hand out the machine. */
static const char *const guarded_rows[] = {
	"/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/proc", "/root",
	"/run/containerd", "/run/credentials", "/run/crio", "/run/dbus", "/run/docker", "/run/docker.sock",
	"/run/podman", "/run/secrets", "/run/systemd", "/run/udev", "/sbin", "/sys", "/usr",
	"/var/run/docker.sock", "/var/run/secrets", "/var/spool/cron",
};

/* The same, wherever they are: where programs of a user keep keys and tokens. */
static const char *const guarded_parts[] = { ".aws", ".docker", ".gnupg", ".kube", ".ssh" };

static bool is_below(const char *path, const char *folder)
{
	size_t length = strlen(folder);

	return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

const char *guarded_place_at(size_t index)
{
	return index < ARRAY_SIZE(guarded_rows) ? guarded_rows[index] : NULL;
}

static bool has_guarded_part(const char *path)
{
	for (const char *part = strchr(path, '/'); part; part = strchr(part, '/')) {
		size_t length = strcspn(++part, "/");

		for (size_t i = 0; i < ARRAY_SIZE(guarded_parts); i++)
			if (strlen(guarded_parts[i]) == length && memcmp(part, guarded_parts[i], length) == 0)
				return true;
	}
	return false;
}

enum shape_where shape_where_of(const char *folder)
{
	if (has_guarded_part(folder))
		return SHAPE_ANYWHERE;
	for (size_t i = 0; i < ARRAY_SIZE(guarded_rows); i++)
		if (is_below(folder, guarded_rows[i]) && !is_below(folder, "/dev/shm"))
			return SHAPE_ANYWHERE;
	for (size_t i = 0; i < ARRAY_SIZE(temporary_rows); i++)
		if (is_below(folder, temporary_rows[i]))
			return SHAPE_TEMPORARY;
	return SHAPE_UNGUARDED;
}

static const struct place_word *word_of(const char *word, size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(place_words); i++)
		if (strlen(place_words[i].word) == length && memcmp(place_words[i].word, word, length) == 0)
			return &place_words[i];
	return NULL;
}

static bool place_part_fits(const char *row, size_t row_length, const char *part, size_t length, struct varying *ret)
{
	size_t start = strcspn(row, UPPER "/"), after;
	const struct place_word *word = word_of(row + start, strspn(row + start, UPPER));

	*ret = (struct varying){ 0 };
	if (!word)
		return row_length == length && memcmp(row, part, length) == 0;
	after = row_length - start - strlen(word->word);
	if (length < start + after + word->least || length > start + after + word->most)
		return false;
	ret->start = start;
	ret->length = length - start - after;
	ret->number = strcmp(word->characters, DIGITS) == 0;
	return memcmp(row, part, start) == 0 && strspn(part + start, word->characters) >= ret->length &&
	       memcmp(row + row_length - after, part + length - after, after) == 0;
}

static bool place_fits(const char *row, const char *path, size_t end, struct varying *ret)
{
	const char *part = path, *stop = path + end;

	while (*row == '/' && part < stop && *part == '/') {
		size_t row_length = strcspn(++row, "/"), length = strcspn(++part, "/");

		if (!place_part_fits(row, row_length, part, length, ret))
			return false;
		row += row_length;
		part += length;
	}
	return !*row && part == stop && ret->length > 0;
}

bool path_place_find(const char *path, size_t end, struct varying *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(place_rows); i++)
		if (place_fits(place_rows[i].path, path, end, ret)) {
			ret->source = place_rows[i].source;
			return true;
		}
	return false;
}

size_t data_folder_length(const char *path)
{
	size_t length = strlen(path);

	for (size_t i = 0; i < ARRAY_SIZE(data_rows); i++) {
		size_t mark = strlen(data_rows[i].mark);
		auto_free char *folder = NULL;

		if (length <= mark || strcmp(path + length - mark, data_rows[i].mark) != 0)
			continue;
		folder = xmemdup(path, length - mark);
		return shape_where_of(folder) == SHAPE_ANYWHERE ? 0 : length - mark;
	}
	return 0;
}

bool data_place_find(const char *path, size_t end, struct varying *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(data_rows); i++)
		if (place_fits(data_rows[i].place.path, path, end, ret)) {
			ret->source = data_rows[i].place.source;
			return true;
		}
	return false;
}

size_t chosen_data_length(const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(chosen_rows); i++) {
		size_t length = strlen(chosen_rows[i].path);

		if (strncmp(path, chosen_rows[i].path, length) == 0 && path[length])
			return length - 1;
	}
	return 0;
}

/* mkstemp() draws from 62 characters: of 100 names 99 mix two of upper case, lower case and digits; few words do. */
bool is_random_name(const char *part, size_t length)
{
	bool upper = false, lower = false, digit = false;

	for (size_t i = 0; i < length; i++) {
		upper |= part[i] >= 'A' && part[i] <= 'Z';
		lower |= part[i] >= 'a' && part[i] <= 'z';
		digit |= part[i] >= '0' && part[i] <= '9';
	}
	return upper + lower + digit >= 2;
}

/* How many bytes of `name` the suffix takes; SIZE_MAX when the row's suffix does not stand there. */
static size_t suffix_length(const struct name_shape *row, const char *name)
{
	size_t length = strlen(name);
	const char *dot;

	if (!row->suffix) {
		dot = strrchr(name, '.');
		/* A dot of the prefix ("tmp.Ab3…") begins no suffix. */
		return dot && dot >= name + strlen(row->prefix ?: "") ? length - (size_t)(dot - name) : 0;
	}
	if (length < strlen(row->suffix) || strcmp(name + length - strlen(row->suffix), row->suffix) != 0)
		return SIZE_MAX;
	return strlen(row->suffix);
}

static bool prefixed_fits(const struct name_shape *row, const char *name, size_t end, struct varying *ret)
{
	ret->start = strlen(row->prefix);
	if (end < ret->start || strncmp(name, row->prefix, ret->start) != 0)
		return false;
	ret->length = end - ret->start;
	return strspn(name + ret->start, row->characters) >= ret->length && ret->length >= row->least &&
	       ret->length <= row->most;
}

static bool shape_fits(const struct name_shape *row, const char *name, struct varying *ret)
{
	size_t suffix = suffix_length(row, name), end;

	if (suffix == SIZE_MAX)
		return false;
	end = strlen(name) - suffix;
	if (row->prefix && !prefixed_fits(row, name, end, ret))
		return false;
	if (row->prefix)	/* that alone says much, where there is one */
		return *row->prefix || ret->number || is_random_name(name, end);
	ret->length = 0;
	while (ret->length < end && ret->length < row->most &&
	       strchr(row->characters, name[end - ret->length - 1]))
		ret->length++;
	ret->start = end - ret->length;
	if (ret->length < row->least || (row->where == SHAPE_ANYWHERE && ret->start == 0))
		return false;
	return ret->number || is_random_name(name + ret->start, ret->length);
}

bool name_shape_find(const char *name, enum shape_where where, bool transient, struct varying *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(shape_rows); i++) {
		const struct name_shape *row = &shape_rows[i];

		*ret = (struct varying){ .levels = row->levels, .source = row->source };
		ret->number = strcmp(row->characters, DIGITS) == 0;
		if (row->where >= where && (transient || !row->only_transient) && shape_fits(row, name, ret))
			return true;
	}
	return false;
}
