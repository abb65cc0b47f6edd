/** What a program waits for before its first step: the import of the built library, and `init`. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { quartiles, type Quartiles } from './statistics.ts';

/** Milliseconds. */
export interface StartUp {
  /** `import('thalweg')` in a new process, from the built package. */
  readonly importing: Quartiles;
  /** `adamw()` in a process that has just started: its equations are read and checked. */
  readonly making: Quartiles;
  /** `init` of 200 tensors of 1,000 after that, and again when it is warm. */
  readonly firstInit: Quartiles;
  readonly nextInit: Quartiles;
}

const root = join(import.meta.dirname, '..');

const script = `
let t = performance.now();
const { adamw, tensor } = await import('thalweg');
const importing = performance.now() - t;
const parameters = Object.fromEntries(Array.from({ length: 200 }, (_, i) => ['p' + i, tensor([1000])]));
t = performance.now();
const method = adamw();
const making = performance.now() - t;
const inits = [];
for (let i = 0; i < 6; i++) {
  t = performance.now();
  const opt = await method.init(parameters, { backend: 'wasm' });
  inits.push(performance.now() - t);
  opt.dispose();
}
console.log(JSON.stringify([importing, making, inits[0], inits.at(-1)]));
process.exit();
`;

/** Builds the library and measures in new processes. */
export function startUp(times: number): StartUp {
  execFileSync(process.execPath, [join(root, 'scripts', 'build.ts')], { cwd: root });
  const figures = Array.from({ length: times }, () => {
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', cwd: root });
    return JSON.parse(output) as [number, number, number, number];
  });
  const of = (index: 0 | 1 | 2 | 3): Quartiles => quartiles(figures.map((one) => one[index]));
  return { importing: of(0), making: of(1), firstInit: of(2), nextInit: of(3) };
}
