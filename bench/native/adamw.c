/* The native limit: Thalweg's AdamW kernel as plain C, with the same operations in the same order, on one or two threads (the first
   argument). Speaks the protocol of programs/serve.ts. */
#include "pool.h"
#include "protocol.h"
#include <math.h>

/* Below so many elements a second thread costs more than it does. */
static const size_t worth_sharing = 32768;

static size_t tensors, each, stride;
static float *w, *g, *m, *v;
static long t;
static float r1, r2;

static void update(size_t n, float *restrict w, const float *restrict g, float *restrict m, float *restrict v) {
  const float b1 = 0.9f, c1 = (float)(1 - 0.9), b2 = 0.999f, c2 = (float)(1 - 0.999);
  const float lr = 1e-3f, eps = 1e-8f, decay = 1e-2f, s1 = r1, s2 = r2;
  for (size_t i = 0; i < n; i++) {
    m[i] = b1 * m[i] + c1 * g[i];
    v[i] = b2 * v[i] + c2 * (g[i] * g[i]);
    w[i] = w[i] - lr * ((m[i] * s1) / (sqrtf(v[i] * s2) + eps) + decay * w[i]);
  }
}

/* As `gradient` in work.ts. */
static float gradient(const char *kind, long block, size_t i) {
  if (strcmp(kind, "zero") == 0) return 0;
  if (strcmp(kind, "sparse") == 0 && (long)(i % 50) != block % 50) return 0;
  return 0.25f * (float)((i * 7) % 5) - 0.375f;
}

/* Share number `which` of so many: one tensor is cut at a full line; of several each share has some. */
static void share(int which, int shares) {
  if (tensors == 1) {
    const size_t from = each * which / shares / 16 * 16, to = which + 1 == shares ? each : each * (which + 1) / shares / 16 * 16;
    update(to - from, w + from, g + from, m + from, v + from);
    return;
  }
  const size_t from = tensors * which / shares, to = tensors * (which + 1) / shares;
  for (size_t k = from; k < to; k++) update(each, w + k * stride, g + k * stride, m + k * stride, v + k * stride);
}

static void part(int which) { share(which, threads); }

static void step(void) {
  t++;
  r1 = (float)(1 / -expm1(t * log(0.9)));
  r2 = (float)(1 / -expm1(t * log(0.999)));
  if (tensors * each < worth_sharing) share(0, 1);
  else both(part);
}

static void make(void) {
  release(w, 0), release(g, 1), release(m, 2), release(v, 3);
  stride = (each + 15) / 16 * 16;
  t = 0;
  w = array(tensors * stride, 0), g = array(tensors * stride, 1), m = array(tensors * stride, 2), v = array(tensors * stride, 3);
  for (size_t k = 0; k < tensors; k++)
    for (size_t i = 0; i < each; i++) w[k * stride + i] = 1 + 0.25f * (float)((i * 7) % 5);
}

int main(int count, char **arguments) {
  char line[128], kind[32];
  long block, steps;
  start_pool(count > 1 ? atoi(arguments[1]) : 1);
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (sscanf(line, "make %zu %zu", &tensors, &each) == 2) {
      make();
      printf("ok\n");
    } else if (sscanf(line, "grad %31s %ld", kind, &block) == 2) {
      for (size_t k = 0; k < tensors; k++)
        for (size_t i = 0; i < each; i++) g[k * stride + i] = gradient(kind, block, i);
      printf("ok\n");
    } else if (sscanf(line, "run %ld", &steps) == 1) {
      const double start = now();
      for (long s = 0; s < steps; s++) step();
      printf("%.0f\n", now() - start);
    } else if (strncmp(line, "read", 4) == 0) {
      for (size_t k = 0; k < tensors; k++)
        for (size_t i = 0; i < each; i++) printf("%s%.9g", k + i == 0 ? "" : " ", (double)w[k * stride + i]);
      printf("\n");
    } else printf("no such command\n");
    fflush(stdout);
  }
  return 0;
}
