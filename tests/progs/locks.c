/* SPDX-License-Identifier: GPL-2.0-or-later */
/* locks N MS: N times a thread holds a lock for MS milliseconds, while another one waits for it. */
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static sem_t held;
static int times, hold_ms;

static void *holder(void *unused)
{
	for (int i = 0; i < times; i++) {
		pthread_mutex_lock(&lock);
		sem_post(&held);
		usleep(1000u * (unsigned)hold_ms);
		pthread_mutex_unlock(&lock);
		usleep(1000u * (unsigned)hold_ms);
	}
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	if (argc < 3)
		return 2;
	times = atoi(argv[1]);
	hold_ms = atoi(argv[2]);
	sem_init(&held, 0, 0);
	if (pthread_create(&thread, NULL, holder, NULL))
		return 1;
	for (int i = 0; i < times; i++) {
		sem_wait(&held);
		pthread_mutex_lock(&lock);
		pthread_mutex_unlock(&lock);
	}
	pthread_join(thread, NULL);
	return 0;
}
