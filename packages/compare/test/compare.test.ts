/** Whole comparisons: the same on one thread and two, resumed where they stopped, with divergence counted; and the command around them. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import * as library from 'thalweg';
import { cosine as cosineSchedule, ThalwegError } from 'thalweg';
import { elsewhere } from '../src/cli/elsewhere.ts';
import { duration, secondsLeft } from '../src/cli/progress.ts';
import { compare, type Progress } from '../src/compare.ts';
import { nearest } from '../src/near.ts';
import { presets } from '../src/protocol.ts';
import { readComparison } from '../src/read.ts';
import { entryNames } from '../src/reference/entry.ts';
import { findContestants, findProblem } from '../src/registry.ts';
import { renderTable } from '../src/report/terminal.ts';
import { advice, cautions, quickNote } from '../src/report/text.ts';
import { Pool } from '../src/run/pool.ts';
import { Store } from '../src/store/store.ts';
import { applySchedule } from '../src/schedules.ts';
import type { Comparison, Trial } from '../src/schema.ts';
import { reportFixture } from './report-fixture.ts';

const root = join(import.meta.dirname, '../../..');
// Inside the repository, so that a problem file there finds the packages as a user's would.
const folder = mkdtempSync(join(root, 'report-test-'));
after(() => { rmSync(folder, { recursive: true, force: true }); }); // prettier-ignore

/** The name of the file that an optimizer is from, and whether it is its default export. */
function sourceOf(results: string, id: string): readonly [file: string, isDefault: boolean] | undefined {
  const one = readComparison(results).problems.flatMap(({ optimizers }) => optimizers).find((each) => each.id === id);
  return one?.source === undefined ? undefined : [basename(one.source.file), one.source.isDefault];
} // prettier-ignore

async function small(workers: number, out: string, onProgress: (progress: Progress) => void = () => undefined): Promise<Comparison> {
  const pool = new Pool(workers);
  try {
    const entries = [await findProblem('rosenbrock'), await findProblem('valley')];
    const protocol = { ...presets.quick, preset: 'custom' as const };
    return await compare(
      { entries, contestants: ['sgd', 'adam', 'polyak'], schedules: ['constant'], protocol, steps: 60, workers },
      pool,
      new Store(join(folder, out)),
      onProgress,
    );
  } finally {
    await pool.close();
  }
}

/** Without what may differ: times and dates. */
function lasting(comparison: Comparison): unknown {
  return JSON.parse(
    JSON.stringify(comparison, (key, value: unknown) =>
      ['seconds', 'secondsToTarget', 'createdAt', 'workers', 'runs'].includes(key) ? undefined : value,
    ),
  );
}

test('one thread and two give the same, and a store is not run again', async () => {
  const one = await small(1, 'one.sqlite');
  const two = await small(2, 'two.sqlite');
  assert.deepEqual(lasting(one), lasting(two));
  const kept: boolean[] = [];
  const again = await small(2, 'two.sqlite', (progress) => progress.kind === 'trial' && kept.push(progress.kept));
  assert.ok(kept.length > 0 && kept.every(Boolean));
  assert.deepEqual(lasting(again), lasting(two));
  const [rosenbrock] = one.problems;
  const sgd = rosenbrock?.optimizers.find(({ id }) => id === 'sgd');
  assert.ok(
    sgd?.sweep.some((point) => point.diverged > 0 && point.score === null),
    'SGD diverges at some rates on Rosenbrock, and they are kept',
  );
  assert.ok(one.problems.every(({ optimizers }) => optimizers.every(({ sweep }) => sweep.length <= presets.quick.rates + 2)));
  assert.ok(rosenbrock?.landscape !== undefined && (sgd?.trials[0]?.path?.length ?? 0) > 10);
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const withoutComments = (code: string): string => code.replaceAll(/^\/\/ .*\n/gm, '');

function thalweg(args: readonly string[], interruptAt?: RegExp, env: NodeJS.ProcessEnv = process.env): Promise<Ended> {
  const file = join(root, 'packages/compare/bin/thalweg.ts');
  const child = spawn(process.execPath, ['--conditions=source', file, ...args], { cwd: root, env });
  let [stdout, stderr] = ['', ''];
  let interrupted = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    if (!interrupted && interruptAt?.test(stderr) === true) interrupted = child.kill('SIGINT');
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr }))); // prettier-ignore
}

describe('the command', () => {
  const out = join(folder, 'out');
  test('every command has a help, which fits the terminal, but for commands to be copied', async () => {
    const helpOf = async (command: readonly string[], width: number): Promise<string> => {
      const { code, stdout } = await thalweg([...command, '--help'], undefined, { ...process.env, COLUMNS: String(width) });
      assert.equal(code, 0);
      assert.match(stdout, /Usage: thalweg/);
      assert.deepEqual(stdout.split('\n').filter((line) => line.length > width && !line.startsWith('  $ ')), []); // prettier-ignore
      return stdout;
    };
    const commands = [...(await helpOf([], 80)).matchAll(/^ {2}([a-z]+)(?: \[| {2,})/gm)].map(([, name]) => name!);
    for (const name of ['compare', 'sweep', 'worker', 'emit', 'show']) assert.ok(commands.includes(name), commands.join());
    for (const name of commands) if (name !== 'help') await helpOf([name], 50);
    await helpOf(['compare'], 80);
    const wide = await helpOf(['compare'], 120);
    assert.match(wide, /--quick +glosses and digits/);
    assert.match(wide, /Exit codes: 0 done/);
  });

  const usage: readonly (readonly [args: readonly string[], message: RegExp])[] = [
    [['compare', '--quik'], /unknown option '--quik'[\s\S]*Did you mean --quick/],
    [['compere'], /unknown command 'compere'[\s\S]*Did you mean compare/],
    [['compare', 'digit'], /digit: there is no such problem; did you mean digits\?/],
    [['compare', 'imagenet'], /imagenet: there is no such problem; there are glosses, digits, words/],
    [['compare', 'valley', '--optimizers', 'adma'], /adma: there is no such optimizer; did you mean adam\?/],
    [['compare', 'valley', '--optimizers', 'something'], /something: there is no such optimizer; there are sgd/],
    [['compare', 'valley', '--seeds', 'many'], /must be a whole number from 1 to 1000/],
    [['compare', 'valley', '--optimizers', 'adam,admaw'], /admaw: there is no such optimizer; did you mean adamw\?/],
    [['compare', 'valley', '--optimizers', 'mechanic'], /mechanic: it has no learning rate to tune; chain it/],
    [['compare', 'valley', '--out', 'README.md'], /README\.md: it cannot be a folder for the results \(EEXIST/],
    [['compare', './missing.ts'], /there is no such file/],
    [['compare', '--quick', '--thorough'], /cannot be used with/],
    [['compare', 'valley', '--trials', '1'], /must be a whole number from 2 to 1000/],
    [['compare', 'valley', '--trials', '8', '--grid-points', '5'], /cannot be used with/],
  ];
  for (const [args, message] of usage) {
    test(`${args.join(' ')} is wrong usage`, async () => {
      const { code, stderr, stdout } = await thalweg(args);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, message);
    });
  }

  test('list names problems and optimizers', async () => {
    const { stdout } = await thalweg(['list']);
    assert.match(stdout, /digits[\s\S]*rastrigin[\s\S]*adamw\(\{ lr, weightDecay: 0\.01 \}\)/);
  });

  test('show prints an entry, and says what is near where there is none', async () => {
    const { code, stdout } = await thalweg(['show', 'adamw']);
    assert.equal(code, 0);
    assert.match(stdout, /^adamw\n[\s\S]*w ← w − η[\s\S]*torch\.optim\.AdamW/);
    const wrong = await thalweg(['show', 'adax']);
    assert.deepEqual([wrong.code, wrong.stdout], [2, '']);
    assert.match(wrong.stderr, /there is no optimizer adax; did you mean adam\?/);
    const other = await thalweg(['show', 'LBFGS']);
    assert.deepEqual([other.code, other.stdout], [2, '']);
    assert.match(other.stderr, /^thalweg: lbfgs is a method of minimize, not an optimizer [^\n]*; see README\.md in the repository\n$/);
  });

  test('an optimizer of the user’s from a file, and one of the library by name, on a built-in problem', async () => {
    const file = join(folder, 'cub.ts');
    const text = (rate: string): string =>
      `import { optimizer } from 'thalweg'; export default optimizer({ name: 'cub', hyper: { lr: ['η', ${rate}] }, equations: 'w ← w − η·sign(g)' });`;
    writeFileSync(file, text('0.01'));
    const args = ['compare', 'valley', '--quick', '--steps', '40', '--optimizers', `nadam,${file}`, '--json', '--out', join(folder, 'cub')];
    const { code, stdout, stderr } = await thalweg(args);
    assert.equal(code, 0, stderr);
    const [problem] = (JSON.parse(stdout) as Comparison).problems;
    assert.deepEqual(problem?.optimizers.map(({ id }) => id).toSorted(), ['cub', 'nadam']);
    assert.deepEqual(['cub', 'nadam'].map((id) => sourceOf(stdout, id)), [['cub.ts', true], undefined]);
    writeFileSync(file, text('0.02'));
    const again = await thalweg(args);
    assert.match(again.stderr, /finished runs found/);
    writeFileSync(file, 'export default 3;');
    const broken = await thalweg(args);
    assert.deepEqual([broken.code, broken.stdout], [2, '']);
    assert.match(broken.stderr, /^thalweg: .*cub\.ts: each of its optimizers must be .*\n$/);
  });

  test('what is wrong with an optimizer of the user’s is said in words, before anything has been trained', async () => {
    const valley = await findProblem('valley');
    let made = 0;
    const define = (rest: string): string => `import { optimizer } from 'thalweg';\nexport default optimizer({ name: 'mine', ${rest} });`;
    const lr = "hyper: { lr: ['η', 0.01] }";
    for (const [text, message, name = 'mine.ts'] of [
      [define(`${lr}, equations: 'w ← w − betta·g'`), /^mine, line 1, column 9: betta is not known[^\n]*\n {2}1 \| w ← w − betta·g\n {14}\^{5}$/],
      [define(`${lr}, equations: 'm ← η·g'`), /mine\.ts: its equations never assign the parameter w/],
      [define("hyper: { eta: ['η', 0.01] }, equations: 'w ← w − η·g'"), /mine\.ts: its optimizer has no hyperparameter called lr/],
      [define(`${lr}, inputs: { hessian: ['H', 'tensor'] }, equations: 'w ← w − η·g/H'`), /mine\.ts: each of its steps needs hessian/],
      ["import { optimiser } from 'thalweg'; export default optimiser({});", /mine\.ts: it cannot be loaded[\s\S]*does not provide an export named 'optimiser'$/],
      ['export const mine = 3;', /mine\.ts: it has no default export \(it exports mine\)/],
      ['', /mine\.ts: it has no default export \(it exports nothing\)/],
      ['export default 3;', /mine\.ts: each of its optimizers must be/],
      ["import { sgd } from 'thalweg'; export default sgd({ lr: 1 });", /mine\.ts: it exports sgd with its options already given/],
      ["export default { id: 'mine', create: (lr) => lr };", /mine\.ts: its create\(lr\) must return a method/],
      ['export default {', /mine\.ts: it cannot be loaded[\s\S]*SyntaxError/],
      ["throw new Error('no luck');", /mine\.ts: it cannot be loaded\nError: no luck\n {4}at [^\n]*mine\.ts:1:7$/],
      ["import { sgd } from 'thalweg'; export default sgd;", /it is read as CommonJS[^\n]*mine\.mts$/, 'common/mine.ts'],
    ] as const) {
      const file = join(folder, String(made++), name);
      mkdirSync(dirname(file), { recursive: true });
      if (name !== 'mine.ts') writeFileSync(join(dirname(file), 'package.json'), '{ "type": "commonjs" }');
      writeFileSync(file, text);
      await assert.rejects(findContestants(valley, ['adamw', file]), (error: unknown) => {
        assert.ok(error instanceof ThalwegError, String(error));
        assert.match(error.message, message);
        return true;
      });
    }
  });

  test('a method is measured where it says to evaluate', async () => {
    const file = join(folder, 'still.ts');
    const still = (id: string, evaluate: string): string =>
      `{ id: '${id}', create: (lr) => optimizer({ name: '${id}', hyper: { lr: ['η', 1] }, equations: 'w ← w + 0·η·g', ${evaluate} })({ lr }) }`;
    const problem = readFileSync(join(import.meta.dirname, '../../../docs/compare.md'), 'utf8').split('```ts\n').find((text) => text.includes('noisy-bowl'))?.split('```')[0] ?? '';
    writeFileSync(file, `import { optimizer } from 'thalweg';\n${problem}\nexport const optimizers = [${still('there', "evaluate: '0·w'")}, ${still('here', '')}];`);
    const { code, stdout, stderr } = await thalweg(['compare', file, '--quick', '--steps', '20', '--optimizers', 'adamw', '--json', '--out', join(folder, 'still')]);
    assert.equal(code, 0, stderr);
    const median = (id: string) => (JSON.parse(stdout) as Comparison).problems[0]?.optimizers.find((one) => one.id === id)?.summary.median;
    assert.equal(median('there'), 14); // |(1, −2, 3)|² at the origin.
    assert.notEqual(median('here'), 14);
  });

  test('--json prints results and nothing else; a pipe sees no control codes; files are written', async () => {
    const json = await thalweg(['compare', 'valley', '--quick', '--steps', '30', '--optimizers', 'sgd,adam', '--json', '--out', out]);
    assert.equal(json.code, 0);
    const parsed = JSON.parse(json.stdout) as Comparison;
    assert.equal(parsed.format, 'thalweg-comparison');
    assert.equal(json.stdout, readFileSync(join(out, 'results.json'), 'utf8'));
    assert.match(readFileSync(join(out, 'index.html'), 'utf8'), /^<!doctype html>/);
    const table = await thalweg(['compare', 'valley', '--quick', '--steps', '30', '--optimizers', 'sgd,adam', '--out', out]);
    assert.match(table.stdout, /Valley[\s\S]*1 {3}[\s\S]*Report: /);
    // eslint-disable-next-line no-control-regex -- control codes are what must not be there
    assert.doesNotMatch(table.stdout + table.stderr, /\u001b/);
    assert.match(table.stderr, /finished runs found/);
  });

  test('--trials searches every hyperparameter of each optimizer, keeps its runs, and best has all values', async () => {
    const folderOf = join(out, 'trials');
    const args = ['compare', 'valley', '--quick', '--steps', '20', '--seeds', '3', '--trials', '4', '--optimizers', 'sgd,adamw', '--out', folderOf];
    const { code, stderr } = await thalweg(args);
    assert.equal(code, 0, stderr);
    const { protocol, runs, problems } = readComparison(readFileSync(join(folderOf, 'results.json'), 'utf8'));
    assert.deepEqual([protocol.preset, protocol.trials, runs?.made], ['quick', 4, 2 * 3 * 4]);
    const adamw = problems[0]?.optimizers.find(({ id }) => id === 'adamw');
    assert.deepEqual(adamw?.search?.space.map(({ name }) => name), ['lr', 'beta1', 'beta2', 'eps', 'weightDecay']); // prettier-ignore
    assert.equal(adamw.configuration, 'adamw({ lr, beta1, beta2, eps, weightDecay })');
    assert.equal(adamw.hyperparameters['beta1'], adamw.search.best['beta1']);
    assert.equal(problems[0]?.budget?.tries, 4);
    const again = await thalweg([...args, '--json']);
    assert.deepEqual((JSON.parse(again.stdout) as Comparison).runs, { made: 0, kept: 24, remade: [] });
    const other = await thalweg([...args.slice(0, 8), '5', ...args.slice(9), '--json']);
    assert.equal((JSON.parse(other.stdout) as Comparison).runs?.kept, 24, 'the first points are the same however many there are');
    const best = await thalweg(['best', folderOf, '--as', 'code']);
    assert.match(withoutComments(best.stdout), /^import \{ (?:sgd|adamw) \} from 'thalweg';\n(?:sgd\(\{ lr: [\d.e-]+ \}\)|adamw\(\{ lr: [\d.e-]+, beta1: [\d.]+, beta2: [\d.]+, eps: [\d.e-]+, weightDecay: [\d.]+ \}\))\n$/);
    assert.match(readFileSync(join(folderOf, 'index.html'), 'utf8'), />Scale<[\s\S]*log of 1 − x/);
  }); // prettier-ignore
  test('best says what to take, as text and as code, and what it cannot read', async () => {
    const folderOf = join(folder, 'best');
    mkdirSync(folderOf);
    const fixture = reportFixture();
    const single = { ...fixture, problems: fixture.problems.slice(0, 1) };
    writeFileSync(join(folderOf, 'results.json'), JSON.stringify(single));
    const text = await thalweg(['best', folderOf], undefined, { ...process.env, COLUMNS: '300' });
    assert.deepEqual([text.code, text.stdout], [0, `${advice(single.problems[0]!)}\n`]);
    const code = await thalweg(['best', join(folderOf, 'results.json'), '--as', 'code']);
    assert.deepEqual([code.code, withoutComments(code.stdout)], [0, "import { adam } from 'thalweg';\nadam({ lr: 0.01 })\n"]);
    // Whatever is said of it beside the table stands above it, too.
    const edge = { ...single.problems[0]!, optimizers: single.problems[0]!.optimizers.map((one) => ({ ...one, tuning: 'edge' as const })), comparisons: single.problems[0]!.comparisons.map((one) => ({ ...one, verdict: 'better' as const })) };
    for (const problem of [single.problems[0]!, edge]) {
      writeFileSync(join(folderOf, 'results.json'), JSON.stringify({ ...fixture, problems: [problem] }));
      const { stdout } = await thalweg(['best', folderOf, '--as', 'code']);
      const comments = [...stdout.matchAll(/^\/\/ (.*)$/gm)].map(([, line]) => line).join(' ');
      assert.equal(comments, [advice(problem), ...cautions(problem), quickNote].join(' ').replaceAll('\u00a0', ' '));
    }
    writeFileSync(join(folderOf, 'results.json'), JSON.stringify(fixture));
    assert.match(withoutComments((await thalweg(['best', folderOf, '--as', 'code'])).stdout), /^import \{ [^}]*adam[^}]* \} from 'thalweg';\nadam\(\{ lr: 0\.01 \}\) \/\/ words\n/);
    writeFileSync(join(folderOf, 'results.json'), '{}');
    for (const [args, message] of [[['best', folderOf], /results\.json: format must be "thalweg-comparison"/], [['best', './nowhere'], /nowhere: there is no such file; thalweg compare writes it/]] as const) {
      const { code: exit, stderr, stdout } = await thalweg(args);
      assert.deepEqual([exit, stdout], [2, '']);
      assert.match(stderr, message);
    }
  });

  test('Ctrl-C keeps what is finished, says so, and the same command goes on', async () => {
    const args = ['compare', 'rosenbrock', '--quick', '--steps', '100000', '--optimizers', 'sgd,adam', '--out', join(folder, 'interrupted'), '--workers', '1'];
    const { code, stderr } = await thalweg(args, /tuned/);
    assert.equal(code, 130);
    const kept = Number(/Stopped\. (\d+) finished runs? (?:is|are) kept/.exec(stderr)?.[1]);
    assert.ok(kept >= 5, stderr);
    assert.equal(new Store(join(folder, 'interrupted', 'runs.sqlite')).size, kept);
  });

  test("a user's problem, with an optimizer of the user's", async () => {
    const file = join(folder, 'my-problem.ts');
    writeFileSync(file, `
      import { defineProblem } from '@thalweg/compare';
      import { optimizer } from 'thalweg';
      export default defineProblem({
        id: 'mine', title: 'Mine', description: 'A bowl.', steps: { quick: 50, standard: 50, thorough: 50 }, batchSize: null, target: 1e-3,
        tuningMetric: { name: 'loss', lowerIsBetter: true, unit: '' }, testMetric: { name: 'loss', lowerIsBetter: true, unit: '' },
        load: () => ({
          start: (seed) => ({ x: Float32Array.of(seed, -1) }),
          gradient: ({ x }, { x: g }) => { x!.forEach((v, i) => (g![i] = 2 * v)); return x![0]! ** 2 + x![1]! ** 2; },
          evaluate: ({ x }) => x![0]! ** 2 + x![1]! ** 2,
        }),
      });
      const mine = optimizer({ name: 'mySign', hyper: { lr: ['η', 0.1] }, equations: 'w ← w − η·sign(g)/√t' });
      export const optimizers = [{ id: 'my-sign', label: 'My sign', code: 'mySign({ lr })', create: (lr: number) => mine({ lr }) }];
    `);
    const { code, stdout, stderr } = await thalweg(['compare', file, '--quick', '--optimizers', 'adam', '--out', join(folder, 'mine')]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /My sign/);
    assert.deepEqual(sourceOf(readFileSync(join(folder, 'mine', 'results.json'), 'utf8'), 'my-sign'), ['my-problem.ts', false]);
    assert.match(readFileSync(join(folder, 'mine', 'index.html'), 'utf8'), /operatorname|sign/);
  });

  test('what a file prints, wherever it does, does not come between results that are piped', async () => {
    const file = join(folder, 'loud.ts');
    const loud = (where: string): string => `console.log('${where}');`;
    writeFileSync(file, `
      import { sgd } from 'thalweg';
      ${loud('at its top')}
      const height = ({ w }) => { ${loud('in evaluate')} return w[0] ** 2; };
      export default { id: 'loud', steps: 10, target: 0.1, load: () => { ${loud('in load')} process.stdout.write('and without a console'); return {
        start: (seed) => { ${loud('in start')} return { w: Float64Array.of(seed) }; }, gradient: ({ w }, { w: g }) => { g[0] = 2 * w[0]; return height({ w }); }, evaluate: height,
      }; } };
      export const optimizers = [{ id: 'told', create: (lr) => { ${loud('in create')} return sgd({ lr }); } }];`);
    const { code, stdout, stderr } = await thalweg(['compare', file, '--quick', '--optimizers', 'adam', '--seeds', '1', '--json', '--out', join(folder, 'loud')]);
    assert.equal(code, 0, stderr);
    assert.equal((JSON.parse(stdout) as Comparison).problems[0]?.id, 'loud');
    for (const where of ['at its top', 'in load', 'in start', 'in create', 'in evaluate', 'and without a console']) assert.ok(stderr.includes(where), where);
    const method = join(folder, 'loud-method.ts');
    writeFileSync(method, `import { sgd } from 'thalweg'; ${loud('while it is loaded')} export default sgd({ lr: 0.1 });`);
    const emitted = await thalweg(['emit', method, '--to', 'numpy']);
    assert.equal(emitted.code, 0, emitted.stderr);
    assert.doesNotMatch(emitted.stdout, /while it is loaded/);
  });
  test('two problems of one id are refused, since their runs could not be told apart', async () => {
    const files = ['here.ts', 'there.ts'].map((name) => join(folder, name));
    for (const file of files) writeFileSync(file, "export default { id: 'mine', steps: 5, target: 1, load: () => ({}) };");
    const { code, stderr } = await thalweg(['compare', ...files, files[0]!, '--quick']);
    assert.equal(code, 2);
    assert.match(stderr, /there\.ts: its id, mine, is that of .*here\.ts; give one of them another/);
  });

  test('a problem file that does not export what it must', async () => {
    for (const [text, message] of [
      ['export const x = 1;', /must export a problem by default/],
      ["export default { id: 'x' };", /the problem's load is missing; it must be a function/],
      ["export default { id: 'Bad Id', load: () => 1, target: 1, steps: 5 };", /id must be lower-case letters, digits and -, a letter first; it is the string "Bad Id"/],
      ["export default { id: 'x', load: () => 1, target: 1, steps: { quick: 0 } };", /steps must be \{ quick, standard, thorough \}/],
      ["export default { id: 'x', load: () => 1, target: 1, steps: 5 }; export const optimizers = [{}];", /each of its optimizers must be/],
    ] as const) {
      const file = join(folder, `bad-${String(Math.abs(text.length))}.ts`);
      writeFileSync(file, text);
      const { code, stderr } = await thalweg(['compare', file, '--quick']);
      assert.notEqual(code, 0);
      assert.match(stderr, message);
    }
  });
}); // prettier-ignore

/** A problem of the user's in a file, with two optimizers of its own. */
async function compareFile(name: string, body: string, timeout = Infinity, named = ['sgd'], more = ''): Promise<Comparison> {
  const file = join(folder, name);
  writeFileSync(
    file,
    `import { sgd } from 'thalweg';
let calls = 0;
const gradient = ({ w }, { w: g }) => { w.forEach((x, i) => (g[i] = 2 * x)); return w[0] ** 2 + w[1] ** 2; };
const evaluate = ({ w }) => w[0] ** 2 + w[1] ** 2;
const model = { start: (seed) => ({ w: Float64Array.of(1 + seed / 1000, 2) }), gradient, evaluate };
export default { id: 'bowl', steps: 20, target: 0.1, load: () => ({ ...model, ${body} }) };
export const optimizers = [{ id: 'plain', create: (lr) => sgd({ lr }) }, { id: 'told', create: (lr, { steps }) => sgd({ lr: lr / steps }) }];
${more}`,
  );
  const pool = new Pool(2, timeout);
  try {
    const protocol = { ...presets.quick, preset: 'custom' as const, gridPoints: 2, rates: 2, seeds: [101, 102, 103], ratesPerSeed: 1 };
    const plan = {
      entries: [await findProblem(file)],
      contestants: named,
      schedules: ['constant' as const],
      protocol,
      steps: 20,
      workers: 2,
    };
    return await compare(plan, pool, new Store(join(folder, `${name}.sqlite`)), () => undefined);
  } finally {
    await pool.close();
  }
}

describe('runs that fail', () => {
  const failing: readonly (readonly [what: string, when: string, message: RegExp])[] = [
    ['throws', "throw new Error('out of luck')", /gradient\(params, grads, 102, 7\) threw Error: out of luck/],
    ['ends its thread', 'process.exit(3)', /^it ended its thread with exit code 3$/],
    ['never ends', 'for (;;) calls++', /^it took longer than 3 s$/],
  ];
  for (const [what, then, message] of failing) {
    test(`one that ${what} counts as diverged, is kept with its message, and the others go on`, async () => {
      const name = `fails-${what.replaceAll(' ', '-')}.ts`;
      const body = `gradient: (p, g, seed, step) => { if (seed === 102 && step === 7) { ${then}; } return gradient(p, g); }`;
      const comparison = await compareFile(name, body, what === 'never ends' ? 3 : Infinity);
      const [problem] = comparison.problems;
      for (const { trials, summary } of problem!.optimizers) {
        assert.deepEqual(trials.map(({ failure, testMetric }) => [failure !== undefined, testMetric === null]), [[false, false], [true, true], [false, false]]);
        assert.match(trials[1]!.failure!, message);
        assert.equal(summary.diverged, 1);
      }
      assert.ok(problem!.comparisons.every(({ test: by }) => by === 'ranks'));
      assert.match(renderTable(comparison, 200, false), /failed, counted as diverged: /);
      assert.ok(new Store(join(folder, `${name}.sqlite`)).size > 0);
    });
  }

  test('an optimizer that cannot be made ends its own runs alone', async () => {
    const broken = "optimizers.unshift({ id: 'broken', create: (lr, { steps }) => { if (steps !== 1000) throw new Error('too short a run'); return sgd({ lr }); } });";
    const comparison = await compareFile('one-breaks.ts', '', Infinity, [], broken);
    const of = (id: string): readonly Trial[] => comparison.problems[0]?.optimizers.find((one) => one.id === id)?.trials ?? [];
    assert.ok(of('broken').length === 3 && of('broken').every(({ failure }) => failure?.includes('too short a run')));
    assert.ok(of('plain').every(({ diverged }) => !diverged));
  });
  test('a problem that does not follow from its seed is refused', async () => {
    await assert.rejects(
      compareFile('random.ts', 'gradient: (p, g) => gradient(p, g) + Math.random()'),
      /random\.ts: it is not reproducible from its seed: the same run made twice gave [\d.]+ and [\d.]+\. All randomness must come from the seed and the step/,
    );
  });
  test('what fails at once ends everything with its message', async () => {
    await assert.rejects(compareFile('at-once.ts', "gradient: () => { throw new Error('no data'); }"), /gradient\(params, grads, 1, 1\) threw Error: no data/);
  });
}); // prettier-ignore

test('every optimizer under each schedule, groups too', async () => {
  const pool = new Pool(1);
  after(() => pool.close());
  const hyper: Record<string, unknown> = { lr: 0.1, 'body.lr': 0.3, lr2: 3, beta1: 0.9, 'head.lr': cosineSchedule({ peak: 1, total: 5 }) };
  applySchedule(hyper, 'linear', 100);
  const at = (name: string, t: number): number => (hyper[name] as { at(t: number): number }).at(t);
  assert.ok(Math.abs(at('lr', 50) - 0.05) < 1e-12 && Math.abs(at('body.lr', 50) - 0.15) < 1e-12 && at('lr2', 100) === 0);
  assert.deepEqual([hyper['beta1'], at('head.lr', 5)], [0.9, 0], 'a rate that is a schedule already stays');
  const entries = [await findProblem('valley')];
  const protocol = { ...presets.quick, preset: 'custom' as const, gridPoints: 2, rates: 2, seeds: [101] };
  const { problems } = await compare({ entries, contestants: ['sgd', 'adam'], schedules: ['constant', 'cosine'], protocol, steps: 30, workers: 1 }, pool, new Store(join(folder, 'schedules.sqlite')), () => undefined);
  const of = (id: string) => problems[0]!.optimizers.find((one) => one.id === id) ?? assert.fail(id);
  assert.notEqual(of('sgd').trials[0]!.testMetric, of('sgd+cosine').trials[0]!.testMetric);
  assert.equal(of('adam+cosine').label, 'Adam, cosine');
  assert.match(of('sgd+cosine').configuration, /^sgd\(\{ lr \}\), cosine schedule from lr to 0$/);
}); // prettier-ignore

test('time left is written in minutes and seconds', () => {
  assert.deepEqual([0, 59.6, 75, 3600].map(duration), ['0:00', '1:00', '1:15', '60:00']);
});

test('what show is asked for that is no optimizer: each name is there once, and its page has it', () => {
  const of = (name: string): string | undefined => elsewhere.find((one) => one.name === name)?.what;
  assert.deepEqual(['cosine', 'sgd-momentum', 'sam', 'digits'].map(of), ['a schedule', 'a name of compare for sgd({ lr, momentum: 0.9 })', 'a function around the training loop', 'a problem of compare']);
  const names = [...entryNames, ...elsewhere.map(({ name }) => name)];
  assert.equal(new Set(names).size, names.length);
  const missing = Object.keys(library).filter((name) => /^[a-z]/.test(name) && !names.includes(name));
  assert.deepEqual(missing, []);
  const untold = elsewhere.filter(({ name, what, page }) => what !== 'a function of the library' && !new RegExp(`\\b${name}\\b`).test(readFileSync(join(root, page), 'utf8')));
  assert.deepEqual(untold, []);
}); // prettier-ignore

test('a name is taken for another only where it is near: swapped neighbours are one mistake', () => {
  const names = entryNames;
  const asked = ['muno', 'sdg', 'lino', 'adax', 'Admaw', 'xyz', 'foo', 'q', 'gpt'];
  assert.deepEqual(asked.map((name) => nearest(name, names)), ['muon', 'sgd', 'lion', 'adam', 'adamw'].map((one): string | undefined => `did you mean ${one}?`).concat(Array<undefined>(4).fill(undefined)));
}); // prettier-ignore

test('no time left is shown before a few runs, and a few in a hundred, are made', () => {
  const seconds = [1, 5, 6, 30].map((made) => secondsLeft(made, 60 - made, 3 * made));
  assert.deepEqual(seconds, [undefined, undefined, 162, 90]);
  assert.deepEqual([secondsLeft(9, 191, 27), secondsLeft(10, 190, 30)], [undefined, 570]);
  assert.equal(secondsLeft(0, 3, 0), undefined, 'all so far were kept from an earlier command');
});
