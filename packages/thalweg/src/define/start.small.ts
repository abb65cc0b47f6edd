/** Replaces `start.ts` in the published `thalweg/small`, which has no runtime: says how to bind methods there. */
import { UnsupportedError } from '../language/run-error.ts';
import type { Recipe } from './recipe.ts';

/** Throws an UnsupportedError. */
export function start({ name }: Recipe): Promise<never> {
  return Promise.reject(new UnsupportedError(name, 'in thalweg/small, call init(method, parameters); await method.init(parameters) needs the package thalweg')); // prettier-ignore
}
