/* SPDX-License-Identifier: Apache-2.0 */
/* Choosing the project's name. */
#include "cli/project.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "snug/cleanup.h"
#include "snug/memory.h"

int project_of_facts(const char **ret, const struct services *services, struct error *err)
{
	const char *first = NULL;

	*ret = NULL;
	for (size_t i = 0; i < services->count; i++) {
		const struct service *service = &services->items[i];
		const char *project = service->facts ? facts_project(service->facts) : NULL;

		if (!service->facts)
			continue;
		if (!project || (*ret && strcmp(project, *ret) != 0)) {
			error_set(err, -EINVAL, "'%s/" FACTS_FILE "' names the project '%s', '%s' names it '%s'", service->folder,
				  project ? project : "", first ? first : "nothing", *ret ? *ret : "");
			return error_hint(err, "snug update --project=NAME");
		}
		first = service->folder;
		*ret = project;
	}
	return 0;
}

/* The innermost folder from here upwards that is a repository; here, if none is. */
static char *repository(void)
{
	auto_free char *here = getcwd(NULL, 0);
	auto_free char *folder = here ? xstrdup(here) : NULL;

	while (folder && folder[0]) {
		auto_free char *git = xasprintf("%s/.git", folder);

		if (access(git, F_OK) == 0)
			return steal_ptr(folder);
		*strrchr(folder, '/') = '\0';
	}
	return here ? steal_ptr(here) : xstrdup("/");
}

static char *name_of_folder(const char *path)
{
	char *name = xstrdup(strrchr(path, '/') + 1);
	size_t start = 0;

	for (char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("._-", *p))
			*p = '-';
	while (name[start] && !isalnum((unsigned char)name[start]))
		start++;
	memmove(name, name + start, strlen(name + start) + 1);
	if (name[0])
		return name;
	free(name);
	return xstrdup("project");
}

int project_choose(char **ret, const struct services *services, const char *given, struct error *err)
{
	const char *known = NULL;
	int code = given ? check_name("project", given, err) : project_of_facts(&known, services, err);

	if (code < 0)
		return code;
	if (given || known) {
		*ret = xstrdup(given ? given : known);
		return 0;
	}
	auto_free char *folder = repository();

	*ret = name_of_folder(folder);
	return 0;
}
