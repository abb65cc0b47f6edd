/**
 * Writes notes on every optimizer and transform (packages/compare/src/reference/notes.json), which `thalweg show` prints, and a picture of each
 * optimizer's paths in docs/reference/. Words come from the documentation in the code, figures from running the conformance table. Part of
 * `npm run reference`; with names it measures those, and the others keep their figures.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sparse, UnsupportedError } from 'thalweg';
import { renderCourses, type Course, type MeasuredPath, type MeasuredRow, type Note } from '@thalweg/compare';
import { descended, descentOf } from '../../conformance/columns.ts';
import { landscapes } from '../../conformance/landscapes.ts';
import { disagreement, run } from '../../conformance/measure.ts';
import { oracleOf } from '../../conformance/report-row.ts';
import { factories, sources, table, traceOf, transforms, type Case } from '../../conformance/table.ts';
import { documentation } from './documentation.ts';

const root = join(import.meta.dirname, '../..');
const pages = join(root, 'docs/reference');
const titles = { parabola: 'A parabola', rosenbrock: "Rosenbrock's valley" } as const;
/** What the maps show, and with how many points a side: a narrow valley needs more. */
const grids = { parabola: { x: [-1, 4], y: [-3, 3], points: 40 }, rosenbrock: { x: [-2, 2], y: [-1, 3], points: 80 } } as const;

async function agreement(name: string): Promise<Note['agreement']> {
  const rows = table.cases.filter(({ ours, before = [], after = [] }) =>
    factories.has(name) ? ours[0] === name : [...before, ...after].some(([one]) => one === name),
  );
  const measured: MeasuredRow[] = [];
  for (const row of rows) {
    const [wide, single] = [await run(row, 'wasm', true), await run(row, 'wasm', false)];
    const [float64 = '', float32 = ''] = [wide, single].map((one) => disagreement(one, traceOf(row.id)).toExponential(1));
    const departs = row.departs === undefined ? {} : { departs: row.departs };
    measured.push({ row: row.id, oracle: oracleOf(row), heldAgainst: row.heldAgainst, ...departs, float64, float32 });
  }
  return measured;
}

type Name = keyof typeof landscapes;

async function course(name: string, landscape: Name): Promise<{ readonly course: Course; readonly path: MeasuredPath }> {
  const row: Case = { id: name, ours: [name, {}], oracle: ['none', '', {}], heldAgainst: 'paper' };
  const { lr, constant = false } = descentOf(row);
  const { steps, loss } = landscapes[landscape];
  const points: [number, number][] = [];
  const rate = lr[landscape];
  const left = await descended(row, landscape, (x, y) => void points.push([x, y]));
  const { x, y, points: side } = grids[landscape];
  const [columns, rows] = [side, side];
  const at = ([low, high]: readonly [number, number], i: number, count: number): number => low + ((high - low) * i) / (count - 1);
  const values = Array.from({ length: rows * columns }, (_, k) => loss(at(x, k % columns, columns), at(y, Math.floor(k / columns), rows)));
  const round = ([a, b]: readonly [number, number]): [number, number] => [Number(a.toPrecision(3)), Number(b.toPrecision(3))];
  const sampled = (first: number, later: number): [number, number][] =>
    points.filter((_, i) => i < first || i % Math.ceil(steps / later) === 0).map(round);
  return {
    course: {
      title: `${titles[landscape]}, lr ${String(rate)}`,
      landscape: { x, y, columns, rows, values, minima: [[1, 1]] },
      path: sampled(60, 150),
    },
    path: { title: titles[landscape], lr: rate, constant, steps, left: left.toExponential(1), points: sampled(40, 40) },
  };
}

/** Whether it steps the rows of a table that a step names, as it is made by default. */
async function takesTables(name: string): Promise<boolean> {
  try {
    (
      await factories
        .get(name)?.()
        .init({ E: sparse([4, 2]) })
    )?.dispose();
    return true;
  } catch (error) {
    if (error instanceof UnsupportedError) return false;
    throw error;
  }
}

async function noteOf(name: string): Promise<Note> {
  const [documented, source] = [words.get(name), sources[name]];
  if (documented === undefined) throw new Error(`${name} has no documentation`);
  if (source === undefined) throw new Error(`there is no conformance/rows/${name}.json`);
  if (wanted.size > 0 && !wanted.has(name)) {
    const kept = former[name];
    if (kept === undefined) throw new Error(`nothing is noted of ${name}: run npm run reference -- ${name}`);
    return { ...kept, ...documented, source };
  }
  if (!factories.has(name)) return { ...documented, source, agreement: await agreement(name), paths: [] };
  const courses = [await course(name, 'parabola'), await course(name, 'rosenbrock')];
  writeFileSync(join(pages, `${name}.svg`), renderCourses(name, courses.map((one) => one.course))); // prettier-ignore
  const paths = courses.map(({ path }) => path);
  return { ...documented, source, tables: await takesTables(name), agreement: await agreement(name), paths };
}

mkdirSync(pages, { recursive: true });
const file = join(root, 'packages/compare/src/reference/notes.json');
const former = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, Note>>;
const wanted = new Set(process.argv.slice(2));
const words = documentation();
const notes: Record<string, Note> = {};
for (const name of [...factories.keys(), ...Object.keys(transforms)].sort()) notes[name] = await noteOf(name);
// A line for each, so that a change shows which.
const lines = Object.entries(notes).map(([name, note]) => `${JSON.stringify(name)}: ${JSON.stringify(note)}`);
writeFileSync(file, `{\n${lines.join(',\n')}\n}\n`);
