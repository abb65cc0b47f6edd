/** Types of what an optimizer returns and accepts: views of the declared parameters, gradients for them, in the structure given to `init`, and names. */
import type { Rows, SparseTensor } from './sparse.ts';
import type { DType } from '../plan/dtype.ts';
import type { ArrayOf, Declared, Nested, Tensor, Tied, ViewOf } from './tensor.ts';

/** Gradients as passed to `step`. May omit frozen parameters, sparse ones without gradients in this step, and tied names. */
export type Gradients<P> = {
  readonly [K in keyof P as P[K] extends SparseTensor | Tied ? never : K]: Nested extends P[K]
    ? AnyNested<Numeric | Rows>
    : GradientOf<P[K]>;
} & { readonly [K in keyof P as P[K] extends SparseTensor ? K : never]?: Rows } & {
  readonly [K in keyof P as P[K] extends Tied ? K : never]?: GradientOf<P[K]>;
};

/** Numbers, or bits in half precision. */
type Numeric = Float32Array | Float64Array | Uint16Array;

/** A second name does not tell of what, and a type as wide as any parameter does not either. */
type GradientOf<D> = D extends Declared | undefined
  ? D extends SparseTensor ? Rows : D extends Tied ? Numeric | Rows : Tensor extends D ? Numeric | Rows : Numeric
  : D extends readonly unknown[] ? { readonly [I in keyof D]: GradientOf<D[I]> } : Gradients<D>; // prettier-ignore

/** What a type that says no more than ParameterTree does stands for: `T`, or objects and arrays of it. */
export type AnyNested<T> = T | { readonly [key: string]: AnyNested<T> } | readonly AnyNested<T>[];

/** The parameters that are not sparse. */
export type Dense<P> = {
  readonly [K in keyof P as P[K] extends SparseTensor ? never : K]: P[K] extends Declared | undefined
    ? P[K]
    : Nested extends P[K]
      ? P[K]
      : DenseIn<P[K]>;
};

type DenseIn<D> = D extends SparseTensor ? never : D extends Declared ? D : D extends readonly unknown[] ? { readonly [I in keyof D]: DenseIn<D[I]> } : Dense<D>; // prettier-ignore

/** Live views in memory of type `B`. */
export type Views<P, B extends ArrayBufferLike = ArrayBufferLike> = {
  readonly [K in keyof P]: P[K] extends Declared | undefined
    ? ViewOf<P[K], B>
    : Nested extends P[K]
      ? AnyNested<ArrayOf<DType, B>>
      : Views<P[K], B>;
};

/**
 * Parameters by name; nested ones have the path of keys as name: `{ 'blocks.0.wq': …, head: … }`. If the length of an array is not in its type,
 * `blocks.${number}.wq`.
 */
export type Named<P> = P extends Readonly<Record<string, Declared>> ? P : { readonly [L in LeafIn<P> as L[0]]: L[1] };

/** The parameters in `P`, each with its name; what lies deeper than six levels is in no type. */
type LeafIn<P, Prefix extends string = '', Level extends readonly unknown[] = []> = Level['length'] extends 6
  ? never
  : {
      readonly [K in KeysOf<P>]: Nested extends P[K] ? readonly [string, Declared] : LeafOf<P[K], `${Prefix}${K}`, Level>;
    }[KeysOf<P>];

type LeafOf<D, Name extends string, Level extends readonly unknown[]> = D extends Declared
  ? readonly [Name, D]
  : LeafIn<D, `${Name}.`, readonly [...Level, unknown]>;

/** The keys that lead on: the indices of an array, the names of an object. */
type KeysOf<P> = P extends readonly unknown[]
  ? number extends P['length'] ? number & keyof P : Exclude<keyof P, keyof readonly unknown[]> & string
  : keyof P & string; // prettier-ignore

/** The names of the parameters: the keys of `P`, or `'blocks.0.wq'` for nested ones. */
export type NameIn<P> = string & keyof Named<P>;

/** The views of all parameters under their full names, if some are nested. */
export type ByName<P, B extends ArrayBufferLike = ArrayBufferLike> =
  P extends Readonly<Record<string, Declared>> ? unknown : Views<Named<P>, B>;
