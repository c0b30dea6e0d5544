/* SPDX-License-Identifier: Apache-2.0 */
/* See audit_head.h: the kernel's order as a table, and one walk along it. */
#include "record/audit_head.h"

#include <endian.h>
#include <string.h>

#include "snug/memory.h"

#define NAME_MAX_ 8		/* of a field, with its '=' */
#define VALUE_MAX_ 24		/* bytes of a value: 64 bits in decimal with a sign, and more than two words of registers */
#define INT_DIGITS 10		/* most of one, in decimal */

enum value_kind { VALUE_WORD, VALUE_REGISTER, VALUE_NUMBER };

/* kernel/auditsc.c, audit_log_exit() and audit_log_task_info(), since Linux 2.6.16. */
static const struct {
	char name[NAME_MAX_];
	uint8_t length;
	bool may_miss;
	enum value_kind kind;
} order[HEAD_MAX_] = {
	[HEAD_ARCH] = { "arch=", 5, false, VALUE_WORD },
	[HEAD_CALL] = { "syscall=", 8, false, VALUE_NUMBER },
	[HEAD_PERSONALITY] = { "per=", 4, true, VALUE_WORD },	/* of a process that set one, personality(2) */
	[HEAD_SUCCESS] = { "success=", 8, true, VALUE_WORD },	/* of a call that came back */
	[HEAD_EXIT] = { "exit=", 5, true, VALUE_WORD },
	[HEAD_A0] = { "a0=", 3, false, VALUE_REGISTER },
	[HEAD_A1] = { "a1=", 3, false, VALUE_REGISTER },
	[HEAD_A2] = { "a2=", 3, false, VALUE_REGISTER },
	[HEAD_A3] = { "a3=", 3, false, VALUE_REGISTER },
	[HEAD_ITEMS] = { "items=", 6, false, VALUE_WORD },
	[HEAD_PARENT] = { "ppid=", 5, false, VALUE_NUMBER },
	[HEAD_PID] = { "pid=", 4, false, VALUE_NUMBER },
};

/* A name and a line's bytes are compared as one word each. */
static bool is_at(const char *p, enum audit_head_field field)
{
	static const unsigned char ones[2 * NAME_MAX_] = { 255, 255, 255, 255, 255, 255, 255, 255 };
	uint64_t here, wanted, mask;

	memcpy(&here, p, sizeof(here));
	memcpy(&wanted, order[field].name, sizeof(wanted));
	memcpy(&mask, ones + NAME_MAX_ - order[field].length, sizeof(mask));
	return (here & mask) == wanted;
}

/* Eight bytes of a line, the first one lowest. */
static uint64_t bytes_at(const char *p)
{
	uint64_t bytes;

	memcpy(&bytes, p, sizeof(bytes));
	return le64toh(bytes);
}

#define EACH(byte) (0x0101010101010101u * (byte))	/* one byte, eight times */

/*
 * Marks are the highest bits of bytes. Sums carry into the bytes behind one that is not ASCII, so that of all marks the
 * first is right: that byte's own, at the latest.
 */
static uint64_t from(uint64_t bytes, unsigned char first)
{
	return bytes + EACH(0x80u - first);
}

static uint64_t mark_no_digits(uint64_t bytes)
{
	uint64_t digits = from(bytes, '0') & ~from(bytes, '9' + 1), letters = from(bytes, 'a') & ~from(bytes, 'f' + 1);

	return (~(digits | letters) | bytes) & EACH(0x80u);
}

static uint64_t mark_spaces(uint64_t bytes)
{
	bytes ^= EACH(' ');
	return (bytes - EACH(1)) & ~bytes & EACH(0x80u);
}

/* How many of the bytes go before the first mark. */
static size_t count_before(uint64_t marks)
{
	return marks ? (size_t)__builtin_ctzll(marks) / 8 : sizeof(marks);
}

/* All values end within VALUE_MAX_ bytes, so that nothing is asked about the end of the record on the way. NULL = this is none. */
static const char *end_of_word(const char *p)
{
	size_t length = 0, part;

	do {
		part = count_before(mark_spaces(bytes_at(p + length)));
		length += part;
	} while (part == sizeof(uint64_t) && length < VALUE_MAX_);
	return *p == '"' ? NULL : p + length;
}

/* All digits that may be one's at once: how many there are is anybody's guess. */
static const char *end_of_register(const char *p)
{
	size_t first = count_before(mark_no_digits(bytes_at(p)));
	size_t second = count_before(mark_no_digits(bytes_at(p + sizeof(uint64_t))));

	return p + first + (first == sizeof(uint64_t) ? second : 0);
}

/* As long as it fits into an int, as the kernel's numbers do. */
static const char *end_of_number(const char *p, uint32_t *number)
{
	const char *stop = p + INT_DIGITS;
	uint64_t value = 0;

	for (unsigned int digit; p < stop && (digit = (unsigned char)*p - '0') < 10; p++)
		value = value * 10 + digit;
	*number = (uint32_t)value;
	return value <= INT32_MAX ? p : NULL;
}

static inline const char *end_of_field(struct audit_head *head, enum audit_head_field field, const char *p)
{
	if (order[field].kind == VALUE_NUMBER)
		return end_of_number(p, &head->values[field].number);
	return order[field].kind == VALUE_WORD ? end_of_word(p) : end_of_register(p);
}

bool audit_head_read(struct audit_head *ret, const struct audit_record *record)
{
	const char *p = record->body, *end = record->body + record->length;

#pragma GCC unroll 12	/* HEAD_MAX_: rows of `order` become code */
	for (enum audit_head_field field = 0; field < HEAD_MAX_; field++) {
		const char *stop;

		if (end - p <= NAME_MAX_ + VALUE_MAX_)	/* no record ends as soon */
			return false;
		if (!is_at(p, field) && !order[field].may_miss)
			return false;
		ret->values[field].at = NULL;
		if (!is_at(p, field))
			continue;
		p += order[field].length;
		stop = end_of_field(ret, field, p);
		if (!stop || stop == p || *stop != ' ')
			return false;
		ret->values[field].at = p;
		ret->values[field].length = (size_t)(stop - p);
		p = stop + 1;
	}
	ret->rest = p;
	ret->rest_length = (size_t)(end - p);
	return true;
}
