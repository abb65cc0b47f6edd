/** What a target of `thalweg/emit` is: a language or framework in which a method can be written down, as one object. Knows methods; no target. */
import { ThalwegError } from '../language/error.ts';
import { checkNames, describe, wrongOption } from '../language/options.ts';
import { asMethod, type Method } from '../define/method.ts';

/** Options that every target takes. */
export interface EmitOptions {
  /** What the function or class is called, by default after the method: `adamw`, or `Adamw` where that is usual. */
  readonly name?: string;
  /** What the file cites, a line; by default the paper, for optimizers and transforms of the library. */
  readonly source?: string;
}

/** A language or framework. `O` are the options that its files may be made with. */
export interface Target<O extends EmitOptions = EmitOptions> {
  /** What it is called: `pytorch`. */
  readonly name: string;
  /** What one gets, in a few words. */
  readonly about: string;
  /** What the name of such a file ends in, without a dot. */
  readonly extension: string;
  /** The names of the options. */
  readonly options: readonly (keyof O & string)[];
  /** The whole file. Throws an UnsupportedError that names what the target cannot say. */
  readonly write: (method: Method, options?: O) => string;
}

/** Options that every target takes, by name. */
export const commonOptions = ['name', 'source'] as const;

/**
 * Writes a method for one target, given as an object: what a bundler keeps is this target alone.
 *
 * @throws UnsupportedError that names what the target cannot say; OptionError for an option that it does not take; ThalwegError for what is no method
 * @example
 * ```ts
 * import { adamw } from 'thalweg';
 * import { emitTo, numpy } from 'thalweg/emit';
 * emitTo(numpy, adamw({ lr: 3e-4 }));
 * ```
 */
export function emitTo<O extends EmitOptions>(target: Target<O>, method: Method, options?: O): string {
  const given = asMethod(method);
  if (given === undefined) throw new ThalwegError('method', `emit: takes a method such as adamw(), not ${describe(method)}`);
  if (!given.trains) {
    const problem =
      'never assigns w for every parameter, so it trains nothing; chain it with an optimizer: chain(clipByGlobalNorm(1), adamw())';
    throw new ThalwegError('method', `emit: ${given.name} ${problem}`);
  }
  const owner = `emit to ${target.name}`;
  if (options !== undefined) checkNames(owner, options, target.options);
  const { name = given.name, source } = options ?? {};
  for (const [option, text] of Object.entries({ name, source })) {
    if (text !== undefined && (typeof (text as unknown) !== 'string' || text === '')) wrongOption(owner, option, text, 'a text');
  }
  return target.write(given, options);
}
