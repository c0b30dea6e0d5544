/* SPDX-License-Identifier: Apache-2.0 */
/* A thread and its end; see cpu_spinner.h. */
#include "record/cpu_spinner.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/aside.h"
#include "snug/cleanup.h"
#include "snug/memory.h"
#include "snug/text.h"

enum { REST = -1, END = -2 };

/* Nobody waits for the thread, which at the lowest priority may take long to see what is wanted, until its end. */
struct cpu_spinner {
	pthread_t thread;
	atomic_int wanted;	/* a processor, or one of the above */
	sem_t changed;		/* posted with each of them */
};

static bool go_there(int processor)
{
	const struct sched_param none = { 0 };
	cpu_set_t there;

	CPU_ZERO(&there);
	CPU_SET(processor, &there);
	return sched_setscheduler(0, SCHED_IDLE, &none) == 0 && sched_setaffinity(0, sizeof(there), &there) == 0;
}

static void *spin(void *context)
{
	struct cpu_spinner *spinner = context;
	int wanted;

	while ((wanted = atomic_load(&spinner->wanted)) != END)
		if (wanted == REST || !go_there(wanted))
			sem_wait(&spinner->changed);
		else
			while (atomic_load_explicit(&spinner->wanted, memory_order_relaxed) == wanted)
				continue;
	return NULL;
}

struct cpu_spinner *cpu_spinner_new(void)
{
	struct cpu_spinner *spinner = xcalloc(1, sizeof(*spinner));

	atomic_init(&spinner->wanted, REST);
	sem_init(&spinner->changed, 0, 0);
	if (aside_thread(&spinner->thread, spin, spinner))
		return spinner;
	sem_destroy(&spinner->changed);
	free(spinner);
	return NULL;
}

static void want(struct cpu_spinner *spinner, int wanted)
{
	if (atomic_exchange(&spinner->wanted, wanted) != wanted)
		sem_post(&spinner->changed);
}

void cpu_spinner_go(struct cpu_spinner *spinner, int processor)
{
	if (spinner)
		want(spinner, processor >= 0 && processor < CPU_SETSIZE ? processor : REST);
}

struct cpu_spinner *cpu_spinner_free(struct cpu_spinner *spinner)
{
	if (!spinner)
		return NULL;
	want(spinner, END);
	pthread_join(spinner->thread, NULL);
	sem_destroy(&spinner->changed);
	free(spinner);
	return NULL;
}

/* Where a limit stands, and as a number only if there is one: "max 100000" and -1 are none. */
static const struct {
	const char *controller, *mount, *file, *source;
} limits[] = {
	{ "", "/sys/fs/cgroup", "cpu.max", "Documentation/admin-guide/cgroup-v2.rst" },
	{ "cpu", "/sys/fs/cgroup/cpu", "cpu.cfs_quota_us", "Documentation/scheduler/sched-bwc.rst" },
};

/* Of the group or of one around it, as far up as this mount shows. */
static bool is_limited(const char *mount, char *group, const char *file)
{
	for (;;) {
		char *last = strrchr(group, '/');
		auto_free char *name = xasprintf("%s%s/%s", mount, group, file);
		auto_fclose FILE *stream = fopen(name, "re");
		long number;

		if (stream && fscanf(stream, "%ld", &number) == 1 && number > 0)
			return true;
		if (!last)
			return false;
		*last = '\0';
	}
}

static bool has_word(const char *words, const char *word)
{
	const size_t length = strlen(word);

	if (!*word)
		return !*words;
	for (const char *at = words; (at = strstr(at, word)); at += length)
		if ((at == words || at[-1] == ',') && (at[length] == ',' || !at[length]))
			return true;
	return false;
}

/* "4:cpu,cpuacct:/user.slice"; with version 2 "0::/user.slice", cgroups(7). */
static bool is_limited_by(char *line)
{
	char *words = strchr(line, ':'), *group = words ? strchr(words + 1, ':') : NULL;

	if (!group)
		return false;
	*words++ = *group++ = '\0';
	group[strcspn(group, "\n")] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
		if (has_word(words, limits[i].controller) && is_limited(limits[i].mount, group, limits[i].file))
			return true;
	return false;
}

bool cpu_spinner_is_allowed(void)
{
	auto_fclose FILE *file = fopen("/proc/self/cgroup", "re");
	auto_free char *line = NULL;
	size_t size = 0;

	while (file && getline(&line, &size, file) > 0)
		if (is_limited_by(line))
			return false;
	return true;
}
