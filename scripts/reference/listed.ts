/** What the READMEs list and count: the text that belongs between each pair of markers. Knows the conformance table. */
import { adamw } from 'thalweg';
import { emit } from 'thalweg/emit';
import { proofOf, proven, type Proven } from '../../conformance/emitted.ts';
import { factories, sheets, table, transforms } from '../../conformance/table.ts';

const names = (list: readonly string[]): string => list.map((name) => `\`${name}\``).join(', ');

/** The optimizers by the family that their file of conformance/rows/ names. */
function families(): string {
  const groups = Map.groupBy(factories.keys(), (name) => sheets[name]?.family ?? 'first order');
  return [...groups]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([family, list]) => `- ${family.charAt(0).toUpperCase()}${family.slice(1)}: ${names(list)}.`)
    .join('\n');
}

const optimizers = String(factories.size);
const others = Object.keys(transforms);

/** A whole file of PyTorch, but for most of the numbers of its test of itself. */
function emitted(): string {
  const text = emit(adamw(), 'pytorch');
  const lines = text.split('\n');
  const first = lines.indexOf('RECORDED = [') + 1;
  const shown = [...lines.slice(0, first), '    # … 20 lines of numbers', ...lines.slice(lines.indexOf(']', first))];
  return `\`\`\`py\n${shown.join('\n').trim()}\n\`\`\``;
}

/** What was proven of each target: how many rows, the furthest from its oracle among those with the tight bound, what was refused. */
function proofs(): string {
  const rows = (Object.keys(proven) as Proven[]).map((target) => {
    const { versions, rows: all, refused } = proofOf(target);
    const tight = table.cases.filter(({ id, tolerance = table.tolerance }) => tolerance <= table.tolerance && Object.hasOwn(all, id));
    const worst = Math.max(...tight.map(({ id }) => Number(all[id]?.off)));
    const run = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
    return `| \`${target}\` | ${String(Object.keys(all).length)} | ${worst.toExponential(1)} | ${String(Object.keys(refused).length)} | ${run.join(', ')} |`;
  });
  return [
    '| target | test cases within tolerance | largest error where the tolerance is 1e-12 | not supported | tested with |',
    '| --- | --: | --: | --: | --- |',
    ...rows,
  ].join('\n');
}

/** Files, markers in them, and the text between these. */
export const lists: readonly { readonly file: string; readonly marker: string; readonly text: string }[] = [
  {
    file: 'README.md',
    marker: 'optimizers',
    text: `${optimizers} optimizers:\n\n${families()}\n\n${String(others.length)} transforms to chain with them: ${names(others)}.`,
  },
  {
    file: 'packages/thalweg/README.md',
    marker: 'optimizers',
    text: `${optimizers} optimizers: ${names([...factories.keys()])}.\n\n${String(others.length)} transforms: ${names(others)}.`,
  },
  { file: 'docs/emit.md', marker: 'emitted', text: emitted() },
  { file: 'docs/emit.md', marker: 'proofs', text: proofs() },
  {
    file: 'README.md',
    marker: 'rows',
    text: `${String(table.cases.length)} test cases compare ${optimizers} optimizers and ${String(others.length)} transforms, with every option of each, over 320 steps with an independent implementation: the paper's algorithm, the authors' code, PyTorch, Optax, Keras or TF.js. In float64 they agree within 1e-12, relative to max(|w|, Σ|Δw|); the few exceptions [are listed with their reasons](conformance/README.md).`,
  },
];
