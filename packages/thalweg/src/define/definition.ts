/** What an author of an optimizer or transform writes down, and the options that follow from it. Types alone. */
import type { HyperDeclaration, HyperValue } from './hyper.ts';

/** An option that selects a variant of the text: `false` for a switch, or the possible words, the default first. */
export type VariantDeclaration = false | readonly [string, ...string[]];

/** An extra input of a step: `[symbol, 'scalar']` such as the loss, or `[symbol, 'tensor']`, an array per parameter. */
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

/** An optimizer or transform as its author writes it. */
export interface Definition<H extends Readonly<Record<string, HyperDeclaration>>, V extends Readonly<Record<string, VariantDeclaration>>> {
  /** The name, as in errors and checkpoints. */
  readonly name: string;
  /** Hyperparameters by option name. */
  readonly hyper: H;
  /** Options that select a variant of the equations. */
  readonly variants?: V;
  /** Defaults that hold instead where `compat` names a library. */
  readonly compatDefaults?: Readonly<Record<string, Readonly<Partial<Record<keyof H, number>>> & OptionsOf<object, V>>>;
  /** Of those, the ones that differ where parameters are float32: they hold for a hyperparameter that is given no value. */
  readonly float32Defaults?: Readonly<Record<string, Readonly<Partial<Record<keyof H, number>>>>>;
  /** Extra inputs by name. */
  readonly inputs?: Readonly<Record<string, InputDeclaration>>;
  /** First values of states, as expressions; a state that is not named starts at zero. */
  readonly init?: Readonly<Record<string, string>>;
  /** Where to evaluate the model instead of at `w`: an expression in `w`, the states and the hyperparameters. */
  readonly evaluate?: string;
  /**
   * States that stay in the parameters' type whatever `init` is asked for: those of which `w` is a function. Those that begin as `w` or that
   * `evaluate` reads always do.
   */
  readonly keep?: readonly string[];
  /** The equations, or a function that composes them from the options. */
  readonly equations: string | ((options: Resolved<H, V>) => string);
}
