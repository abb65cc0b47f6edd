/**
 * `optimizer` and `transform` as the library's own definitions use them: a test checks each of them in all its variants, so that nothing need be checked or
 * read where they are imported and called.
 */
import type { Definition, VariantDeclaration } from './definition.ts';
import { factory, type MethodFactory } from './factory.ts';
import type { HyperDeclaration } from './hyper.ts';

/** Makes the function that makes the methods of an optimizer. */
export function optimizer<
  const H extends Readonly<Record<string, HyperDeclaration>>,
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- no variants: a record without members is what is meant
  const V extends Readonly<Record<string, VariantDeclaration>> = {},
>(definition: Definition<H, V>): MethodFactory<H, V> {
  return factory(definition);
}

/** The same for a transform. */
export const transform: typeof optimizer = optimizer;
