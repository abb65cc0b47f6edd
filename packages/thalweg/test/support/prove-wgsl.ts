/**
 * Every method as compute shaders beside `fround`: which texts there are, and how far they are apart after some steps in Chromium's WebGPU. `npm run prove:wgsl`
 * writes the table that the test holds.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { inspect, tensor, UnsupportedError, type Method } from 'thalweg';
import { emit } from 'thalweg/emit';
import { asked } from '../../../../scripts/asked.ts';
import { methods } from './plan-snapshot.ts';
import { onWebGpu, wave, type Outcome, type Task, type Wave } from './webgpu.ts';

/** Where the table lies. */
export const tableFile = new URL('../snapshots/wgsl.json', import.meta.url);

/** Of a method: the text that was proven, by its hash, and how far it was from `fround`; or why there is none. */
export type Row = { readonly hash: string; readonly apart: number } | { readonly refused: string };

/** The table as it was written. */
export const table = (): Record<string, Row> => JSON.parse(readFileSync(tableFile, 'utf8')) as Record<string, Row>;

const steps = 8;
/** A matrix of a part of a workgroup, and a vector of more than one tile. */
const shapes = { a: [20, 15], b: [5003] } as const;
const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

type Emitted = { readonly method: Method; readonly text: string } | { readonly refused: string };

/** The texts of all methods, or why there is none. */
export function texts(): Map<string, Emitted> {
  return new Map(
    methods().map(([title, method]): [string, Emitted] => {
      try {
        return [title, { method, text: emit(method, 'wgsl') }];
      } catch (error) {
        if (!(error instanceof UnsupportedError)) throw error;
        return [title, { refused: error.message }];
      }
    }),
  );
}

/** The hash of a text. */
export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

const hyperOf = (method: Method): Record<string, number> =>
  Object.fromEntries([...method.hyper].map(([key, value]) => [key, typeof value === 'number' ? value : 0.1]));

/** What the page is to do. */
function taskOf(method: Method, text: string): Task {
  const host = /For the host, in JavaScript:\n([\s\S]*)\nEnd of the host’s part\./.exec(text)?.[1];
  if (host === undefined) throw new RangeError('the head has no part for the host');
  const symbols = new Map(
    inspect(method).groups.flatMap(({ parts }) => parts.flatMap(({ inputs }) => inputs.map((one) => [one.name, one] as const))),
  );
  const inputs = [...symbols.values()];
  // An array of an input is called after its symbol, as w and g are.
  const arrays = inputs.flatMap(({ kind, symbol }): [string, Wave][] =>
    kind === 'tensor' ? [[symbol, { scale: 0.125, positive: true }]] : [],
  );
  return {
    code: text,
    host,
    steps,
    hyper: hyperOf(method),
    shapes: Object.values(shapes),
    // Small weights, so that their rounding hides nothing of the steps.
    arrays: { w: { scale: 1 / 64, positive: false }, g: { scale: 0.125, positive: false }, ...Object.fromEntries(arrays) },
    inputs: Object.fromEntries(
      inputs.flatMap(({ kind, name }) => (kind === 'scalar' ? [[name, Array.from({ length: steps }, (_, t) => 3 / (t + 1))]] : [])),
    ),
  };
}

/** The same with `fround`: parameters and where to evaluate after all steps, and how far each element moved in all. */
async function here(method: Method, task: Task) {
  const names = Object.keys(shapes);
  const first = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, tensor(shape, { values: wave(sizeOf(shape), 0, task.arrays['w']!) })]),
  );
  const opt = await method.init(first, { backend: 'fround', nonFinite: 'propagate' });
  Object.entries(task.hyper).forEach(([key, value]) => (opt.hyper[key] = value));
  const moved = names.map((name) => new Float64Array(opt.params[name]!.length));
  for (let t = 0; t < steps; t++) {
    const before = names.map((name) => opt.params[name]!.slice());
    const array = (input: string) =>
      Object.fromEntries(names.map((name) => [name, wave(opt.params[name]!.length, t + 1, task.arrays[input]!)]));
    const inputs = inspect(method).groups.flatMap(({ parts }) => parts.flatMap((part) => part.inputs));
    const given = inputs.map(({ name, symbol, kind }) => [name, kind === 'scalar' ? task.inputs[name]![t]! : array(symbol)] as const);
    opt.step(array('g'), Object.fromEntries(given));
    names.forEach((name, j) => opt.params[name]!.forEach((x, i) => (moved[j]![i]! += Math.abs(x - before[j]![i]!))));
  }
  const evaluated = opt.evaluate();
  return { w: names.map((name) => opt.params[name]!), evaluation: names.map((name) => evaluated[name]!), moved };
}

/** The largest difference, in units of max(|w|, Σ|Δw|) of the element. */
function apart(theirs: Outcome, ours: Awaited<ReturnType<typeof here>>): number {
  let worst = 0;
  for (const which of ['w', 'evaluation'] as const)
    theirs[which].forEach((values, j) => {
      values.forEach((x, i) => {
        const wanted = ours[which][j]![i]!;
        const difference = Object.is(x, wanted)
          ? 0
          : Math.abs(x - wanted) / Math.max(Math.abs(ours.w[j]![i]!), ours.moved[j]![i]!, 2 ** -20);
        worst = difference <= worst ? worst : difference;
      });
    });
  return worst;
}

/** The most that a text may be apart: what rounding makes of eight steps, and where a method takes the difference of sums, of that. */
export const bound = (title: string): number => (title.startsWith('momo') ? 1e-5 : 2e-6);

/** How far texts are from what their methods do here. Throws where a shader does not compile. */
export async function apartFrom(all: readonly (readonly [title: string, method: Method, text: string])[]): Promise<Map<string, number>> {
  const tasks = all.map(([, method, text]) => taskOf(method, text));
  const outcomes = await onWebGpu(tasks);
  const out = new Map<string, number>();
  for (const [i, [title, method, text]] of all.entries()) {
    const outcome = outcomes[i]!;
    if (outcome.messages.length > 0) throw new RangeError(`${title}: ${outcome.messages.join('\n')}\n${text}`);
    out.set(title, apart(outcome, await here(method, tasks[i]!)));
  }
  return out;
}

/** Proves every text: how far it is from `fround`. Throws where a shader does not compile. */
export async function prove(): Promise<Record<string, Row>> {
  const all = texts();
  const emitted = [...all].flatMap(([title, one]) => ('text' in one ? [[title, one.method, one.text] as const] : []));
  const distances = await apartFrom(emitted);
  const rows = new Map(
    emitted.map(([title, , text]) => [title, { hash: hashOf(text), apart: Number(distances.get(title)!.toPrecision(2)) }]),
  );
  return Object.fromEntries([...all].map(([title, one]) => [title, 'refused' in one ? one : rows.get(title)!]));
}

if (import.meta.main) {
  const { write } = asked('npm run prove:wgsl', 'compiles and steps every shader that is emitted in Chromium, beside fround', {
    write: { about: 'keep how far each is from it in the committed table' },
  });
  const rows = await prove();
  if (write) writeFileSync(tableFile, `${JSON.stringify(rows, undefined, 1)}\n`);
  for (const [title, row] of Object.entries(rows)) console.log(title, 'apart' in row ? row.apart : row.refused);
}
