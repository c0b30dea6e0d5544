/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the decoder share.
 *
 * A call's rows (knowledge/syscall_access) are walked at its entry; each subject has a function that
 * makes drafts: events that lack only the outcome. The exit fills that in and sends what is new.
 */
#ifndef SNUG_RECORD_DECODE_INTERNAL_H
#define SNUG_RECORD_DECODE_INTERNAL_H

#include <limits.h>
#include <sys/socket.h>

#include "record/call_table.h"
#include "record/decode.h"
#include "record/known.h"
#include "record/lookup.h"
#include "record/proc_file.h"
#include "record/removals.h"
#include "record/resolve.h"
#include "record/task_state.h"
#include "snug/memory.h"
#include "snug/text.h"

#define ABIS_MAX 16
#define SOCKETS_MAX 1024	/* sockets remembered; one that is forgotten is asked for its type */
#define VALUES_MAX 512		/* of arguments remembered; later ones are not */
#define STRING_MAX PATH_MAX	/* bytes of a string in a caller's memory, with its NUL */

/* Made by socket(2) and met again through its inode. */
struct socket_memory {
	uint64_t inode;		/* 0 = free */
	int family, type, protocol;
	const char *address;	/* of a unix socket, once bound; kept by decoder->names */
};

/* With this value of the one argument that is inspected the call has succeeded, and that was sent. */
struct value_memory {
	const struct arch *abi;
	uint64_t number, value;
	const char *by;
	enum phase phase;
};

struct decoder {
	struct event_sink sink;
	int code;			/* of the sink's first refusal; 0 */
	struct call_table *tables[ABIS_MAX];	/* by index in arch_at(); made when first needed */
	struct names *names;		/* programs, folders, roots */
	struct known *calls;		/* (call, values, program, phase, result) that was sent */
	struct known *paths;		/* (row, place, path, program, phase) → bits of outcomes */
	struct known *events;		/* other events that were sent */
	struct known *kinds;		/* of a late decoder: what names were, NULL = nothing is known */
	struct task_states *tasks;
	struct resolver *resolver;
	struct lookup_client *client;	/* owned; NULL = look-ups may wait for a disk, and results are seen */
	bool late;			/* calls are over when they are told */
	const struct task *caller;	/* whose call is being decoded; borrowed */
	bool told_of_checks;		/* of capabilities: by somebody else, so that none is to be inferred */
	struct removals removals;	/* names that calls have taken away */
	uint64_t names_changed;		/* how often a path came to name something else, as far as we know */
	uint64_t places_changed;	/* and a task came to stand elsewhere */
	uint64_t told;			/* events sent */
	bool may_differ_again;		/* the call that is being decoded may tell more when it is made again */
	struct deferred *deferred;	/* borrowed; look-ups under way */
	struct socket_memory sockets[SOCKETS_MAX];	/* by inode */
	struct value_memory values[VALUES_MAX];
	size_t value_count;
	struct text key;		/* scratch */
	bool modes_overridden;		/* somebody has a capability that does: which uses need it has to be found out */
	unsigned int first_free_port;	/* net.ipv4.ip_unprivileged_port_start */
};

struct pending {
	struct call call;		/* of a multiplexed call: what was meant */
	const struct call_row *row;
	const char *by;			/* kept by decoder->names; NULL = unknown */
	enum phase phase;
	bool call_is_news;		/* the call's own event has to wait for the result */
	struct event_syscall syscall;	/* the call as it was made */
	uint32_t stale;			/* set of enum stale, should it succeed */
	enum file_kind last_kind;	/* of the file that was decoded last */
	bool names_of_many;		/* what it names is a folder or a symlink */
	struct privileges before;	/* of a caller of execve() */
	struct draft *drafts, **end;	/* owned; in the order of the rows */
};

/* The name itself changes: what it names at the call's entry cannot be found afterwards. */
#define NAME_CHANGES (ACCESS_DELETE | ACCESS_RENAME_FROM | ACCESS_RENAME_TO | ACCESS_LINK_FROM | ACCESS_LINK_TO)

/* What decoder->paths knows of a path: outcomes from bit 0, kinds from KIND_SHIFT. */
#define KIND_SHIFT 8
#define KIND_BIT(kind) (1u << (KIND_SHIFT + (kind)))

/* With the result at hand: may complete the draft's event. False = nothing to send. */
struct conclusion {
	const struct task *task;
	bool seen;		/* else the recorder is blind to results */
	int64_t result;
	enum outcome outcome;
};

/* An event in the making. */
struct draft {
	struct draft *next;
	struct event event;	/* kind EVENT_KIND_MAX_: none, only `finish` has something to do */
	char *owned[4];		/* strings of the event and of `look` */
	struct text known_key;	/* where the outcome will be remembered in decoder->paths; empty = nowhere */
	struct resolved file;	/* what the path named at the entry; its descriptor is open during decode_entry() */
	bool found;		/* it was there then */
	bool reading_refused, writing_refused;	/* by the mode bits alone */
	bool unresolved;	/* known, but with other outcomes; `look` says how to find it */
	bool deferred;		/* somebody else looks it up: `look`, from `origin` */
	struct resolve_request look;
	struct origin origin;	/* owned */
	uint32_t want;		/* set of enum lookup_want */
	enum file_kind made;	/* of a late decoder: what it is, if the call made it */
	struct socket_memory socket;	/* a socket: what it is */
	int descriptor;			/* and which */
	uint64_t address;		/* where a pair of them will be written */
	struct draft *path_of;		/* the draft of the file that a unix address names */
	bool (*finish)(struct decoder *decoder, struct pending *pending, struct draft *draft,
		       const struct conclusion *conclusion);
};

/* What a subject asks for at a call's entry. */
#define SUBJECT_FUNCTION(name) \
	void name(struct decoder *decoder, const struct task *task, struct pending *pending, \
		  const struct syscall_access *access)

SUBJECT_FUNCTION(decode_path);		/* decode_file.c */
SUBJECT_FUNCTION(decode_open);
SUBJECT_FUNCTION(decode_open_how);
SUBJECT_FUNCTION(decode_open_handle);
SUBJECT_FUNCTION(decode_descriptor);
SUBJECT_FUNCTION(decode_record_lock);
SUBJECT_FUNCTION(decode_mapping);	/* decode_mapping.c */
SUBJECT_FUNCTION(decode_program);	/* decode_exec.c */
SUBJECT_FUNCTION(decode_socket);	/* decode_socket.c */
SUBJECT_FUNCTION(decode_address);
SUBJECT_FUNCTION(decode_message);
SUBJECT_FUNCTION(decode_messages);
SUBJECT_FUNCTION(decode_socket_use);
SUBJECT_FUNCTION(decode_signal);	/* decode_process.c */
SUBJECT_FUNCTION(decode_signal_thread);
SUBJECT_FUNCTION(decode_signal_pidfd);
SUBJECT_FUNCTION(decode_trace);
SUBJECT_FUNCTION(decode_trace_pidfd);
SUBJECT_FUNCTION(decode_note);
SUBJECT_FUNCTION(decode_mount);		/* decode_mount.c */

/* decode_draft.c */
struct draft *draft_add(struct pending *pending, enum event_kind kind);
const char *draft_keep(struct draft *draft, char *owned);	/* takes `owned`, returns it */
void draft_drop(struct pending *pending, struct draft *draft);
void drafts_free(struct pending *pending);
/* Was the same event sent before, as a success? */
bool event_succeeded_before(struct decoder *decoder, const struct pending *pending, struct event *event);
/* Drops the draft when the same event, as a success, was sent before: nothing can be learnt from it. */
void draft_drop_known(struct decoder *decoder, struct pending *pending, struct draft *draft);
/* Sends an event that is not EVENT_SYSCALL unless it was sent before. */
void send_event(struct decoder *decoder, const struct pending *pending, struct event *event);
void set_outcome(struct event *event, enum outcome outcome);

/* decode_memory.c */
/* A string of the caller, at most STRING_MAX bytes with its NUL; owned by the caller; NULL when it cannot be read
 * or is longer. */
char *read_string(const struct task *task, uint64_t address);
bool read_exactly(const struct task *task, uint64_t address, void *buffer, size_t length);
/* A pointer or a long of the caller's ABI; `*address` is moved behind it. */
bool read_word(const struct task *task, const struct arch *abi, uint64_t *address, uint64_t *ret);

/* decode_file.c */
/* SUBJECT_PATH; NULL when nothing was added. */
struct draft *add_path_argument(struct decoder *decoder, const struct task *task, struct pending *pending,
				const struct syscall_access *access);
/* Adds the draft of a file's use, unless it is known to have succeeded. NULL when nothing was added. */
struct draft *add_path(struct decoder *decoder, struct pending *pending,
		       const struct resolve_request *request, uint32_t access, enum file_kind kind);

/* SUBJECT_PATH and SUBJECT_OPEN: is there nothing more to learn of it? Of a task that is known, without a look into /proc. */
bool path_is_settled(struct decoder *decoder, const struct task *task, const struct pending *pending,
		     const struct syscall_access *access);

/* Looks up what the call's first path or descriptor names, known or not. False when there is none; `ret` is to
 * be ended by resolved_done() either way. */
bool locate_file(struct decoder *decoder, const struct task *task, struct pending *pending, struct resolved *ret);

/* Resolves for a draft, sees on the way what the mode bits alone would have refused. Where it would have to wait, the
 * draft becomes a deferred one. */
void look_up_draft(struct decoder *decoder, struct draft *draft, uint32_t access, struct resolved *ret);
/* Takes what `resolved` holds. */
void fill_file(struct pending *pending, struct draft *draft, const struct resolved *resolved, enum file_kind kind);
/* Makes `key` that of the place to which symlinks led; empty when that has none. */
void place_key(struct decoder *decoder, struct text *key, const struct pending *pending,
	       const struct resolve_request *request, uint32_t access, const char *place);
/* Is there nothing more to learn of a path with these known_bits()? */
bool is_settled(const struct decoder *decoder, uint32_t known);

/* The call found that the name is taken. */
void find_taken(struct event_file *file);

/* decode_past.c */
/* add_path() of a late decoder. */
struct draft *add_past_path(struct decoder *decoder, struct pending *pending, const struct resolve_request *request,
			    uint32_t access, enum file_kind kind);
/* A file is opened, and nobody knows how. */
void add_past_unknown(struct pending *pending);
/* Would the same call tell the same for as long as no name changes? */
bool is_past_known(const struct pending *pending, const struct conclusion *conclusion);
bool finish_past_open(struct decoder *decoder, struct pending *pending, struct draft *draft,
		      const struct conclusion *conclusion);

/* decode_deferred.c */
/* Moves the deferred drafts away, into look-ups of their own. */
void defer_drafts(struct decoder *decoder, const struct task *task, struct pending *pending);
/* The capabilities of a program's file, once for each. */
void defer_file_capabilities(struct decoder *decoder, const struct task *task, const struct pending *made,
			     const char *exe);

/* decode.c */
const struct call_table *decoder_table(struct decoder *decoder, const struct arch *abi);
/* By this program, and that was sent. Of a call whose arguments are not kept. */
bool call_has_succeeded(struct decoder *decoder, const struct task *task, const struct call *call);
bool is_value(const struct value_memory *value, const struct event_syscall *syscall, const char *by, enum phase phase);
void conclude(struct decoder *decoder, struct pending *pending, const struct conclusion *conclusion);

/* decode_process.c */
/* Opening /proc/PID/mem is a way to read or write another process. */
void watch_memory_file(struct decoder *decoder, struct pending *pending, const struct draft *file,
		       const struct conclusion *conclusion);

/* decode_capability.c */
/* What the mode bits alone would have refused on the way to a file: filled by a look-up, see resolve.h. */
struct refusals {
	const struct credentials *caller;	/* NULL = not to be seen: nothing is refused */
	bool reading, writing;
};
void refuse_by_folder(void *refusals, const struct owner *folder);	/* a visit function */
void refuse_by_file(struct refusals *refusals, const struct resolved *file, uint32_t access);

/* Adds drafts of the capabilities that the call's rows and the files' mode bits speak of. */
void decode_capabilities(struct decoder *decoder, const struct task *task, struct pending *pending);
/* The same for a file that was looked up later, with the credentials that the caller had. */
void decode_capabilities_of_file(struct decoder *decoder, const struct task *task, struct pending *pending,
				 const struct credentials *caller);
/* Those that a program's own file carries: a set. */
void send_file_capabilities(struct decoder *decoder, const struct pending *pending, uint64_t capabilities);

/* decode_socket.c */
struct socket_memory *find_socket(struct decoder *decoder, const struct task *task, int fd);

/* decode_process.c */
pid_t process_of_pidfd(pid_t tid, int fd);

/* What a call's arguments mean, for whoever has them and no caller: */

#define LAST_SIGNAL 64		/* _NSIG of every ABI that we know, include/uapi/asm-generic/signal.h */
struct foreign_abi_words {	/* of the note */
	char code[64], text[128];
};

struct event foreign_abi(const struct arch *abi, struct foreign_abi_words *words);	/* decode.c; borrows `words` */

#define SOCKET_TYPE_MASK 0xf	/* SOCK_TYPE_MASK, include/linux/net.h */

const char *note_text(const char *code);			/* decode_process.c; NULL without a row */
int socket_protocol(int family, int type, int protocol);	/* decode_socket.c; what protocol 0 stands for */
char *inet_address_text(const struct sockaddr_storage *address, socklen_t length);	/* owned; NULL = not of inet */
uint64_t mount_flags(uint64_t flags);				/* decode_mount.c; without what means nothing */
void find_taken(struct event_file *file);			/* decode_file.c; of a call that failed with EEXIST */

uint64_t argument(const struct pending *pending, int index);	/* NO_ARGUMENT: 0 */

#endif
