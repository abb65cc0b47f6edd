/**
 * `npm run bench:against -- ../before`: compares the step times of this working tree with those of another one of the same repository, in one process and
 * interleaved, so that the load of the machine affects both equally. Prints the median of the ratios of neighbouring rounds: below 1 this tree is faster.
 */
import { join, resolve } from 'node:path';
import type * as thalweg from 'thalweg';
import { asked, smoke } from '../scripts/asked.ts';
import { ratio } from './statistics.ts';

type Library = Pick<typeof thalweg, 'adamw' | 'sgd' | 'lamb' | 'muon' | 'chain' | 'clipByGlobalNorm' | 'tensor'>;

const options = asked(
  'npm run bench:against',
  'compares the step times of this working tree with those of another, interleaved; a ratio below 1 means this one is faster',
  smoke,
  { one: 'folder', about: 'the other working tree, built; default: this one' },
);
const [other = '.'] = options.names;
const rounds = options.smoke ? 3 : 101;
/** How long a round lasts, in milliseconds. */
const long = options.smoke ? 0.5 : 1;

const entrance = 'packages/thalweg/src/index.ts';
const load = async (tree: string): Promise<Library> => (await import(join(resolve(tree), entrance))) as Library;
const libraries = [await load(join(import.meta.dirname, '..')), await load(other)];

const methods: Readonly<Record<string, (library: Library) => thalweg.Method>> = {
  adamw: ({ adamw }) => adamw(),
  sgd: ({ sgd }) => sgd(),
  'clip, adamw': ({ adamw, chain, clipByGlobalNorm }) => chain(clipByGlobalNorm(1), adamw()),
  lamb: ({ lamb }) => lamb(),
  muon: ({ muon }) => muon(),
};
const shapes: readonly (readonly [tensors: number, shape: readonly number[]])[] = [
  [1, [1, 1]],
  [1, [1000, 1]],
  [1, [1000, 100]],
  [1, [1000, 1000]],
  [1000, [10, 10]],
];

/** A function that takes a step, of this many tensors of this shape. */
async function stepOf(library: Library, name: string, tensors: number, shape: readonly number[]): Promise<() => void> {
  const names = Array.from({ length: tensors }, (_, i) => `p${String(i)}`);
  const opt: thalweg.Optimizer = await methods[name]!(library).init(Object.fromEntries(names.map((one) => [one, library.tensor(shape)])), {
    threads: 1,
  });
  for (const g of Object.values(opt.grads)) g.fill(0.1);
  return () => void opt.step();
}

/** Nanoseconds a step. */
function time(step: () => void, steps: number): number {
  const started = process.hrtime.bigint();
  for (let t = 0; t < steps; t++) step();
  return Number(process.hrtime.bigint() - started) / steps;
}

console.log('| optimizer | tensors | shape | this tree, ns | other tree, ns | this / other (quartiles) |');
console.log('| --- | --: | --- | --: | --: | --- |');
for (const name of Object.keys(methods)) {
  for (const [tensors, shape] of shapes) {
    if (name === 'muon' && (shape[1] ?? 0) > 100) continue; // Seconds of products that neither tree has changed.
    const both = await Promise.all(libraries.map((library) => stepOf(library, name, tensors, shape)));
    for (const step of both) time(step, 100);
    const steps = Math.max(1, Math.round((long * 1e6) / time(both[0]!, 10)));
    for (const step of both) time(step, steps);
    const times: number[][] = both.map(() => []);
    for (let round = 0; round < rounds; round++) {
      // Whoever goes second finds the caches as the other left them: they take turns in that too.
      for (const i of round % 2 === 0 ? [0, 1] : [1, 0]) times[i]!.push(time(both[i]!, steps));
    }
    const [own = [], theirs = []] = times;
    const [low, middle, high] = ratio(own, theirs) ?? [NaN, NaN, NaN];
    const least = [own, theirs].map((some) => Math.min(...some).toFixed(0));
    const cells = [name, String(tensors), shape.join(' × '), ...least, `${middle.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`];
    console.log(`| ${cells.join(' | ')} |`);
  }
}
