/** What the READMEs list and count: the text that belongs between each pair of markers. Knows the conformance table. */
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
  {
    file: 'README.md',
    marker: 'rows',
    text: `${String(table.cases.length)} rows hold ${optimizers} optimizers and ${String(others.length)} transforms, every option of each, over 320 steps to an oracle that is not ours: the paper, the authors' program, PyTorch, Optax, Keras or TF.js. In float64 they agree within 1e-12 of max(|w|, Σ|Δw|), except where a row [says why not](conformance/README.md).`,
  },
];
