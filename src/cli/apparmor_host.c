/* SPDX-License-Identifier: Apache-2.0 */
/* AppArmor of this machine, by the files of its kernel. */
#include "cli/apparmor_host.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "snug/cleanup.h"
#include "snug/file.h"
#include "snug/memory.h"

#define ENABLED "/sys/module/apparmor/parameters/enabled"
#define PROFILES "/sys/kernel/security/apparmor/profiles"
#define PROFILES_MAX (16u << 20)	/* bytes; a line a profile */
#define LABEL_MAX (64u << 10)		/* bytes; a page, more with stacked profiles */

bool apparmor_enabled(void)
{
	CLEANUP(text_done) struct text enabled = TEXT_EMPTY;

	return file_read(ENABLED, LABEL_MAX, &enabled, NULL) == 0 && text_cstr(&enabled)[0] == 'Y';
}

/* Does one of the lines "NAME (mode)" name it? */
static bool lists(const char *lines, const char *name)
{
	size_t length = strlen(name);

	for (const char *line = lines; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (strncmp(line, name, length) == 0 && strncmp(line + length, " (", 2) == 0)
			return true;
	return false;
}

int apparmor_holds(const char *name, struct error *err)
{
	CLEANUP(text_done) struct text profiles = TEXT_EMPTY;
	int code = file_read(PROFILES, PROFILES_MAX, &profiles, err);

	if (code < 0)
		return error_hint(err, "AppArmor's profiles are the host's: load them there, as root and not in a container");
	return lists(text_cstr(&profiles), name);
}

/* "a//&b (enforce)": each of a stack's labels confines. */
static bool label_names(const char *label, const char *name)
{
	size_t length = strlen(name);

	for (const char *p = label; p; p = strstr(p, "//&")) {
		p += strncmp(p, "//&", 3) == 0 ? 3 : 0;
		if (strncmp(p, name, length) == 0 &&
		    (strchr(" \n", p[length]) || strncmp(p + length, "//&", 3) == 0))
			return true;
	}
	return false;
}

pid_t apparmor_confined(const char *name)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	pid_t found = 0;

	while (proc && !found && (entry = readdir(proc)) != NULL) {
		auto_free char *path = xasprintf("/proc/%s/attr/current", entry->d_name);
		CLEANUP(text_done) struct text label = TEXT_EMPTY;

		if (!isdigit((unsigned char)entry->d_name[0]) || file_read(path, LABEL_MAX, &label, NULL) < 0)
			continue;
		if (label_names(text_cstr(&label), name))
			found = (pid_t)strtol(entry->d_name, NULL, 10);
	}
	if (proc)
		closedir(proc);
	return found;
}
