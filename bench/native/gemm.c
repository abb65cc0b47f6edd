/* OpenBLAS's products of float32 matrices, W = (G·Gᵀ)·G, on as many threads as the first argument says. Speaks the protocol of
   programs/serve.ts, where the two numbers of `make` are rows and columns. */
#include "protocol.h"
#include <cblas.h>

extern void openblas_set_num_threads(int threads);

static size_t rows, columns;
static float *g, *s, *w;

static void step(void) {
  const int r = (int)rows, c = (int)columns;
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, r, r, c, 1, g, c, g, c, 0, s, r);
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, r, c, r, 1, s, r, g, c, 0, w, c);
}

int main(int count, char **arguments) {
  char line[128];
  long steps;
  openblas_set_num_threads(count > 1 ? atoi(arguments[1]) : 1);
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (sscanf(line, "make %zu %zu", &rows, &columns) == 2) {
      release(g, 0), release(s, 1), release(w, 2);
      g = array(rows * columns, 0), s = array(rows * rows, 1), w = array(rows * columns, 2);
      for (size_t i = 0; i < rows * columns; i++) g[i] = 0.25f * (float)((i * 7) % 5) - 0.375f;
      printf("ok\n");
    } else if (sscanf(line, "run %ld", &steps) == 1) {
      const double start = now();
      for (long k = 0; k < steps; k++) step();
      printf("%.0f\n", now() - start);
    } else if (strncmp(line, "read", 4) == 0) {
      for (size_t i = 0; i < rows * columns; i++) printf("%s%.9g", i == 0 ? "" : " ", (double)w[i]);
      printf("\n");
    } else printf("no such command\n");
    fflush(stdout);
  }
  return 0;
}
