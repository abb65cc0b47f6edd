/** What runs in a page for `pages.test.ts`: rows of the table in TF.js's and in jax-js's operations. Bundled by the test, with the table's files in it. */
import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import { defaultDevice, init } from '@jax-js/jax';
import * as tf from '@tensorflow/tfjs-core';
import type { Followed } from './in-framework.ts';
import { followInJax, jaxRows } from './in-jax.ts';
import { followInTfjs, tfjsRows } from './in-tfjs.ts';

/** A read waits for the GPU: after the first step, in the middle, and at the end. */
const read = (t: number): boolean => [1, 10, 40].includes(t);

/** Where rows are stepped. */
export type Place = 'TF.js on webgl' | 'TF.js on webgpu' | 'jax-js on webgpu';

/** What came of the rows with these identifiers, in order. */
async function follow(place: Place, ids: readonly string[]): Promise<Followed[]> {
  const inJax = place === 'jax-js on webgpu';
  if (inJax) {
    if (!(await init('webgpu')).includes('webgpu')) throw new Error('this page has no WebGPU');
    defaultDevice('webgpu');
  } else if (!(await tf.setBackend(place === 'TF.js on webgl' ? 'webgl' : 'webgpu'))) throw new Error(`this page has no ${place}`);
  const found: Followed[] = [];
  for (const row of (inJax ? jaxRows : tfjsRows).filter(({ id }) => ids.includes(id)))
    found.push(await (inJax ? followInJax : followInTfjs)(row, read));
  return found;
}

Reflect.set(globalThis, 'follow', follow);
