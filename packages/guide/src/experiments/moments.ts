/** Adam and its relatives under gradients that are prescribed, written in the language so that each correction can be switched off. */
import { adam, optimizer, rmsprop, type Method } from 'thalweg';
import { gaussian } from '../noise.ts';
import { drive } from './fit.ts';

/** Which of Adam's two corrections are made. */
export interface Corrections {
  readonly m: boolean;
  readonly v: boolean;
}

/** Adam with its corrections switched on or off. */
export function adamWith({ m, v }: Corrections, beta1: number, beta2: number, lr = 1): Method {
  return optimizer({
    name: 'adamWithout',
    hyper: { lr: ['η', 1], beta1: ['β₁', 0.9, '[0, 1)'], beta2: ['β₂', 0.999, '[0, 1)'], eps: ['ε', 1e-12] },
    equations: `
      m ← β₁·m + (1 − β₁)·g
      v ← β₂·v + (1 − β₂)·g²
      m̂ = m${m ? ' / (1 − β₁ᵗ)' : ''}
      v̂ = v${v ? ' / (1 − β₂ᵗ)' : ''}
      w ← w − η·m̂ / (√v̂ + ε)
    `,
  })({ lr, beta1, beta2 });
}

/** Adam's steps under a gradient that is always 1, in units of η. */
export async function constantSteps(corrections: Corrections, beta1: number, beta2: number, steps: number): Promise<Float64Array> {
  return (await drive(adamWith(corrections, beta1, beta2), [0], steps, () => 1)).moved.subarray(1);
}

/** RMSProp's steps under a gradient that is always 1, in units of η. */
export async function rmspropSteps(beta: number, steps: number): Promise<Float64Array> {
  return (await drive(rmsprop({ lr: 1, beta, eps: 0 }), [0], steps, () => 1)).moved.subarray(1);
}

/** RMSProp's rate, in units of η, when a gradient of `burst` comes at step 100 among gradients of 1. */
export async function rateAfterBurst(beta: number, burst: number, steps: number): Promise<Float64Array> {
  const gradient = (t: number): number => (t === 100 ? burst : 1);
  const { moved } = await drive(rmsprop({ lr: 1, beta }), [0], steps, gradient);
  return moved.subarray(1).map((step, i) => step / gradient(i + 1));
}

/** The size of Adam's first step in units of η for a first gradient `g`. */
export async function firstStep(g: number, eps = 1e-8): Promise<number> {
  return Math.abs((await drive(adam({ lr: 1, eps }), [0], 1, () => g)).moved[1]!);
}

/** The share of noise that the running mean lets through: var(m)/var(g) over `steps` steps of pure noise. */
export async function noiseThrough(beta: number, steps: number, seed = 5): Promise<number> {
  const mean = optimizer({
    name: 'runningMean',
    hyper: { beta: ['β', 0.9, '[0, 1)'] },
    equations: 'm ← β·m + (1 − β)·g; w ← w − m',
  });
  const { moved } = await drive(mean({ beta }), [0], steps, (t) => gaussian(seed, t, 0));
  const settled = moved.subarray(100);
  return settled.reduce((sum, value) => sum + value * value, 0) / settled.length;
}
