/**
 * Measures every column of every row and writes the table into README.md, between its markers: `node --conditions=source conformance/report.ts`.
 * With ids of rows it measures those, and the others keep the lines that they have.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { acceptsWrongly, compiledInTwoSteps, descended, descentOf, missed, resumes, type LandscapeName } from './columns.ts';
import { disagreement, run } from './measure.ts';
import { oracleOf } from './report-row.ts';
import { methodOf, sources, table, traceOf, type Case } from './table.ts';

const columns = [
  ...['test case', 'oracle', 'compared with', 'float64', 'bound', 'float32', 'bound'],
  ...['wasm = js', 'keeps type', 'compiles once', 'resumes', 'rejects', 'parabola', "Rosenbrock's valley", 'remarks'],
];
const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const lines = [columns, columns.map(() => '---')].map(line);
const versions: Record<string, string> = {};
const yes = (right: boolean): string => (right ? 'yes' : '**no**');

/** What is left of the loss, by the row's equations: rows that differ in numbers alone share it. */
const descents = new Map<string, string>();
async function descent(row: Case, landscape: LandscapeName): Promise<string> {
  const key = `${landscape} ${methodOf({ ...row, from: 0 }).equations}`;
  const known = descents.get(key);
  if (known !== undefined) return known;
  const wrong = await missed(row, landscape);
  if (wrong !== undefined) {
    console.error(wrong);
    process.exit(1);
  }
  const text = `${String(descentOf(row).lr[landscape])}: ${(await descended(row, landscape)).toExponential(0)}`;
  descents.set(key, text);
  return text;
}

function same(a: unknown, b: unknown): boolean {
  try {
    assert.deepEqual(a, b);
    return true;
  } catch {
    return false; // Which is what the table then says.
  }
}

const path = `${import.meta.dirname}/README.md`;
const wanted = new Set(process.argv.slice(2));
const former = new Map(
  (readFileSync(path, 'utf8').split(/<!-- \/?measured -->/)[1] ?? '')
    .split('\n')
    .map((text) => [text.split('|')[1]?.trim() ?? '', text] as const),
);
let [worst, worstSingle] = [0, 0];
for (const row of table.cases) {
  const trace = traceOf(row.id);
  Object.assign(versions, trace.versions);
  const kept = former.get(row.id);
  if (wanted.size > 0 && !wanted.has(row.id) && kept !== undefined) {
    const [off, off32] = [kept.split('|')[4], kept.split('|')[6]].map(Number);
    [worst, worstSingle] = [Math.max(worst, off ?? NaN), Math.max(worstSingle, off32 ?? NaN)];
    lines.push(kept);
    continue;
  }
  const [wide, single] = [await run(row, 'wasm', true), await run(row, 'wasm', false)];
  const [off, off32] = [disagreement(wide, trace), disagreement(single, trace)];
  [worst, worstSingle] = [Math.max(worst, off), Math.max(worstSingle, off32)];
  const figures = [off, row.tolerance ?? table.tolerance, off32, row.float32 ?? table.float32].map((value) => value.toExponential(1));
  const later = single.weights.get(20);
  const holds = [
    same(await run(row, 'reference', true), wide) && same(await run(row, 'fround', false), single),
    same(wide.arrays, new Set(['Float64Array'])) && same(single.arrays, new Set(['Float32Array'])),
    (await compiledInTwoSteps(row)) === 0,
    (await resumes(row, 'wasm', 'fround', later)) && (await resumes(row, 'fround', 'wasm', later)),
    acceptsWrongly(row).length === 0,
  ];
  const remarks = [row.departs, row.reason, row.descends?.because].filter((text) => text !== undefined).join('; ');
  const paths = [await descent(row, 'parabola'), await descent(row, 'rosenbrock')];
  lines.push(line([row.id, oracleOf(row), row.heldAgainst, ...figures, ...holds.map(yes), ...paths, remarks]));
}
const made = `Oracles: ${Object.entries(versions)
  .map(([name, version]) => `${name} ${version}`)
  .join(
    ', ',
  )}. ${table.cases.length} test cases; the largest error is ${worst.toExponential(1)} in float64 and ${worstSingle.toExponential(1)} in float32.`;
const origins = [
  ['name', 'paper', "authors' program", 'conventions'],
  ['---', '---', '---', '---'],
].map(line);
for (const [name, { paper, authors, conventions }] of Object.entries(sources))
  origins.push(line([name, paper, authors ?? 'none', conventions.join(' ')].map((text) => text.replaceAll('|', '\\|'))));

function between(text: string, mark: string, inner: string): string {
  const [before = '', after = ''] = text.split(new RegExp(`<!-- ${mark} -->[\\s\\S]*<!-- /${mark} -->`));
  return `${before}<!-- ${mark} -->\n\n${inner}\n\n<!-- /${mark} -->${after}`;
}

const written = between(readFileSync(path, 'utf8'), 'measured', `${made}\n\n${lines.join('\n')}`);
writeFileSync(path, between(written, 'sources', origins.join('\n')));
console.log(made);
