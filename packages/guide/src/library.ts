/** The optimizers that the library exports, by name: the one list of them. Knows the library's public face only. */
import * as thalweg from 'thalweg';
import type { HyperDeclaration, HyperValue, Method, VariantDeclaration } from 'thalweg';

/** What `optimizer({ … })` returned, with a learning rate: makes a method from options, and says which there are. */
export interface OptimizerFactory {
  (options?: Readonly<Record<string, HyperValue | string | boolean>>): Method;
  readonly definition: {
    readonly name: string;
    readonly hyper: Readonly<Record<string, HyperDeclaration>>;
    readonly variants?: Readonly<Record<string, VariantDeclaration>>;
  };
}

/** Whether a value is what `optimizer({ … })` returned, with a learning rate; transforms have none. */
export function isOptimizerFactory(value: unknown): value is OptimizerFactory {
  if (typeof value !== 'function' || !('definition' in value)) return false;
  const { definition } = value;
  const hyper: unknown = typeof definition === 'object' && definition !== null ? Reflect.get(definition, 'hyper') : undefined;
  return typeof hyper === 'object' && hyper !== null && 'lr' in hyper;
}

/** Every optimizer of the library by the name of its export, in alphabetical order. */
export const optimizers: ReadonlyMap<string, OptimizerFactory> = new Map(
  Object.entries<unknown>(thalweg)
    .flatMap(([name, value]) => (isOptimizerFactory(value) ? [[name, value] as const] : []))
    .sort(([a], [b]) => (a < b ? -1 : 1)),
);
