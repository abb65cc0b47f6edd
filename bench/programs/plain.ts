/** The loop that people write by hand: float32 arrays, float64 arithmetic between. */
import { firstWeight, gradient, hyper, type Gradients } from '../work.ts';
import { serve, type Program } from './serve.ts';

interface Arrays {
  readonly w: Float32Array;
  readonly g: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
}

class PlainJavaScript implements Program {
  private tensors: Arrays[] = [];
  private t = 0;

  make(tensors: number, each: number): void {
    this.t = 0;
    this.tensors = Array.from({ length: tensors }, () => ({
      w: Float32Array.from({ length: each }, (_, i) => firstWeight(i)),
      g: new Float32Array(each),
      m: new Float32Array(each),
      v: new Float32Array(each),
    }));
  }

  gradients(kind: Gradients, block: number): void {
    const value = gradient(kind, block);
    for (const { g } of this.tensors) for (let i = 0; i < g.length; i++) g[i] = value(i);
  }

  step(): void {
    this.t += 1;
    const { lr, beta1, beta2, eps, weightDecay } = hyper;
    const [r1, r2] = [1 / (1 - beta1 ** this.t), 1 / (1 - beta2 ** this.t)];
    for (const { w, g, m, v } of this.tensors) {
      for (let i = 0; i < w.length; i++) {
        const gi = g[i]!;
        const mi = (m[i] = beta1 * m[i]! + (1 - beta1) * gi);
        const vi = (v[i] = beta2 * v[i]! + (1 - beta2) * gi * gi);
        w[i] = w[i]! - lr * ((mi * r1) / (Math.sqrt(vi * r2) + eps) + weightDecay * w[i]!);
      }
    }
  }

  *read(): Iterable<number> {
    for (const { w } of this.tensors) yield* w;
  }
}

await serve(new PlainJavaScript());
