/* The memory: `triad` (a = b + s·c; a line is read before it is written, so 16 bytes an element), `update` (a = a + s·b, 12 bytes), which is
   what an optimizer does, and `sweep`, which leaves nothing of others in any cache. The second argument is the number of threads. Speaks
   the protocol of programs/serve.ts: `make 1 N`, `run K`, `bytes`. */
#include "pool.h"
#include "protocol.h"
#include <sched.h>

static size_t n;
static float *a, *b, *c;
static const float s = 1e-8f;

static void triad(size_t n, float *restrict a, const float *restrict b, const float *restrict c) {
  for (size_t i = 0; i < n; i++) a[i] = b[i] + s * c[i];
}

static void update(size_t n, float *restrict a, const float *restrict b) {
  for (size_t i = 0; i < n; i++) a[i] = a[i] + s * b[i];
}

static size_t from_of(int which) { return which == 0 ? 0 : n / 2 / 16 * 16; }
static size_t size_of(int which) { return threads == 1 ? n : which == 0 ? n / 2 / 16 * 16 : n - n / 2 / 16 * 16; }

static void triad_part(int which) { triad(size_of(which), a + from_of(which), b + from_of(which), c + from_of(which)); }
static void update_part(int which) { update(size_of(which), a + from_of(which), b + from_of(which)); }

/* Every core goes over the whole array, so that its own caches hold nothing else either. */
static void sweep_part(int which) {
  cpu_set_t core;
  CPU_ZERO(&core);
  CPU_SET(which, &core);
  sched_setaffinity(0, sizeof core, &core);
  float *mine = which == 0 ? a : b;
  for (size_t i = 0; i < n; i += 16) mine[i] += 1;
}

int main(int count, char **arguments) {
  char line[128];
  size_t one, wanted;
  long steps;
  const char *mode = count > 1 ? arguments[1] : "triad";
  void (*part)(int) = strcmp(mode, "triad") == 0 ? triad_part : strcmp(mode, "update") == 0 ? update_part : sweep_part;
  if (part == sweep_part) spins_at_most = 0;
  start_pool(count > 2 ? atoi(arguments[2]) : 1);
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (sscanf(line, "make %zu %zu", &one, &wanted) == 2) {
      release(a, 0), release(b, 1), release(c, 2);
      n = wanted;
      a = array(n, 0), b = array(n, 1), c = array(n, 2);
      printf("ok\n");
    } else if (strncmp(line, "grad", 4) == 0) {
      printf("ok\n");
    } else if (sscanf(line, "run %ld", &steps) == 1) {
      const double start = now();
      for (long k = 0; k < steps; k++) both(part);
      printf("%.0f\n", now() - start);
    } else if (strncmp(line, "bytes", 5) == 0) {
      printf("%zu\n", n * (part == triad_part ? 16 : 12));
    } else printf("no such command\n");
    fflush(stdout);
  }
  return 0;
}
