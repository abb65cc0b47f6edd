/**
 * Sharpness-aware minimization: two gradient evaluations a step, around any optimizer. The first finds the worst point near w, the
 * second is the gradient there, with which the optimizer steps from w. Not an equation of one step, so it lives beside the optimizer.
 */
import { checkNames, checkNumber } from './options.ts';
import type { Inputs } from './intake.ts';
import type { Optimizer, StepResult } from './optimizer.ts';

/** Fills `opt.grads` with the gradient at `opt.params`, and returns the loss there. Both calls of a step must see the same batch. */
export type GradientFunction = () => number | Promise<number>;

/** How far to look for the worst point. */
export interface SamOptions {
  /** ρ, the radius, above 0; 0.05 by default. */
  readonly rho?: number;
}

/** How far to look, measured in the sizes of the weights. */
export interface AsamOptions {
  /** ρ, the radius, above 0; 0.5 by default. */
  readonly rho?: number;
  /** η, which keeps a weight of zero movable, at least 0; 0.01 by default. */
  readonly eta?: number;
}

/** Takes one step and returns the loss at the weights before it. `inputs` goes to the optimizer. */
export type SamStep = (inputs?: Inputs) => Promise<number>;

/**
 * SAM (Foret et al. 2021, arXiv:2010.01412): steps with the gradient at the worst point within ρ of w, so that flat minima are preferred.
 *
 * ε = ρ·g/‖g‖ with the norm over all parameters; then g = ∇f(w + ε), and the optimizer steps from w. A gradient of zero, or one that is
 * not finite, has no direction: the optimizer then steps with it, after one evaluation. The weights are back, bit for bit, before the
 * step, also when `gradient` throws. For minimization: with `maximize`, the point looked for is the best one.
 *
 * @param opt - any optimizer, of any method
 * @param gradient - fills `opt.grads` and returns the loss; called twice a step
 * @param options - `rho` ρ
 * @returns a function that takes one step
 * @throws OptionError for a radius that is not above 0; whatever `gradient` and `opt.step` throw
 * @example
 * ```ts
 * import { sam, sgd } from 'thalweg';
 * const opt = await sgd({ lr: 0.1 }).init({ w: Float64Array.of(3) });
 * const step = sam(opt, () => {
 *   opt.grads.w[0] = 2 * opt.params.w[0]!;
 *   return opt.params.w[0]! ** 2;
 * });
 * for (let t = 1; t <= 100; t++) await step();
 * ```
 */
export function sam(opt: AnyOptimizer, gradient: GradientFunction, options: SamOptions = {}): SamStep {
  checkNames('sam', options, ['rho']);
  const { rho = 0.05 } = options;
  checkNumber('sam', 'rho', rho, '(0, ∞)');
  return around(opt, gradient, rho, () => 1);
}

/**
 * ASAM (Kwon et al. 2021, arXiv:2102.11600): SAM with a neighbourhood that grows and shrinks with each weight, so that rescaling a layer
 * does not change how sharp a minimum counts.
 *
 * ε = ρ·T²g/‖T·g‖ with T = |w| + η for each element and the norm over all parameters; the rest is as in `sam`.
 *
 * @param opt - any optimizer, of any method
 * @param gradient - fills `opt.grads` and returns the loss; called twice a step
 * @param options - `rho` ρ, `eta` η
 * @returns a function that takes one step
 * @throws OptionError for options out of range; whatever `gradient` and `opt.step` throw
 * @example
 * ```ts
 * import { adam, asam } from 'thalweg';
 * const opt = await adam({ lr: 0.1 }).init({ w: Float64Array.of(3) });
 * const step = asam(opt, () => {
 *   opt.grads.w[0] = 2 * opt.params.w[0]!;
 *   return opt.params.w[0]! ** 2;
 * });
 * await step(); // 9, the loss at w = 3
 * ```
 */
export function asam(opt: AnyOptimizer, gradient: GradientFunction, options: AsamOptions = {}): SamStep {
  checkNames('asam', options, ['rho', 'eta']);
  const { rho = 0.5, eta = 0.01 } = options;
  checkNumber('asam', 'rho', rho, '(0, ∞)');
  checkNumber('asam', 'eta', eta, '[0, ∞)');
  return around(opt, gradient, rho, (w) => Math.abs(w) + eta);
}

/** What SAM needs of an optimizer, whatever its parameters and hyperparameters are. */
type AnyOptimizer = Pick<Optimizer, 'params' | 'grads'> & { step(gradients?: undefined, inputs?: Inputs): StepResult };

function around(opt: AnyOptimizer, gradient: GradientFunction, rho: number, scale: (w: number) => number): SamStep {
  const saved = Object.fromEntries(Object.entries(opt.params).map(([name, w]) => [name, w.slice()]));
  return async (inputs) => {
    const { params, grads } = opt;
    const loss = await gradient();
    let squares = 0;
    for (const [name, w] of Object.entries(params)) {
      const g = grads[name]!;
      for (let i = 0; i < w.length; i++) squares += (scale(w[i]!) * g[i]!) ** 2;
    }
    const norm = Math.sqrt(squares);
    if (norm > 0 && Number.isFinite(norm)) {
      for (const [name, w] of Object.entries(params)) {
        const g = grads[name]!;
        saved[name]!.set(w);
        for (let i = 0; i < w.length; i++) w[i] = w[i]! + (rho / norm) * scale(w[i]!) ** 2 * g[i]!;
      }
      try {
        await gradient();
      } finally {
        for (const [name, w] of Object.entries(params)) w.set(saved[name]!);
      }
    }
    opt.step(undefined, inputs);
    return loss;
  };
}
