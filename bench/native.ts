/**
 * `npm run bench:native`: the time that `init` takes with the backend `native` the first time, when everything is compiled, and in a later process, which loads
 * it from the cache; and with `wasm`. New processes, interleaved, with the package as it is published (`npm run build` first). `--write` writes the figures into docs/native.md.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { asked, smoke, write } from '../scripts/asked.ts';
import { writeBetween } from '../scripts/write-between.ts';
import { figure, table } from './table.ts';
import { quartiles } from './statistics.ts';

const options = asked(
  'npm run bench:native',
  'the start-up time of the native backend, the first time and later, compared with WebAssembly',
  { ...write('docs/native.md'), ...smoke },
);
const rounds = options.smoke ? 1 : 9;

const methods = {
  adamw: 'adamw()',
  'clip, adamw': 'chain(clipByGlobalNorm(1), adamw())',
  lamb: 'lamb()',
} as const;

/** Milliseconds of the first `init` of a process. */
function init(method: string, backend: string, cache: string): number {
  const script = `import { adamw, chain, clipByGlobalNorm, lamb, tensor } from 'thalweg';
const method = ${method};
const warm = await adamw().init({ w: tensor([1]) }, { backend: 'wasm' });
warm.dispose();
const started = performance.now();
await method.init({ W: tensor([784, 128]), b: tensor([128]) }, { backend: '${backend}' });
console.log(performance.now() - started);`;
  const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script];
  const environment = { ...process.env, XDG_CACHE_HOME: cache };
  return Number(execFileSync(process.execPath, flags, { cwd: import.meta.dirname, env: environment, encoding: 'utf8' }));
}

const rows = Object.entries(methods).map(([name, method]) => {
  const times = { first: [] as number[], later: [] as number[], wasm: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    const cache = mkdtempSync(join(tmpdir(), 'thalweg-bench-'));
    try {
      times.first.push(init(method, 'native', cache));
      times.later.push(init(method, 'native', cache));
      times.wasm.push(init(method, 'wasm', cache));
    } finally {
      rmSync(cache, { recursive: true });
    }
  }
  return [name, ...[times.first, times.later, times.wasm].map((all) => figure(quartiles(all)))];
});
const measured = table(['`init`, ms (lower is better)', '`native`, first time', '`native`, later processes', '`wasm`'], rows);
console.log(measured);
if (options.write) {
  const about = `Medians (quartiles) of ${String(rounds)} new processes each, interleaved; a matrix of 784 × 128 and a vector of 128, float32. ${cpus()[0]?.model.trim() ?? 'unknown'}, ${String(cpus().length)} cores; Node ${process.version}; \`npm run bench:native -- --write\` on ${new Date().toISOString().slice(0, 10)}.`;
  await writeBetween('docs/native.md', 'start', `${measured}\n\n${about}`);
}
