/** What an author declares for an optimizer or transform, and the types of options that follow. Types only. */
import type { HyperDeclaration, HyperValue } from './hyper.ts';

/** An option that selects a variant of the equations: `false` for a switch that is off by default, or the allowed strings, the default first. */
export type VariantDeclaration = false | readonly [string, ...string[]];

/** An extra input of a step: `[symbol, 'scalar']` for a number such as the loss, or `[symbol, 'tensor']` for an array per parameter. */
export type InputDeclaration = readonly [symbol: string, kind: 'scalar' | 'tensor'];

type VariantValue<V> = V extends readonly (infer W)[] ? W : boolean;

/** The options of a defined optimizer: a value for each hyperparameter, a choice for each variant, all optional. */
export type OptionsOf<H, V> = { readonly [K in keyof H]?: HyperValue } & {
  readonly [K in keyof V]?: VariantValue<V[K]>;
};

/** The options with every default filled in. */
export type Resolved<H, V> = { readonly [K in keyof H]: HyperValue } & {
  readonly [K in keyof V]: VariantValue<V[K]>;
};

/** The declaration of an optimizer or transform. */
export interface Definition<H extends Readonly<Record<string, HyperDeclaration>>, V extends Readonly<Record<string, VariantDeclaration>>> {
  /** The name, used in errors and checkpoints. */
  readonly name: string;
  /** Hyperparameters by option name. */
  readonly hyper: H;
  /** Options that select a variant of the equations. */
  readonly variants?: V;
  /** Defaults that apply instead if the variant `compat` names a library. */
  readonly compatDefaults?: Readonly<Record<string, Readonly<Partial<Record<keyof H, number>>> & OptionsOf<object, V>>>;
  /** Defaults among those that differ for float32 parameters; they apply to hyperparameters that are left at their defaults. */
  readonly float32Defaults?: Readonly<Record<string, Readonly<Partial<Record<keyof H, number>>>>>;
  /** Extra inputs by name. */
  readonly inputs?: Readonly<Record<string, InputDeclaration>>;
  /** Initial values of states, as expressions; other states start at zero. */
  readonly init?: Readonly<Record<string, string>>;
  /** Where to evaluate the model instead of at `w`: an expression in `w`, the states and the hyperparameters. */
  readonly evaluate?: string;
  /**
   * States that keep the parameters' type when `init` is given a low-precision `state`: those that `w` is computed from. States that start as `w` or that
   * `evaluate` reads always keep it.
   */
  readonly keep?: readonly string[];
  /** The equations, or a function that composes them from the options. */
  readonly equations: string | ((options: Resolved<H, V>) => string);
}
