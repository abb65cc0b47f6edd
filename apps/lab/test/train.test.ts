/**
 * The page where networks are trained, in a real browser, driven as a person would, its numbers held against the comparer's problem stepped
 * by the library here.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { loadImages, problems, type Model } from '@thalweg/compare';
import { digitsNetwork, firstImages } from '@thalweg/compare/models';
import type { Page } from 'playwright-core';
import { adagrad, adam, adamw, sgd, type Method } from 'thalweg';
import { contentSecurityPolicy } from '../policy.ts';
import { survey } from '../src/train/ground.ts';
import type { Slice } from '../src/train/messages.ts';
import { trainee } from '../src/train/net.ts';
import { Session } from '../src/train/session.ts';
import { contender, firstSetup } from '../src/train/setup.ts';
import { bare, fits, openSite, shots, skip, views, violations, type Site } from './support/site.ts';

/** How far a figure in the page may be from the same run here, relatively. Equal bits are usual; two engines may fuse products differently. */
const tolerance = 1e-3;
const steps = 40;

/** The comparer's problem, stepped by the library: mean training loss since the mark before, and validation loss. */
async function reference(model: Model, method: Method): Promise<{ training: number; validation: number; divergedAt?: number }> {
  const opt = await method.init(await model.start(1));
  let last = NaN;
  for (let step = 1; step <= steps; step++) {
    const found = await model.gradient(opt.params, opt.grads, 1, step);
    if (typeof found !== 'number') throw new Error('these problems have no tables of sparse rows');
    last = found;
    if (last > 1e4 * 2.5) return { training: NaN, validation: NaN, divergedAt: step };
    opt.step();
  }
  const measured = await model.evaluate(opt.params, 'validation');
  return { training: last, validation: typeof measured === 'number' ? measured : measured.loss };
}

/** The slice of Adam's path, mapped here. */
async function sliceHere(): Promise<Slice> {
  const { train, validation } = loadImages();
  const setup = { ...firstSetup('digits'), steps, entrants: [contender('digits', 'adam')] };
  const session = await Session.open(trainee(digitsNetwork(train), firstImages(validation, 50), firstImages(train, 1000)), setup);
  const training = session.train();
  while (training.next().done !== true);
  const work = survey(session, 0, 7);
  for (let next = work.next(); ; next = work.next()) if (next.done === true) return next.value;
}

describe('the page', { skip }, () => {
  let site: Site;
  before(async () => {
    site = await openSite();
    // The machine may be busy.
    site.context.setDefaultTimeout(60_000);
  });
  after(() => site.close());

  const number = async (page: Page, selector: string, name: string): Promise<number> =>
    Number(await page.locator(selector).getAttribute(`data-${name}`));

  test('digits: start, pause, go on, a rate that diverges, the numbers of the library, a slice, and a map called off', async () => {
    const { page, errors } = await site.open('train', { width: 1200, height: 1000 });
    await page.getByLabel('steps', { exact: true }).fill(String(steps));
    await page.keyboard.press('Tab');
    await page.locator('[data-contender=adagrad]').getByRole('slider', { name: 'rate' }).press('End');
    const status = page.getByRole('status').first();
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.waitForTimeout(200);
    const paused = await status.innerText();
    assert.match(paused, /^Paused at step \d+ of 40\.$/);
    await page.waitForTimeout(300);
    assert.equal(await status.innerText(), paused);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('Finished 40 steps.').waitFor();
    await page.waitForTimeout(150);

    const model = await problems.find(({ id }) => id === 'digits')!.load();
    for (const [key, method] of [
      ['sgd-momentum', sgd({ lr: 0.1, momentum: 0.9 })],
      ['adam', adam({ lr: 0.01 })],
      ['adamw', adamw({ lr: 0.01, weightDecay: 0.01 })],
    ] as const) {
      const here = await reference(model, method);
      for (const quantity of ['training', 'validation'] as const) {
        const shown = await number(page, `[data-result=${key}] [data-quantity=${quantity}]`, 'value');
        const far = Math.abs(shown / here[quantity] - 1);
        assert.ok(far <= tolerance, `${key}, ${quantity}: ${String(shown)}, here ${String(here[quantity])}`);
      }
    }
    const { divergedAt } = await reference(model, adagrad({ lr: 10 }));
    assert.match(await page.locator('[data-result=adagrad]').innerText(), new RegExp(`diverged at step ${String(divergedAt)}$`));
    for (const figure of ['Training loss of each', 'Validation error of each']) {
      const svg = page.getByRole('img', { name: figure });
      assert.equal(await svg.locator('g[stroke="var(--c)"] > path').count(), 4 + 1, 'four curves and a cross');
    }

    await page.getByLabel('grid').selectOption('coarse');
    await page.getByRole('button', { name: 'Map the loss' }).click();
    await page.locator('[data-slice="21"]').waitFor();
    const expected = await sliceHere();
    const explained = (await page.locator('[data-explained]').getAttribute('data-explained'))!.split(' ').map(Number);
    explained.forEach((share, i) => assert.ok(Math.abs(share - expected.explained[i]!) < tolerance, explained.join(' ')));
    const [own] = expected.routes;
    for (const name of ['loss', 'ground']) {
      const shown = await number(page, '[data-route=adam]', name);
      assert.ok(Math.abs(shown - own!.loss) <= tolerance * own!.loss, `${name}: ${String(shown)}, here ${String(own!.loss)}`);
    }
    assert.equal(await page.locator('[data-route]').count(), 4);
    assert.ok((await number(page, '[data-route=sgd-momentum]', 'off')) > 1, 'another path lies off the plane');
    await page.screenshot({ path: join(shots, 'train-digits.png'), fullPage: true });
    await page.emulateMedia({ colorScheme: 'dark' });
    assert.deepEqual(await violations(page), []);
    await page.screenshot({ path: join(shots, 'train-digits-dark.png'), fullPage: true });
    await page.emulateMedia({ colorScheme: 'light' });
    assert.deepEqual(await violations(page), []);

    await page.getByLabel('grid').selectOption('fine');
    await page.getByRole('button', { name: 'Map the loss' }).click();
    await page.locator('[data-slice="11"]').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Map the loss' }).waitFor();
    assert.equal(await page.locator('[data-slice]').getAttribute('data-slice'), '11', 'the coarse map stays');
    assert.equal(await page.evaluate('crossOriginIsolated'), true);
    assert.deepEqual(errors, []);
    await page.close();
  });

  test('words on a phone, from a link, on a host that sends no isolation headers: one thread, stopped and forgotten', async (t) => {
    const host = await openSite(bare);
    t.after(() => host.close());
    host.context.setDefaultTimeout(60_000);
    const { page, errors } = await host.open('train?net=words&steps=2000&seeds=3&o=adagrad&o=lion:lr:0.001', views.phone);
    assert.equal(await page.evaluate('crossOriginIsolated'), false);
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    const error = page.locator('[data-result=lion] [data-quantity=error][data-value]');
    await error.waitFor();
    assert.ok(await fits(page));
    await page.getByRole('button', { name: 'Stop' }).click();
    assert.match(await page.getByRole('status').first().innerText(), /^Stopped at step \d+ of 2000\.$/);
    assert.ok((await number(page, '[data-result=lion] [data-quantity=error]', 'value')) <= 50);
    assert.match(await page.locator('[data-result=adagrad]').innerText(), /η 0\.316/);
    await page.screenshot({ path: join(shots, 'train-words-phone.png'), fullPage: true });
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: 'Reset' }).click();
    await page.getByText('Nothing has been trained yet.').waitFor();
    assert.equal(await page.locator('[data-value]').count(), 0);
    assert.deepEqual(errors, []);
    await page.close();
  });

  test('a doctored link, and data that cannot be fetched, are told in words; of the ways to evaluate the policy names WebAssembly alone', async () => {
    const { page, errors } = await site.open('train?o=%3Cscript%3E', { width: 800, height: 600 });
    assert.match(await page.getByRole('alert').innerText(), /The link cannot be used: there is no optimizer <script>/);
    assert.ok(contentSecurityPolicy.includes("script-src 'self' 'wasm-unsafe-eval';"));
    assert.deepEqual(errors, []);
    await site.context.route('**/data/digits.bin', (route) => route.fulfill({ status: 404 }));
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByText('digits.bin could not be fetched (404)').waitFor();
    await site.context.unroute('**/data/digits.bin');
    await page.getByRole('button', { name: 'Train again' }).click();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.close();
  });

  test('equations of one’s own train beside the others, rates are live, the run goes on while one looks elsewhere, and mistakes can be looked at', async () => {
    const { page, errors } = await site.open('train?steps=2000&o=adam&o=sgd', { width: 1280, height: 900 });
    await page.getByLabel('Add', { exact: true }).selectOption('own');
    await page.locator('.cm-content').fill('m ← β·m + g\nw ← w − η·m');
    await page.getByRole('button', { name: 'Let it train' }).click();
    await page.locator('[data-contender=own]').waitFor();
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.locator('[data-result=own] [data-quantity=error][data-value]').waitFor();
    assert.ok(await page.getByRole('button', { name: 'Remove Adam' }).isDisabled(), 'what cannot change while it runs does not pretend to');
    assert.ok(await page.getByLabel('steps', { exact: true }).isDisabled());
    const error = (key: string): Promise<number> => number(page, `[data-result=${key}] [data-quantity=error]`, 'value');
    // A rate of ten in the middle of the run ends it: the slider acts.
    await page.locator('[data-contender=sgd]').getByRole('slider', { name: 'rate' }).press('End');
    await page
      .locator('[data-result=sgd]')
      .filter({ hasText: /diverged|η 10/ })
      .waitFor();
    assert.match(await page.locator('[data-result=sgd]').innerText(), /η 10/);
    const step = async (): Promise<number> => Number(await page.getByRole('progressbar', { name: 'Steps trained' }).getAttribute('value'));
    const before = await step();
    await page.getByRole('link', { name: 'Lab', exact: true }).click();
    await page.locator('[data-key]').first().waitFor();
    await page.getByRole('link', { name: 'Train', exact: true }).click();
    await page.getByRole('progressbar', { name: 'Steps trained' }).waitFor();
    assert.ok((await step()) >= before && before > 0, 'the run went on');
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('combobox', { name: 'Optimizer' }).selectOption('own');
    await page.getByRole('button', { name: 'Look', exact: true }).click();
    await page.getByText(/digits told wrong/).waitFor();
    const wrong = /(\d+) of 1500 digits/.exec(await page.getByText(/digits told wrong/).innerText())!;
    assert.ok(Math.abs((100 * Number(wrong[1])) / 1500 - (await error('own'))) < 3, `${wrong[0]} ${String(await error('own'))}`);
    assert.equal(await page.locator('.filters canvas').count(), 64);
    assert.deepEqual(await violations(page), []);
    await page.screenshot({ path: join(shots, 'train-own.png'), fullPage: true });
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Reset' }).click();
    assert.deepEqual(errors, []);
    await page.close();
  });

  test('compare fairly: rates and seeds in workers, places with tests, a line and a link that brings the setup back', async () => {
    const { page, errors } = await site.open('train?steps=20&o=adam&o=sgd', { width: 1280, height: 900 });
    await page.getByRole('button', { name: 'Compare fairly' }).click();
    await page.getByRole('progressbar', { name: 'Runs done' }).waitFor();
    await page.locator('[data-card]').waitFor();
    assert.match(
      await page.locator('[data-card]').innerText(),
      /^Adam: 1st of 2 on digits, (detectably better than SGD|no detectable difference from any other)\.$/,
    );
    assert.equal(await page.locator('[data-place]').count(), 2);
    const href = (await page.getByRole('link', { name: 'The setup as a link' }).getAttribute('href'))!;
    assert.match(href, /net=digits&steps=20&seed=1&seeds=1&o=adam&o=sgd/);
    assert.deepEqual(await violations(page), []);
    await page.screenshot({ path: join(shots, 'train-fair.png'), fullPage: true });
    await page.getByRole('button', { name: 'Compare fairly' }).click();
    await page.getByRole('button', { name: 'Stop' }).last().click();
    await page.getByRole('button', { name: 'Compare fairly' }).waitFor();
    assert.deepEqual(errors, []);
    await page.close();
  });
});
