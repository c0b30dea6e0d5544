/* SPDX-License-Identifier: Apache-2.0 */
/* See audit_head.h: the kernel's order as a table, and one walk along it. */
#include "record/audit_head.h"

#include <endian.h>
#include <string.h>

#include "snug/memory.h"

#define NAME_MAX_ 8		/* of a field, with its '=' */
#define REGISTER_DIGITS 16	/* most of one, in hexadecimal */
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

/* The highest bit of each byte that is `first` or above, where none has it before. */
static uint64_t from(uint64_t bytes, unsigned char first)
{
	return (bytes + EACH(0x80u - first)) & EACH(0x80u);
}

/* How many of the bytes go before the first with its highest bit set. */
static size_t count_before(uint64_t marks)
{
	return marks ? (size_t)__builtin_ctzll(marks) / 8 : sizeof(marks);
}

static size_t count_register(uint64_t bytes)
{
	uint64_t digits = from(bytes, '0') & ~from(bytes, '9' + 1), letters = from(bytes, 'a') & ~from(bytes, 'f' + 1);

	return count_before(~(digits | letters) & EACH(0x80u));
}

static size_t count_word(uint64_t bytes)
{
	return count_before(~from(bytes ^ EACH(' '), 1) & EACH(0x80u));
}

/* Bytes beyond ASCII, and the end of a line, end a value: there is no head, then. */
static const char *end_of_value(const char *p, const char *end, size_t (*count)(uint64_t bytes))
{
	size_t length;

	for (; end - p > (ptrdiff_t)sizeof(uint64_t); p += length) {
		uint64_t bytes = bytes_at(p);

		length = bytes & EACH(0x80u) ? 0 : count(bytes);
		if (length < sizeof(bytes))
			return p + length;
	}
	return end;
}

/* As long as it fits into an int, as the kernel's numbers do. */
static const char *end_of_number(const char *p, const char *end, uint32_t *number)
{
	const char *stop = end - p > INT_DIGITS ? p + INT_DIGITS : end;
	uint64_t value = 0;

	for (unsigned int digit; p < stop && (digit = (unsigned char)*p - '0') < 10; p++)
		value = value * 10 + digit;
	*number = (uint32_t)value;
	return value <= INT32_MAX ? p : end;
}

static inline const char *end_of_field(struct audit_head *head, enum audit_head_field field, const char *p, const char *end)
{
	const char *stop;

	if (order[field].kind == VALUE_NUMBER)
		return end_of_number(p, end, &head->values[field].number);
	if (order[field].kind == VALUE_WORD)
		return *p == '"' ? p : end_of_value(p, end, count_word);
	stop = end_of_value(p, end, count_register);
	return stop - p > REGISTER_DIGITS ? end : stop;
}

bool audit_head_read(struct audit_head *ret, const struct audit_record *record)
{
	const char *p = record->body, *end = record->body + record->length;

#pragma GCC unroll 12	/* HEAD_MAX_: rows of `order` become code */
	for (enum audit_head_field field = 0; field < HEAD_MAX_; field++) {
		const char *stop;

		ret->values[field].at = NULL;
		if (end - p <= NAME_MAX_ || (!is_at(p, field) && !order[field].may_miss))
			return false;
		if (!is_at(p, field))
			continue;
		p += order[field].length;
		stop = end_of_field(ret, field, p, end);
		if (stop == p || stop == end || *stop != ' ')
			return false;
		ret->values[field].at = p;
		ret->values[field].length = (size_t)(stop - p);
		p = stop + 1;
	}
	ret->rest = p;
	ret->rest_length = (size_t)(end - p);
	return true;
}
