/** Commands on kept runs: `runs` lists them, `diff` says whether a change helped, parts of a comparison merge into the report of the whole. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { tooOld } from '../src/cli/main.ts';
import { diff, type Side } from '../src/diff.ts';
import type { Comparison } from '../src/schema.ts';
import { seedsOf } from '../src/shard.ts';
import { merge } from '../src/store/merge.ts';
import { planOf } from '../src/store/plans.ts';
import { projectOf } from '../src/store/project.ts';
import { presets } from '../src/protocol.ts';
import type { KeptComparison, KeptRun } from '../src/store/query.ts';
import { Store } from '../src/store/store.ts';
import { reportFixture } from './report-fixture.ts';

const root = join(import.meta.dirname, '../../..');
// Inside the repository, so that an optimizer of a file there finds the library as a user's would.
const folder = mkdtempSync(join(root, 'report-test-'));
after(() => { rmSync(folder, { recursive: true, force: true }); }); // prettier-ignore

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function thalweg(...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, ['--conditions=source', join(root, 'packages/compare/bin/thalweg.ts'), ...args], { cwd: root, env: { ...process.env, COLUMNS: '400' } });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr }))); // prettier-ignore
} // prettier-ignore

async function succeeded(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await thalweg(...args);
  assert.equal(code, 0, stderr);
  return stdout;
}

describe('a change of an optimizer of one’s own', () => {
  const out = join(folder, 'own');
  const file = join(folder, 'cub.ts');
  const write = (equations: string): void => writeFileSync(file, `import { optimizer } from 'thalweg'; export default optimizer({ name: 'cub', hyper: { lr: ['η', 0.01] }, equations: '${equations}' });`);
  const compareAgain = (): Promise<string> => succeeded('compare', 'rosenbrock', '--quick', '--steps', '200', '--optimizers', `sgd,${file}`, '--out', out);

  test('diff says that it helped, by how much, and what was changed', async () => {
    write('m ← 0.9·m + 0.1·g; w ← w − η·m/(|g| + 0.1)');
    await compareAgain();
    write('w ← w − η·g/1000');
    await compareAgain();
    const text = await succeeded('diff', '--out', out);
    const [first = '', ...others] = text.split('\n');
    assert.match(first, /^(?:sgd|cub) on rosenbrock: /);
    const sentence = text.split('\n').find((line) => line.startsWith('cub on rosenbrock: ')) ?? '';
    assert.match(sentence, /: The change helped, by [^ ]+: the [^:]+ went from [^ ]+ to [^ ]+ \(95 % interval [^ ]+ to [^ ]+, p [<=] [\d.]+, 5 common seeds\)\.$/);
    assert.ok(text.includes('  changed: equations: m ← 0.9·m + 0.1·g; w ← w − η·m/(|g| + 0.1) → w ← w − η·g/1000'), text);
    assert.ok(others.some((line) => /^ {2}changed: 1 module: report-test-[^/]+\/cub\.ts$/.test(line)), text);
    // The other one's runs were kept, so they are the same ones.
    assert.match(text, /sgd on rosenbrock: Nothing changed: each seed gives the same\.\n {2}Equations, modules, data and machine are the same\./);
    const other = await succeeded('diff', '2', '1', '--out', out);
    assert.match(other, /cub on rosenbrock: The change made it worse, by /);
    const json = JSON.parse(await succeeded('diff', join(out, 'comparisons/1'), join(out, 'comparisons/2/results.json'), '--json')) as ReturnType<typeof diff>;
    assert.deepEqual(json.changes.map(({ optimizer, compared }) => [optimizer, compared.verdict]).toSorted(), [['cub', 'better'], ['sgd', 'equal']]);
    assert.equal(json.changes.find(({ optimizer }) => optimizer === 'cub')?.changed.length, 2);
  });

  test('runs lists those wanted, and comparisons, as a table and as JSON', async () => {
    const all = JSON.parse(await succeeded('runs', out, '--json')) as KeptRun[];
    assert.equal(all.length, 22 + 2 * 22, 'those of before the change are there, too');
    const cub = JSON.parse(await succeeded('runs', out, '--json', '--optimizer', 'cub', '--comparison', '2', '--seed', '101')) as KeptRun[];
    assert.deepEqual(cub.map(({ optimizer, seed, problem }) => [optimizer, seed, problem]), Array(3).fill(['cub', 101, 'rosenbrock']));
    assert.ok(cub.every(({ equations }) => equations === 'w ← w − η·g/1000'));
    const diverged = all.filter(({ state }) => state === 'diverged').length;
    const table = await succeeded('runs', out, '--state', 'diverged');
    assert.match(table, new RegExp(`${String(diverged)} runs?\\.\n${String(all.length - diverged)} others\\.\n$`));
    assert.match(table, /^ +# +made \(UTC\) +problem +optimizer +lr +seed/);
    const comparisons = JSON.parse(await succeeded('runs', out, '--comparisons', '--json')) as KeptComparison[];
    assert.deepEqual(comparisons.map(({ number, runs, optimizers }) => [number, runs, optimizers.toSorted()]), [[1, 44, ['cub', 'sgd']], [2, 44, ['cub', 'sgd']]]);
  });

  test('a control compares nothing, so diff passes over it', async () => {
    await succeeded('compare', 'valley', '--quick', '--steps', '10', '--control', '--seeds', '12', '--optimizers', 'sgd', '--out', out);
    assert.match(await succeeded('diff', '--out', out), /cub on rosenbrock: The change helped/);
    const alone = join(folder, 'alone');
    await succeeded('compare', 'valley', '--quick', '--steps', '10', '--optimizers', 'sgd', '--out', alone);
    const { code, stderr } = await thalweg('diff', '--out', alone);
    assert.equal(code, 2);
    assert.match(stderr, /alone: it has 1 comparison; two are needed, one before the change and one after it\n$/);
  });

  test('what cannot be listed or compared is said', async () => {
    for (const [args, message] of [
      [['runs', join(folder, 'nowhere')], /nowhere: there are no kept runs; thalweg compare keeps them there\n$/],
      [['diff', '1', '9', '--out', out], /comparisons\/9\/results\.json: there is no such comparison; thalweg runs --comparisons lists them\n$/],
      [['merge', join(folder, 'nowhere'), '--out', join(folder, 'other')], /nowhere: there is no such file or folder\n$/],
      [['compare', 'valley', '--shard', '9/8'], /must be two whole numbers, as in 3\/8/],
      [['compare', 'valley', '--shard', '1/2', '--control'], /cannot be used with/],
    ] as const) {
      const { code, stderr, stdout } = await thalweg(...args);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, message);
    }
  });
}); // prettier-ignore

describe('diff of documents', () => {
  const side = (document: Comparison): Side => ({ document, provenance: () => undefined });
  const fixture = reportFixture();

  test('is on common seeds, and mirrored where the two are exchanged', () => {
    const [problem] = fixture.problems;
    const shifted = (by: (seed: number, value: number) => number, seeds: number): Comparison => ({
      ...fixture,
      problems: [{ ...problem!, optimizers: problem!.optimizers.map((one) => ({ ...one, trials: one.trials.slice(0, seeds).map((trial) => ({ ...trial, testMetric: trial.testMetric === null ? null : by(trial.seed, trial.testMetric) })) })) }],
    });
    const [a, b] = [shifted((_, value) => value, 99), shifted((seed, value) => value - 1 - 0.01 * (seed % 3), 4)];
    const [there, back] = [diff(side(a), side(b)), diff(side(b), side(a))];
    const verdicts = there.changes.map(({ compared }) => compared.verdict);
    assert.ok(verdicts.includes('better'));
    const mirrored = { better: 'worse', worse: 'better' } as Readonly<Record<string, string>>;
    assert.deepEqual(back.changes.map(({ compared }) => compared.verdict), verdicts.map((one) => mirrored[one] ?? one));
    for (const { compared } of there.changes) assert.ok(compared.seeds <= 4);
  });

  test('of what both have: other problems, optimizers and metrics are named', () => {
    const [first, second] = fixture.problems;
    const other: Comparison = { ...fixture, problems: [{ ...first!, optimizers: first!.optimizers.slice(1) }, { ...second!, testMetric: { ...second!.testMetric, name: 'another' } }, { ...second!, id: 'third' }] };
    const { others } = diff(side(fixture), side(other));
    assert.ok(others.includes(`only the first has ${first!.optimizers[0]!.id} on ${first!.id}`));
    assert.ok(others.some((one) => one.startsWith(`${second!.id} is judged by the `)));
    assert.ok(others.includes('only the second has third'));
  });

  test('says of every verdict in whole sentences what it is', () => {
    for (const { sentence } of diff(side(fixture), side(fixture)).changes) assert.match(sentence, /^[A-Z][^{}]*\.$/);
    assert.doesNotMatch(JSON.stringify(diff(side(fixture), side(fixture))), /undefined|NaN/);
  });
}); // prettier-ignore

describe('parts of a comparison', () => {
  test('have every seed of every optimizer once, whatever their number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 40 }), (optimizers, count, of) => {
        const seeds = Array.from({ length: count }, (_, i) => 101 + i);
        const parts = Array.from({ length: of }, (_, i) => seedsOf({ index: i + 1, of }, optimizers, seeds));
        for (let i = 0; i < optimizers; i++) assert.deepEqual(parts.flatMap((part) => part[i] ?? []), seeds);
        const sizes = parts.map((part) => part.flat().length);
        assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, 'all have as much to do');
        // Each stretch is cut at two ends at most, so few optimizers are scanned twice.
        assert.ok(parts.flat().filter((own) => own.length > 0).length <= optimizers + of - 1);
      }),
    );
  });

  /** What a comparison found, without times, dates and how many runs were made when. */
  const lasting = (home: string): unknown =>
    JSON.parse(readFileSync(join(home, 'results.json'), 'utf8'), (key, value: unknown) => (['seconds', 'secondsToTarget', 'createdAt', 'runs'].includes(key) ? undefined : value));

  test('merge into the report of the whole, with nothing left to make; before all are there it is said which are not', async () => {
    const args = ['compare', 'valley', 'rosenbrock', '--quick', '--steps', '40', '--optimizers', 'sgd,adam,polyak', '--workers', '2'];
    const [whole, parts] = [join(folder, 'whole'), join(folder, 'parts')];
    await succeeded(...args, '--out', whole);
    for (const part of ['1/4', '3/4', '4/4']) assert.match(await succeeded(...args, '--out', parts, '--shard', part), /^Part \d of 4 is finished: \d+ runs in [^ ]+\/shards\/\d-of-4\.sqlite\. Once all parts are there: thalweg merge --out /);
    const early = await thalweg('merge', '--out', parts);
    assert.equal(early.code, 1);
    assert.match(early.stderr, /No report yet of sgd, adam and polyak on valley and rosenbrock: part 2 of 4 not there\.\n$/);
    await succeeded(...args, '--out', parts, '--shard', '2/4');
    assert.match(await succeeded('merge', '--out', parts), /\nReport: /);
    assert.deepEqual(lasting(parts), lasting(whole));
    const { runs } = JSON.parse(readFileSync(join(parts, 'results.json'), 'utf8')) as Comparison;
    assert.deepEqual([runs?.made, runs?.remade], [0, []]);
    const [merged, made] = [new Store(join(parts, 'runs.sqlite')), new Store(join(whole, 'runs.sqlite'))];
    after(() => { merged.close(); made.close(); }); // prettier-ignore
    assert.equal(merged.size, made.size, 'what several parts made is there once');
    // Merging again brings nothing.
    for (const name of readdirSync(join(parts, 'shards')).filter((one) => one.endsWith('.sqlite'))) assert.deepEqual({ ...merge(merged, join(parts, 'shards', name)), known: 0, plans: [] }, { added: 0, known: 0, differing: 0, plans: [] });
  });

  test('of other machines are used as if they were of this one, and results that differ are counted', async () => {
    const home = join(folder, 'elsewhere');
    mkdirSync(home);
    const args = ['compare', 'valley', '--quick', '--steps', '10', '--optimizers', 'sgd', '--out'];
    await succeeded(...args, join(home, 'a'));
    const other = new Store(join(home, 'a/runs.sqlite'));
    other.database.exec("UPDATE runs SET machine = 'another, machine'");
    const count = other.size;
    other.close();
    await succeeded('merge', join(home, 'a'), '--out', join(home, 'b'));
    const { stderr, code } = await thalweg(...args, join(home, 'b'), '--json');
    assert.equal(code, 0, stderr);
    assert.deepEqual((JSON.parse(readFileSync(join(home, 'b/results.json'), 'utf8')) as Comparison).runs, { made: 0, kept: count, remade: [], elsewhere: count });
    assert.match(readFileSync(join(home, 'b/index.html'), 'utf8'), /22 reused from earlier commands with the same code and data, 22 of them from other machines, so times in seconds are not comparable/);
    const again = new Store(join(home, 'a/runs.sqlite'));
    again.database.exec("UPDATE runs SET result = json_set(result, '$.testMetric', 7) WHERE number = 1; UPDATE runs SET result = json_set(result, '$.seconds.gradient', 7)");
    again.close();
    const told = await thalweg('merge', join(home, 'a'), '--out', join(home, 'b'));
    assert.match(told.stderr, /a\/runs\.sqlite: 0 runs taken, 22 were there; 1 of these with another result: the run is not reproducible from its seed\n/);
  });
}); // prettier-ignore

test('a Node that cannot keep runs is told so, and only where runs are kept', () => {
  assert.match(tooOld('compare', '20.20.2') ?? '', /^compare needs Node 24 or later, to keep runs by node:sqlite; this is Node 20\.20\.2$/);
  assert.deepEqual(
    [tooOld('compare', '24.0.0'), tooOld('list', '20.20.2'), tooOld(undefined, '20.20.2')],
    [undefined, undefined, undefined],
  );
});

test('a part that somebody else made loads no file outside of the project', async () => {
  const protocol = { preset: 'quick', ...presets.quick } as const;
  for (const name of ['/etc/problem.ts', '../problem.ts', 'docs/../../problem.ts'])
    for (const [problems, contestants] of [[[name], ['sgd']], [['valley'], [name]]] as const)
      await assert.rejects(planOf({ problems, contestants, schedules: ['constant'], protocol, steps: 'quick' }, 1, projectOf(root)), /problem\.ts: the comparison uses a file outside of this project/); // prettier-ignore
});

test('diff names the modules of the project, and of packages says how many, those that changed before those that came or went', () => {
  const document = reportFixture();
  const of = (modules: Readonly<Record<string, string>>): Side => ({
    document,
    provenance: () => ({ equations: [], modules: new Map(Object.entries(modules)), data: new Map(), machines: [] }),
  });
  const library = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`node_modules/thalweg/dist/src/part${String(i)}.js`, '1']));
  const before = { 'mine.ts': '1', 'helper.ts': '1', 'old.ts': '1', 'packages/compare/src/code.ts': '1', 'node_modules/@a/b/index.js': '1', ...library };
  const after = { 'mine.ts': '2', 'helper.ts': '1', 'anew.ts': '1', 'packages/compare/src/code.ts': '2', 'node_modules/@a/b/index.js': '1', 'node_modules/thalweg/dist/src/new.js': '1', ...Object.fromEntries(Object.keys(library).slice(1).map((path) => [path, '2'])) };
  const [change] = diff(of(before), of(after)).changes;
  assert.deepEqual(change?.changed, [
    '3 modules: mine.ts, anew.ts (new), old.ts (gone)',
    '41 modules of the package thalweg (1 new, 1 gone): node_modules/thalweg/dist/src/part1.js, node_modules/thalweg/dist/src/part10.js, node_modules/thalweg/dist/src/part11.js, …',
    '1 module of the package @thalweg/compare: packages/compare/src/code.ts',
  ]);
}); // prettier-ignore

test('who names a file without its path, or an optimizer as a problem, is told what to write', () => {
  const home = join(folder, 'beginner');
  mkdirSync(home);
  const own = "import { optimizer } from 'thalweg'; const mine = optimizer({ name: 'mine', hyper: { lr: ['η', 0.01] }, equations: 'w ← w − η·sign(g)' });";
  const files: Readonly<Record<string, string>> = {
    'bowl.ts': 'export default {};',
    'mine.ts': `${own} export default mine;`,
    'filled.ts': `${own} export default mine({ lr: 1 });`,
    'made.ts': `${own} export default { id: 'made', create: (lr) => mine({ lr }) };`,
    'named.ts': "export const problem = { id: 'x' };",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(home, name), text);
  const said = (...args: readonly string[]): string => {
    const { status, stderr } = spawnSync(process.execPath, ['--conditions=source', join(root, 'packages/compare/bin/thalweg.ts'), 'compare', ...args, '--quick'], { cwd: home, encoding: 'utf8' });
    assert.equal(status, 2, stderr);
    return stderr;
  };
  assert.match(said('bowl'), /^thalweg: bowl: there is no such problem; to use the file \.\/bowl\.ts, write its path\n$/);
  assert.match(said('valley', '--optimizers', 'sgd,mine'), /^thalweg: mine: there is no such optimizer; to use the file \.\/mine\.ts, write its path\n$/);
  for (const name of ['mine', 'filled', 'made'])
    assert.match(said(`./${name}.ts`), new RegExp(`^thalweg: \\./${name}\\.ts: it exports an optimizer, .*; write: thalweg compare digits --optimizers adamw,\\./${name}\\.ts\\n$`));
  assert.match(said('./named.ts'), /must export a problem by default: .*; it exports problem, but has no default export\n$/);
  assert.match(said('digit'), /^thalweg: digit: there is no such problem; [^\n]*digits/);
}); // prettier-ignore
