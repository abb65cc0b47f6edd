/**
 * Files that `thalweg/emit` writes, run on the rows' streams, in Python or as compiled C, and held against the rows' oracles: the method of every row that a target can say. What
 * was proven stands in emitted/TARGET.json: for each row how far its file is from the oracle, and the hash of the file.
 *
 *     npm run prove            # files that have changed, of all targets whose libraries or compilers are there; npm run prove -- numpy for some, --all for all files
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { inspect, Method, UnsupportedError } from 'thalweg';
import { emit, targets, type TargetName } from 'thalweg/emit';
import { asked } from '../scripts/asked.ts';
import { compilerOfC, nameOf, runEmittedC } from './emitted-c.ts';
import { methodOf, table, type Case } from './table.ts';

/** The targets whose files are run here, with what they need: a module of Python, or a compiler of C. */
export const proven = {
  c: 'gcc',
  numpy: 'numpy',
  optax: 'optax',
  pytorch: 'torch',
} as const satisfies Partial<Record<TargetName, string>>;

/** A target whose files are run here. */
export type Proven = keyof typeof proven;

const isProven = (target: string): target is Proven => Object.hasOwn(proven, target);

/** What is known of a target's files. */
export interface Proof {
  readonly versions: Readonly<Record<string, string>>;
  /** For each row how far its file is from the oracle, the hash of the file, and what it was run with, where that differs from `versions`. */
  readonly rows: Readonly<Record<string, { readonly off: string; readonly hash: string; readonly with?: string }>>;
  /** Why there is no file, by row. */
  readonly refused: Readonly<Record<string, string>>;
}

const root = join(import.meta.dirname, '..');
const fileOfProof = (target: Proven): string => join(import.meta.dirname, 'emitted', `${target}.json`);

/** What was proven of a target. */
export function proofOf(target: Proven): Proof {
  return JSON.parse(readFileSync(fileOfProof(target), 'utf8')) as Proof;
}

/** What runs the files of a target: a Python with its module, or a compiler; undefined where there is none. */
export function runnerOf(target: Proven): string | undefined {
  return target === 'c' ? compilerOfC() : pythonWith('numpy', proven[target]);
}

/** A Python that has these modules; undefined where none has. */
export function pythonWith(...modules: readonly string[]): string | undefined {
  // What Debian's packages are for is its own Python, which another may hide.
  const own = ['.oracle', '.venv'].map((folder) => join(root, folder, 'bin/python'));
  const known = [...own, 'python3', '/usr/bin/python3'].filter((path) => path === 'python3' || existsSync(path));
  return known.find((path) => {
    try {
      execFileSync(path, ['-c', `import importlib.util as u; assert all(map(u.find_spec, ${JSON.stringify(modules)}))`], {
        stdio: 'ignore',
      });
      return true;
    } catch {
      return false;
    }
  });
}

/** What tells a text from any other. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** A method in which functions of t are numbers, and the values of these functions at every step, by what the file calls them. */
export function withNumbers(method: Method): {
  readonly method: Method;
  readonly values: Readonly<Record<string, readonly number[]>>;
} {
  const functions = [...method.hyper].flatMap(([key, value]) => (typeof value === 'function' ? [[key, value] as const] : []));
  const steps = Array.from({ length: table.steps }, (_, i) => i + 1);
  const snake = (key: string): string => key.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  const numbers = (values: Method['groups'][number]['parts'][number]['values']): typeof values =>
    new Map([...values].map(([name, value]) => [name, typeof value === 'function' ? value(1) : value]));
  return {
    method: new Method(
      method.name,
      method.groups.map((group) => ({
        ...group,
        parts: group.parts.map((part) => ({
          ...part,
          values: numbers(part.values),
        })),
      })),
    ),
    values: Object.fromEntries(functions.map(([key, at]) => [snake(key), steps.map((t) => at(t))])),
  };
}

/** The file of a row with values of hyperparameters that functions of JavaScript give, or why there is none. */
export type RowFile =
  | {
      readonly text: string;
      readonly values: Readonly<Record<string, readonly number[]>>;
    }
  | { readonly refused: string };

/** Emits the method of a row. */
export function fileOf(row: Case, target: TargetName): RowFile {
  const { method, values } = withNumbers(methodOf(row));
  try {
    return { text: target === 'c' ? emit(method, target, { dtype: 'float64', name: nameOf(row) }) : emit(method, target), values };
  } catch (error) {
    if (error instanceof UnsupportedError) return { refused: error.message };
    throw error;
  }
}

/** What a file calls the state that a row compares. */
function readOf(row: Case): string | undefined {
  if (row.read === undefined || row.read === 'evaluate') return row.read;
  const symbols = inspect(methodOf(row)).groups.flatMap(({ parts }) => parts.flatMap((part) => [...part.symbols.values()]));
  return symbols.find(({ role, key }) => role === 'state' && key === row.read)?.unique;
}

/** How far the files are from the oracles, by row, or how they failed. `runner` is what `runnerOf` gives. */
export function runEmitted(rows: readonly Case[], target: Proven, runner: string): Readonly<Record<string, number | string>> {
  if (target !== 'c') return runInPython(rows, target, runner);
  const files = rows.flatMap((row) => {
    const file = fileOf(row, target);
    return 'refused' in file ? [] : [{ row, method: methodOf(row), file }];
  });
  return runEmittedC(files, runner);
}

function runInPython(rows: readonly Case[], target: Proven, python: string): Readonly<Record<string, number | string>> {
  const folder = mkdtempSync(join(tmpdir(), 'thalweg-emitted-'));
  try {
    const jobs = rows.flatMap((row) => {
      const made = fileOf(row, target);
      if ('refused' in made) return [];
      const file = join(folder, `${row.id}.py`);
      writeFileSync(file, made.text);
      return [
        {
          id: row.id,
          target,
          file,
          row,
          hyper: made.values,
          inputs: methodOf(row).inputs,
          read: readOf(row),
        },
      ];
    });
    const list = join(folder, 'jobs.json');
    writeFileSync(list, JSON.stringify(jobs));
    const program = join(import.meta.dirname, 'emitted.py');
    const said = execFileSync(python, ['-B', program, list], {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return JSON.parse(said) as Readonly<Record<string, number | string>>;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What is wrong with results: files that failed, or are further from their oracle than the row allows. */
export function beyondBounds(rows: readonly Case[], off: Readonly<Record<string, number | string>>): string[] {
  return rows.flatMap((row) => {
    const bound = row.tolerance ?? table.tolerance;
    const measured = off[row.id];
    return measured === undefined || (typeof measured === 'number' && measured <= bound) ? [] : [`${row.id}: ${String(measured)}, bound ${String(bound)}`]; // prettier-ignore
  });
}

/** An object on one line, as the formatter of this repository writes it. */
function spaced(object: Readonly<Record<string, string>>): string {
  return `{ ${Object.entries(object).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`).join(', ')} }`; // prettier-ignore
}

/** What the files of a target were run with. */
function versionsOf(target: Proven, runner: string): Proof['versions'] {
  if (target === 'c') return { gcc: execFileSync(runner, ['-dumpfullversion'], { encoding: 'utf8' }).trim() };
  const modules = target === 'optax' ? ['optax', 'jax', 'numpy'] : [proven[target]];
  const code = `import json, sys, importlib.metadata as m; print(json.dumps({"python": sys.version.split()[0], **{n: m.version(n) for n in ${JSON.stringify(modules)}}}))`; // prettier-ignore
  return JSON.parse(execFileSync(runner, ['-c', code], { encoding: 'utf8' })) as Proof['versions'];
}

function prove(target: Proven, runner: string, anew: boolean): void {
  const former = existsSync(fileOfProof(target)) && !anew ? proofOf(target) : undefined;
  const known = former?.rows ?? {};
  const files = new Map(table.cases.map((row) => [row.id, fileOf(row, target)]));
  const isKnown = ({ id }: Case): boolean => {
    const made = files.get(id);
    return made !== undefined && 'text' in made && known[id]?.hash === hashOf(made.text);
  };
  const changed = table.cases.filter((row) => !isKnown(row));
  const off = runEmitted(changed, target, runner);
  const wrong = beyondBounds(changed, off);
  if (wrong.length > 0) throw new Error(`${target}: ${String(wrong.length)} rows are not met\n${wrong.join('\n')}`);
  const here = versionsOf(target, runner);
  const versions = former?.versions ?? here;
  const named = Object.entries(here)
    .map((one) => one.join(' '))
    .join(', ');
  const others = isDeepStrictEqual(versions, here) ? {} : { with: named };
  const rows: Record<string, Proof['rows'][string]> = {};
  const refused: Record<string, string> = {};
  for (const [id, made] of files) {
    if ('refused' in made) refused[id] = made.refused;
    else if (off[id] === undefined) rows[id] = known[id] ?? { off: '', hash: hashOf(made.text) };
    else rows[id] = { off: Number(off[id]).toExponential(1), hash: hashOf(made.text), ...others };
  }
  mkdirSync(join(import.meta.dirname, 'emitted'), { recursive: true });
  const lines = Object.entries(rows).map(([id, row]) => `    ${JSON.stringify(id)}: ${spaced(row)}`);
  const without = Object.entries(refused).map(([id, reason]) => `    ${JSON.stringify(id)}: ${JSON.stringify(reason)}`);
  const text = `{\n  "versions": ${spaced(versions)},\n  "rows": {\n${lines.join(',\n')}\n  },\n  "refused": {\n${without.join(',\n')}\n  }\n}\n`;
  writeFileSync(fileOfProof(target), text);
  console.log(
    `${target}: ${String(Object.keys(off).length)} files run; ${String(lines.length)} test cases within tolerance, ${String(without.length)} that ${target} cannot express (docs/emit.md)`,
  );
}

if (import.meta.main) {
  const { all: anew, names: named } = asked(
    'npm run prove',
    'runs emitted files that have changed on the conformance test cases, and stores the results in conformance/emitted/',
    { all: { about: 'run every file, changed or not' } },
    { one: 'target', about: 'run only the files of these targets', among: Object.keys(proven) },
  );
  for (const target of Object.keys(targets)) {
    if (!isProven(target) || (named.length > 0 && !named.includes(target))) continue;
    const runner = runnerOf(target);
    if (runner !== undefined) prove(target, runner, anew);
    else {
      const lacks = target === 'c' ? 'there is no' : 'no installed Python has';
      console.log(`${target}: not run, because ${lacks} ${proven[target]}; what was recorded stays`);
    }
  }
}
