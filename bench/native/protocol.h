/* What the C programs share: the arrays and the clock. */
#ifndef PROTOCOL_H
#define PROTOCOL_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec * 1e9 + at.tv_nsec;
}

/* An array of n floats, touched. Arrays whose addresses agree modulo 4096 slow each other down, so each begins nine lines further. */
static float *array(size_t n, int index) {
  char *at = aligned_alloc(4096, ((n * sizeof(float) + 8191) / 4096 + 1) * 4096);
  if (at == NULL) {
    printf("no memory\n");
    exit(1);
  }
  float *a = (float *)(at + index * 9 * 64);
  memset(a, 0, n * sizeof(float));
  return a;
}

static void release(float *a, int index) {
  if (a != NULL) free((char *)a - index * 9 * 64);
}

#endif
