/**
 * A word whose meaning turns again and again: for some sentences “sick” says that a film was bad, for as many that it was good. AdaGrad
 * follows, later and later; RMSProp takes over half way. Each step is the library's. Knows the library's public face only.
 */
import { adagrad, rmsprop, type Method } from 'thalweg';
import { uniform } from '../noise.ts';

/** Steps from turn to turn, how many such spells there are, and how sure writers are: of ten, nine mean the same. */
export const turning = { spell: 150, spells: 20, sure: 0.9, adagradRate: 0.5, rmspropRate: 0.03 } as const;

/** The step at which RMSProp takes over. */
export const takeover = (turning.spell * turning.spells) / 2;

/** The weight after each step: of AdaGrad, and of RMSProp from half way on, starting where AdaGrad stood. */
export interface Turn {
  readonly adagrad: Float64Array;
  readonly rmsprop: Float64Array;
}

/** What most writers mean at step `t`: 1 that it was good, 0 that it was bad. */
export function meaningAt(t: number): 0 | 1 {
  return Math.floor((t - 1) / turning.spell) % 2 === 0 ? 0 : 1;
}

async function follow(method: Method, from: number, first: number): Promise<Float64Array> {
  const opt = await method.init({ w: Float64Array.of(from) });
  const last = turning.spell * turning.spells;
  const weights = new Float64Array(last - first + 1);
  weights[0] = from;
  for (let t = first + 1; t <= last; t++) {
    const most = meaningAt(t);
    const y = uniform(11, t, 0) < turning.sure ? most : 1 - most;
    opt.grads.w[0] = 1 / (1 + Math.exp(-opt.params.w[0]!)) - y;
    opt.step();
    weights[t - first] = opt.params.w[0]!;
  }
  opt.dispose();
  return weights;
}

/** Runs both. */
export async function meaningTurns(): Promise<Turn> {
  const whole = await follow(adagrad({ lr: turning.adagradRate }), 0, 0);
  return { adagrad: whole, rmsprop: await follow(rmsprop({ lr: turning.rmspropRate }), whole[takeover]!, takeover) };
}

/** How far the weight swings in the spells `from` to `to`: its highest over its lowest. */
export function swing(weights: Float64Array, from: number, to: number): number {
  const part = weights.subarray(from * turning.spell, to * turning.spell + 1);
  return Math.max(...part) - Math.min(...part);
}
