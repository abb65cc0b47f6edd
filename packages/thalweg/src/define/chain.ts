/** `chain`: applies methods one after another, as one method. */
import { ThalwegError } from '../language/error.ts';
import { describe } from '../language/options.ts';
import { otherwise } from './match.ts';
import { asMethod, callIt, Method, type NamesOf } from './method.ts';
import { methodGroup } from './recipe.ts';

/**
 * Chains methods into one, as `optax.chain` does: each reads the gradient `g` and weights `w` that those before it left, and has states of its own. If two
 * methods have a hyperparameter of the same name, the later one gets a number: `lr2`.
 *
 * @param given - the methods in order; at least one must be an optimizer, that is, assign `w`
 * @example
 * ```ts
 * import { adamw, chain, clipByGlobalNorm } from 'thalweg';
 * chain(clipByGlobalNorm(1), adamw({ lr: 3e-4 }));
 * ```
 */
export function chain<const M extends readonly Method[]>(...given: M): Method<NamesOf<M[number]>> {
  if (given.length === 0) throw new ThalwegError('method', 'chain: needs at least one method');
  const methods = given.map((one: unknown) => {
    const method = asMethod(one);
    if (method !== undefined) return method;
    const hint = typeof one === 'function' ? callIt(one) : describe(one);
    throw new ThalwegError('method', `chain: takes each method as an argument, chain(clipByGlobalNorm(1), adam()), not ${hint}`);
  });
  const name = methods.length === 1 ? (methods[0]?.name ?? '') : `chain(${methods.map((method) => method.name).join(', ')})`;
  const isGrouped = ({ groups }: Method): boolean => groups.some(({ match }) => match !== otherwise);
  const [grouped, second] = methods.filter(isGrouped);
  if (second !== undefined) throw new ThalwegError('group', `${name}: a chain may contain groups() only once; put all groups in one list`);
  const groups = grouped?.groups ?? [{ name, match: otherwise, parts: [] }];
  return new Method(
    name,
    groups.map((own) => {
      const parts = methods.flatMap((method) => (method === grouped ? own.parts : (method.groups[0]?.parts ?? [])));
      return methodGroup(own.name, own.match, parts);
    }),
  );
}
