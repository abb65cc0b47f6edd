/* The native limit: Thalweg's AdamW kernel as plain C, one thread, with the same operations in the same order. Reads commands
   "n steps" on standard input and answers with nanoseconds for all the steps. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static float *array(size_t n, float first) {
  float *a = aligned_alloc(64, (n * sizeof(float) + 63) / 64 * 64);
  for (size_t i = 0; i < n; i++) a[i] = first * (1 + 0.3f * (float)((i * 7) % 5));
  return a;
}

static void step(size_t n, long t, float *restrict w, const float *restrict g, float *restrict m, float *restrict v) {
  const double beta1 = 0.9, beta2 = 0.999;
  const float b1 = (float)beta1, c1 = (float)(1 - beta1), b2 = (float)beta2, c2 = (float)(1 - beta2);
  const float r1 = (float)(1 / -expm1(t * log(beta1))), r2 = (float)(1 / -expm1(t * log(beta2)));
  const float lr = 1e-3f, eps = 1e-8f, decay = 1e-2f;
  for (size_t i = 0; i < n; i++) {
    m[i] = b1 * m[i] + c1 * g[i];
    v[i] = b2 * v[i] + c2 * (g[i] * g[i]);
    w[i] = w[i] - lr * ((m[i] * r1) / (sqrtf(v[i] * r2) + eps) + decay * w[i]);
  }
}

int main(void) {
  size_t n = 0, wanted;
  long steps, t = 0;
  float *w = NULL, *g = NULL, *m = NULL, *v = NULL;
  while (scanf("%zu %ld", &wanted, &steps) == 2) {
    if (wanted != n) {
      free(w), free(g), free(m), free(v);
      n = wanted, t = 0;
      w = array(n, 1), g = array(n, 0.5f), m = array(n, 0), v = array(n, 0);
    }
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    for (long s = 0; s < steps; s++) step(n, ++t, w, g, m, v);
    clock_gettime(CLOCK_MONOTONIC, &b);
    printf("%.0f %g\n", (b.tv_sec - a.tv_sec) * 1e9 + (b.tv_nsec - a.tv_nsec), (double)w[n / 2]);
    fflush(stdout);
  }
  return 0;
}
