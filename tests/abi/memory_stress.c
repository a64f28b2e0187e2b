// SPDX-License-Identifier: MIT
/* ABI_SECONDS 60. Threads that map, fault, protect, move and unmap at once, beside forks and truncations of what is mapped. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "abi.h"

#define THREADS 4
#define ROUNDS 40

static unsigned long failures;
static volatile int stop;
static int file = -1;

static void wrong(void)
{
	__atomic_fetch_add(&failures, 1, __ATOMIC_RELAXED);
}

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

/* Private memory: what one thread wrote is there until it takes it away. */
static void one_round(uint32_t *seed)
{
	size_t pages = 1 + next(seed) % 40, half = pages / 2 * PAGE;
	unsigned char *p = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), tag = next(seed);

	if (p == MAP_FAILED)
		return wrong();
	for (size_t i = 0; i < pages; i++)
		p[i * PAGE + next(seed) % 64] = 0, memset(p + i * PAGE + 64, tag + i, 64);
	if (half && mprotect(p, half, PROT_READ))
		wrong();
	if (half && mprotect(p, half, PROT_READ | PROT_WRITE))
		wrong();
	if (next(seed) % 2) {
		p = mremap(p, pages * PAGE, (pages + 8) * PAGE, MREMAP_MAYMOVE);
		if (p == MAP_FAILED)
			return wrong();
		if (p[(pages + 7) * PAGE])
			wrong();
		munmap(p + pages * PAGE, 8 * PAGE);
	}
	for (size_t i = 0; i < pages; i++) {
		if (p[i * PAGE + 64] != (unsigned char)(tag + i) || p[i * PAGE + 127] != (unsigned char)(tag + i))
			wrong();
		p[i * PAGE + 100]++;
	}
	if (half && madvise(p, half, MADV_DONTNEED))
		wrong();
	if (half && p[64])
		wrong();
	munmap(p + half, pages * PAGE - half);
	if (half)
		munmap(p, half);
}

static void *mapper(void *arg)
{
	uint32_t seed = (uintptr_t)arg;

	for (int i = 0; i < ROUNDS; i++)
		one_round(&seed);
	return NULL;
}

/* Children see memory as it was at the fork, whatever the threads do meanwhile. */
static void *forker(void *arg)
{
	for (int i = 0; i < 10; i++) {
		volatile int *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		pid_t child;
		int status;

		for (int k = 0; k < 16; k++)
			p[k * PAGE / 4] = i * 16 + k;
		child = fork();
		if (!child) {
			for (int k = 0; k < 16; k++)
				if (p[k * PAGE / 4] != i * 16 + k)
					_exit(1);
			for (int k = 0; k < 16; k++)
				p[k * PAGE / 4] = -1;
			_exit(0);
		}
		for (int k = 0; k < 16; k += 2)
			p[k * PAGE / 4] = -2;
		if (waitpid(child, &status, 0) != child || status)
			wrong();
		for (int k = 1; k < 16; k += 2)
			if (p[k * PAGE / 4] != i * 16 + k)
				wrong();
		munmap((void *)p, 16 * PAGE);
	}
	return NULL;
}

static __thread sigjmp_buf jump;

static void bus(int signo)
{
	siglongjmp(jump, 1);
}

/* Pages of a file that others cut and grow: either its bytes, or SIGBUS. */
static void *reader(void *arg)
{
	volatile unsigned char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, (uintptr_t)arg ? MAP_SHARED : MAP_PRIVATE, file, 0);
	volatile int i = 0;

	while (!stop) {
		unsigned char byte;

		if (sigsetjmp(jump, 1))
			continue;
		i++;
		byte = p[i % 16 * PAGE]; /* once: it may be another one the next time */
		if (byte != 0 && byte != 'x')
			wrong();
		if (i % 7 == 0)
			p[i % 16 * PAGE] = 'x';
	}
	munmap((void *)p, 16 * PAGE);
	return NULL;
}

static void *cutter(void *arg)
{
	uint32_t seed = 5;

	for (int i = 0; i < 80; i++) {
		if (ftruncate(file, next(&seed) % 16 * PAGE) || ftruncate(file, 16 * PAGE))
			wrong();
		if (pwrite(file, "x", 1, next(&seed) % 16 * PAGE) != 1)
			wrong();
	}
	stop = 1;
	return NULL;
}

static void run(void *(*const bodies[])(void *), const uintptr_t args[], int n)
{
	pthread_t threads[16];

	for (int i = 0; i < n; i++)
		if (pthread_create(&threads[i], NULL, bodies[i], (void *)args[i]))
			wrong();
	for (int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
}

int main(void)
{
	struct sigaction action = { .sa_handler = bus, .sa_flags = SA_NODEFER };

	sigaction(SIGBUS, &action, NULL);
	run((void *(*[])(void *)){ mapper, mapper, mapper, mapper, forker }, (uintptr_t[]){ 1, 2, 3, 4, 0 }, THREADS + 1);
	printf("mappers and forks: %lu wrong\n", failures);

	file = open("stress", O_RDWR | O_CREAT | O_TRUNC, 0600);
	CHECK(file >= 0 && ftruncate(file, 16 * PAGE) == 0);
	run((void *(*[])(void *)){ cutter, reader, reader, reader }, (uintptr_t[]){ 0, 1, 0, 1 }, 4);
	printf("truncations: %lu wrong\n", failures);
	close(file);
	unlink("stress");
	return failures != 0;
}
