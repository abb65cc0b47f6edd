/**
 * Learning rate against weight decay: a model with normalized weights, where decay sets how fast the direction can turn, trained at every
 * pair of a grid in each form of decay. One row of the map at a time, so that a host can show progress and stop. All from a seed.
 */
import { adam, adamw, cosine, type Method } from 'thalweg';
import { gaussian, uniform } from '../noise.ts';
import type { Objective } from '../surface.ts';
import { slope } from './fit.ts';
import { linearData, squaredError, type LinearData } from './model.ts';

const inputs = 20;
const batch = 8;
const teacherLength = Math.sqrt(inputs);

/** The three forms: a penalty inside Adam, decay scaled by η, decay independent of it. */
export const decayForms = ['l2', 'scaled', 'independent'] as const;

/** A form of decay. */
export type DecayForm = (typeof decayForms)[number];

/** Learning rates of the maps, ascending. */
export const heatRates: readonly number[] = Array.from({ length: 7 }, (_, i) => Number((0.01 * 10 ** (i / 4)).toPrecision(3)));

/** Decays of the map of a form, ascending; the independent form's are what a step takes off, so they are smaller. */
export function heatDecays(form: DecayForm): readonly number[] {
  const lowest = { l2: 1e-4, scaled: 1e-2, independent: 1e-4 }[form];
  return Array.from({ length: 13 }, (_, i) => Number((lowest * 10 ** (i / 3)).toPrecision(3)));
}

/** The method of a form at a learning rate and a decay. The rate falls along half a cosine, as in the paper. */
export function decayMethod(form: DecayForm, peak: number, decay: number, total: number): Method {
  const lr = cosine({ peak, total });
  return form === 'l2' ? adam({ lr, l2: decay }) : adamw({ lr, weightDecay: decay, decay: form });
}

/** Training and validation data of one teacher, and its length, to which predictions are scaled. */
export function heatData(seed = 1): { readonly train: LinearData; readonly validation: LinearData } {
  const all = linearData(1200, inputs, 1, 1, seed);
  const part = (from: number, to: number): LinearData => ({
    ...all,
    rows: to - from,
    x: all.x.subarray(from * inputs, to * inputs),
    y: all.y.subarray(from, to),
  });
  return { train: part(0, 1000), validation: part(1000, 1200) };
}

/**
 * The loss of a model whose weights are normalized, ŷ = c·x·w/‖w‖, as the weights before a normalization layer are: only the direction
 * of w counts, so its gradient is at right angles to w.
 */
export function normalized(objective: Objective, length: number): Objective {
  const [unit, inner] = [new Float64Array(inputs), new Float64Array(inputs)];
  return (w, g) => {
    const norm = Math.hypot(...w);
    for (let i = 0; i < inputs; i++) unit[i] = (length * w[i]!) / norm;
    const loss = objective(unit, inner);
    let along = 0;
    for (let i = 0; i < inputs; i++) along += (inner[i]! * w[i]!) / norm;
    for (let i = 0; i < inputs; i++) g[i] = (length / norm) * (inner[i]! - (along * w[i]!) / norm);
    return loss;
  };
}

/** The validation loss after training at one learning rate with each decay of the form: the mean over these seeds. */
export async function heatRow(form: DecayForm, lr: number, seeds: readonly number[], steps = 200): Promise<number[]> {
  const means = heatDecays(form).map(() => 0);
  for (const seed of seeds) {
    const { train, validation } = heatData(seed);
    const judge = normalized(squaredError(validation), teacherLength);
    const chosen = new Uint32Array(batch);
    const objective = normalized(squaredError(train, chosen), teacherLength);
    for (const [i, decay] of heatDecays(form).entries()) {
      const opt = await decayMethod(form, lr, decay, steps).init(
        { w: Float64Array.from({ length: inputs }, (_, k) => 3 * gaussian(seed, 9, k)) },
        { nonFinite: 'propagate' },
      );
      for (let t = 1; t <= steps; t++) {
        for (let k = 0; k < batch; k++) chosen[k] = Math.floor(uniform(seed, t, k) * train.rows);
        objective(opt.params.w, opt.grads.w);
        opt.step();
      }
      means[i] = means[i]! + judge(opt.params.w, new Float64Array(inputs)) / seeds.length;
      opt.dispose();
    }
  }
  return means;
}

/** A whole map, row by row of learning rates. */
export async function heatMap(form: DecayForm, seeds: readonly number[], steps = 200): Promise<number[][]> {
  const rows: number[][] = [];
  for (const lr of heatRates) rows.push(await heatRow(form, lr, seeds, steps));
  return rows;
}

/** The lowest loss on any of these maps. */
export function lowestLoss(maps: readonly (readonly (readonly number[])[])[]): number {
  let low = Infinity;
  for (const losses of maps.flat()) for (const loss of losses) if (loss < low) low = loss;
  return low;
}

/** How far above the lowest loss of all maps a good one may lie. */
const good = 1.1;

/** The most learning rates of a map at which one and the same decay is good: within a tenth of `lowest`, the lowest loss on any map. */
export function served(map: readonly (readonly number[])[], lowest: number): number {
  const counts = (map[0] ?? []).map((_, j) => map.filter((losses) => losses[j]! <= good * lowest).length);
  return Math.max(0, ...counts);
}

/**
 * The exponent with which the largest good decay follows η: −1 where the good region is η·λ = const, 0 where the two choices are separate.
 * NaN where some learning rates have no good decay at all.
 */
export function edge(map: readonly (readonly number[])[], form: DecayForm, lowest: number): number {
  const decays = heatDecays(form);
  return slope(
    heatRates.map(Math.log),
    map.map((losses) => Math.log(decays[losses.findLastIndex((loss) => loss <= good * lowest)] ?? NaN)),
  );
}
