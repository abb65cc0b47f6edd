/** What `thalweg export` writes is what was kept: read back here, and by the tools that it is for where a Python has them. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { csv } from '../src/export/csv.ts';
import { optuna } from '../src/export/optuna.ts';
import { parquet } from '../src/export/parquet.ts';
import { pointTable, runs, runTable } from '../src/export/table.ts';
import { tensorboard } from '../src/export/tensorboard.ts';
import { lost } from '../src/lost.ts';
import type { Conditions } from '../src/run/conditions.ts';
import type { TrialRequest } from '../src/run/trial.ts';
import type { Trial } from '../src/schema.ts';
import { keptRuns } from '../src/store/query.ts';
import { Store } from '../src/store/store.ts';
import { writeWhole } from '../src/store/whole.ts';

const root = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'thalweg-export-'));
after(() => { rmSync(folder, { recursive: true, force: true }); }); // prettier-ignore

const metric = (name: string, lowerIsBetter: boolean) => ({ name, lowerIsBetter, unit: '%' });
const conditions: Conditions = {
  problem: 'digits',
  optimizer: 'adam',
  method: 'm',
  equations: 'm ← 0.9·m + 0.1·g\nw ← w − η·m, "quoted"',
  judgement: { target: 1, tuningMetric: metric('validation error', true), testMetric: metric('test error', true) },
  machine: 'v26, a, b, 2',
  thalweg: '0.1.0',
};
const request: TrialRequest = { problem: 'digits', contestant: 'adam', schedule: 'constant', lr: 0.01, seed: 101, steps: 3 };
const finished = (seed: number, lr: number): Trial => ({
  ...lost({ seed, lr }),
  diverged: false,
  divergedAt: null,
  validationMetric: 1 / 3 + seed,
  testMetric: 0.1 + seed,
  validationLoss: 0.25,
  finalLoss: 0.5,
  training: { steps: [1, 2, 3], values: [3, 2.5, 0.5] },
  validation: { steps: [0, 3], values: [9, 1 / 3 + seed] },
  reached: { steps: 3, gradients: 3, seconds: 0.1 },
  seconds: { gradient: 0.25, optimizer: 0.5 },
});
/** Runs of every kind: finished, diverged, failed with a message that no format likes, searched, under a schedule, of a metric that is better high. */
const kept: readonly (readonly [TrialRequest, Conditions, Trial])[] = [
  [request, conditions, finished(101, 0.01)],
  [{ ...request, lr: 1e-7, seed: 102 }, conditions, finished(102, 1e-7)],
  [{ ...request, lr: 10 }, conditions, { ...lost({ seed: 101, lr: 10 }), divergedAt: 2, training: { steps: [1, 2], values: [3, null] }, validation: { steps: [0, 2], values: [9, null] } }],
  [{ ...request, seed: 103 }, conditions, lost({ seed: 103, lr: 0.01 }, 'gradient threw Error: "no, none"\r\n    at line 2; Ψ ∞')],
  [{ ...request, hyper: { beta1: 0.95, weightDecay: 0 } }, { ...conditions, optimizer: 'adamw' }, finished(101, 0.01)],
  [{ ...request, schedule: 'cosine' }, { ...conditions, problem: 'other', judgement: { target: 1, tuningMetric: metric('accuracy', false), testMetric: metric('accuracy', false) } }, finished(101, 0.01)],
]; // prettier-ignore

const store = new Store(join(folder, 'runs.sqlite'));
after(() => { store.close(); }); // prettier-ignore
for (const [asked, under, result] of kept) store.add(asked, under, { result, files: { modules: [], data: [] } });
const { database } = store;
const expected = [...keptRuns(database)];

/** Fields as RFC 4180 has them, character by character. */
function readCsv(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let field = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (quoted) {
      if (character !== '"') field += character;
      else if (text[i + 1] === '"') field += text[++i]!;
      else quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === ',') {
      record.push(field);
      field = '';
    } else if (character === '\r' && text[i + 1] === '\n') {
      records.push([...record, field]);
      [record, field] = [[], ''];
      i += 1;
    } else field += character;
  }
  assert.ok(field === '' && record.length === 0, 'ends with its last record');
  return records;
}

describe('CSV', () => {
  test('has every run as it is kept, numbers to the last bit', () => {
    const [head = [], ...records] = readCsv([...csv(runTable(database, {}))].join(''));
    assert.equal(new Set(head).size, head.length);
    const cell = (record: readonly string[], name: string): string => record[head.indexOf(name)] ?? assert.fail(name);
    const number = (record: readonly string[], name: string): number | null => (cell(record, name) === '' ? null : Number(cell(record, name)));
    assert.equal(records.length, expected.length);
    for (const [i, run] of expected.entries()) {
      const record = records[i]!;
      assert.deepEqual([number(record, 'lr'), number(record, 'seed'), number(record, 'test_metric'), number(record, 'validation_metric')], [run.lr, run.seed, run.testMetric, run.validationMetric]);
      assert.deepEqual([cell(record, 'state'), cell(record, 'failure'), cell(record, 'equations')], [run.state, run.failure ?? '', run.equations]);
      assert.deepEqual([number(record, 'beta1'), number(record, 'weightDecay')], i === 4 ? [0.95, 0] : [null, null]);
    }
    assert.deepEqual(records.map((record) => cell(record, 'validation_metric_name')), [...Array<string>(5).fill('validation error'), 'accuracy']);
  });

  test('has every point of the curves', () => {
    const [, ...records] = readCsv([...csv(pointTable(database, { seed: 101, optimizer: 'adam', problem: 'digits' }))].join(''));
    assert.deepEqual(records.map((record) => record.slice(-3)), [
      ['training loss', '1', '3'], ['training loss', '2', '2.5'], ['training loss', '3', '0.5'], ['validation metric', '0', '9'], ['validation metric', '3', String(1 / 3 + 101)],
      ['training loss', '1', '3'], ['training loss', '2', ''], ['validation metric', '0', '9'], ['validation metric', '2', ''],
    ]); // prettier-ignore
  });

  test('any text and number is read back as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.double({ noNaN: true })), { minLength: 1 }), (rows) => {
        const columns = [{ name: 'text', type: 'text', of: (row: readonly [string, number]) => row[0] }, { name: 'number', type: 'number', of: (row: readonly [string, number]) => row[1] }] as const;
        const [, ...records] = readCsv([...csv({ columns, rows })].join(''));
        assert.deepEqual(records.map(([text, number]) => [text, Number(number) + 0]), rows.map(([text, number]) => [text, number + 0]));
      }),
    ); // prettier-ignore
  });
}); // prettier-ignore

test('Parquet has every run, with types', async () => {
  const bytes = parquet(runTable(database, {}));
  const rows: Record<string, unknown>[] = await parquetReadObjects({ file: new Uint8Array(bytes).buffer });
  assert.deepEqual(
    rows.map((row) => [row['run'], row['lr'], row['test_metric'], row['failure'], row['beta1'], row['diverged_at']]),
    expected.map(({ number, lr, testMetric, failure, settings }, i) => [BigInt(number), lr, testMetric, failure, settings['beta1'] ?? null, [null, null, 2n, 0n, null, null][i]]),
  ); // prettier-ignore
});

test('an export that fails leaves what was there, and nothing beside it', () => {
  const path = join(folder, 'whole.txt');
  writeWhole(path, 'before');
  const parts = function* (): Generator<string> {
    yield 'x'.repeat(1 << 17);
    throw new Error('no more');
  };
  assert.throws(() => {
    writeWhole(path, parts());
  }, /no more/);
  assert.equal(readFileSync(path, 'utf8'), 'before');
  assert.ok(!existsSync(`${path}.${String(process.pid)}.tmp`));
  writeWhole(path, ['a', 'b', new Uint8Array([99, 100]), 'e'.repeat(1 << 17), 'f']);
  assert.equal(readFileSync(path, 'utf8'), `abcd${'e'.repeat(1 << 17)}f`);
});

/** The messages of a file of TFRecords, whose lengths and checksums are looked at. */
function recordsOf(content: Uint8Array): Uint8Array[] {
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  const found: Uint8Array[] = [];
  for (let at = 0; at < content.length;) {
    const length = Number(view.getBigUint64(at, true));
    found.push(content.subarray(at + 12, at + 12 + length));
    at += 16 + length;
  }
  return found;
}

test('TensorBoard’s files are rows of records, the first of which names the version, with checksums as its format has them', () => {
  const files = [...tensorboard(runs(database, {}))];
  assert.equal(new Set(files.map(({ path }) => path)).size, expected.length + 1);
  for (const { path, content } of files) {
    assert.match(path, /^(?:[\w.+-]+\/){0,3}events\.out\.tfevents\.\d+\.thalweg$/);
    const [first = new Uint8Array()] = recordsOf(content);
    assert.ok(new TextDecoder().decode(first).endsWith('brain.Event:2'));
  }
  // The record that every file begins with, at second 1, as `tensorboard` 2.21 writes it.
  const [run] = [...runs(database, {})];
  const overall = [...tensorboard([{ ...run!, made: '1970-01-01T00:00:01.000Z' }])].at(-1);
  assert.equal(Buffer.from(overall!.content.subarray(0, 40)).toString('hex'), '1800000000000000a37f4b2209000000000000f03f1a0d627261696e2e4576656e743a3286bf577a'); // prettier-ignore
});

/** A Python that has this module: the one named by THALWEG_PYTHON, that of the oracles, or the system's. */
function pythonWith(module: string): string | undefined {
  const known = [process.env['THALWEG_PYTHON'], join(root, '.oracle/bin/python'), 'python3'];
  return known.find((path) => {
    if (path === undefined || (path.includes('/') && !existsSync(path))) return false;
    try {
      execFileSync(path, ['-c', `import importlib.util as u; assert u.find_spec('${module}')`], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

describe('the tools themselves open it', () => {
  /** What the tool finds; where no Python has it, the test says so. */
  const tool = (kind: string, module: string, run: (read: (path: string) => unknown) => void): void => {
    const python = pythonWith(module);
    const skip = python === undefined && `no Python here has ${module} (pip install ${module}; THALWEG_PYTHON names another Python)`;
    test(kind, { skip }, () => {
      run((path) => JSON.parse(execFileSync(python ?? '', [join(import.meta.dirname, 'support/read_exports.py'), kind, path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })));
    });
  };

  tool('parquet', 'pyarrow', (read) => {
    const path = join(folder, 'runs.parquet');
    writeWhole(path, [parquet(runTable(database, {}))]);
    const { types, rows } = read(path) as { types: Record<string, string>; rows: Record<string, unknown>[] };
    assert.deepEqual([types['run'], types['lr'], types['failure'], types['beta1'], types['diverged_at']], ['int64', 'double', 'string', 'double', 'int64']);
    assert.deepEqual(rows.map((row) => [row['run'], row['lr'], row['test_metric'], row['failure']]), expected.map(({ number, lr, testMetric, failure }) => [number, lr, testMetric, failure]));
  });

  tool('optuna', 'optuna', (read) => {
    const path = join(folder, 'optuna.log');
    writeWhole(path, optuna(() => runs(database, {})));
    const studies = read(path) as Record<string, { direction: string; trials: { run: number; state: string; value: number | null; params: unknown; curve: unknown; attributes: Record<string, unknown> }[] }>;
    assert.deepEqual(Object.entries(studies).map(([name, { direction, trials }]) => [name, direction, trials.map(({ run }) => run)]), [
      ['digits/adam/3', 'MINIMIZE', [1, 2, 3, 4]], ['digits/adamw/3', 'MINIMIZE', [5]], ['other/adam+cosine/3', 'MAXIMIZE', [6]],
    ]);
    const trials = Object.values(studies).flatMap((study) => study.trials);
    assert.deepEqual(trials.map(({ state, value }) => [state, value]), expected.map(({ state, validationMetric }) => [state === 'finished' ? 'COMPLETE' : 'FAIL', validationMetric]));
    assert.deepEqual(trials.map(({ attributes }) => [attributes['seed'], attributes['test_metric'], attributes['failure']]), expected.map(({ seed, testMetric, failure }) => [seed, testMetric, failure]));
    assert.deepEqual([trials[0]?.params, trials[4]?.params], [{ lr: 0.01 }, { lr: 0.01, beta1: 0.95, weightDecay: 0 }]);
    assert.deepEqual(trials[0]?.curve, { 0: 9, 3: 1 / 3 + 101 });
  });

  tool('tensorboard', 'tensorboard', (read) => {
    const home = join(folder, 'tensorboard');
    // Twice: a second export replaces the first.
    for (let i = 0; i < 2; i++) for (const { path, content } of tensorboard(runs(database, {}))) writeWhole(join(home, path), [content]);
    interface Session { hyper: Record<string, unknown>; metrics: Record<string, number>; status: number }
    const { scalars, hyperparameters, sessions } = read(home) as { scalars: Record<string, Record<string, [number, number | null][]>>; hyperparameters: Record<string, number>; sessions: Record<string, Session> };
    assert.deepEqual(hyperparameters, { problem: 1, optimizer: 1, schedule: 1, lr: 3, seed: 3, steps: 3, beta1: 3, weightDecay: 3 });
    const names = ['digits/adam/1-lr-0.01-seed-101', 'digits/adam/2-lr-1e-7-seed-102', 'digits/adam/3-lr-10-seed-101', 'digits/adam/4-lr-0.01-seed-103', 'digits/adamw/5-lr-0.01-seed-101', 'other/adam+cosine/6-lr-0.01-seed-101'];
    assert.deepEqual(Object.keys(sessions).toSorted(), names.toSorted());
    assert.deepEqual(scalars[names[0]!]?.['training/loss'], [[1, 3], [2, 2.5], [3, 0.5]]);
    assert.deepEqual(scalars[names[0]!]?.['validation/validation error']?.map(([step]) => step), [0, 3]);
    assert.deepEqual(scalars[names[2]!]?.['training/loss'], [[1, 3], [2, null]]);
    for (const [i, { lr, seed, testMetric, state }] of expected.entries()) {
      const { hyper, metrics, status } = sessions[names[i]!]!;
      assert.deepEqual([hyper['lr'], hyper['seed'], status], [lr, seed, state === 'failed' ? 2 : 1]);
      assert.equal(metrics['test'], testMetric === null ? undefined : Math.fround(testMetric));
    }
    assert.deepEqual([sessions[names[4]!]?.hyper['beta1'], sessions[names[5]!]?.hyper['schedule']], [0.95, 'cosine']);
  });
}); // prettier-ignore
