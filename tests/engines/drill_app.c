/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An application for another base image: what programs ask a libc for every day. Built once with each libc.
 *
 *	app FOLDER [news]	works in FOLDER; with `news` it also does what it never did before
 *	tool WORD		the same program, by the name under which it starts itself: says the word
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <locale.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MANY 10000	/* numbers, more than glibc sorts on its stack */

extern char **environ;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int turns;

static void must(int holds, const char *what)
{
	if (holds)
		return;
	perror(what);
	exit(1);
}

static void *worker(void *data)
{
	struct timespec short_while = { .tv_nsec = 1000000 };

	(void)data;
	free(malloc(300000));
	nanosleep(&short_while, NULL);
	pthread_mutex_lock(&lock);
	turns++;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&lock);
	return NULL;
}

static void threads(void)
{
	pthread_t thread[4];

	for (int i = 0; i < 4; i++)
		must(pthread_create(&thread[i], NULL, worker, NULL) == 0, "pthread_create");
	pthread_mutex_lock(&lock);
	while (turns < 4)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
	for (int i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
}

static void files(void)
{
	/* As sort(1) calls them: of any other name one in a hundred looks like a word, and is taken for one. */
	char draft[] = "/tmp/sortXXXXXX", line[128];
	struct stat st;
	struct statvfs fs;
	FILE *file;
	DIR *folder;
	int fd;

	must(mkdir("parts", 0755) == 0 || errno == EEXIST, "mkdir");
	file = fopen("parts/list", "w");
	must(file != NULL, "fopen");
	for (int i = 0; i < 2000; i++)
		fprintf(file, "%d sleeves\n", i);
	fflush(file);
	must(fsync(fileno(file)) == 0 && fclose(file) == 0, "fclose");
	file = fopen("parts/list", "r");
	while (fgets(line, sizeof(line), file))
		;
	fseek(file, 0, SEEK_SET);
	fclose(file);
	fd = mkstemp(draft);
	must(fd >= 0 && flock(fd, LOCK_EX) == 0 && ftruncate(fd, 4096) == 0 && fchmod(fd, 0600) == 0, "mkstemp");
	must(pwrite(fd, "x", 1, 10) == 1 && pread(fd, line, 1, 10) == 1, "pwrite");
	close(fd);
	must(stat(draft, &st) == 0 && lstat(draft, &st) == 0 && access(draft, R_OK) == 0, "stat");
	must(chmod(draft, 0644) == 0, "chmod");
	must(faccessat(AT_FDCWD, draft, R_OK, AT_EACCESS) == 0, "faccessat");
	must(unlink(draft) == 0 && mkdir("parts/old", 0700) == 0 && rename("parts/old", "parts/new") == 0, "rename");
	must(rmdir("parts/new") == 0 && link("parts/list", "parts/copy") == 0 && symlink("copy", "parts/link") == 0, "link");
	must(readlink("parts/link", line, sizeof(line)) > 0, "readlink");
	must(statvfs(".", &fs) == 0, "statvfs");
	folder = opendir("parts");
	while (readdir(folder))
		;
	closedir(folder);
	must(unlink("parts/copy") == 0 && unlink("parts/link") == 0 && unlink("parts/list") == 0 && rmdir("parts") == 0, "unlink");
	must(getcwd(line, sizeof(line)) != NULL, "getcwd");
}

static void serve(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), client = socket(AF_INET, SOCK_STREAM, 0), server;
	int poller = epoll_create1(EPOLL_CLOEXEC), one = 1;
	struct epoll_event event = { .events = EPOLLIN };
	struct pollfd waiting = { .events = POLLIN };
	struct timeval second = { .tv_sec = 1 };
	fd_set set;
	char byte;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	must(bind(listener, (struct sockaddr *)&address, length) == 0 && listen(listener, 5) == 0, "listen");
	must(getsockname(listener, (struct sockaddr *)&address, &length) == 0, "getsockname");
	must(connect(client, (struct sockaddr *)&address, length) == 0, "connect");
	must(epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event) == 0 && epoll_wait(poller, &event, 1, 1000) == 1, "epoll");
	server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	must(send(client, "x", 1, 0) == 1, "send");
	waiting.fd = server;
	must(poll(&waiting, 1, 1000) == 1, "poll");
	FD_ZERO(&set);
	FD_SET(server, &set);
	must(select(server + 1, &set, NULL, NULL, &second) == 1 && recv(server, &byte, 1, 0) == 1, "select");
	close(server);
	close(client);
	close(listener);
	close(poller);
}

static void names(void)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found = NULL;
	time_t now = time(NULL);
	char text[64];

	setlocale(LC_ALL, "");
	must(getaddrinfo("localhost", "80", &hints, &found) == 0, "getaddrinfo");
	freeaddrinfo(found);
	hints.ai_flags = AI_ADDRCONFIG;
	must(getaddrinfo("wardrobe.test", "http", &hints, &found) == 0, "getaddrinfo");
	freeaddrinfo(found);
	strftime(text, sizeof(text), "%c", localtime(&now));
	getpwnam("root");
	getgrnam("root");
	gethostname(text, sizeof(text));
	sysconf(_SC_NPROCESSORS_ONLN);
	sysconf(_SC_PHYS_PAGES);
	sysconf(_SC_NGROUPS_MAX);
	errno = 0;
	perror("names");
}

static void children(void)
{
	char *argv[] = { "/bin/tool", "done", NULL };
	struct rlimit limit;
	int ends[2], status;
	char line[64];
	FILE *output;
	pid_t pid;

	must(posix_spawn(&pid, argv[0], NULL, NULL, argv, environ) == 0, "posix_spawn");
	must(waitpid(pid, &status, 0) == pid && status == 0, "waitpid");
	must(pipe(ends) == 0, "pipe");
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		execv(argv[0], argv);
		_exit(127);
	}
	close(ends[1]);
	must(read(ends[0], line, sizeof(line)) > 0 && wait(&status) == pid && status == 0, "fork");
	output = popen("/bin/tool done", "r");
	must(output && fgets(line, sizeof(line), output) && pclose(output) == 0, "popen");
	must(getrlimit(RLIMIT_NOFILE, &limit) == 0 && setrlimit(RLIMIT_NOFILE, &limit) == 0, "setrlimit");
	getpriority(PRIO_PROCESS, 0);
}

static void on_alarm(int number)
{
	(void)number;
}

static void signals(void)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval soon = { .it_value.tv_usec = 1000 };
	sem_t semaphore;

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	usleep(20000);
	signal(SIGPIPE, SIG_IGN);
	raise(SIGPIPE);
	pthread_kill(pthread_self(), SIGPIPE);
	sem_init(&semaphore, 0, 1);
	sem_wait(&semaphore);
	sigaction(SIGABRT, &action, NULL);
	kill(getpid(), 0);
	alarm(0);
	sched_yield();
}

static int compare_numbers(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void memory(void)
{
	int numbers[MANY];
	void *pages = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *big = malloc(1 << 20);

	big = realloc(big, 4 << 20);
	memset(big, 1, 4 << 20);
	free(big);
	munmap(pages, 1 << 16);
	for (int i = 0; i < 1000; i++)
		free(malloc((size_t)i * 10));
	for (int i = 0; i < MANY; i++)
		numbers[i] = MANY - i;
	qsort(numbers, MANY, sizeof(*numbers), compare_numbers);
	must(numbers[0] == 1, "qsort");
}

/* What another libc does not explain. */
static void news(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	connect(fd, (struct sockaddr *)&address, sizeof(address));
	close(open("/etc/planted", O_CREAT | O_WRONLY, 0600));
	must(chown("/etc/planted", 1, 1) == 0, "chown");
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[0], "/bin/tool") == 0) {
		puts(argv[1]);
		return 0;
	}
	must(argc > 1 && chdir(argv[1]) == 0, "usage: app FOLDER [news]");
	threads();
	files();
	serve();
	names();
	children();
	signals();
	memory();
	if (argc > 2)
		news();
	puts("ready");
	return 0;
}
