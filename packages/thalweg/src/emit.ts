/**
 * `thalweg/emit`: writes a method as one source file of another language or framework.
 *
 * @packageDocumentation
 */
import type { Method } from './define/method.ts';
import { c, type COptions } from './emit/c.ts';
import { numpy } from './emit/numpy.ts';
import { optax } from './emit/optax.ts';
import { pytorch } from './emit/pytorch.ts';
import { emitTo, type EmitOptions, type Target } from './emit/target.ts';
import { wgsl, type WgslOptions } from './emit/wgsl.ts';
import { OptionError, suggestion } from './language/error.ts';
import { describe } from './language/options.ts';

/** The options of each target, by its name. */
export interface TargetOptions {
  /** One file of C99. */
  readonly c: COptions;
  /** Plain functions on NumPy's arrays. */
  readonly numpy: EmitOptions;
  /** An `optax.GradientTransformation`. */
  readonly optax: EmitOptions;
  /** A `torch.optim.Optimizer`. */
  readonly pytorch: EmitOptions;
  /** Compute shaders of WebGPU. */
  readonly wgsl: WgslOptions;
}

/** The name of a target. */
export type TargetName = keyof TargetOptions;

/** Every target by name. A new target is one line here and one above. */
export const targets: { readonly [T in TargetName]: Target<TargetOptions[T]> } = { c, numpy, optax, pytorch, wgsl };

/**
 * Writes a method as one source file of another language or framework. The file has the equations, their source, and a test of itself.
 *
 * @param method - an optimizer or a chain that ends in one
 * @param target - `'numpy'`, …: the keys of `targets`
 * @param options - `name`, `source`, and what this target takes besides
 * @throws UnsupportedError that names what the target cannot express; OptionError for an unknown target or option; ThalwegError if `method` is not a method
 * @example
 * ```ts
 * import { adamw } from 'thalweg';
 * import { emit } from 'thalweg/emit';
 * emit(adamw({ lr: 3e-4 }), 'numpy'); // """AdamW …
 * ```
 */
export function emit<T extends TargetName>(method: Method, target: T, options?: TargetOptions[T]): string {
  if (typeof (target as unknown) !== 'string' || !Object.hasOwn(targets, target)) {
    const names = Object.keys(targets);
    const near = typeof (target as unknown) === 'string' ? suggestion(target, names) : '';
    throw new OptionError('emit', 'target', target, `must be one of ${names.join(', ')}, not ${describe(target)}${near}`);
  }
  return emitTo(targets[target], method, options);
}

export { c, emitTo, numpy, optax, pytorch, wgsl };
export type { COptions, EmitOptions, Target, WgslOptions };
