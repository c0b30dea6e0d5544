/* SPDX-License-Identifier: Apache-2.0 */
/* System V and POSIX message queues, shared memory, semaphores. */
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "corpus.h"

int main(int argc, char **argv)
{
	struct sembuf up = { .sem_op = 1 };
	char name[64];
	int id;
	void *at;

	begin(argc, argv);
	id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
	CHECK(id >= 0);
	at = shmat(id, NULL, 0);
	CHECK(at != (void *)-1 && shmdt(at) == 0 && shmctl(id, IPC_RMID, NULL) == 0);
	id = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
	CHECK(id >= 0 && semop(id, &up, 1) == 0 && semctl(id, 0, IPC_RMID) == 0);
	id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
	CHECK(id >= 0 && msgctl(id, IPC_RMID, NULL) == 0);
	CHECK_ERRNO(shmget(0x5a5a5a5a, 4096, 0), ENOENT);
	/* shm_open is a file in /dev/shm. */
	snprintf(name, sizeof(name), "/snug-oracle-%u", geteuid());
	id = shm_open(name, O_RDWR | O_CREAT, 0600);
	CHECK(id >= 0 && shm_unlink(name) == 0);
	snprintf(name, sizeof(name), "/dev/shm/snug-oracle-%u", geteuid());
	expect("read,write,create,delete", "ok", name);
	return finish();
}
