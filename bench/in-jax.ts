/**
 * `npm run bench:jax`: an AdamW step in jax-js, by its own package of optimizers in one `jit` and by both forms of `thalweg/jax`, on its backends in
 * Node. All get the same gradients as arrays and return the parameters as arrays, so copies are included. `--write` writes jax.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, platform, release } from 'node:os';
import { join } from 'node:path';
import { blockUntilReady, defaultDevice, init, jit, numpy as np, tree } from '@jax-js/jax';
import { median } from '@thalweg/guide';
import { adamw } from 'thalweg';
import { gradientTransformation, optimizer } from 'thalweg/jax';
import { asked, smoke, write } from '../scripts/asked.ts';

const options = asked('npm run bench:jax', 'the time of an AdamW step in jax-js: its own, and both forms of thalweg/jax', {
  ...write('bench/jax.md'),
  ...smoke,
});
/** What a backend is asked: the interpreter cpu takes seconds for more. */
const sizes = { cpu: options.smoke ? [60] : [1000, 10_000], wasm: options.smoke ? [60] : [1000, 10_000, 100_000, 1_000_000] };
/** How long each takes turns, in milliseconds, after as long to warm up; every one takes some steps. */
const budget = options.smoke ? 1 : 1500;
const [fewest, most] = options.smoke ? [1, 1] : [3, 400];

type Arrays = np.Array[];

/** A step from parameters and gradients to parameters. */
type Step = (params: Arrays, gradients: Arrays) => Promise<Arrays> | Arrays;

/** AdamW with the operations of jax-js's own package, in their order, compiled in one piece with what adds the updates. */
function theirs(first: Arrays): Step {
  const [b1, b2, eps, decay, lr] = [0.9, 0.999, 1e-8, 0.01, 1e-3];
  const whole = jit((params: Arrays, g: Arrays, m: Arrays, v: Arrays, count: np.Array): [Arrays, Arrays, Arrays, np.Array] => {
    const mean = m.map((one, i) => g[i]!.ref.mul(1 - b1).add(one.mul(b1)));
    const square = v.map((one, i) => g[i]!.ref.mul(g[i]!).mul(1 - b2).add(one.mul(b2))); // prettier-ignore
    const t = count.add(1);
    const corrected = (moments: Arrays, beta: number): Arrays => {
      const correction = np.reciprocal(np.subtract(1, np.power(beta, t.ref.astype(np.float32))));
      const out = moments.map((one) => one.ref.mul(correction.ref));
      correction.dispose();
      return out;
    };
    const [direction, scale] = [corrected(mean, b1), corrected(square, b2)];
    const after = params.map((w, i) => {
      const update = direction[i]!.div(np.sqrt(scale[i]!).add(eps)).add(w.ref.mul(decay)).mul(-lr);
      return w.add(update);
    });
    return [after, mean, square, t];
  });
  let m = first.map((w) => np.zerosLike(w.ref));
  let v = first.map((w) => np.zerosLike(w.ref));
  let count = np.array(0, { dtype: np.uint32 });
  return (params, gradients) => {
    const [after, mean, square, next] = whole(params, gradients, m, v, count);
    [m, v, count] = [mean, square, next];
    return after;
  };
}

function pure(first: Arrays): Step {
  const form = gradientTransformation(adamw());
  let state = form.init(tree.ref(first));
  return (params, gradients) => {
    const [after, next] = form.step(params, gradients, state);
    state = next;
    return after;
  };
}

async function held(first: Arrays): Promise<Step> {
  const opt = await optimizer(adamw()).init(tree.ref(first), { threads: 1 });
  return (params, gradients) => {
    tree.dispose(params);
    return opt.step(gradients);
  };
}

interface Way {
  readonly step: () => Promise<void>;
  readonly times: number[];
}

/** An optimizer with parameters and gradients of its own. */
async function way(make: (first: Arrays) => Promise<Step> | Step, tensors: number, elements: number): Promise<Way> {
  const numbers = Float32Array.from({ length: elements / tensors }, (_, i) => Math.sin(i + 1));
  let params = Array.from({ length: tensors }, () => np.array(numbers));
  const gradients = params.map(() => np.array(numbers.map((x) => 0.1 * x)));
  const step = await make(params);
  return {
    step: async () => {
      params = await step(params, tree.ref(gradients));
      await blockUntilReady(params);
    },
    times: [],
  };
}

/** The six orders of three. */
function orders<T>([a, b, c]: readonly T[]): T[][] {
  return [[a, b, c], [c, b, a], [b, c, a], [a, c, b], [c, a, b], [b, a, c]] as T[][]; // prettier-ignore
}

async function race(ways: readonly Way[]): Promise<void> {
  for (const timed of [false, true]) {
    const end = performance.now() + budget * ways.length;
    for (let round = 0; round < most && (round < fewest || performance.now() < end); round++) {
      // In every order: what one leaves for the garbage collector is not always the same one's cost, and none always follows itself, which finds its data in caches.
      for (const { step, times } of orders(ways)[round % 6]!) {
        const started = performance.now();
        await step();
        if (timed) times.push(performance.now() - started);
      }
    }
  }
}

await init('cpu', 'wasm');
const lines: string[] = [];
for (const [backend, counts] of Object.entries(sizes)) {
  defaultDevice(backend === 'cpu' ? 'cpu' : 'wasm');
  for (const elements of counts) {
    for (const tensors of [1, 20]) {
      const made = [await way(theirs, tensors, elements), await way(pure, tensors, elements), await way(held, tensors, elements)];
      await race(made);
      const [a = NaN, b = NaN, c = NaN] = made.map(({ times }) => median(times));
      const [first, ...others] = made.map(({ times }) => times);
      // Round by round, so that what else the machine was doing is in both.
      const ratios = others.map((times) => median(times.map((ms, round) => first![round]! / ms)));
      const ratio = (x = NaN): string => (x < 10 ? x.toFixed(2) : String(Math.round(x)));
      const figures = [a, b, c].map((ms) => ms.toPrecision(3));
      lines.push(`| ${[backend, elements.toLocaleString('en'), tensors, ...figures, ratio(ratios[0]), ratio(ratios[1])].join(' | ')} |`);
    }
  }
}

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../node_modules/@jax-js/jax/package.json'), 'utf8')) as { version: string }; // prettier-ignore
const table = [
  '# In jax-js',
  '',
  '| backend | parameters | arrays | jax-js adamw, ms | gradientTransformation, ms | optimizer, ms | jax-js / gradientTransformation | jax-js / optimizer |',
  '| --- | --: | --: | --: | --: | --: | --: | --: |',
  ...lines,
  '',
  '- The time of an AdamW step in float32, one thread; lower is better. Medians of interleaved steps, in every order; ratios are medians over the turns. Gradients and parameters are jax-js arrays before and after each step, so copies are included.',
  '- jax-js adamw: `adamw` of `@jax-js/optax` and `applyUpdates`, in one `jit`. `gradientTransformation` also uses jax-js operations; `optimizer` uses our kernels (engine `arena`).',
  `- jax-js ${version}, ${cpus()[0]?.model.trim() ?? 'unknown'}, ${String(cpus().length)} cores; ${platform()} ${release()}; Node ${process.version}.`,
  `- Made ${new Date().toISOString().slice(0, 10)} by \`npm run bench:jax -- --write\`.`,
  '',
].join('\n');
console.log(table);
if (options.write) writeFileSync(join(import.meta.dirname, 'jax.md'), table);
