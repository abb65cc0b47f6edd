/** What emitted files are in their frameworks besides their steps: saved and loaded, grouped, scheduled, compiled. Where the oracles' environment is. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  adafactor,
  adamw,
  adan,
  ademamix,
  chain,
  clipByGlobalNorm,
  cosine,
  groups,
  lion,
  muon,
  otherwise,
  prodigy,
  radam,
  scheduleFreeAdamw,
  soap,
  warmupCosine,
  type Method,
} from 'thalweg';
import { emit, type TargetName } from 'thalweg/emit';
import { oddGroups, oddMethods } from '../packages/thalweg/test/support/odd-methods.ts';
import { pythonWith } from './emitted.ts';

const files: Readonly<Record<string, Method>> = {
  adamw: adamw(),
  clipped: chain(clipByGlobalNorm(1), adamw({ lr: warmupCosine({ peak: 1e-2, warmup: 3, total: 100 }) })),
  prodigy: prodigy(),
  muon: muon(),
  soap: soap({ every: 3 }),
  adafactor: adafactor(),
  schedule_free: scheduleFreeAdamw(),
  radam: radam(),
  lion: lion(),
  adan: adan(),
  ademamix: ademamix(),
  independent: adamw({ lr: warmupCosine({ peak: 0.1, warmup: 2, total: 9 }), decay: 'independent' }),
};

/** What everybody who uses Muon needs. */
const mixed = groups([
  { match: { rank: 2 }, use: muon({ lr: 0.02 }) },
  { match: otherwise, use: adamw({ lr: 3e-4 }), weightDecay: 0, name: 'rest' },
]);

/** Groups of one optimizer, by name, expression, rank, and what is left. */
const grouped = groups([
  { match: 'head.*', use: adamw({ lr: 0.1 }), weightDecay: 0.5, name: 'the "head"' },
  { match: /(norm|bias)/i, use: adamw({ lr: 0.1 }), weightDecay: 0 },
  { match: { rank: 2 }, use: adamw({ lr: 0.1 }), weightDecay: 0.1, name: 'matrices' },
  { match: otherwise, use: adamw({ lr: 0.2 }), name: 'rest' },
]);
/** Groups of one optimizer with schedules and numbers of their own, and groups of several. */
const scheduled = groups([
  { match: { rank: 2 }, use: adamw({ lr: 0.1, decay: 'independent' }), weightDecay: 0.2, name: 'constant' },
  { match: 'b', use: adamw({ lr: cosine({ peak: 0.2, total: 15 }), decay: 'independent' }) },
  {
    match: otherwise,
    use: adamw({ lr: warmupCosine({ peak: 0.1, warmup: 3, total: 30 }), decay: 'independent' }),
    weightDecay: 0.1,
    name: 'the "rest"',
  },
]);
const mixedScheduled = groups([
  { match: { rank: 2 }, use: muon({ lr: cosine({ peak: 0.1, total: 30 }) }) },
  { match: 'b', use: adamw({ lr: 0.1, beta2: 0.9 }) },
  { match: otherwise, use: adamw({ lr: cosine({ peak: 0.2, total: 15 }) }), eps: 0, name: 'rest' },
]);
const others: Readonly<Record<string, Partial<Record<TargetName, Method>>>> = {
  grouped: { optax: grouped, pytorch: chain(clipByGlobalNorm(1), grouped) },
  scheduled: { optax: scheduled, pytorch: chain(clipByGlobalNorm(1), scheduled) },
  mixed_scheduled: { optax: chain(clipByGlobalNorm(1), mixedScheduled), pytorch: chain(clipByGlobalNorm(1), mixedScheduled) },
  mixed: { optax: mixed, pytorch: mixed },
  mixed_clipped: { optax: chain(clipByGlobalNorm(1), mixed), pytorch: chain(clipByGlobalNorm(1), mixed) },
};

/** What a script says of files of a target. */
function said(target: TargetName, script: string, python: string, names: readonly string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'thalweg-frameworks-'));
  try {
    for (const name of names) writeFileSync(join(folder, `${name}.py`), emit(files[name]!, target));
    for (const [name, of] of Object.entries(others)) writeFileSync(join(folder, `${name}.py`), emit(of[target] ?? assert.fail(), target));
    const args = ['-B', join(import.meta.dirname, script), folder, ...names];
    return execFileSync(python, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
      .trim()
      .split('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const [target, module, script, names] of [
  ['pytorch', 'torch', 'emitted_torch.py', Object.keys(files)],
  ['optax', 'optax', 'emitted_optax.py', ['adamw']],
] as const) {
  const python = pythonWith(module);
  test(`files of ${target} are what the framework expects`, { skip: python === undefined ? `no Python here has ${module}` : false }, () => {
    const lines = said(target, script, python ?? '', names);
    assert.ok(lines.length >= 8, lines.join('\n'));
    assert.deepEqual(lines.filter((line) => !line.endsWith(': yes')), []); // prettier-ignore
  });
}

/** Odd methods, and groups of them where a target has groups. */
const oddOf = (target: TargetName): [name: string, method: Method][] => Object.entries({ ...oddMethods, ...(target === 'numpy' ? {} : oddGroups) }); // prettier-ignore

/** Runs the test that each file has of itself; says which fail. */
function replayed(target: TargetName, python: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'thalweg-odd-'));
  try {
    for (const [name, method] of oddOf(target)) writeFileSync(join(folder, `${name}.py`), emit(method, target));
    const args = ['-B', join(import.meta.dirname, 'emitted_replay.py'), folder];
    const env = { ...process.env, JAX_ENABLE_X64: '1' };
    return execFileSync(python, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'inherit'] }).trim().split('\n'); // prettier-ignore
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const [target, module] of [['numpy', 'numpy'], ['pytorch', 'torch'], ['optax', 'optax']] as const) {
  const python = pythonWith('numpy', module);
  test(`odd equations of one’s own, and odd names, in ${target}`, { skip: python === undefined ? `no Python here has ${module}` : false }, () => {
    const lines = replayed(target, python ?? '');
    assert.equal(lines.length, oddOf(target).length);
    assert.deepEqual(lines.filter((line) => !line.endsWith(': yes')), []); // prettier-ignore
  });
} // prettier-ignore
