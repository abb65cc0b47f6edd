/* At most one more thread, kept from step to step. */
#ifndef POOL_H
#define POOL_H
#include <pthread.h>
#include <stdatomic.h>

/* The calling thread does part 0, the other one part 1. It spins for a while before it sleeps, as OpenMP's threads do. */
static int threads = 1, spins_at_most = 20000;
static void (*job)(int part);
static atomic_int begun, ended;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;

static void *worker(void *unused) {
  (void)unused;
  for (int done = 0;; done++) {
    for (int spins = 0; atomic_load(&begun) == done && spins < spins_at_most; spins++) __builtin_ia32_pause();
    if (atomic_load(&begun) == done) {
      pthread_mutex_lock(&lock);
      while (atomic_load(&begun) == done) pthread_cond_wait(&wake, &lock);
      pthread_mutex_unlock(&lock);
    }
    job(1);
    atomic_fetch_add(&ended, 1);
  }
  return NULL;
}

static void start_pool(int wanted) {
  pthread_t thread;
  threads = wanted;
  if (threads > 1) pthread_create(&thread, NULL, worker, NULL);
}

/* Runs both parts and waits for them. */
static void both(void (*what)(int part)) {
  if (threads == 1) {
    what(0);
    return;
  }
  job = what;
  const int before = atomic_load(&ended);
  pthread_mutex_lock(&lock);
  atomic_fetch_add(&begun, 1);
  pthread_cond_signal(&wake);
  pthread_mutex_unlock(&lock);
  what(0);
  while (atomic_load(&ended) == before) __builtin_ia32_pause();
}
#endif
