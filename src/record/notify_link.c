/* SPDX-License-Identifier: Apache-2.0 */
/* The shared page, and messages over a pair of SOCK_SEQPACKET sockets. */
#include "record/notify_link.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "record/notify_state.h"
#include "snug/memory.h"

#define RESPONSE_MAX 512	/* bytes; struct seccomp_notif_resp has 24 on Linux 6.18 */

/* What a message begins with. */
struct head {
	uint32_t word, session;
};

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

int link_sizes(struct link_sizes *ret, struct error *err)
{
	struct seccomp_notif_sizes sizes;

	if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) < 0)
		return error_errno(err, -errno, "this kernel has no seccomp notifications (Linux 5.0 and later have)");
	ret->request = larger(sizes.seccomp_notif, sizeof(struct seccomp_notif));
	ret->response = larger(sizes.seccomp_notif_resp, sizeof(struct seccomp_notif_resp));
	return ret->response <= RESPONSE_MAX ? 0 : error_set(err, -E2BIG, "this kernel's notifications are too new for snug");
}

struct link_page *link_page_new(const struct link_sizes *sizes)
{
	void *page = mmap(NULL, sizeof(struct link_page) + sizes->request, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	return memory_checked(page == MAP_FAILED ? NULL : page);
}

void link_page_free(struct link_page *page, const struct link_sizes *sizes)
{
	if (page)
		munmap(page, sizeof(*page) + sizes->request);
}

/* The fences keep the compiler from moving stores; a process that is killed has made those of its past, in order. */
int link_take_call(struct link_page *page, const struct link_sizes *sizes, uint32_t session, int notify_fd)
{
	memset(page->request, 0, sizes->request);	/* RECV asks for it */
	atomic_signal_fence(memory_order_seq_cst);
	page->in_hand = session;
	page->attempts = 0;
	atomic_signal_fence(memory_order_seq_cst);
	return ioctl(notify_fd, SECCOMP_IOCTL_NOTIF_RECV, page->request) < 0 ? -errno : 0;
}

/* No kernel tells anything in `flags`, and nobody asks. */
void link_interrupt(struct link_page *page)
{
	link_request(page)->flags = 1;
}

/* A signal can end the wait for the kernel's own lock here, whatever its handler is for. */
static int ask(int notify_fd, unsigned long request, void *data)
{
	int code;

	do
		code = ioctl(notify_fd, request, data) < 0 ? -errno : 0;
	while (code == -EINTR);
	return code;
}

bool link_is_current(int notify_fd, uint64_t id)
{
	return ask(notify_fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

void link_drop_call(struct link_page *page, const struct link_sizes *sizes)
{
	memset(page->request, 0, sizes->request);
	page->answered++;
}

int link_answer(const struct link_sizes *sizes, int notify_fd, uint64_t id, int refusal)
{
	union {
		struct seccomp_notif_resp head;
		unsigned char bytes[RESPONSE_MAX];
	} response;

	memset(response.bytes, 0, sizes->response);
	response.head.id = id;
	response.head.error = -refusal;
	response.head.flags = refusal ? 0 : SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	return ask(notify_fd, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

static void add_fds(struct msghdr *message, const int *fds)
{
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(message);

	if (!cmsg)	/* never: the caller's buffer is of this size */
		return;
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(LINK_FDS_MAX * sizeof(int));
	memcpy(CMSG_DATA(cmsg), fds, LINK_FDS_MAX * sizeof(int));
}

int link_send(int link_fd, enum link_word word, uint32_t session, const struct text *data, const int *fds, bool wait)
{
	union {
		char bytes[CMSG_SPACE(LINK_FDS_MAX * sizeof(int))];
		struct cmsghdr align;
	} control = { { 0 } };
	struct head head = { word, session };
	struct iovec parts[] = { { &head, sizeof(head) }, { data ? data->data : NULL, data ? data->length : 0 } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = ARRAY_SIZE(parts) };
	ssize_t n;

	if (fds) {
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof(control.bytes);
		add_fds(&message, fds);
	}
	do
		n = sendmsg(link_fd, &message, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT));
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

int link_receive(int link_fd, struct link_message *ret)
{
	union {
		char bytes[CMSG_SPACE(LINK_FDS_MAX * sizeof(int))];
		struct cmsghdr align;
	} control;
	auto_free char *data = xcalloc(1, NOTIFY_STATE_MAX);
	struct head head = { 0 };
	struct iovec parts[] = { { &head, sizeof(head) }, { data, NOTIFY_STATE_MAX } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = ARRAY_SIZE(parts), .msg_control = control.bytes,
				  .msg_controllen = sizeof(control.bytes) };
	ssize_t n;

	do
		n = recvmsg(link_fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? -EAGAIN : 0;
	if (n < (ssize_t)sizeof(head))
		return 0;
	*ret = (struct link_message){ .word = head.word, .session = head.session, .fds = { -1, -1 } };
	text_add(&ret->data, data, (size_t)n - sizeof(head));
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c))
		if (c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(LINK_FDS_MAX * sizeof(int)))
			memcpy(ret->fds, CMSG_DATA(c), LINK_FDS_MAX * sizeof(int));
	return 1;
}

void link_message_done(struct link_message *message)
{
	for (size_t i = 0; i < LINK_FDS_MAX; i++)
		closep(&message->fds[i]);
	text_done(&message->data);
}
