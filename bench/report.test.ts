/** The report says what was measured: ratios within rounds, losing and failed rows, aims. On figures made up here. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aims, met } from './aims.ts';
import type { Machine } from './machine.ts';
import { picture } from './plot.ts';
import type { Case, Row } from './race.ts';
import { markdown, shortTable } from './report.ts';
import type { Part, Results } from './results.ts';
import { number, figure } from './table.ts';

const machine: Machine = { cpu: 'A CPU', cores: 2, vectors: '512 bits', lastCache: 1, caches: 'L1 32K', memory: '1 GiB', system: 'linux', versions: ['Node v1'] }; // prettier-ignore
const part = <T>(results: T): Part<T> => ({ made: '2026-01-02T03:04:05.000Z', machine, results });

const small: Case = { tensors: 1, each: 1000, condition: 'normal', warmup: 5, lead: 1, steps: 4, cold: true };
const row = (contender: string, cache: Row['cache'], times: readonly number[]): Row => ({
  case: small,
  cache,
  contender,
  family: 'c',
  times,
});
const warm = [
  // The machine slows down from round to round; each ratio is exact all the same.
  row('C, widest vectors', 'warm', [1, 2, 4]),
  row('Thalweg wasm', 'warm', [1.5, 3, 6]),
  row('PyTorch fused', 'warm', [30, 60]),
  { ...row('TF.js cpu', 'warm', []), failed: 'the program ended with code 7' },
];
const evicted = warm.map((one): Row => ({ ...one, cache: 'evicted', times: one.times.map((time) => 2 * time) }));
const results: Results = {
  race: part({ rows: [...warm, ...evicted], rounds: 3, absent: ['Optax: there is no Python'] }),
  huge: part([{ optimizer: 'adamw', parameters: 1e9, threads: 2, times: [], failed: 'needs 14.9 GiB' }]),
};

test('ratios are formed within rounds, the fastest stands first, and what failed says why', () => {
  const text = markdown(results);
  const lines = text.split('\n');
  const ours = lines.find((line) => line.startsWith('| Thalweg wasm |')) ?? '';
  assert.equal(ours, '| Thalweg wasm | 1.50 (1.50–1.50) | – | 0.050 (0.050–0.050) | 3.00 (2.25–4.50) | 3 |');
  const order = ['| C, widest vectors |', '| Thalweg wasm |', '| PyTorch fused |', '| TF.js cpu |'].map((start) => lines.findIndex((line) => line.startsWith(start))); // prettier-ignore
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
  );
  assert.match(text, /\| TF\.js cpu \| the program ended with code 7 \|/);
  assert.match(text, /### 1,000 parameters, cold caches/);
  assert.match(text, /Left out: Optax: there is no Python\./);
  assert.match(text, /needs 14\.9 GiB/);
  assert.match(text, /A CPU, 2 cores.*Parts: race 2026-01-02, huge 2026-01-02\./);
});

test('an aim is met, missed or not measured', () => {
  const found = aims(results).find(({ text }) => text.startsWith('10³'));
  assert.equal(found?.measured, 1.5);
  assert.equal(met(found), true);
  assert.equal(met({ ...found, limit: 1.4 }), false);
  assert.equal(met({ text: '', limit: 10, atLeast: true, unit: '×', measured: 9.99 }), false);
  assert.ok(
    aims({}).every((aim) => met(aim) === null),
    'nothing measured, nothing met',
  );
});

test('the short table has nanoseconds throughout, says that less is better, and marks the fastest', () => {
  const table = shortTable(results);
  assert.match(table, /in ns per parameter \(lower is better\) \| 1,000 parameters \|/);
  assert.match(table, /\| \*\*Thalweg\*\* \| 3\.0 \| – /);
  assert.match(table, /\| C, widest vectors \| \*\*2\.0\*\* \|/);
  assert.match(table, /\| PyTorch fused \| 45 \|/);
});

test('the picture is one SVG with a line for each contender that ran', () => {
  const svg = picture(results);
  assert.match(svg, /^<svg [^>]*role="img">/);
  assert.ok(!svg.includes('NaN') && !svg.includes('undefined'));
  for (const label of ['Thalweg', 'PyTorch fused', 'plain JavaScript']) assert.ok(svg.includes(`>${label}</text>`));
});

test('figures have three digits, two below one', () => {
  assert.equal(figure([0.997, 1.0349, 12.3]), '1.03 (1.00–12.30)');
  assert.deepEqual([0, 0.00042, 0.5, 12.34, 1234.5].map((value) => number(value)), ['0.00', '0.00042', '0.50', '12.3', '1,235']); // prettier-ignore
});
