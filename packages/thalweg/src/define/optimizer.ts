/** `optimizer` and `transform`: how users define methods. Everything is checked at once: the declaration when it is made, the equations at each call. */
import { checkDefinition } from './check-definition.ts';
import type { Definition, VariantDeclaration } from './definition.ts';
import { factory, type MethodFactory } from './factory.ts';
import type { HyperDeclaration } from './hyper.ts';
import { programOf } from './program.ts';

/**
 * Defines an optimizer by its equations. The result takes the declared hyperparameters as typed options.
 *
 * @param definition - name, hyperparameters as `[symbol, default, range]`, and equations that assign `w`
 * @throws OptionError from the returned function, for an option that is unknown or out of range; EquationError for invalid equations
 * @example
 * ```ts
 * import { optimizer } from 'thalweg';
 * const signSgd = optimizer({ name: 'signSgd', hyper: { lr: ['η', 0.01] }, equations: 'w ← w − η·sign(g)' });
 * signSgd({ lr: 0.1 }).latex(); // w \leftarrow w - \eta \operatorname{sign}(g), aligned
 * ```
 */
export function optimizer<
  const H extends Readonly<Record<string, HyperDeclaration>>,
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- no variants: a record without members is what is meant
  const V extends Readonly<Record<string, VariantDeclaration>> = {},
>(definition: Definition<H, V>): MethodFactory<H, V> {
  checkDefinition(definition);
  return factory(definition, programOf);
}

/**
 * Defines a transform by its equations: it replaces the gradient `g` before an optimizer, or changes `w` after it. The same as `optimizer`, except that the
 * result is meant for a `chain`.
 *
 * @param definition - as for `optimizer`
 * @example
 * ```ts
 * import { adam, chain, transform } from 'thalweg';
 * const clipByValue = transform({ name: 'clipByValue', hyper: { limit: ['c', 1] }, equations: 'g = max(−c, min(c, g))' });
 * chain(clipByValue({ limit: 0.5 }), adam());
 * ```
 */
export const transform: typeof optimizer = optimizer;
