/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes between snug and its helpers: one datagram a question, one an answer. Both ends are the same program, so that
 * structs go as they are; strings and arrays follow them.
 */
#ifndef SNUG_RECORD_LOOKUP_WIRE_H
#define SNUG_RECORD_LOOKUP_WIRE_H

#include "record/lookup.h"
#include "snug/text.h"

#define ANSWER_MAX (128u << 10)	/* bytes; below net.core.wmem_default, 208 KiB */
#define LOOKED_MAX 16		/* files in an answer */
#define VISITED_MAX 64		/* folders of different owners or modes on the way to one of them */

/* A symlink that was read on the way. */
struct read_link {
	struct link_id id;
	char *target;		/* owned */
};

#define READ_LINKS_MAX 64

struct answer {
	struct looked files[LOOKED_MAX];
	size_t file_count;
	struct read_link links[READ_LINKS_MAX];
	size_t link_count;
};

void answer_done(struct answer *answer);

/* Negative errno when the helper is gone. */
int question_send(int fd, const struct lookup *lookup);
int question_receive(int fd, struct lookup *ret, char **ret_path);	/* -ENODATA: nobody asks any more */
int answer_send(int fd, const struct answer *answer);
int answer_receive(int fd, struct answer *ret);

#endif
