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

What \`npm run environments -- --write\` found and wrote here. The packages are packed as they would be published, unpacked where an install puts them, and
the same program is run in each place: it trains 40 and then 600,000 parameters with AdamW, saves and loads, and then calls \`adamw({ lrr: 1 })\`, which
nobody catches. A place passes when both models have the bits that Node gets, when the backend and the threads are those that the place can have, and when
the error has fewer than 1,000 characters, says what would be right and names the user's file. CI runs it as a step of \`npm test\`, where no row may be left out.
The programs are in \`environments/\`.

- **Threads** take part from half a million elements on. In a page they need memory that is shared, so the page must be isolated: it must be served with
  \`Cross-Origin-Opener-Policy: same-origin\` and \`Cross-Origin-Embedder-Policy: require-corp\`. Elsewhere one thread computes the same bits.
- **Without WebAssembly** (\`--jitless\`, lockdown mode, edge workers, a Content-Security-Policy without \`'wasm-unsafe-eval'\`) \`backend: 'auto'\` runs in
  JavaScript with the same bits, at a fraction of the speed. Under a policy, \`script-src 'self' 'wasm-unsafe-eval'; worker-src blob:\` allows WebAssembly and
  threads.
- **Jest** runs ES modules only with \`node --experimental-vm-modules node_modules/jest/bin/jest.js\`, and with \`transform: {}\` or a transform that leaves
  modules as they are. Vitest needs nothing.
- **TypeScript** 5.7 or newer, since typed arrays have had a type parameter only since then; \`module\` has to be \`esnext\`, \`node16\` or newer.
- **\`require\`** works where Node can require ES modules, which is so from 22.12 on.
`;

/** The page of the documentation. */
export function document(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ row, found }) => [row.name, row.versions(), ...(found === undefined ? ['', ''] : cells(found))]);
  const table = [['where', 'versions', '40 parameters', '600,000 parameters'], ['---', '---', '---', '---'], ...rows];
  return `${opening}\n${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}
