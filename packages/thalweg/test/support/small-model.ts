/** The model of `fixtures/pytorch/make.py`: a tanh network of two layers and two parameters that join late, with its gradients worked out by hand. */
import { tensor } from 'thalweg';

type Arrays = Record<'W1' | 'b1' | 'W2' | 'b2' | 'late' | 'idle', Float32Array | Float64Array>;

const wave = (n: number, k: number): Float64Array => Float64Array.from({ length: n }, (_, i) => Math.sin((i + 1) * k));

/** The parameters at the start, as `init` takes them. */
export function smallModel(float32 = false) {
  const values = (n: number, k: number) => (float32 ? Float32Array.from(wave(n, k)) : wave(n, k));
  return {
    W1: tensor([4, 3], { values: values(12, 1) }),
    b1: values(4, 2),
    W2: tensor([2, 4], { values: values(8, 3) }),
    b2: values(2, 4),
    late: values(2, 5),
    idle: values(3, 6),
  };
}

/** The loss of step t at `w`; its gradients, times `sign`, go into `g`. */
export function smallLoss(w: Arrays, g: Arrays, t: number, sign = 1): number {
  for (const array of Object.values(g)) array.fill(0);
  let loss = 0;
  for (let e = 0; e < 5; e++) {
    const x = [0, 1, 2].map((i) => Math.cos((3 * e + i) * 0.7 + t));
    const hidden = [0, 1, 2, 3].map((j) => Math.tanh(x.reduce((sum, one, i) => sum + one * w.W1[3 * j + i]!, w.b1[j]!)));
    for (let k = 0; k < 2; k++) {
      const out = hidden.reduce((sum, one, j) => sum + one * w.W2[4 * k + j]!, w.b2[k]!);
      const error = out - Math.sin((2 * e + k) * 0.3 + 0.1 * t);
      loss += error ** 2 / 5;
      const d = (sign * 2 * error) / 5;
      g.b2[k]! += d;
      hidden.forEach((h, j) => {
        const back = d * w.W2[4 * k + j]! * (1 - h * h);
        g.W2[4 * k + j]! += d * h;
        g.b1[j]! += back;
        x.forEach((one, i) => (g.W1[3 * j + i]! += back * one));
      });
    }
  }
  for (const [name, target] of [
    ['late', 0.5],
    ['idle', -0.5],
  ] as const)
    w[name].forEach((one, i) => {
      loss += (one - target) ** 2;
      g[name][i]! += sign * 2 * (one - target);
    });
  return loss;
}
