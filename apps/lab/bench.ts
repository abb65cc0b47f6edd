/**
 * `npm run bench:lab`: what a frame costs the main thread while six optimizers race on a landscape of 300 × 300 samples, and what the guide
 * and the lab weigh when they are first opened, in Chromium. `--write` puts the figures into docs/lab.md, between its markers.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { chapterIds } from '@thalweg/guide';
import type { Page } from 'playwright-core';
import { asked, write } from '../../scripts/asked.ts';
import { countFrames, framesOf } from './test/support/frames.ts';
import { firstLoad, kilobytes } from './test/support/load.ts';
import { openSite, type Site } from './test/support/site.ts';

const options = asked(
  'npm run bench:lab',
  'what a frame costs the main thread, and what the guide and the lab weigh when they are first opened',
  write('docs/lab.md'),
);
const rounds = 7;
const seconds = 4;

/** Milliseconds of work of the main thread for each frame while a race plays, on a page that counts its frames. */
async function frame(page: Page): Promise<number> {
  const client = await page.context().newCDPSession(page);
  // Processor time of the thread, so that a busy machine does not count.
  await client.send('Performance.enable', { timeDomain: 'threadTicks' });
  const measure = async (): Promise<{ readonly work: number; readonly frames: number }> => {
    const { metrics } = await client.send('Performance.getMetrics');
    const work = metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN;
    return { work, frames: await framesOf(page) };
  };
  await page.getByRole('slider', { name: 'Step', exact: true }).press('Home');
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await page.waitForTimeout(300);
  const before = await measure();
  await page.waitForTimeout(1000 * seconds);
  const after = await measure();
  await page.getByRole('button', { name: 'Pause' }).click();
  await client.detach();
  return (1000 * (after.work - before.work)) / (after.frames - before.frames);
}

async function frames(site: Site): Promise<number[]> {
  const { page, errors } = await site.open('lab', { width: 1280, height: 900 });
  await page.locator('output[data-key=adamw]').filter({ hasText: /\d/ }).waitFor();
  await countFrames(page);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await frame(page));
  if (errors.length > 0) throw new Error(errors.join('\n'));
  await page.close();
  return times.sort((a, b) => a - b);
}

/** Kilobytes by Brotli and by gzip. */
async function load(site: Site, path: string): Promise<{ readonly brotli: number; readonly gzip: number }> {
  const page = await site.context.newPage();
  const files = await firstLoad(page, `${site.address}#/${path}`);
  await page.close();
  return { brotli: kilobytes(files, 'brotli'), gzip: kilobytes(files, 'gzip') };
}

interface TraceEvent {
  readonly name: string;
  readonly tid: number;
  readonly pid: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

function isEvent(value: unknown): value is TraceEvent {
  return typeof value === 'object' && value !== null && 'name' in value && 'tid' in value && 'pid' in value;
}

/** Milliseconds of processor time of the longest task of the main thread while a page is opened and scrolled through, times four. */
async function longest(site: Site, path: string): Promise<number> {
  const page = await site.context.newPage();
  await page.goto(`${site.address}#/nothing`);
  const client = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  client.on('Tracing.dataCollected', ({ value }: { readonly value: readonly unknown[] }) => events.push(...value.filter(isEvent)));
  const done = new Promise<void>((resolve) => client.once('Tracing.tracingComplete', () => resolve()));
  await client.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['toplevel', '__metadata'] } });
  await page.evaluate(`location.hash = '#/${path}'`);
  await page.waitForTimeout(5000);
  const tall = Number(await page.evaluate('document.documentElement.scrollHeight'));
  for (let y = 0; y < tall; y += 700) {
    await page.mouse.wheel(0, 700);
    await page.waitForTimeout(400);
  }
  await client.send('Tracing.end');
  await done;
  await page.close();
  const threads = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${String(pid)} ${String(tid)}`),
  );
  const tasks = events.filter(({ name, pid, tid }) => name.endsWith('RunTask') && threads.has(`${String(pid)} ${String(tid)}`));
  return (4 * Math.max(0, ...tasks.map(({ tdur = 0 }) => tdur))) / 1000;
}

const site = await openSite();
try {
  const times = await frames(site);
  const quartile = (q: number): string => (times[Math.round((times.length - 1) * q)] ?? NaN).toFixed(1);
  const chapters: Awaited<ReturnType<typeof load>>[] = [];
  for (const id of chapterIds) chapters.push(await load(site, `guide/${id}`));
  const heaviest = chapters.reduce((most, one) => (one.brotli > most.brotli ? one : most));
  const [cover, lab] = [await load(site, ''), await load(site, 'lab')];
  const tasks: string[] = [];
  for (const path of ['', 'lab', 'rules', 'train']) tasks.push(`${path === '' ? 'cover' : path} ${(await longest(site, path)).toFixed(0)}`);
  const kB = ({ brotli, gzip }: typeof cover): string => `${brotli.toFixed(0)} kB (${gzip.toFixed(0)} kB)`;
  const rows = [
    ['what', 'measured', 'aim'],
    ['---', '---', '---'],
    [
      'main thread a frame, six optimizers playing, 300 × 300 samples',
      `${quartile(0.5)} ms (${quartile(0.25)} – ${quartile(0.75)})`,
      'at most 4 ms',
    ],
    ['longest task, processor time × 4 as at fourfold throttle, opening and scrolling, ms', tasks.join(', '), 'at most 200'],
    ['first load of the guide, Brotli (gzip)', kB(cover), 'under 300 kB'],
    ['the same, of the heaviest chapter opened by its address', kB(heaviest), 'under 300 kB'],
    ['the same, of the lab', kB(lab), '–'],
  ];
  const table = rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
  const made = `Made by \`npm run bench:lab -- --write\` on ${cpus()[0]?.model.trim() ?? 'an unknown processor'}, Chromium ${site.context.browser()?.version() ?? ''}; ${String(rounds)} rounds of ${String(seconds)} s, median and quartiles of processor time.`;
  console.log(`${table}\n\n${made}`);
  if (options.write) {
    const path = join(import.meta.dirname, '../../docs/lab.md');
    const text = readFileSync(path, 'utf8');
    const pattern = /<!-- figures -->[\s\S]*<!-- \/figures -->/;
    if (!pattern.test(text)) throw new Error('docs/lab.md has no marker figures');
    writeFileSync(path, text.replace(pattern, `<!-- figures -->\n\n${table}\n\n${made}\n\n<!-- /figures -->`));
  }
} finally {
  await site.close();
}
