/** How outcomes are shown: a line of the terminal, and the page docs/environments.md. */
import type { Fit, Found, Outcome } from './row.ts';

const fit = ({ backend, threads }: Fit): string => `${backend}, ${threads === 1 ? '1 thread' : `${String(threads)} threads`}`;

function cells({ small, large, words }: Found): readonly [string, string] {
  return small === undefined || large === undefined ? [words ?? '', ''] : [fit(small), fit(large)];
}

/** A line of the terminal. */
export function line({ row, found, problem, missing, ms }: Outcome): string {
  const state = problem !== undefined ? 'FAILED' : missing !== undefined ? 'left out' : 'ok';
  const [small, large] = found === undefined ? [missing ?? '', ''] : cells(found);
  const start = `${state.padEnd(9)}${row.name.padEnd(50)}${row.versions().padEnd(48)}`;
  const end = `${small.padEnd(18)} ${large.padEnd(18)} ${ms.toFixed(0).padStart(6)} ms`;
  return problem === undefined ? start + end : `${start}${end}\n${problem.replaceAll(/^/gm, '         ')}`;
}

const opening = `# Environments

The packages are tested in these environments by \`npm run environments -- --write\`, which wrote this page. They are packed as they would be published, installed, and
the same program runs in each environment: it trains 40 and then 600,000 parameters with AdamW, saves and loads, and then calls \`adamw({ lrr: 1 })\` without
catching the error. An environment passes if both models are bit-identical to those in Node, if the backend and the number of threads are the best possible there, and if
the error has fewer than 1,000 characters, suggests the right option and names the user's file. CI runs this in \`npm test\`, without skipping any row.
The programs are in \`environments/\`.

- **Threads** are used from half a million elements on. In a page they need shared memory, so the page must be cross-origin isolated: serve it with
  \`Cross-Origin-Opener-Policy: same-origin\` and \`Cross-Origin-Embedder-Policy: require-corp\`. Otherwise one thread computes the same results.
- **Without WebAssembly** (\`--jitless\`, lockdown mode, edge workers, a Content-Security-Policy without \`'wasm-unsafe-eval'\`) \`backend: 'auto'\` runs in
  JavaScript with the same results, several times slower. The policy \`script-src 'self' 'wasm-unsafe-eval'; worker-src blob:\` allows WebAssembly and
  threads.
- **Jest** runs ES modules only with \`node --experimental-vm-modules node_modules/jest/bin/jest.js\`, and with \`transform: {}\` or a transform that preserves
  ES modules. Vitest needs no configuration.
- **TypeScript** must be 5.7 or newer, since typed arrays have a type parameter only since then; \`module\` must be \`esnext\`, \`node16\` or newer.
- **\`require\`** works from Node 22.12 on, which can require ES modules.
`;

/** The page of the documentation. */
export function document(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ row, found }) => [row.name, row.versions(), ...(found === undefined ? ['', ''] : cells(found))]);
  const table = [['environment', 'versions', '40 parameters', '600,000 parameters'], ['---', '---', '---', '---'], ...rows];
  return `${opening}\n${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}
