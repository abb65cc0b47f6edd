/** What an optimizer shows and takes by parameter name, in types: views of what was declared, and gradients for it. */
import type { Rows, SparseTensor } from './sparse.ts';
import type { Declared, Tensor, Tied, ViewOf } from './tensor.ts';

/** Gradients by parameter name, as handed to `step`. Frozen parameters may be left out, sparse ones of which no row has a gradient, and tied names. */
export type Gradients<P> = {
  readonly [K in keyof P as P[K] extends SparseTensor | Tied ? never : K]: GradientOf<P[K]>;
} & { readonly [K in keyof P as P[K] extends SparseTensor ? K : never]?: Rows } & {
  readonly [K in keyof P as P[K] extends Tied ? K : never]?: GradientOf<P[K]>;
};

/** Numbers, or bits in half precision. */
type Numeric = Float32Array | Float64Array | Uint16Array;

/** A second name does not tell of what, and a type as wide as any parameter does not either. */
type GradientOf<D> = D extends Tied ? Numeric | Rows : Tensor extends D ? Numeric | Rows : Numeric; // prettier-ignore

/** The parameters that are not sparse. */
export type Dense<P extends Readonly<Record<string, Declared>>> = {
  readonly [K in keyof P as P[K] extends SparseTensor ? never : K]: P[K];
};

/** Live views by parameter name. */
export type Views<P extends Readonly<Record<string, Declared>>> = {
  readonly [K in keyof P]: ViewOf<P[K]>;
};
