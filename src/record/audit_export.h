/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journalctl -o export: entries of fields, one a line, with an empty line behind each entry.
 *
 * What a program logs stands in MESSAGE; fields whose names begin with an underscore are the journal's own word, and tell what
 * came from the kernel. A field of other bytes has its name alone in a line, then its length (64 bits, little endian) and
 * the bytes: nothing in them is a line. https://systemd.io/JOURNAL_EXPORT_FORMATS
 */
#ifndef SNUG_RECORD_AUDIT_EXPORT_H
#define SNUG_RECORD_AUDIT_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snug/text.h"

struct audit_export {
	unsigned int type;		/* _AUDIT_TYPE; 0 = none */
	bool from_audit, from_kernel;	/* _TRANSPORT */
	struct text id, time, message;	/* owned; _AUDIT_ID, _SOURCE_REALTIME_TIMESTAMP in microseconds, MESSAGE */
	struct text length;		/* owned; of the bytes that follow, as far as it was read */
	bool has_bytes;			/* `length`, and then as many bytes, come next */
	uint64_t left;			/* of these bytes, with the newline behind them */
};

void audit_export_done(struct audit_export *export);

/* Does a log begin so? */
bool audit_export_begins(const char *line, size_t length);

/* Takes what is no line; returns how many bytes that were. */
size_t audit_export_skip(struct audit_export *export, const char *data, size_t length);

/* Takes a line. True when it ends an entry: then audit_export_message() tells what it was, and audit_export_next() goes on. */
bool audit_export_line(struct audit_export *export, const char *line, size_t length);

/* Makes `text` a line as the kernel logs it: "audit: type=N audit(STAMP): …". False when the entry is not the kernel's. */
bool audit_export_message(const struct audit_export *export, struct text *text);

void audit_export_next(struct audit_export *export);

#endif
