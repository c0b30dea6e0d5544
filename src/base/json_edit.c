/* SPDX-License-Identifier: Apache-2.0 */
/* One value of a JSON text replaced, added or removed by its range of bytes. */
#include "snug/json_edit.h"

#include <errno.h>
#include <string.h>

#include "base/json_scan.h"
#include "snug/cleanup.h"

/* How far a path leads into a text: the innermost value on it that is there. */
struct place {
	size_t depth;			/* names of the path that are there */
	struct json_span value;
	/* When depth > 0, of the member with that value: */
	size_t member_start;
	size_t previous_end;		/* behind the value before it; behind the '{' for the first */
	size_t next_start;		/* the member after it; 0 for the last */
};

static bool is_object(const char *json, struct json_span value)
{
	return json[value.start] == '{';
}

static bool is_null(const char *json, struct json_span value)
{
	return json[value.start] == 'n';
}

/* One step of the path, from an object to its member. Returns 1, 0 without such a member, or -EINVAL. */
static int descend(const char *json, struct place *place, const char *name, struct error *err)
{
	struct json_span object = place->value;
	size_t at = 0, previous_end = object.start + 1;
	struct json_member member;
	bool found = false, is_last = false;

	while (json_scan_member(json, object, &at, &member)) {
		enum json_name_match match = json_scan_match(json, member.name, name);

		if (match == JSON_NAME_LIKE || (match == JSON_NAME_SAME && found))
			return error_set(err, -EINVAL, "the name '%s' is there in a second spelling or twice, which "
					 "readers take in different ways", name);
		if (is_last)
			place->next_start = member.name.start;
		is_last = match == JSON_NAME_SAME;
		if (is_last) {
			*place = (struct place){ place->depth + 1, member.value, member.name.start, previous_end, 0 };
			found = true;
		}
		previous_end = member.value.end;
	}
	return found;
}

static int find_place(const char *json, size_t length, const char *const *path, struct place *ret, struct error *err)
{
	struct place place = { 0 };
	int code = json_scan(json, length, &place.value, err);

	for (int more = 1; code == 0 && more && path[place.depth];) {
		if (is_null(json, place.value) && place.depth > 0)
			break;
		if (!is_object(json, place.value))
			return place.depth ? error_set(err, -EINVAL, "'%s' is not an object", path[place.depth - 1])
					   : error_set(err, -EINVAL, "not a JSON object");
		more = descend(json, &place, path[place.depth], err);
		code = more < 0 ? more : 0;
	}
	if (code == 0)
		*ret = place;
	return code;
}

int json_edit_find(const char *json, size_t length, const char *const *path, struct json_span *ret, struct error *err)
{
	struct place place;
	int code = find_place(json, length, path, &place, err);

	if (code < 0 || path[place.depth])
		return code;
	*ret = place.value;
	return 1;
}

/* Everything but [start, end), which becomes `value`. */
static void replace(struct text *json, size_t start, size_t end, const char *value)
{
	struct text edited = TEXT_EMPTY;

	text_add(&edited, json->data, start);
	text_puts(&edited, value);
	text_add(&edited, json->data + end, json->length - end);
	text_done(json);
	*json = edited;
}

/* The members that are missing, each in an object of its own but the first. */
static void print_members(struct text *out, const char *const *names, const char *value, const char *colon)
{
	size_t count = 0;

	for (; names[count]; count++) {
		text_puts(out, count ? "{" : "");
		json_edit_quote(out, names[count]);
		text_puts(out, colon);
	}
	text_puts(out, value);
	while (count-- > 1)
		text_putc(out, '}');
}

/* Behind the last member, in the layout of the first: its line's indentation, or none in a text without lines. */
static void insert(struct text *json, struct json_span object, const char *const *names, const char *value)
{
	CLEANUP(text_done) struct text added = TEXT_EMPTY;
	size_t at = 0, first = object.start + 1, last_end = object.start + 1;
	struct json_member member;
	bool in_lines;

	while (json_scan_member(json->data, object, &at, &member)) {
		if (last_end == object.start + 1)
			first = member.name.start;
		last_end = member.value.end;
	}
	in_lines = memchr(json->data + object.start, '\n', first - object.start) != NULL;
	if (last_end != object.start + 1)
		text_putc(&added, ',');
	text_add(&added, json->data + object.start + 1, first - object.start - 1);
	print_members(&added, names, value, in_lines ? ": " : ":");
	replace(json, last_end, last_end, text_cstr(&added));
}

int json_edit_set(struct text *json, const char *const *path, const char *value, struct error *err)
{
	struct place place;
	int code = find_place(text_cstr(json), json->length, path, &place, err);

	if (code < 0)
		return code;
	if (!path[place.depth]) {
		replace(json, place.value.start, place.value.end, value);
	} else if (is_object(json->data, place.value)) {
		insert(json, place.value, path + place.depth, value);
	} else {
		CLEANUP(text_done) struct text object = TEXT_EMPTY;

		text_putc(&object, '{');
		print_members(&object, path + place.depth, value, ":");
		text_putc(&object, '}');
		replace(json, place.value.start, place.value.end, text_cstr(&object));
	}
	return 0;
}

/* With one comma: the one behind it, or that before the last. */
int json_edit_remove(struct text *json, const char *const *path, struct error *err)
{
	struct place place;
	int code = find_place(text_cstr(json), json->length, path, &place, err);

	if (code < 0 || path[place.depth])
		return code;
	if (place.next_start)
		replace(json, place.member_start, place.next_start, "");
	else
		replace(json, place.previous_end, place.value.end, "");
	return 1;
}

void json_edit_quote(struct text *out, const char *s)
{
	text_putc(out, '"');
	for (; *s; s++)
		if (*s == '"' || *s == '\\' || (unsigned char)*s < 0x20)
			text_printf(out, "\\u%04x", (unsigned char)*s);
		else
			text_putc(out, *s);
	text_putc(out, '"');
}
