/** Helper functions of emitted C besides those of kernels. */
import { normalRange } from '../../plan/dtype.ts';
import type { Helper } from '../../targets/loops/c/source.ts';

const sign = (name: string, type: 'float' | 'double'): Helper => ({
  text: `static inline ${type} ${name}(${type} x) { return x > 0 ? 1 : x < 0 ? -1 : x; }`,
});

const normal = (dtype: 'float32' | 'float64'): Helper => ({
  text: `static inline int is_normal_${dtype}(double x) { return fabs(x) >= ${String(normalRange[dtype][0])} && fabs(x) <= ${String(normalRange[dtype][1])}; }`,
});

/** The helpers by name. */
export const stepHelpers: Readonly<Record<string, Helper>> = {
  sign_of: /* @__PURE__ */ sign('sign_of', 'double'),
  sign_off: /* @__PURE__ */ sign('sign_off', 'float'),
  one_minus_power: {
    text: `/* 1 - b^t, without cancellation where b is near 1. */
static inline double one_minus_power(double b, double t) { return b > 0 ? -expm1(t * log(b)) : 1 - pow(b, t); }`,
  },
  is_normal_float32: /* @__PURE__ */ normal('float32'),
  is_normal_float64: /* @__PURE__ */ normal('float64'),
};
