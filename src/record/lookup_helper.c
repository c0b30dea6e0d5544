/* SPDX-License-Identifier: Apache-2.0 */
/* A helper's life; see lookup.h for why it is a process. */
#include "record/lookup_helper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "record/lookup_wire.h"
#include "record/program_file.h"
#include "snug/memory.h"

/* Ours in a helper: nothing else is left open, above all no notify descriptor. Who held one after snug's end would leave the
 * container's calls hanging. */
#define SOCKET 3

/* One question at work. */
struct search {
	struct resolver *resolver;
	const struct lookup *asked;
	struct answer *answer;
};

static void keep_folder(void *context, const struct owner *folder)
{
	struct looked *looked = context;

	for (size_t i = 0; i < looked->visited_count; i++)
		if (memcmp(&looked->visited[i], folder, sizeof(*folder)) == 0)
			return;
	if (looked->visited_count < VISITED_MAX)
		looked->visited[looked->visited_count++] = *folder;
}

static void keep_link(void *context, const struct link_id *id, const char *target)
{
	struct answer *answer = context;

	if (answer->link_count < READ_LINKS_MAX)
		answer->links[answer->link_count++] = (struct read_link){ *id, xstrdup(target) };
}

/* NULL when there is no room for another file. */
static struct looked *look_up(struct search *search, const struct resolve_request *request,
			      const struct origin *origin, uint32_t access)
{
	struct looked *looked = &search->answer->files[search->answer->file_count];
	struct resolve_request asked = *request;

	if (search->answer->file_count == LOOKED_MAX)
		return NULL;
	search->answer->file_count++;
	*looked = (struct looked){ .access = access, .visited = xcalloc(VISITED_MAX, sizeof(struct owner)) };
	asked.visit = keep_folder;
	asked.context = looked;
	asked.read_link = keep_link;
	asked.link_context = search->answer;
	resolve_from(search->resolver, &asked, origin, &looked->file);
	return looked;
}

static struct looked *look_up_interpreter(struct search *search, const char *path, uint32_t access)
{
	const struct lookup *asked = search->asked;
	struct resolve_request request = {
		.tid = asked->request.tid, .dirfd = AT_FDCWD, .path = path, .wait = asked->request.wait,
	};
	struct origin origin = { asked->origin.root, asked->origin.root };
	struct looked *looked;

	if (path[0] == '/')
		return look_up(search, &request, &origin, access);
	origin_open(search->resolver, &request, &origin);
	looked = look_up(search, &request, &origin, access);
	origin_close(&origin);
	return looked;
}

static bool may_read(const struct search *search, const struct looked *looked)
{
	return is_program(&looked->file) && (!looked->file.remote || search->asked->request.wait == WAIT_SERVER);
}

/* exec_binprm(), fs/exec.c: a script's interpreter may be a script. */
static void follow_interpreters(struct search *search, struct looked *looked)
{
	for (int i = 0; looked && i < INTERPRETERS_MAX && may_read(search, looked); i++) {
		struct interpreters of = { 0 };

		read_interpreters(looked->file.fd, &of);
		if (of.elf)
			looked->access |= ACCESS_MAP_EXECUTE;
		if (of.of_elf)
			look_up_interpreter(search, of.of_elf, ACCESS_READ | ACCESS_MAP_EXECUTE);
		looked = of.of_script ? look_up_interpreter(search, of.of_script, search->asked->interpreter_access)
				      : NULL;
		free(of.of_elf);
		free(of.of_script);
	}
}

static void take_capabilities(const struct search *search, struct looked *looked)
{
	char name[64];

	if (!may_read(search, looked))
		return;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", looked->file.fd);
	looked->capabilities = read_file_capabilities(name);
}

/* Is there more to learn by waiting for the server? */
static void ask_for_more(const struct lookup *asked, struct looked *looked)
{
	if (asked->want && asked->request.wait == WAIT_DISK && looked->file.found && looked->file.remote)
		looked->file.waits = true;
}

static void answer_question(struct resolver *resolver, struct lookup *asked, struct answer *answer)
{
	struct search search = { .resolver = resolver, .asked = asked, .answer = answer };
	struct looked *looked;

	resolver_forget_mounts(resolver);	/* the last question was another container's, or long ago */
	if (asked->origin.at < 0)
		origin_open(resolver, &asked->request, &asked->origin);
	looked = look_up(&search, &asked->request, &asked->origin, 0);
	if (!looked)
		return;
	if (asked->want & LOOKUP_INTERPRETERS)
		follow_interpreters(&search, looked);
	if (asked->want & LOOKUP_CAPABILITIES)
		take_capabilities(&search, looked);
	ask_for_more(asked, looked);
}

static void serve_questions(void)
{
	struct resolver *resolver = resolver_new();
	struct answer *answer = xcalloc(1, sizeof(*answer));
	struct lookup asked;
	char *path;

	while (question_receive(SOCKET, &asked, &path) == 0) {
		answer_question(resolver, &asked, answer);
		if (answer_send(SOCKET, answer) < 0)
			break;
		answer_done(answer);
		origin_close(&asked.origin);
		free(path);
	}
}

pid_t lookup_helper_start(int *ret_fd)
{
	int pair[2];
	pid_t pid, parent = getpid();

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	pid = fork();
	if (pid != 0) {
		int code = pid < 0 ? -errno : pid;

		close(pair[1]);
		if (pid < 0)
			close(pair[0]);
		*ret_fd = pair[0];
		return code;
	}
	/* It may not outlive snug; while it is stuck in a look-up it is the kernel that ends it. Signals of the terminal
	 * are snug's affair and stay blocked. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "snug-lookup");
	if (getppid() == parent && dup2(pair[1], SOCKET) == SOCKET) {
		closefrom(SOCKET + 1);
		serve_questions();
	}
	_exit(0);
}
