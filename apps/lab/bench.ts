/**
 * `npm run bench:lab`: what a frame costs the main thread while six optimizers race on a landscape of 300 × 300 samples, what the pages of the site and of the lab
 * weigh when they are first opened, and how soon those of the site can be used on a slow phone, in Chromium. `--write` puts the figures into docs/lab.md,
 * between its markers.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { chapterIds } from '@thalweg/guide';
import type { Browser, Page } from 'playwright-core';
import { asked, write } from '../../scripts/asked.ts';
import { countFrames, framesOf } from './test/support/frames.ts';
import { firstLoad, kilobytes } from './test/support/load.ts';
import { serve } from './test/support/serve.ts';
import { openSite, type Site } from './test/support/site.ts';

const options = asked(
  'npm run bench:lab',
  'the main-thread time of a frame, the download size of each page, and the time until it is usable',
  write('docs/lab.md'),
);
const rounds = 7;
const seconds = 4;
const loads = 5;
/** Four times as slow as here, behind a slow 4G connection: 150 ms there and back, 1.6 Mbit/s down, 0.75 up. */
const slow = { cpu: 4, network: { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 0.75e6 / 8 } };

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

/** Kilobytes by Brotli and by gzip of what a page fetches at first, in a profile of its own. */
async function load(browser: Browser, address: string): Promise<{ readonly brotli: number; readonly gzip: number }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, serviceWorkers: 'block' });
  const files = await firstLoad(await context.newPage(), address);
  await context.close();
  return { brotli: kilobytes(files, 'brotli'), gzip: kilobytes(files, 'gzip') };
}

/** Milliseconds until a page shows its text, and until all that is shown answers: the least of several loads, since other work on the machine only adds to them. */
async function usable(browser: Browser, address: string): Promise<{ readonly text: number; readonly alive: number }> {
  const found: { text: number; alive: number }[] = [];
  for (let i = 0; i < loads; i++) {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, serviceWorkers: 'block' });
    const page = await context.newPage();
    const client = await context.newCDPSession(page);
    await client.send('Network.enable');
    await client.send('Network.emulateNetworkConditions', slow.network);
    await client.send('Emulation.setCPUThrottlingRate', { rate: slow.cpu });
    await page.goto(address, { waitUntil: 'commit' });
    const when = (name: string): Promise<number> =>
      page.evaluate(`new Promise((resolve) => new PerformanceObserver((list) => {
        for (const { name, startTime } of list.getEntries()) if (name === '${name}') resolve(startTime);
      }).observe({ type: '${name === 'alive' ? 'mark' : 'paint'}', buffered: true }))`);
    found.push({ text: await when('first-contentful-paint'), alive: await when('alive') });
    await context.close();
  }
  const least = (of: 'text' | 'alive'): number => Math.min(...found.map((one) => one[of]));
  return { text: least('text'), alive: least('alive') };
}

/** Builds the site without its API, serves it as a host that compresses, and hands over its address. */
async function withSite<T>(use: (address: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'thalweg-site-'));
  try {
    const script = join(import.meta.dirname, '../../scripts/site.ts');
    execFileSync(process.execPath, ['--conditions=source', script, '--without-api', '--out', folder], { stdio: 'ignore' });
    const server = await serve(folder, '/', true);
    try {
      return await use(server.address);
    } finally {
      await server.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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

function nameOf(path: string): string {
  return path === '' ? 'cover' : path;
}

const site = await openSite();
try {
  const times = await frames(site);
  const quartile = (q: number): string => (times[Math.round((times.length - 1) * q)] ?? NaN).toFixed(1);
  const browser = site.context.browser();
  if (browser === null) throw new Error('the browser has no contexts of their own');
  const others = ['', 'lab', 'train', 'rules', 'replay'];
  const paths = [...others, ...chapterIds.map((id) => `guide/${id}`)];
  type Load = { readonly path: string } & Awaited<ReturnType<typeof load>>;
  const heaviest = (of: readonly Load[]): Load => of.reduce((most, one) => (one.brotli > most.brotli ? one : most));
  const inLab: Load[] = [];
  for (const path of paths) inLab.push({ path, ...(await load(browser, `${site.address}#/${path}`)) });
  const { inSite, times: soon } = await withSite(async (address) => {
    const inSite: Load[] = [];
    for (const path of paths) inSite.push({ path, ...(await load(browser, `${address}${path === '' ? '' : `${path}/`}`)) });
    const chapter = heaviest(inSite.filter(({ path }) => path.startsWith('guide/'))).path;
    const times: string[] = [];
    for (const path of ['', chapter, 'lab', 'train', 'rules']) {
      const { text, alive } = await usable(browser, `${address}${path === '' ? '' : `${path}/`}`);
      times.push(`${nameOf(path)} ${(text / 1000).toFixed(1)} and ${(alive / 1000).toFixed(1)}`);
    }
    return { inSite, times };
  });
  const tasks: string[] = [];
  for (const path of ['', 'lab', 'rules', 'train']) tasks.push(`${nameOf(path)} ${(await longest(site, path)).toFixed(0)}`);
  const kB = (of: readonly Load[]): string =>
    of.map(({ path, brotli, gzip }) => `${nameOf(path)} ${brotli.toFixed(0)} (${gzip.toFixed(0)})`).join(', ');
  const most = (of: readonly Load[]): readonly Load[] => [
    ...of.filter(({ path }) => others.includes(path)),
    heaviest(of.filter(({ path }) => !others.includes(path))),
  ];
  const rows = [
    ['measurement', 'result', 'target'],
    ['---', '---', '---'],
    [
      'main-thread time per frame, six optimizers playing, 300 × 300 samples',
      `${quartile(0.5)} ms (${quartile(0.25)} – ${quartile(0.75)})`,
      'at most 4 ms',
    ],
    ['longest task while opening and scrolling, CPU time × 4 (like 4× CPU throttling), ms', tasks.join(', '), 'at most 200'],
    [
      'first load of the pages of the site and of its largest chapter, everything transferred, Brotli (gzip), kB',
      kB(most(inSite)),
      'under 300',
    ],
    ['the same for the single-page version', kB(most(inLab)), 'under 300'],
    [
      'time until text is visible, and until everything visible is interactive, 4× CPU throttling, slow 4G, a phone of 390 × 844, s',
      soon.join(', '),
      'at most 3',
    ],
  ];
  const table = rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
  const made = `Made by \`npm run bench:lab -- --write\` on ${cpus()[0]?.model.trim() ?? 'an unknown processor'}, Chromium ${site.context.browser()?.version() ?? ''}; ${String(rounds)} rounds of ${String(seconds)} s, median and quartiles of CPU time; load times are the least of ${String(loads)} loads, since other work on the machine slows loads down. Lower is better in all rows. Slow 4G: 150 ms round trip, 1.6 Mbit/s.`;
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
