/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A service of a repository: its folder snug/NAME/, and the recordings of it in .snug/.
 *
 *	services_find() → service_read() → service_emit() → … → services_done()
 */
#ifndef SNUG_CLI_SERVICE_H
#define SNUG_CLI_SERVICE_H

#include <stdbool.h>

#include "snug/compose_override.h"
#include "snug/facts.h"
#include "snug/file.h"
#include "snug/policy.h"

#define SERVICES_FOLDER "snug"
#define RECORDINGS_FOLDER ".snug"
#define TRACE_SUFFIX ".trace.json"
#define SERVICE_FILES_MAX 16

struct service {
	char *name;			/* owned, as all below */
	char *folder;			/* "snug/web" */
	struct string_set recordings;	/* paths of raw traces */
	/* By service_read(): */
	struct trace *raw;		/* the union of the recordings; NULL = none */
	struct trace *facts;		/* as they stand in the repository; NULL = not there yet */
	struct text facts_text, rules_text;
	struct rules *rules;		/* NULL = there is no such file */
};

struct services {
	struct service *items;		/* owned; sorted by name */
	size_t count;
};

/* Where recordings are: `given`, which must be there, else .snug, which need not. */
int recordings_choose(const char **ret, const char *given, struct error *err);

/* Every service that has a folder in snug/ or a recording in the folder `recordings`. */
int services_find(struct services *ret, const char *recordings, struct error *err);
void services_done(struct services *services);

int service_read(struct service *service, struct error *err);	/* all of the next three */
int service_read_facts(struct service *service, struct error *err);
int service_read_rules(struct service *service, struct error *err);
int service_read_recordings(struct service *service, struct error *err);

/* A name of a service or project, which becomes part of files' and profiles' names. */
int check_name(const char *what, const char *name, struct error *err);

struct emitted {
	struct file_content files[SERVICE_FILES_MAX];	/* in the order of the emitters */
	size_t count;
};

/* What the emitters make of `facts` and the service's rules; the policy borrows both. */
int service_emit(const struct service *service, struct trace *facts, const char *project, struct policy **ret_policy,
		 struct emitted *ret, struct error *err);
void emitted_done(struct emitted *emitted);

/* What compose calls it; NULL = it is none of compose's. Borrowed from the facts. */
const char *service_of_compose(const struct trace *facts);

/* The bytes of the facts' file: their own digest stands in them. */
void facts_write(struct trace *facts, struct text *out);

/* Are these bytes, from which `facts` were read, as facts_write() made them? */
bool facts_are_whole(struct trace *facts, const struct text *bytes);

#endif
