/* SPDX-License-Identifier: Apache-2.0 */
/* How the command line talks to people: complaints, the word that was meant, text within 80 columns. */
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "cli/command.h"
#include "snug/bytes.h"
#include "snug/cleanup.h"
#include "snug/memory.h"
#include "snug/text.h"

#define TERMINAL_COLUMNS 80
#define NAME_LENGTH_MAX 63	/* bytes; a longer word is no misspelt name of ours */

static const bool *lines_below;	/* NULL = there never are any */

void complain_over_lines(const bool *are_there)
{
	lines_below = are_there;
}

int complain(const struct error *err)
{
	return complain_text("%s", err->text);
}

int complain_text(const char *format, ...)
{
	CLEANUP(text_done) struct text text = TEXT_EMPTY;
	auto_free char *raw = NULL;
	va_list args;

	va_start(args, format);
	raw = xvasprintf(format, args);
	va_end(args);
	bytes_printable(&text, raw, strlen(raw));	/* names in it may be hostile: no escape sequences, one line */
	fprintf(stderr, "%ssnug: %s\n", lines_below && *lines_below ? MESSAGE_ERASE : "", text_cstr(&text));
	return STATUS_TROUBLE;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Letters to insert, delete or replace (Levenshtein), one row of the table at a time. */
static size_t edit_distance(const char *a, const char *b)
{
	size_t row[NAME_LENGTH_MAX + 1], length = strlen(b);

	if (length > NAME_LENGTH_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= length; j++) {
			size_t replaced = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			row[j] = smaller(replaced, smaller(row[j], row[j - 1]) + 1);
		}
	}
	return row[length];
}

void nearest_offer(struct nearest *nearest, const char *name)
{
	size_t length = strlen(nearest->given);
	bool shortened = length > 1 && strncmp(name, nearest->given, length) == 0;
	size_t distance = shortened ? 0 : edit_distance(nearest->given, name);

	if (distance > length / 2 || (nearest->name && distance >= nearest->distance))
		return;
	nearest->name = name;
	nearest->distance = distance;
}

void print_wrapped(FILE *out, size_t column, size_t indent, const char *text)
{
	bool at_start = true;

	for (size_t length; *text; text += length) {
		text += strspn(text, " ");
		length = strcspn(text, " ");
		if (!at_start && column + 1 + length >= TERMINAL_COLUMNS) {
			column = (size_t)fprintf(out, "\n%*s", (int)indent, "") - 1;
			at_start = true;
		}
		column += (size_t)fprintf(out, "%s%.*s", at_start ? "" : " ", (int)length, text);
		at_start = false;
	}
	fputc('\n', out);
}
