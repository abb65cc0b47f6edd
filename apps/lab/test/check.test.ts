/** What is typed, or comes in a link, is compiled in a worker before the page compiles it; a worker that does not come back is ended and the text refused. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { surfaces } from '@thalweg/guide';
import type { Page } from 'playwright-core';
import { steady } from '../src/race/pace.ts';
import { openSite, skip, type Site } from './support/site.ts';

const own = { equations: 'w ← w − η·sign(g)', hyper: { lr: ['η', 0.01] } };
const entrant = { key: 'own', id: 'own', label: 'Your own', values: { lr: 0.01 }, pace: steady, shown: true, own };
const adam = { key: 'adam', id: 'adam', label: 'Adam', values: { lr: 0.05 }, pace: steady, shown: true };
const plain = {
  surface: { kind: 'named', id: surfaces[0]!.id },
  start: [1, 1],
  steps: 100,
  noise: 0,
  batch: 1,
  seed: 1,
  t: 0,
  entrants: [adam],
};
const pack = (state: object): string => Buffer.from(JSON.stringify(state)).toString('base64url');

/** States with one thing in them that a reader typed. */
const typed = {
  equations: { ...plain, entrants: [adam, entrant] },
  schedule: { ...plain, entrants: [{ ...adam, pace: { ...steady, shape: 'equation', equation: 'η/√t' } }] },
  function: { ...plain, surface: { kind: 'formula', text: `${'sin('.repeat(20)}x*y${')'.repeat(20)}`, reach: 3 } },
} as const; // prettier-ignore

const stuck = "addEventListener('message', () => { postMessage({ began: true }); for (;;); });";
const refusal = /takes longer than a second to compile, so it is not used/;

describe('what is typed is compiled in a worker first', { skip }, () => {
  let site: Site;
  before(async () => {
    site = await openSite();
  });
  after(() => site.close());

  /** A page whose first `lost` workers for compiling never come back; how many there were is counted. */
  async function open(hash: string, lost: number): Promise<{ page: Page; errors: string[]; count: () => number; asked: Promise<void> }> {
    let count = 0;
    const first = Promise.withResolvers<undefined>();
    const { page, errors } = await site.open('');
    await page.route(/check\.worker[^/]*\.js$/, async (route) => {
      count += 1;
      first.resolve(undefined);
      if (count > lost) return route.continue();
      // With the headers of its own, without which the page would not run it.
      return route.fulfill({ response: await route.fetch(), body: stuck });
    });
    await page.evaluate(`location.hash = '#/${hash}'`);
    await page.locator('[data-key]').first().filter({ hasText: /\d/ }).waitFor();
    return { page, errors, count: () => count, asked: first.promise };
  }

  for (const [name, state] of Object.entries(typed)) {
    test(`a link with a typed ${name}: used after the worker has compiled it, refused where that does not end`, async () => {
      const good = await open(`lab?s=${pack(state)}`, 0);
      // What stands there before is of the lab as it begins.
      await good.asked;
      await good.page.locator('output[data-key=adam]').filter({ hasText: /\d/ }).waitFor();
      if (name === 'equations') await good.page.locator('output[data-key=own]').filter({ hasText: /\d/ }).waitFor();
      assert.equal(good.count(), 1);
      assert.equal(await good.page.getByRole('alert').count(), 0);
      const bad = await open(`lab?s=${pack(state)}`, 1);
      await bad.page.getByRole('alert').filter({ hasText: refusal }).waitFor();
      // The next text has a new worker.
      await bad.page.evaluate(`location.hash = '#/lab?s=${pack({ ...state, seed: 2, steps: 90 })}'`);
      await bad.page.getByRole('alert').waitFor({ state: 'detached' });
      assert.equal(bad.count(), 2);
      assert.deepEqual([good.errors, bad.errors], [[], []]);
      await Promise.all([good.page.close(), bad.page.close()]);
    });
  }

  test('the editor, the schedule and the function: each says so, and goes on', async () => {
    const { page, errors, count } = await open(`lab?s=${pack(plain)}`, 3);
    assert.equal(count(), 0, 'nothing is compiled elsewhere where nothing is typed');
    await page.getByRole('tab', { name: 'Write your own' }).click();
    await page.getByRole('alert').filter({ hasText: refusal }).waitFor();
    await page.getByRole('tab', { name: 'Race' }).click();
    await page.getByLabel('on every change').uncheck();
    await page.getByLabel('Landscape').selectOption('formula');
    await page.locator('aside').getByText(refusal).waitFor();
    await page.getByRole('tab', { name: 'Schedules' }).click();
    await page.getByLabel('Schedule', { exact: true }).selectOption('equation');
    await page.locator('.tools').getByText(refusal).filter({ visible: true }).waitFor();
    await page.getByRole('tab', { name: 'Write your own' }).click();
    await page.getByRole('button', { name: 'Add to the race' }).click();
    await page.locator('output[data-key=own]').filter({ hasText: /\d/ }).waitFor();
    assert.equal(count(), 4);
    assert.deepEqual(errors, []);
    await page.close();
  });
});
