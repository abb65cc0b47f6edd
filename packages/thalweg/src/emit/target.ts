/** What a target of `thalweg/emit` is: a language or framework in which a method can be written, as one object. Knows methods; no target. */
import { ThalwegError } from '../language/error.ts';
import { checkNames, describe, wrongOption } from '../language/options.ts';
import { asMethod, type Method } from '../define/method.ts';

/** Options that every target takes. */
export interface EmitOptions {
  /** The name of the function or class; by default after the method: `adamw`, or `Adamw` where classes are usual. */
  readonly name?: string;
  /** A line that the file cites as its source; by default the paper, for optimizers and transforms of the library. */
  readonly source?: string;
}

/** A language or framework. `O` is the type of its options. */
export interface Target<O extends EmitOptions = EmitOptions> {
  /** Its name: `pytorch`. */
  readonly name: string;
  /** What the file contains, in a few words. */
  readonly about: string;
  /** The extension of the file's name, without a dot. */
  readonly extension: string;
  /** The names of the options. */
  readonly options: readonly (keyof O & string)[];
  /** Writes the file. Throws an UnsupportedError that names what the target cannot express. */
  readonly write: (method: Method, options?: O) => string;
}

/** Options that every target takes, by name. */
export const commonOptions = ['name', 'source'] as const;

/**
 * Writes a method for one target, given as an object, so that a bundler includes this target alone.
 *
 * @throws UnsupportedError that names what the target cannot express; OptionError for an unknown option; ThalwegError if `method` is not a method
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
