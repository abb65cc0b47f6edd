/**
 * Eigenvectors, roots of symmetric matrices and orthonormal bases in C: the same as `targets/loops/routines/eigen.ts`, in doubles, bit for bit if the
 * compiler keeps IEEE arithmetic. Their working memory is part of that of the step. Knows no step.
 */
import type { Helper } from '../../targets/loops/c/source.ts';

/** What makes an element a double. */
export const widened = (type: string): string => (type === 'float' ? '(double)' : '');

/** A double as an element. */
export const narrowed = (type: string, text: string): string =>
  type !== 'float' ? text : /^[\w.[\]]+$/.test(text) ? `(float)${text}` : `(float)(${text})`;

/** Householder's reflections, on matrices of doubles. */
export const reflections: Helper = {
  text: `static inline double dot(const double *x, const double *y, size_t from, size_t to) {
  double sum = 0;
  for (size_t j = from; j < to; j++) sum += x[j] * y[j];
  return sum;
}

/* The reflection I - f·u·uᵀ that brings all of a row from column k on into column k; gives u, and returns f. */
static double mirror(double *row, double *u, size_t n, size_t k) {
  memcpy(u + k, row + k, (n - k) * sizeof(double));
  const double squares = dot(u, u, k, n), head = row[k], norm = head < 0 ? -sqrt(squares) : sqrt(squares);
  u[k] = head + norm;
  row[k] = -norm;
  return squares == 0 ? 0 : 1 / (squares + head * norm);
}

/* Multiplies the rows from \`first\` on by a reflection from the right. */
static void reflect(double *a, const double *u, size_t n, size_t k, double f, size_t first) {
  for (size_t i = first; i < n; i++) {
    const double along = f * dot(a + i * n, u, k, n);
    for (size_t j = k; j < n; j++) a[i * n + j] -= along * u[j];
  }
}

/* The product of all reflections, the last first. */
static void reflections(const double *us, const double *fs, size_t n, double *q) {
  for (size_t i = 0; i < n * n; i++) q[i] = 0;
  for (size_t k = n; k-- > 0;) {
    q[k * n + k] = 1;
    reflect(q, us + k * n, n, k, fs[k], k);
  }
}`,
};

/** Eigenvalues with eigenvectors as rows. */
export const symmetricEigen = (type: 'float' | 'double'): Helper => ({
  needs: ['reflections', 'take'],
  text: `static inline size_t symmetric_eigen_work(size_t n) {
  return 4 * bytes(n * n, sizeof(double)) + 4 * bytes(n, sizeof(double)) + 2 * bytes(n, sizeof(size_t));
}

/*
 * The eigenvalues of a symmetric matrix, the largest first, and its eigenvectors as rows: by Householder's reduction to three diagonals and QL steps with
 * Wilkinson's shift (Golub & Van Loan 2013, section 8.3). Not finite where the matrix is not.
 */
static void symmetric_eigen(size_t n, const ${type} *matrix, double *values, double *vectors, void *work) {
  double *const a = take(&work, n * n, sizeof(double)), *const u = take(&work, n * n, sizeof(double)), *const q = take(&work, n * n, sizeof(double));
  double *const v = take(&work, n * n, sizeof(double)), *const f = take(&work, n, sizeof(double)), *const p = take(&work, n, sizeof(double));
  double *const d = take(&work, n, sizeof(double)), *const e = take(&work, n, sizeof(double));
  size_t *const place = take(&work, n, sizeof(size_t)), *const order = take(&work, n, sizeof(size_t));
  double largest = 0;
  int exponent = 1, finite = 1;
  for (size_t i = 0; i < n * n; i++) {
    finite = finite && fabs(${widened(type)}matrix[i]) < INFINITY;
    if (fabs(${widened(type)}matrix[i]) > largest) largest = fabs(${widened(type)}matrix[i]);
  }
  /* A power of two brings the largest element near 1, so that no square leaves the range. */
  if (finite && largest > 0) frexp(largest, &exponent);
  const double scale = ldexp(1, exponent > 1023 ? -1022 : exponent < -1021 ? 1022 : 1 - exponent);
  /* Rows with large elements come last in the end: the small eigenvalues of a graded matrix lose less that way. */
  for (size_t k = 0; k < n; k++) {
    size_t i = k;
    for (; i > 0 && fabs(${widened(type)}matrix[place[i - 1] * n + place[i - 1]]) < fabs(${widened(type)}matrix[k * n + k]); i--) place[i] = place[i - 1];
    place[i] = k;
  }
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) a[i * n + j] = 0.5 * (scale * matrix[place[i] * n + place[j]] + scale * matrix[place[j] * n + place[i]]);
  f[0] = 0;
  for (size_t i = 0; i < n * n; i++) u[i] = 0;
  for (size_t k = 1; k < n; k++) {
    double *const uk = u + k * n, along = 0;
    f[k] = mirror(a + (k - 1) * n, uk, n, k);
    for (size_t i = k; i < n; i++) {
      p[i] = f[k] * dot(a + i * n, uk, k, n);
      along += p[i] * uk[i];
    }
    for (size_t i = k; i < n; i++) p[i] -= 0.5 * f[k] * along * uk[i];
    for (size_t i = k; i < n; i++)
      for (size_t j = k; j < n; j++) a[i * n + j] -= uk[i] * p[j] + p[i] * uk[j];
  }
  reflections(u, f, n, q);
  for (size_t k = 0; k < n; k++) {
    for (size_t i = 0; i < n; i++) v[(n - 1 - i) * n + place[k]] = q[i * n + k];
    d[n - 1 - k] = finite ? a[k * n + k] : NAN;
    e[n - 1 - k] = finite && k > 0 ? a[(k - 1) * n + k] : 0;
  }
  for (size_t l = 0; finite && l < n; l++)
    for (int step = 0; step < 60; step++) {
      size_t m = l;
      while (m < n - 1 && fabs(e[m]) > 0x1p-53 * (fabs(d[m]) + fabs(d[m + 1]))) m++;
      if (m == l) break;
      double g = (d[l + 1] - d[l]) / (2 * e[l]), r = sqrt(g * g + 1), s = 1, c = 1, taken = 0;
      g = d[m] - d[l] + e[l] / (g + (g < 0 ? -r : r));
      size_t i = m;
      while (i-- > l) {
        const double x = s * e[i], y = c * e[i];
        r = sqrt(x * x + g * g);
        e[i + 1] = r;
        if (r == 0) {
          d[i + 1] -= taken;
          e[m] = 0;
          break;
        }
        s = x / r;
        c = g / r;
        g = d[i + 1] - taken;
        r = (d[i] - g) * s + 2 * c * y;
        taken = s * r;
        d[i + 1] = g + taken;
        g = c * r - y;
        for (size_t k = i * n; k < (i + 1) * n; k++) {
          const double above = v[k], below = v[k + n];
          v[k + n] = s * above + c * below;
          v[k] = c * above - s * below;
        }
        r = 1;
      }
      if (r == 0) continue;
      d[l] -= taken;
      e[l] = g;
      e[m] = 0;
    }
  for (size_t k = 0; k < n; k++) {
    size_t i = k;
    for (; i > 0 && d[order[i - 1]] <= d[k]; i--) order[i] = order[i - 1];
    order[i] = k;
  }
  for (size_t k = 0; k < n; k++) {
    values[k] = d[order[k]] / scale;
    memcpy(vectors + k * n, v + order[k] * n, n * sizeof(double));
  }
}`,
});

/** Eigenvectors as columns. */
export const eigenvectors = (type: 'float' | 'double'): Helper => ({
  needs: ['symmetric_eigen'],
  text: `static inline size_t eigenvectors_work(size_t n) { return bytes(n, sizeof(double)) + bytes(n * n, sizeof(double)) + symmetric_eigen_work(n); }

/* The eigenvectors of a symmetric matrix as columns, that of the largest eigenvalue first. */
static void eigenvectors(size_t n, const ${type} *a, ${type} *out, void *work) {
  double *const values = take(&work, n, sizeof(double)), *const vectors = take(&work, n * n, sizeof(double));
  symmetric_eigen(n, a, values, vectors, work);
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < n; k++) out[i * n + k] = ${narrowed(type, 'vectors[k * n + i]')};
}`,
});

/** (A + ε·I)^(−1/p). `power` is the power of doubles that a file takes. */
export const inverseRoot = (type: string, power: string): Helper => ({
  needs: ['symmetric_eigen', ...(power === 'pow' ? [] : [power])],
  text: `static inline size_t inverse_root_work(size_t n) { return 2 * bytes(n, sizeof(double)) + bytes(n * n, sizeof(double)) + symmetric_eigen_work(n); }

/* (a + eps·I)^(-1/p) of a symmetric matrix; eigenvalues that rounding made negative count as 0. */
static void inverse_root(size_t n, const ${type} *a, ${type} *out, double p, double eps, void *work) {
  double *const values = take(&work, n, sizeof(double)), *const sums = take(&work, n, sizeof(double));
  double *const vectors = take(&work, n * n, sizeof(double));
  symmetric_eigen(n, a, values, vectors, work);
  for (size_t k = 0; k < n; k++) values[k] = ${power}((values[k] < 0 ? 0 : values[k]) + eps, -1 / p);
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j <= i; j++) sums[j] = 0;
    for (size_t k = 0; k < n; k++) {
      const double factor = vectors[k * n + i] * values[k];
      for (size_t j = 0; j <= i; j++) sums[j] += factor * vectors[k * n + j];
    }
    for (size_t j = 0; j <= i; j++) out[i * n + j] = out[j * n + i] = ${narrowed(type, 'sums[j]')};
  }
}`,
});

/** The factor Q of A = Q·R. */
export const orthonormal = (type: 'float' | 'double'): Helper => ({
  needs: ['reflections', 'take'],
  text: `static inline size_t orthonormal_work(size_t n) { return 3 * bytes(n * n, sizeof(double)) + bytes(n, sizeof(double)); }

/* The factor Q of a = Q·R, by Householder's reflections, with the signs that make the diagonal of R positive. */
static void orthonormal(size_t n, const ${type} *a, ${type} *out, void *work) {
  double *const r = take(&work, n * n, sizeof(double)), *const u = take(&work, n * n, sizeof(double)), *const q = take(&work, n * n, sizeof(double));
  double *const f = take(&work, n, sizeof(double));
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) r[j * n + i] = a[i * n + j];
  for (size_t i = 0; i < n * n; i++) u[i] = 0;
  for (size_t k = 0; k < n; k++) {
    f[k] = mirror(r + k * n, u + k * n, n, k);
    reflect(r, u + k * n, n, k, f[k], k + 1);
  }
  reflections(u, f, n, q);
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < n; k++) out[i * n + k] = ${narrowed(type, 'r[k * n + k] < 0 ? -q[k * n + i] : q[k * n + i]')};
}`,
});
