/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine's audit as a recording needs it, and afterwards as it was.
 *
 *	audit_setup_begin()	takes the machine's one lock, puts back what an interrupted recording left, saves, then enables
 *	…			rules come and go
 *	audit_setup_end()	our rules go, the settings are what they were
 *
 * Audit is one for the whole machine, so that there is one live recording by audit at a time. What it was set to is written to a file
 * before anything is changed: where snug is killed, its next start finds that file, and the rules by their key.
 * A setting that somebody else has changed meanwhile is theirs, and stays.
 */
#ifndef SNUG_RECORD_AUDIT_SETUP_H
#define SNUG_RECORD_AUDIT_SETUP_H

#include <libaudit.h>
#include <stdbool.h>

#include "snug/error.h"

#define AUDIT_SETUP_FOLDER "/run/snug"
#define AUDIT_SETUP_KEY "snug-record"	/* of every rule of ours that can bear one */

/* Login uids that no user has: below lie those of containers, above some that systemd keeps free (systemd.io/UIDS-GIDS). */
#define AUDIT_LOGIN_FIRST 1936588800u	/* 0x736e0000 */
#define AUDIT_LOGIN_LAST 1936654335u

struct audit_setup {
	int lock;			/* owned; -1 = not begun */
	int kernel;			/* owned; audit_kernel.h */
	struct audit_status before;
	bool changed;			/* `before` is to be put back */
	uint32_t given;			/* login uids so far, also those that were in use */
};

#define AUDIT_SETUP_NONE { .lock = -1, .kernel = -1 }

/* Can it be begun? Changes nothing; else why not, and what would help. */
int audit_setup_probe(struct error *err);

/* Has an interrupted recording left rules, or settings that nobody has put back? */
bool audit_setup_left_behind(void);

int audit_setup_begin(struct audit_setup *ret, struct error *err);

/* A login uid that no process has, and that was not asked for lately: who was given one may not have it yet. */
int audit_setup_free_login(struct audit_setup *setup, uint32_t *ret, struct error *err);

int audit_setup_end(struct audit_setup *setup, struct error *err);	/* also of one that has not begun */

#endif
