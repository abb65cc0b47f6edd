/** 1 − β computed in float32. */
import { adam, optimizer } from 'thalweg';
import { figure } from '../claim.ts';
import { logSpaced } from '../experiments/orthogonal.ts';
import { sideOf, type Point, type WrongRule } from './rule.ts';

const cancelled = optimizer({
  name: 'adamCancelled',
  hyper: {
    lr: ['η', 1e-3],
    beta1: ['β₁', 0.9, '[0, 1)'],
    beta2: ['β₂', 0.999, '[0, 1)'],
    eps: ['ε', 1e-8],
    kappa: ['κ', 0],
  },
  equations: `
    m ← β₁·m + (1 − β₁)·g
    v ← β₂·v + κ·g²
    m̂ = m / (1 − β₁ᵗ)
    v̂ = v / (1 − β₂ᵗ)
    w ← w − η·m̂ / (√v̂ + ε)
  `,
});

/** 1 − β as float32 has it. */
export function subtracted(beta: number): number {
  return Math.fround(1 - Math.fround(beta));
}

/** v and the size of the step, in units of η, after one step in float32 under a gradient of 1. */
async function firstStep(method: ReturnType<typeof adam> | ReturnType<typeof cancelled>): Promise<{ v: number; step: number }> {
  const opt = await method.init({ w: new Float32Array(1) });
  opt.grads.w[0] = 1;
  opt.step();
  const state = Object.entries(opt.state).find(([name]) => name.endsWith('.v') || name === 'v')![1];
  const found = { v: state['w']![0]!, step: Math.abs(opt.params.w[0]!) };
  opt.dispose();
  return found;
}

async function both(rest: number): Promise<{ wrong: { v: number; step: number }; right: { v: number; step: number } }> {
  const beta2 = 1 - rest;
  return {
    wrong: await firstStep(cancelled({ lr: 1, beta2, kappa: subtracted(beta2) })),
    right: await firstStep(adam({ lr: 1, beta2 })),
  };
}

/** The rule. */
export const float32Rule: WrongRule = {
  id: 'float32',
  title: '1 − β in float32',
  fault: 'A published library subtracts β from 1 in float32, on the device.',
  harm:
    'Near 1, float32 has steps of 6e−8, so 1 − β keeps few digits: at β₂ = 0.9999 it is off by 1.7e−4, at 0.999999 by 1.3 %, and from ' +
    '1 − β₂ = 3e−8 on it is 0, so that v stays 0 and the first step is η/ε. The library subtracts in float64 and rounds once. (β itself ' +
    'is rounded too where it multiplies a float32 v; no kernel in float32 avoids that.)',
  statement: '1 − β₂ subtracted in float32 is off by 1.7e−4 at β₂ = 0.9999; subtracted in float64 and rounded once, by less than 6e−8.',
  optimizer: { id: 'adam', label: 'Adam' },
  knobs: [{ name: 'rest', label: 'forgetting of v', symbol: '1 − β₂', fallback: 1e-4, low: 1e-8, high: 0.1, scale: 'log' }],
  axes: { x: '1 − β₂', y: 'relative error of v after one step', log: ['x', 'y'] },
  sides: { wrong: sideOf(() => cancelled(), 'κ is 1 − β₂ as float32 has it.'), right: sideOf(() => adam()) },
  async measure({ rest }) {
    const places = logSpaced(1e-8, 0.1, 57);
    const error = (v: number, exact: number): number => Math.abs(v / exact - 1);
    const [wrong, right]: [Point[], Point[]] = [[], []];
    for (const x of places) {
      const found = await both(x);
      const exact = 1 - (1 - x);
      // An error of exactly 0 has no place on a logarithmic axis.
      wrong.push({ x, y: Math.max(1e-10, error(found.wrong.v, exact)) });
      right.push({ x, y: Math.max(1e-10, error(found.right.v, exact)) });
    }
    const here = await both(rest!);
    const exact = 1 - (1 - rest!);
    const values = {
      wrong: error(here.wrong.v, exact),
      right: error(here.right.v, exact),
      step: here.wrong.step,
      rightStep: here.right.step,
    };
    return {
      wrong,
      right,
      at: rest!,
      values,
      figure:
        `v after one step is off by ${figure(values.wrong, 2)}, the library’s by ${figure(values.right, 2)}; ` +
        `the first step is ${figure(values.step, 4)} η, the library’s ${figure(values.rightStep, 4)} η`,
      holds: values.right < 2 ** -24 * 1.01 && Math.abs(values.wrong - error(subtracted(1 - rest!), exact)) < 2e-7,
    };
  },
};
