/** What the pages of the reference have beside the text that the repository has too: the race with its rivals, what a step costs, where the source is. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '@thalweg/guide';
import type { WrittenRace } from '../../apps/lab/src/site/written.ts';
import { escape } from './escape.ts';
import { rootOf } from './page.ts';

const root = join(import.meta.dirname, '../..');

interface Measured {
  readonly machine: { readonly cpu: string };
  readonly results: readonly { readonly optimizer: string; readonly parameters: number; readonly threads: number; readonly times: readonly number[]; readonly limits: readonly number[] }[];
} // prettier-ignore

const { catalogue } = JSON.parse(readFileSync(join(root, 'bench/results.json'), 'utf8')) as { catalogue: Measured };

/** What a step costs, as markup; empty where it was not measured. */
export function costOf(name: string): string {
  const measured = catalogue.results.find(
    ({ optimizer, parameters, threads }) => optimizer === name && parameters === 1e6 && threads === 1,
  );
  if (measured === undefined) return '';
  const [time, limit] = [median(measured.times), median(measured.limits)];
  return `<p>A step in float32 took ${time.toFixed(2)} ns a parameter, on one thread with a million of them (${escape(catalogue.machine.cpu)}); reading and writing what it needs takes ${limit.toFixed(2)} ns alone.</p>`;
}

/** A race as markup: its picture, which a browser puts a living race in the place of, and the way to the lab. */
export function raceMarkup(name: string, race: WrittenRace): string {
  const up = rootOf(`reference/${name}`);
  const keys = race.keys.map(
    ({ pen, dash, label, lr, left }) =>
      `<li class="${pen}"><svg width="30" height="8" aria-hidden="true"><line x1="1" x2="29" y1="4" y2="4" stroke-dasharray="${dash}" stroke-width="2.4" stroke="var(--c)"/></svg>${escape(label)}${lr === undefined ? '' : `, lr ${String(lr)}`}: ${escape(left)}</li>`,
  );
  return [
    '<h2 id="race">Its race</h2>',
    '<div class="experiment">',
    `<div class="race" data-race="${escape(race.setup)}"><img src="${up}${race.picture}" alt="Paths on ${escape(race.surface)}" width="900" height="450" loading="lazy"><ul class="keys">${keys.join('')}</ul></div>`,
    `<p class="note">${escape(race.surface)}’s function, 300 steps, the loss that is left. Each learning rate is the best that the lab’s search finds. <a href="${escape(race.lab)}">Open in the lab</a></p>`,
    '</div>',
  ].join('\n');
}

/** The file in which each optimizer and transform is defined, from the root of the repository. */
export function definitions(): Map<string, string> {
  const found = new Map<string, string>();
  for (const folder of ['optimizers', 'transforms']) {
    const at = `packages/thalweg/src/${folder}`;
    for (const file of readdirSync(join(root, at))) {
      for (const [, name = ''] of readFileSync(join(root, at, file), 'utf8').matchAll(/^export (?:const|function) (\w+)/gm))
        found.set(name, `${at}/${file}`);
    }
  }
  return found;
}
