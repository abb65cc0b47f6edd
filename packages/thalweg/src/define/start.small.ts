/** In the published `thalweg/small`, in the place of `start.ts`: says what binds methods there, since the runtime is not. */
import { UnsupportedError } from '../language/run-error.ts';
import type { Recipe } from './recipe.ts';

/** Refuses. */
export function start({ name }: Recipe): Promise<never> {
  return Promise.reject(new UnsupportedError(name, 'in thalweg/small, init(method, parameters) binds a method; await method.init(parameters) is for those of thalweg')); // prettier-ignore
}
